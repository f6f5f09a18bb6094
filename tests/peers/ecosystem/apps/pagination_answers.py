"""fastapi-pagination: pages, cursors and links."""

from typing import TypeVar

from fastapi import FastAPI
from fastapi.testclient import TestClient
from fastapi_pagination import LimitOffsetPage, Page, add_pagination, paginate
from fastapi_pagination.customization import CustomizedPage, UseParamsFields
from fastapi_pagination.links import LimitOffsetPage as LimitOffsetLinks
from fastapi_pagination.links import Page as PageLinks
from pydantic import BaseModel

T = TypeVar("T")
SmallPage = CustomizedPage[Page[T], UseParamsFields(size=3)]


class Tea(BaseModel):
    name: str


TEAS = [Tea(name=f"tea {number}") for number in range(25)]

app = FastAPI()


@app.get("/pages")
async def pages() -> Page[Tea]:
    return paginate(TEAS)


@app.get("/small")
async def small() -> SmallPage[Tea]:
    return paginate(TEAS)


@app.get("/offsets")
def offsets() -> LimitOffsetPage[Tea]:
    return paginate(TEAS)


@app.get("/links")
async def links() -> PageLinks[Tea]:
    return paginate(TEAS)


@app.get("/offset-links")
async def offset_links() -> LimitOffsetLinks[Tea]:
    return paginate(TEAS)


add_pagination(app)


def answers():
    with TestClient(app) as client:
        page = client.get("/pages?page=3&size=10")
        assert [tea["name"] for tea in page.json()["items"]] == [f"tea {n}" for n in range(20, 25)]
        yield "last page", page
        for path in [
            "/pages",
            "/pages?size=1000",
            "/small",
            "/small?page=2",
            "/offsets?limit=2&offset=5",
            "/links?page=2&size=5&x=1",
            "/offset-links?limit=2&offset=5",
            "/openapi.json",
        ]:
            yield path, client.get(path)
