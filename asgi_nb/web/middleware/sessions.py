"""
Keep a dict for each client, in a signed cookie.

Signed, not encrypted: the client can read what is in it and cannot change it.
"""

import binascii
import json
from base64 import b64decode, b64encode
from functools import partial
from typing import Any, Literal

from asgi_nb.web._handover import call, call_editing, takes_handover
from asgi_nb.web.datastructures import MutableHeaders, Secret
from asgi_nb.web.requests import HTTPConnection
from asgi_nb.web.types import ASGIApp, Receive, Scope, Send

try:
    import itsdangerous
except ModuleNotFoundError:
    raise ModuleNotFoundError(
        'sessions need the package itsdangerous; install it with: pip install "asgi-nb[sessions]"'
    ) from None

__all__ = ["Session", "SessionMiddleware"]


class Session(dict[str, Any]):
    """
    A dict that knows whether it was looked at, and whether it was changed.

    A change deep inside is not seen.
    """

    accessed = False
    modified = False

    def mark_accessed(self) -> None:
        """Note that the response depends on the cookie."""
        self.accessed = True

    def mark_modified(self) -> None:
        """Note that the cookie must be sent; to be called after a change deep inside."""
        self.accessed = self.modified = True

    def __setitem__(self, key: str, value: Any) -> None:
        self.mark_modified()
        super().__setitem__(key, value)

    def __delitem__(self, key: str) -> None:
        self.mark_modified()
        super().__delitem__(key)

    def __ior__(self, other: Any) -> "Session":  # type: ignore[override, misc]
        self.update(other)
        return self

    def clear(self) -> None:
        self.mark_modified()
        super().clear()

    def pop(self, key: str, *default: Any) -> Any:
        if key in self:
            self.mark_modified()
        return super().pop(key, *default)

    def popitem(self) -> tuple[str, Any]:
        item = super().popitem()
        self.mark_modified()
        return item

    def setdefault(self, key: str, default: Any = None) -> Any:
        if key not in self:
            self.mark_modified()
        return super().setdefault(key, default)

    def update(self, *args: Any, **kwargs: Any) -> None:
        self.mark_modified()
        super().update(*args, **kwargs)


class SessionMiddleware:
    """
    Give each request a `request.session`, a dict of what JSON can hold, kept in a signed cookie.

    Args:
        app: The application.
        secret_key: What the cookie is signed with; whoever knows it can make sessions.
        session_cookie: The cookie's name.
        max_age: Seconds until a session ends; None: when the browser does.
        path: Paths below it get the cookie.
        same_site: Which requests from other sites carry it.
        https_only: Send it over TLS only.
        domain: Hosts below it get the cookie; None for this host only.
        partitioned: Keep one for each site that embeds this one.

    Source: RFC 6265.
    """

    def __init__(
        self,
        app: ASGIApp,
        secret_key: str | Secret,
        session_cookie: str = "session",
        max_age: int | None = 14 * 24 * 60 * 60,
        path: str = "/",
        same_site: Literal["lax", "strict", "none"] = "lax",
        https_only: bool = False,
        domain: str | None = None,
        partitioned: bool = False,
    ) -> None:
        self.app = app
        self.signer = itsdangerous.TimestampSigner(str(secret_key))
        self.session_cookie = session_cookie
        self.max_age = max_age
        self.path = path
        flags = ["httponly", f"samesite={same_site}"]
        flags += ["secure"] if https_only else []
        flags += [] if domain is None else [f"domain={domain}"]
        flags += ["partitioned"] if partitioned else []
        self.security_flags = "; ".join(flags)

    @takes_handover
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await call(self.app, scope, receive, send)
            return
        session = self._load(HTTPConnection(scope).cookies.get(self.session_cookie))
        scope["session"] = Session() if session is None else session
        edit = partial(self._save, scope, session is None)
        await call_editing(self.app, scope, receive, send, edit)

    def _load(self, cookie: str | None) -> Session | None:
        """The session in a cookie; None if there is none, or not one of ours."""
        if cookie is None:
            return None
        try:
            data = self.signer.unsign(cookie.encode("utf-8"), max_age=self.max_age)
            return Session(json.loads(b64decode(data)))
        except (itsdangerous.BadSignature, binascii.Error, ValueError, TypeError):
            return None

    def _save(self, scope: Scope, was_empty: bool, headers: MutableHeaders) -> None:
        session = scope["session"]
        # Another middleware may have put in a plain dict.
        if getattr(session, "accessed", True):
            headers.add_vary_header("Cookie")
        if not getattr(session, "modified", True):
            return
        if session:
            data = b64encode(json.dumps(session).encode("utf-8"))
            age = "" if self.max_age is None else f"Max-Age={self.max_age}; "
            self._set(headers, self.signer.sign(data).decode("utf-8"), age)
        elif not was_empty:
            self._set(headers, "null", "expires=Thu, 01 Jan 1970 00:00:00 GMT; ")

    def _set(self, headers: MutableHeaders, value: str, lifetime: str) -> None:
        headers.append(
            "set-cookie", f"{self.session_cookie}={value}; path={self.path}; {lifetime}{self.security_flags}"
        )
