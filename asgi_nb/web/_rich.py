"""
Values that notebooks show richly, as responses: a table, a figure, an image, anything with a MIME bundle.

Rule 1: nothing is imported for it. What a value can be is asked of its type, by the methods that notebooks
    ask for, and for a few libraries by the methods that they alone have.
Rule 2: the request's Accept header decides, and only the form that is sent is made.
Rule 3: forms are made in a worker thread: drawing a figure takes long, and the loop has others to serve.

Source: RFC 9110 section 12.5.1, and "Rich display" in IPython's documentation of its display protocol.
"""

import binascii
import inspect
import io
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from asgi_nb.web._accept import acceptable, media_type_of
from asgi_nb.web._headers import Headers, MutableHeaders
from asgi_nb.web._models import encode_models, find_fault, type_name
from asgi_nb.web.concurrency import run_in_threadpool
from asgi_nb.web.responses import PlainTextResponse, Response
from asgi_nb.web.types import Receive, Scope, Send

__all__ = ["RichResponse", "is_rich"]

JSON, HTML, SVG = "application/json", "text/html", "image/svg+xml"
PNG, JPEG, PDF = "image/png", "image/jpeg", "application/pdf"

Make = Callable[[Any], Any]
"""Makes one form of a value: text, bytes, what JSON can hold, any of them with metadata; None for no form."""


def _has(*names: str) -> Callable[[type], bool]:
    # Asked of the class: an object may answer for any attribute, as a table does for its columns.
    return lambda cls: all(callable(getattr(cls, name, None)) for name in names)


def _is_pandas(cls: type) -> bool:
    """Whether it is a DataFrame or Series with pandas' interface. A GeoDataFrame's `to_json` is another."""
    return _has("to_json", "reset_index")(cls) and "orient" in inspect.signature(cls.to_json).parameters  # type: ignore[attr-defined]


def _pandas_json(data: Any) -> str:
    """Rows as objects; a Series as an object by its index, or as an array where the index only counts."""
    names = [name for name in data.index.names if name is not None]
    counts = not names and type(data.index).__name__ == "RangeIndex"
    if hasattr(data, "columns"):
        # Records have no index. One that was given a name holds data, as after a groupby.
        data, orient = data.reset_index(level=names) if names else data, "records"
    else:
        orient = "values" if counts else "index"
    # The most digits there are; by default there would be 10.
    text: str = data.to_json(orient=orient, date_format="iso", double_precision=15, force_ascii=False)
    return text


def _polars_values(series: Any) -> list[Any]:
    # A Series writes no JSON of its own, and a frame writes dates and decimals as well.
    return [value for row in json.loads(series.to_frame().write_json()) for value in row.values()]


def _draw(format: str, figure: Any) -> bytes:
    drawn = io.BytesIO()
    figure.savefig(drawn, format=format, bbox_inches="tight")
    return drawn.getvalue()


# (media type, test of the type, how to make it), the preferred ones first. They go before what the values
# show in a notebook, which may be a part of a table, or needs what a notebook has loaded.
LIBRARIES: list[tuple[str, Callable[[type], bool], Make]] = [
    (JSON, _is_pandas, _pandas_json),
    (JSON, _has("write_json", "to_dicts"), lambda frame: frame.write_json()),
    (JSON, _has("to_frame", "to_list", "_repr_html_"), _polars_values),
    # As a notebook gets it, it asks another host for its script.
    (HTML, _has("to_plotly_json", "to_html"), lambda figure: figure.to_html()),
    ("application/vnd.plotly.v1+json", _has("to_plotly_json", "to_json"), lambda figure: figure.to_json()),
    # A drawing as SVG holds each of its points.
    (PNG, _has("savefig"), partial(_draw, "png")),
    (SVG, _has("savefig"), partial(_draw, "svg")),
    (PDF, _has("savefig"), partial(_draw, "pdf")),
]

# (media type, method), the preferred ones first.
METHODS: dict[str, str] = {
    HTML: "_repr_html_",
    SVG: "_repr_svg_",
    PNG: "_repr_png_",
    JPEG: "_repr_jpeg_",
    PDF: "_repr_pdf_",
    JSON: "_repr_json_",
    "text/markdown": "_repr_markdown_",
    "text/latex": "_repr_latex_",
}

# Types that only a bundle has stand behind JSON: they are for programs that know them.
_RANKS = {media_type: rank for rank, media_type in enumerate(METHODS)} | {"text/plain": len(METHODS)}
_OTHER = _RANKS[JSON] + 0.5


def is_rich(value: Any) -> bool:
    """Whether the value has a form that a notebook would show, beside its repr."""
    return not isinstance(value, type) and _is_rich_type(type(value))


def _is_rich_type(cls: type) -> bool:
    return (
        _has("_repr_mimebundle_")(cls)
        or any(_has(method)(cls) for method in METHODS.values())
        or any(is_of(cls) for _, is_of, _ in LIBRARIES)
    )


