"""Pages from Jinja templates."""

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import Any, overload

from asgi_nb.web.background import BackgroundTask
from asgi_nb.web.datastructures import URL
from asgi_nb.web.requests import Request
from asgi_nb.web.responses import HTMLResponse
from asgi_nb.web.types import Receive, Scope, Send

try:
    import jinja2
except ModuleNotFoundError as exc:
    raise ImportError(
        "asgi_nb.web.templating needs jinja2, which is not installed; run: pip install asgi-nb[templates]"
    ) from exc

__all__ = ["Jinja2Templates", "pass_context"]

ContextProcessor = Callable[[Request[Any]], dict[str, Any]]

pass_context = jinja2.pass_context


class _TemplateResponse(HTMLResponse):
    """A rendered template, which a test client can ask for its template and context."""

    def __init__(
        self,
        template: jinja2.Template,
        context: dict[str, Any],
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundTask | None = None,
    ) -> None:
        self.template = template
        self.context = context
        super().__init__(template.render(context), status_code, headers, media_type, background)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if "http.response.debug" in (scope.get("extensions") or ()):
            info = {"template": self.template, "context": self.context}
            await send({"type": "http.response.debug", "info": info})
        await super().__call__(scope, receive, send)


class Jinja2Templates:
    """
    Render templates as responses. In them, `request` is the request and `url_for(name, ...)` the URL of a
    route.

    Args:
        directory: Where the templates are; several are searched in order. Values are escaped in templates
            whose names end in .html, .htm or .xml.
        context_processors: Called with each request; what they give is added to the context.
        env: A Jinja environment to use as it is, instead of a directory.

    Raises:
        ValueError: Not exactly one of `directory` and `env` is given.
    """

    env: jinja2.Environment

    @overload
    def __init__(
        self,
        directory: str | PathLike[str] | Sequence[str | PathLike[str]],
        *,
        context_processors: list[ContextProcessor] | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self, *, env: jinja2.Environment, context_processors: list[ContextProcessor] | None = None
    ) -> None: ...

    def __init__(
        self,
        directory: str | PathLike[str] | Sequence[str | PathLike[str]] | None = None,
        *,
        context_processors: list[ContextProcessor] | None = None,
        env: jinja2.Environment | None = None,
    ) -> None:
        self.context_processors = context_processors or []
        if directory and env is None:
            loader = jinja2.FileSystemLoader(directory)
            self.env = jinja2.Environment(loader=loader, autoescape=jinja2.select_autoescape())
        elif env is not None and not directory:
            self.env = env
        else:
            raise ValueError(
                f"Jinja2Templates takes one of directory= and env=, got directory={directory!r}, env={env!r}"
            )
        self.env.globals.setdefault("url_for", _url_for)

    def get_template(self, name: str) -> jinja2.Template:
        """
        A template.

        Raises:
            jinja2.TemplateNotFound: There is none of that name.
        """
        return self.env.get_template(name)

    def TemplateResponse(
        self,
        request: Request[Any],
        name: str,
        context: dict[str, Any] | None = None,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundTask | None = None,
    ) -> _TemplateResponse:
        """
        Render a template.

        Args:
            request: The request that is answered.
            name: The template's name in its directory.
            context: What the template can name. Context processors may overwrite it; it is not changed.
            status_code: The status.
            headers: More headers.
            media_type: The type of the content; None: text/html.
            background: Called after the response was sent.

        Raises:
            TypeError: The arguments are in the old order, or a context processor gave no dict.
            jinja2.TemplateError: The template is missing or wrong.
        """
        given: object = request
        if isinstance(given, str):
            raise TypeError(
                f"TemplateResponse takes the request first, got {given!r}; "
                "write TemplateResponse(request, name, context)"
            )
        values = {"request": request, **(context or {})}
        for processor in self.context_processors:
            more: Any = processor(request)
            if not isinstance(more, Mapping):
                raise TypeError(
                    f"a context processor must be a plain function that returns a dict; "
                    f"{processor!r} returned a {type(more).__name__}"
                )
            values.update(more)
        template = self.get_template(name)
        return _TemplateResponse(template, values, status_code, headers, media_type, background)


@pass_context
def _url_for(context: Mapping[str, Any], name: str, /, **path_params: Any) -> URL:
    url: URL = context["request"].url_for(name, **path_params)
    return url
