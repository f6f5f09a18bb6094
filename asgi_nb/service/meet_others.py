"""Meet hypercorn's `serve`, and werkzeug's `run_simple`, which is Flask's `app.run()`."""

import functools
import inspect
from collections.abc import Coroutine
from types import ModuleType
from typing import Any

from asgi_nb.service.errors import ServiceError
from asgi_nb.service.patches import Patches
from asgi_nb.service.standin import StandIn, given
from asgi_nb.web.middleware._wsgi_app import WSGIMiddleware


def meet_hypercorn(module: ModuleType, patches: Patches, standin: StandIn) -> None:
    """
    Change `hypercorn.asyncio` so that a server started on the kernel's loop is one of ours.

    Args:
        module: `hypercorn.asyncio`.
        patches: Where to note what was changed.
        standin: Serves.

    Source: https://hypercorn.readthedocs.io/en/latest/how_to_guides/api_usage.html
    """
    hypercorn: Any = module
    serve = hypercorn.serve

    @functools.wraps(serve)
    def stand_in(app: Any, config: Any, **options: Any) -> Coroutine[Any, Any, Any]:
        if not standin.here():
            coroutine: Coroutine[Any, Any, Any] = serve(app, config, **options)
            return coroutine
        # What was set on the object; the defaults are its class's.
        asked = {name.removeprefix("_"): value for name, value in vars(config).items()} | options
        if config.ssl_enabled:
            raise _without_tls("hypercorn's serve()")
        [host, port], *more = [_address(bind) for bind in config.bind]
        left_out = {name: value for name, value in asked.items() if name not in ("bind", "log", "mode")}
        if more:
            left_out["bind"] = config.bind[1:]
        adapted = WSGIMiddleware(app) if options.get("mode") == "wsgi" else app
        return given(standin.serve("hypercorn's serve()", adapted, host, port, {}, left_out))

    patches.set(module, "serve", stand_in)


def meet_werkzeug(module: ModuleType, patches: Patches, standin: StandIn) -> None:
    """
    Change `werkzeug.serving` so that a server started on the kernel's loop is one of ours.

    Args:
        module: `werkzeug.serving`.
        patches: Where to note what was changed.
        standin: Serves.

    Source: https://werkzeug.palletsprojects.com/en/stable/serving/
    """
    werkzeug: Any = module
    run_simple = werkzeug.run_simple
    signature = inspect.signature(run_simple)

    @functools.wraps(run_simple)
    def stand_in(*args: Any, **options: Any) -> Any:
        if not standin.here():
            return run_simple(*args, **options)
        asked = signature.bind(*args, **options).arguments
        if asked.get("ssl_context") is not None:
            raise _without_tls("run_simple()")
        host, port, app = (asked.pop(name) for name in ("hostname", "port", "application"))
        left_out = {
            # Ours answers in threads anyway.
            name: value
            for name, value in asked.items()
            if name != "threaded" and value != signature.parameters[name].default
        }
        return standin.serve("Flask's run()", WSGIMiddleware(app), host, port, {}, left_out)

    patches.set(module, "run_simple", stand_in)


def _without_tls(call: str) -> ServiceError:
    return ServiceError(
        f"{call} in a cell is served in the background, which has no TLS; leave the certificate out, or run "
        "the server in a terminal"
    )


def _address(bind: str) -> tuple[str, int]:
    """Read `127.0.0.1:8000` or `[::1]:8000`."""
    host, _, port = bind.rpartition(":")
    if not host or not port.isdigit():
        raise ServiceError(
            f"a server in a notebook listens on an address and a port, got bind={bind!r}; "
            "write for example '127.0.0.1:8000'"
        )
    return host.strip("[]"), int(port)
