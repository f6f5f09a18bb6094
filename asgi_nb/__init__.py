"""
A web kit that lives in a Jupyter kernel: cells become routes of an app that is already serving.

Names resolve on first use, so `import asgi_nb` and `import asgi_nb.web` load neither a
server nor a widget.
"""

import importlib
from typing import Any

from asgi_nb._version import __version__

# Public name -> the module that holds it.
_HOMES = {
    "CellError": "asgi_nb.live.errors",
    "Exchange": "asgi_nb.record.exchange",
    "FilterError": "asgi_nb.record.filters.errors",
    "KeepError": "asgi_nb.record.keep.errors",
    "Kit": "asgi_nb.kit",
    "LiveApp": "asgi_nb.live.app",
    "Reply": "asgi_nb.reply",
    "RequestError": "asgi_nb.caller",
    "Service": "asgi_nb.service.service",
    "ServiceError": "asgi_nb.service.errors",
    "Store": "asgi_nb.record.store",
    "app": "asgi_nb.kit",
    "clear": "asgi_nb.kit",
    "client": "asgi_nb.kit",
    "define_error": "asgi_nb.kit",
    "define_lifespan": "asgi_nb.kit",
    "define_middleware": "asgi_nb.kit",
    "define_mock": "asgi_nb.kit",
    "define_route": "asgi_nb.kit",
    "define_websocket": "asgi_nb.kit",
    "explain": "asgi_nb.record.explain.find",
    "hold": "asgi_nb.kit",
    "holds": "asgi_nb.kit",
    "inspect": "asgi_nb.kit",
    "kitchen": "asgi_nb.kit",
    "load": "asgi_nb.record.keep.file",
    "load_har": "asgi_nb.record.export.har_reader",
    "load_ipython_extension": "asgi_nb.extension",
    "mock": "asgi_nb.record.mocking",
    "mount": "asgi_nb.kit",
    "recording": "asgi_nb.kit",
    "remove": "asgi_nb.kit",
    "replay": "asgi_nb.kit",
    "replay_all": "asgi_nb.kit",
    "request": "asgi_nb.kit",
    "routes": "asgi_nb.kit",
    "serve": "asgi_nb.kit",
    "services": "asgi_nb.kit",
    "stop": "asgi_nb.kit",
    "traffic": "asgi_nb.kit",
    "unload_ipython_extension": "asgi_nb.extension",
}

__all__ = ["__version__", *sorted(_HOMES)]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'asgi_nb' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
