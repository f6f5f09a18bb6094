r"""
Keep Jupyter's own credentials from the app and from the store.

Whoever has them runs code as the person. They reach our server through jupyter-server-proxy,
which passes on what let the browser in, and without it as well: cookies know no ports, so what
Jupyter sets for 127.0.0.1 is sent to every server there.

What goes:
- cookies: `_xsrf`; `jupyterhub-...`; and whatever Tornado has signed, which is Jupyter's login
  under any name. An ASGI app signs nothing in Tornado's way.
- `X-XSRFToken`.
- a token in `Authorization: token ...` (or `Bearer`), in `?token=` and in the `?token=` of a
  Referer, if it is one of Jupyter's as far as they are known. If none is known: if it has the
  form of one. Behind a hub's proxy, where each person makes tokens that no kernel knows: any
  that comes without a login cookie, as it is what let the request in; and beside one, what has
  the form of a hub's token, but for `Bearer`, which is how the app's own clients send theirs.

What the app's own clients send - other cookies, other tokens, Basic - passes untouched.

Source: jupyter_server 2, `auth/identity.py`; jupyterhub 5, `services/auth.py`; tornado 6,
`web.py`, `create_signed_value`.
"""

import hmac
import re
from collections.abc import Awaitable, Mapping
from typing import Literal
from urllib.parse import unquote, unquote_to_bytes

from asgi_nb.record.plain import changed
from asgi_nb.service.addresses import Jupyter
from asgi_nb.service.serving import Serving
from asgi_nb.web.types import ASGIApp, Receive, Scope, Send

# Version 2: fields with their lengths between bars, a hex digest of SHA-256 last. Version 1:
# base64, seconds, a hex digest of SHA-1. Quoted, because of the "=" of base64.
_SIGNED = re.compile(
    rb'"?(?:2\|\d+:\d*\|\d+:\d+\|\d+:[^|]*\|\d+:[^|]*\|[0-9a-f]{64}|[A-Za-z0-9+/=]*\|\d+\|[0-9a-f]{40})"?'
)
_AUTHORIZATION = re.compile(rb"\s*(token|bearer)\s+(.+?)\s*", re.IGNORECASE)
# 24 random bytes in hex from Jupyter, 16 from JupyterHub.
_FORM = re.compile(rb"[0-9a-f]{48}|[0-9a-f]{32}")
# Which tokens are Jupyter's: all, those of the form that it gives them, or the ones this kernel knows.
Doubt = Literal["any", "formed", "known"]
_HELD = frozenset({b"cookie", b"authorization", b"x-xsrftoken", b"referer"})


class CredentialFilter:
    """
    Take Jupyter's credentials out of the scope.

    Args:
        app: The application, with all that records.
        serving: The server's known tokens and its prefix.
    """

    def __init__(self, app: ASGIApp, serving: Serving) -> None:
        self.app = app
        self.secrets = [secret.encode() for secret in serving.secrets]
        self.hub_prefix = unquote(serving.prefix) if serving.on_hub and serving.prefix else None

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        query = scope["query_string"]
        # Most requests hold nothing to look at.
        if b"token" in query or b"%" in query or not _HELD.isdisjoint([name for name, _ in scope["headers"]]):
            before = scope["headers"], query
            self._clean(scope)
            if before != (scope["headers"], scope["query_string"]):
                changed(send)
        return self.app(scope, receive, send)

    def _clean(self, scope: Scope) -> None:
        headers: list[tuple[bytes, bytes]] = []
        logged_in = False
        for name, value in scope["headers"]:
            if name == b"cookie":
                kept = clean_cookies(value)
                if kept is not value:
                    logged_in = logged_in or any(is_login(cookie) for cookie in value.split(b";"))
                if kept:
                    headers.append((name, kept))
            elif name != b"x-xsrftoken":
                headers.append((name, value))
        # The first step has set it: from the proxy's header, or from proof.
        through_hub = self.hub_prefix is not None and scope["root_path"] == self.hub_prefix
        doubt: Doubt = "known" if not through_hub else "formed" if logged_in else "any"
        scope["headers"] = [
            field for field in (self._clean_field(*field, doubt) for field in headers) if field is not None
        ]
        scope["query_string"] = self._clean_query(scope["query_string"], doubt)

    def _clean_field(self, name: bytes, value: bytes, doubt: Doubt) -> tuple[bytes, bytes] | None:
        if name == b"authorization":
            found = _AUTHORIZATION.fullmatch(value)
            if found is not None and self._is_jupyters(found[2], doubt, found[1].lower() == b"bearer"):
                return None
        elif name == b"referer" and b"?" in value:
            address, _, rest = value.partition(b"?")
            query, hash_sign, fragment = rest.partition(b"#")
            kept = self._clean_query(query, doubt)
            return name, address + (b"?" + kept if kept else b"") + hash_sign + fragment
        return name, value

    def _clean_query(self, query: bytes, doubt: Doubt) -> bytes:
        if b"=" not in query:
            return query
        pairs = query.split(b"&")
        kept = [pair for pair in pairs if not self._is_token_pair(pair, doubt)]
        return query if len(kept) == len(pairs) else b"&".join(kept)

    def _is_token_pair(self, pair: bytes, doubt: Doubt) -> bool:
        key, _, value = pair.partition(b"=")
        if unquote_to_bytes(key) != b"token":
            return False
        return self._is_jupyters(unquote_to_bytes(value.replace(b"+", b" ")).strip(), doubt)

    def _is_jupyters(self, token: bytes, doubt: Doubt, apps_way: bool = False) -> bool:
        if doubt == "any" or any(hmac.compare_digest(token, secret) for secret in self.secrets):
            return True
        by_form = not self.secrets or (doubt == "formed" and not apps_way)
        return by_form and _FORM.fullmatch(token) is not None


def clean_cookies(value: bytes) -> bytes:
    """
    Take Jupyter's cookies out of a Cookie header; the others stay as they were written.

    Returns:
        The value itself when it holds none of Jupyter's; empty when it holds nothing else.
    """
    cookies = value.split(b";")
    kept = [cookie for cookie in cookies if not _is_jupyters_cookie(cookie)]
    return value if len(kept) == len(cookies) else b";".join(kept).strip()


def _is_jupyters_cookie(cookie: bytes) -> bool:
    name = cookie.partition(b"=")[0].strip()
    return name == b"_xsrf" or name.startswith(b"jupyterhub-") or is_login(cookie)


def is_login(cookie: bytes) -> bool:
    """Whether a `name=value` of a Cookie header was signed by Tornado, as Jupyter's login is."""
    return _SIGNED.fullmatch(cookie.partition(b"=")[2].strip()) is not None


def jupyter_secrets(environ: Mapping[str, str], jupyter: Jupyter | None) -> frozenset[str]:
    """
    Give the tokens that let a client into Jupyter, as far as this kernel knows them.

    Args:
        environ: The environment of the kernel.
        jupyter: The Jupyter server that started it.
    """
    found = {environ.get(name, "") for name in ("JUPYTERHUB_API_TOKEN", "JPY_API_TOKEN", "JUPYTER_TOKEN")}
    if jupyter is not None:
        found.add(jupyter.token)
    return frozenset(found - {""})
