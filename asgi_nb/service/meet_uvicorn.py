"""
Meet uvicorn's own ways to start a server: `uvicorn.run`, `Server.run` and `Server.serve`.

Source: https://www.uvicorn.org/settings/
"""

import functools
import inspect
import sys
from collections.abc import Coroutine, Mapping
from types import ModuleType
from typing import Any

from asgi_nb.service.errors import ServiceError
from asgi_nb.service.patches import Patches
from asgi_nb.service.service import Service
from asgi_nb.service.standin import StandIn, given
from asgi_nb.web.middleware._wsgi_app import WSGIMiddleware
from asgi_nb.web.types import ASGIApp

# uvicorn's word -> the field of Options.
UNDERSTOOD = {
    "limit_concurrency": "max_connections",
    "h11_max_incomplete_event_size": "max_header_size",
    "ws_max_size": "max_message_size",
}
# What makes an app of what was given, and where it listens.
READ = {"app", "app_dir", "factory", "host", "interface", "port"}
# Left out, the server would be reached in another way than was asked for, or with less protection.
NEEDED = {"fd", "uds", "sockets", "ssl_keyfile", "ssl_certfile", "ssl_context_factory"}


def meet_uvicorn(module: ModuleType, patches: Patches, standin: StandIn) -> None:
    """
    Change uvicorn so that a server started on the kernel's loop is one of ours.

    A `uvicorn.Server` that was met is `started`, and ends when its `should_exit` is set.

    Args:
        module: The package uvicorn.
        patches: Where to note what was changed.
        standin: Serves.
    """
    uvicorn: Any = module
    run, server_run, server_serve = uvicorn.run, uvicorn.Server.run, uvicorn.Server.serve
    signature = inspect.signature(run)

    @functools.wraps(run)
    def stand_in_for_run(app: Any, **options: Any) -> Any:
        if not standin.here():
            return run(app, **options)
        asked = signature.bind(app, **options).arguments
        asked["options"] = _changed(asked, {p.name: p.default for p in signature.parameters.values()})
        return _serve(standin, "uvicorn.run()", asked)

    @functools.wraps(server_run)
    def stand_in_for_server_run(self: Any, sockets: Any = None) -> Any:
        if not standin.here():
            return server_run(self, sockets)
        return _meet(self, "Server.run()", sockets)

    @functools.wraps(server_serve)
    def stand_in_for_serve(self: Any, sockets: Any = None) -> Coroutine[Any, Any, Any]:
        if not standin.here():
            coroutine: Coroutine[Any, Any, Any] = server_serve(self, sockets)
            return coroutine
        # Now, not when it is awaited: a task would keep a busy port to itself.
        return given(_meet(self, "Server.serve()", sockets))

    def _meet(server: Any, call: str, sockets: Any) -> Service:
        config = server.config
        defaults = vars(uvicorn.Config(config.app, log_config=None))
        asked = {"app": config.app, "host": config.host, "port": config.port}
        asked |= {"factory": config.factory, "interface": config.interface}
        names = inspect.signature(uvicorn.Config).parameters.keys() & vars(config).keys() - {"log_config"}
        asked["options"] = _changed({name: vars(config)[name] for name in sorted(names)}, defaults)
        if sockets is not None:
            asked["options"]["sockets"] = sockets
        service = _serve(standin, call, asked)
        server.started = True
        _let_go_with(server, service)
        return service

    patches.set(module, "run", stand_in_for_run)
    patches.set(sys.modules["uvicorn.main"], "run", stand_in_for_run)
    patches.set(uvicorn.Server, "run", stand_in_for_server_run)
    patches.set(uvicorn.Server, "serve", stand_in_for_serve)


def _changed(asked: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Give what differs from the defaults, without what is read by itself."""
    return {name: value for name, value in asked.items() if name not in READ and value != defaults.get(name)}


def _serve(standin: StandIn, call: str, asked: Mapping[str, Any]) -> Service:
    options: dict[str, Any] = asked["options"]
    if needed := sorted(NEEDED & options.keys()):
        raise ServiceError(
            f"{call} in a cell is served in the background, on a TCP port and without TLS, and cannot take "
            f"{', '.join(needed)}; leave it out, or run uvicorn in a terminal"
        )
    understood = {UNDERSTOOD[name]: value for name, value in options.items() if name in UNDERSTOOD}
    left_out = {name: value for name, value in options.items() if name not in UNDERSTOOD}
    app = _app_of(call, asked)
    return standin.serve(
        call, app, asked.get("host", "127.0.0.1"), asked.get("port", 8000), understood, left_out
    )


def _app_of(call: str, asked: Mapping[str, Any]) -> ASGIApp:
    app = asked["app"]
    if isinstance(app, str):
        from uvicorn.importer import (
            ImportFromStringError,
            import_from_string,
        )  # Loaded: we were called by it.

        # As uvicorn does, and where it looks by default when it is run in a terminal.
        sys.path.insert(0, asked.get("app_dir") or "")
        try:
            app = import_from_string(app)
        except (ImportFromStringError, ModuleNotFoundError) as exc:
            raise ServiceError(
                f"{call}: {exc}. An app of this notebook is passed as it is, without quotes: "
                f"{app.rpartition(':')[2]}"
            ) from None
        finally:
            sys.path.pop(0)
    if asked.get("factory"):
        app = app()
    found: ASGIApp = WSGIMiddleware(app) if asked.get("interface") == "wsgi" else app
    return found


def _let_go_with(server: Any, service: Service) -> None:
    """Make a uvicorn.Server's `should_exit` that of the service: how uvicorn's users stop it."""

    def should_exit(self: Any) -> bool:
        return not service.running

    def exit_now(self: Any, value: bool) -> None:
        if value:
            service.stop()

    kind = type(server)
    server.__class__ = type(kind.__name__, (kind,), {"should_exit": property(should_exit, exit_now)})
