"""starlette-admin: a whole mounted app with login, CSRF tokens, templates, forms, files and a JSON API."""

import re
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.testclient import TestClient
from starlette_admin import BaseAdmin, IntegerField, StringField
from starlette_admin.auth import AdminUser, AuthProvider
from starlette_admin.exceptions import FormValidationError, LoginFailed
from starlette_admin.views import BaseModelView


@dataclass
class Tea:
    id: int
    name: str


teas = {1: Tea(1, "green"), 2: Tea(2, "mint")}


class TeaView(BaseModelView):
    key = "tea"
    identity = "tea"
    name = "Tea"
    label = "Teas"
    pk_attr = "id"
    fields = [IntegerField("id"), StringField("name")]

    async def find_all(self, request, skip=0, limit=100, q=None, sorts=None, filters=None):
        found = [tea for tea in teas.values() if not q or q in tea.name]
        return found[skip : skip + limit]

    async def count(self, request, q=None, filters=None):
        return len(await self.find_all(request, q=q))

    async def find_by_pk(self, request, pk):
        return teas.get(int(pk))

    async def find_by_pks(self, request, pks):
        return [teas[int(pk)] for pk in pks]

    async def create(self, request, data):
        if not data["name"]:
            raise FormValidationError({"name": "give it a name"})
        tea = teas[len(teas) + 1] = Tea(len(teas) + 1, data["name"])
        return tea

    async def edit(self, request, pk, data):
        teas[int(pk)].name = data["name"]
        return teas[int(pk)]

    async def delete(self, request, pks):
        return len([teas.pop(int(pk)) for pk in pks])


class Login(AuthProvider):
    async def login(self, username, password, remember_me, request):
        if password != "leaf":
            raise LoginFailed("wrong password")
        request.session["user"] = username

    async def authenticate(self, request):
        return AdminUser(request.session["user"]) if "user" in request.session else None

    async def logout(self, request):
        request.session.clear()


def same(response):
    """A response without what is random in it, its headers only by name."""
    text = re.sub(r"[A-Za-z0-9_.-]{40,}", "TOKEN", response.text)
    location = response.headers.get("location")
    return [response.status_code, location, sorted(set(response.headers) - {"content-length"}), text]


def answers():
    admin = BaseAdmin(
        title="Tea house",
        auth_provider=Login(),
        secret_key="secret",
        middlewares=[Middleware(SessionMiddleware, secret_key="secret")],
    )
    admin.add_view(TeaView())
    app = Starlette()
    admin.mount_to(app)
    client = TestClient(app, raise_server_exceptions=False, follow_redirects=False)

    def post(page, **data):
        token = re.search(r'name="([^"]*csrf[^"]*)" *value="([^"]+)"', client.get(page).text)
        if token is not None:
            data[token[1]] = token[2]
        return same(client.post(page, data=data))

    yield "not logged in", same(client.get("/admin/"))
    yield "login page", same(client.get("/admin/login"))
    yield "no token", same(client.post("/admin/login", data={"username": "ada", "password": "leaf"}))
    yield "wrong password", post("/admin/login", username="ada", password="x")
    welcome = post("/admin/login", username="ada", password="leaf")
    assert welcome[0] == 303, welcome
    yield "login", welcome
    for path in [
        "/admin/",
        "/admin/tea/list",
        "/admin/tea/detail?pk=1",
        "/admin/tea/create",
        "/admin/tea/edit?pk=2",
    ]:
        yield path, same(client.get(path))
    yield "create", post("/admin/tea/create", id="3", name="black")
    yield "bad create", post("/admin/tea/create", id="4", name="")
    yield "edit", post("/admin/tea/edit?pk=1", id="1", name="sencha")
    assert [tea.name for tea in teas.values()] == ["sencha", "mint", "black"], teas
    yield "list", same(client.get("/admin/tea/list?q=a"))
    for path in ["/admin/none", "/admin/tea/detail?pk=99", "/admin/statics/css/none.css", "/admin/logout"]:
        yield path, same(client.get(path))
    yield "URL", app.url_path_for("admin:list", key="tea")
