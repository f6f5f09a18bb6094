"""Authlib: log in with OAuth 2 at a provider that is an app of the same toolkit."""

from urllib.parse import parse_qs, urlsplit

import httpx2
from authlib.integrations.starlette_client import OAuth, OAuthError
from starlette.applications import Starlette
from starlette.config import Config
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.routing import Route
from starlette.testclient import TestClient


async def token(request):
    async with request.form() as form:
        if form["code"] != "good":
            return JSONResponse({"error": "invalid_grant", "error_description": "bad code"}, 400)
        assert len(form["code_verifier"]) > 40
    return JSONResponse({"access_token": "abc", "token_type": "Bearer", "expires_in": 3600})


async def profile(request):
    return JSONResponse({"name": "ada", "token": request.headers["authorization"]})


provider = Starlette(
    routes=[Route("/token", token, methods=["POST"]), Route("/profile", profile)],
)

oauth = OAuth(Config(environ={"TEA_CLIENT_ID": "id", "TEA_CLIENT_SECRET": "secret"}))
oauth.register(
    "tea",
    authorize_url="http://provider/authorize",
    access_token_url="http://provider/token",
    api_base_url="http://provider/",
    client_kwargs={
        "scope": "profile",
        "code_challenge_method": "S256",
        "transport": httpx2.ASGITransport(provider),
    },
)


async def home(request):
    return HTMLResponse(f"Hello {request.session.get('user')}")


async def login(request):
    return await oauth.tea.authorize_redirect(request, request.url_for("callback"))


async def callback(request):
    try:
        await oauth.tea.authorize_access_token(request)
    except OAuthError as exc:
        return JSONResponse({"error": exc.error, "why": exc.description}, 401)
    user = await oauth.tea.get("profile", token={"access_token": "abc", "token_type": "Bearer"})
    request.session["user"] = user.json()["name"]
    return RedirectResponse("/")


app = Starlette(
    routes=[Route("/", home), Route("/login", login), Route("/callback", callback)],
    middleware=[Middleware(SessionMiddleware, secret_key="secret")],
)


def answers():
    for code in ["good", "bad"]:
        client = TestClient(app)
        response = client.get("/login", follow_redirects=False)
        where = urlsplit(response.headers["location"])
        query = {key: value for key, (value,) in parse_qs(where.query).items()}
        state = query["state"]
        yield (
            f"{code}: redirect",
            [
                response.status_code,
                where.netloc,
                sorted(set(query) - {"state", "code_challenge"}),
                query["redirect_uri"],
            ],
        )
        yield f"{code}: forged state", client.get(f"/callback?code={code}&state=forged").json()
        back = client.get(f"/callback?code={code}&state={state}")
        if code == "good":
            assert back.text == "Hello ada", back.text
        yield f"{code}: back", [back.status_code, back.text, [old.status_code for old in back.history]]
        yield f"{code}: home", client.get("/").text