class RichResponse(Response):
    """
    The form of a value that its request accepts best; 406 with the list of forms if it accepts none.

    A Content-Type among the headers decides instead.

    Args:
        value: The value, see `is_rich`.
        status_code: The status.
        headers: More headers.
        error: Makes the exception for a value that has no such form, from the problem.

    Source: RFC 9110 sections 12.1 and 15.5.7.
    """

    def __init__(
        self,
        value: Any,
        status_code: int,
        headers: Mapping[str, str] | None,
        error: Callable[[str], Exception],
    ) -> None:
        self.value = value
        self.status_code = status_code
        self.background = None
        self.error = error
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await run_in_threadpool(self._choose, Headers(scope=scope).getlist("accept"))
        response.background = self.background
        await response(scope, receive, send)

    def _choose(self, accept: list[str]) -> Response:
        forms = _forms(self.value)
        own = self.headers.get("content-type")
        if own is not None:
            form = forms.get(media_type_of(own))
            content = None if form is None else self._make(media_type_of(own), form)
            if content is None:
                raise self.error(f"{self._name}, which has no {own}; there is: {', '.join(forms)}")
            return Response(content, self.status_code, Headers(raw=self.raw_headers))
        types = {_content_type(media_type): media_type for media_type in forms}
        for content_type in acceptable(types, ",".join(accept)):
            content = self._make(types[content_type], forms[types[content_type]])
            if content is not None:
                return Response(content, self.status_code, self._varying(), content_type)
        there = [media_type for media_type, form in forms.items() if self._make(media_type, form) is not None]
        return PlainTextResponse(
            f"the request accepts {','.join(accept)}; there is: {', '.join(there)}", 406, {"vary": "Accept"}
        )

    def _varying(self) -> Headers:
        headers = MutableHeaders(raw=list(self.raw_headers))
        headers.add_vary_header("Accept")
        return headers

    @property
    def _name(self) -> str:
        return f"a value of type {type_name(self.value)}"

    def _make(self, media_type: str, form: Callable[[], Any]) -> bytes | None:
        try:
            data = form()
        except NotImplementedError:
            # By the display protocol: there is no such form of this value.
            return None
        except Exception as exc:
            exc.add_note(f"while {media_type} was made of {self._name}")
            raise
        if isinstance(data, tuple):
            # With the metadata that a notebook keeps beside it.
            data = data[0]
        if data is None:
            return None
        try:
            return _encode(media_type, data)
        except (TypeError, ValueError, RecursionError) as exc:
            place, problem = find_fault(data) if _is_json(media_type) else ("", str(exc))
            raise self.error(
                f"{self._name} whose {media_type} form{place and ' at ' + place} cannot be sent: {problem}"
            ) from exc


def _forms(value: Any) -> dict[str, Callable[[], Any]]:
    """Media type -> how to make it, the preferred ones first."""
    cls = type(value)
    forms: dict[str, Callable[[], Any]] = {}
    for media_type, is_of, make in LIBRARIES:
        if is_of(cls):
            forms.setdefault(media_type, partial(make, value))
    shown: dict[str, Callable[[], Any]] = {}
    if _has("_repr_mimebundle_")(cls):
        bundle = value._repr_mimebundle_(include=None, exclude=None) or {}
        if isinstance(bundle, tuple):
            bundle = bundle[0]
        shown = {media_type: partial(_as_it_is, data) for media_type, data in bundle.items()}
    for media_type, method in METHODS.items():
        if _has(method)(cls):
            shown.setdefault(media_type, getattr(value, method))
    shown.setdefault("text/plain", partial(repr, value))
    ranked = sorted(shown, key=lambda media_type: _RANKS.get(media_type, _OTHER))
    return forms | {media_type: shown[media_type] for media_type in ranked if media_type not in forms}


def _as_it_is(data: Any) -> Any:
    return data


def _is_json(media_type: str) -> bool:
    return media_type == JSON or media_type.endswith("+json")


def _content_type(media_type: str) -> str:
    # JSON has no charset. Source: RFC 8259 section 11, and RFC 7303 section 4.2 for XML.
    is_text = media_type.startswith("text/") or media_type.endswith("+xml")
    return f"{media_type}; charset=utf-8" if is_text else media_type


def _encode(media_type: str, data: Any) -> bytes:
    if isinstance(data, bytes | bytearray | memoryview):
        return bytes(data)
    if isinstance(data, str):
        is_binary = media_type.startswith(("image/", "audio/", "video/")) or media_type == PDF
        if not is_binary or media_type == SVG:
            return data.encode("utf-8")
        # A bundle is made for JSON, in which bytes are base64, at times in lines.
        return binascii.a2b_base64("".join(data.split()), strict_mode=True)
    if _is_json(media_type):
        return encode_models(data)
    raise TypeError(f"expected str or bytes, got {type_name(data)}")
