"""What one can do with an exchange: copy, compare, send again. Thin methods; the work is where they call."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from asgi_nb.record.player import address_of, player_of

if TYPE_CHECKING:
    # 15 ms that `%load_ext` need not wait for: each is loaded when it is first asked for.
    from asgi_nb.record.diff import Diff
    from asgi_nb.record.export.code import Code
    from asgi_nb.record.export.recorded import Recorded

R = TypeVar("R", bound="Recorded")


class Actions:
    """The methods of an exchange that make something of it."""

    __slots__ = ()

    def as_curl(
        self: "Recorded", shell: str = "sh", *, secrets: bool = False, base_url: str | None = None
    ) -> "Code":
        """
        Write the request as a command of curl, for a POSIX shell or, with "cmd", for Windows.

        Secrets are masked, and read from environment variables; `secrets=True` shows them. See
        `asgi_nb.record.export.curl.as_curl`.
        """
        from asgi_nb.record.export.curl import as_curl

        return as_curl(self, shell, secrets=secrets, base_url=base_url or address_of(self))

    def as_httpx(
        self: "Recorded", library: str = "httpx2", *, secrets: bool = False, base_url: str | None = None
    ) -> "Code":
        """
        Write the request as a Python script with httpx2 or httpx.

        Secrets are masked, and read from environment variables; `secrets=True` shows them. See
        `asgi_nb.record.export.python.as_httpx`.
        """
        from asgi_nb.record.export.python import as_httpx

        return as_httpx(self, library, secrets=secrets, base_url=base_url or address_of(self))

    def as_python(self: "Recorded", *, secrets: bool = False, base_url: str | None = None) -> "Code":
        """
        Write a WebSocket session as a Python script with websockets, a request as `as_httpx` does.

        Secrets are masked, and read from environment variables; `secrets=True` shows them. See
        `asgi_nb.record.export.python.as_python`.
        """
        from asgi_nb.record.export.python import as_python

        return as_python(self, secrets=secrets, base_url=base_url or address_of(self))

    def as_http(self: "Recorded", *, secrets: bool = False) -> "Code":
        """
        Write the request as the text of a `.http` file, which `%%asgi_request` takes.

        Secrets are masked, and read from environment variables; `secrets=True` shows them. See
        `asgi_nb.record.export.http.as_http`.
        """
        from asgi_nb.record.export.http import as_http

        return as_http(self, secrets=secrets)

    def as_test(
        self: "Recorded", app: str | None = None, *, secrets: bool = False, base_url: str | None = None
    ) -> "Code":
        """
        Write a test for pytest that sends the request and expects a response like this one.

        Without an app, it asks the server; `app="package.module:name"` is imported and called. See
        `asgi_nb.record.export.testing.as_test`.
        """
        from asgi_nb.record.export.testing import as_test

        return as_test(self, app, secrets=secrets, base_url=base_url or address_of(self))

    def to_har(self: "Recorded", *, secrets: bool = False) -> dict[str, Any]:
        """Make an HTTP Archive of this exchange; see `asgi_nb.record.export.har.to_har`."""
        from asgi_nb.record.export.har import to_har

        return to_har([self], secrets=secrets)

    def save_har(self: "Recorded", path: str | Path, *, secrets: bool = False) -> Path:
        """Write this exchange into a `.har` file; see `asgi_nb.record.export.har.save_har`."""
        from asgi_nb.record.export.har import save_har

        return save_har([self], path, secrets=secrets)

    def diff(self: "Recorded", other: "Recorded", *, ignore: Collection[str] = ()) -> "Diff":
        """
        Say what differs from this exchange to another: request, status, headers, body, messages.

        Dates and request ids are left out; `ignore=("x-a", "/items/*/id")` leaves out headers and places in
        JSON. See `asgi_nb.record.diff.diff`.
        """
        from asgi_nb.record.diff import diff

        return diff(self, other, ignore=ignore)

    def replay(self: R, **changes: Any) -> R:
        """
        Send the request again, straight into the live app, and give the new exchange.

        Its `relation.replay_of` is the id of this one. `replay(path="/x", json={...})` changes something
        first. Of a WebSocket session, what the client sent is sent again, in the captured order. See
        `Kit.replay`.
        """
        new: R = player_of(self).replay(self, **changes)
        return new

    def edit(self, **changes: Any) -> Any:
        """
        Give the request to be changed and sent: `exchange.edit(path="/x").send()`.

        See `asgi_nb.replaying.edit.Edit`, and `asgi_nb.replaying.request.prepare` for what can be changed.
        """
        return player_of(self).edit(self, **changes)
