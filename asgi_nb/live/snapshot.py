"""
The app as it is at one moment, and how a request stays inside it.

Rule 1: a snapshot never changes. A change builds another one and swaps a single reference.
Rule 2: a request finds its snapshot in its scope, not in the app: it ends in the one it began in.
Rule 3: what did not change is not built again. Routes and middleware are built once per definition, so a
    rate limiter keeps its counts while the routes behind it come and go.
"""

from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import replace
from typing import Any

from asgi_nb.live.definitions import Definition, Definitions, arrange, hidden_candidates
from asgi_nb.live.inside import refresh
from asgi_nb.live.tracing import pass_gate, run_layers
from asgi_nb.record.draft import Sites
from asgi_nb.record.exchange import Origin, under_way
from asgi_nb.record.reasons import Candidates
from asgi_nb.record.spans import LayerFacts
from asgi_nb.web._handover import Handover, call, takes_handover
from asgi_nb.web.applications import App
from asgi_nb.web.datastructures import State
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.routing import Match, Mount
from asgi_nb.web.types import ASGIApp, Receive, Scope, Send

Below = tuple[ASGIApp, LayerFacts | None]
"""An app that lies below a layer, and what it is if it is a layer."""


class Layer:
    """
    One middleware, built once; below it lies whatever the request's snapshot puts there.

    Args:
        factory: Makes the middleware around an app.
        key: Where a scope holds its snapshot.
        current: Gives the snapshot for a scope without one: a middleware may make a scope of its own.
        facts: What is said of it.
    """

    def __init__(
        self,
        factory: Callable[[ASGIApp], ASGIApp],
        key: str,
        current: Callable[[], "Snapshot"],
        facts: LayerFacts,
    ) -> None:
        self.key = key
        self.current = current
        self.facts = facts
        self.app = factory(self.below)

    @takes_handover
    async def below(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the rest of the app."""
        snapshot = scope.get(self.key) or self.current()
        app, facts = snapshot.below[self]
        exchange = under_way.get()
        if exchange is not None:
            await pass_gate(exchange, facts, app, scope, receive, send)
        elif type(send) is Handover:
            await call(app, scope, receive, send)
        else:
            await app(scope, receive, send)


class _Layers:
    """The middleware of one snapshot, as a single middleware of its App."""

    def __init__(self, app: ASGIApp, layers: Sequence[Layer], below: MutableMapping[Layer, Below]) -> None:
        facts: LayerFacts | None = None
        for layer in reversed(layers):
            below[layer] = app, facts
            app, facts = layer.app, layer.facts
        self.app = app
        self.first = layers[0].facts

    @takes_handover
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await run_layers(self.app, self.first, scope, receive, send)


class Snapshot:
    """
    An immutable set of definitions and the app that serves them.

    Args:
        definitions: All that the cells have defined, in order.
        state: What `request.app.state` is, shared by all snapshots.
        on_error: Answers an exception that no handler took: `async f(request, exc) -> Response`.
        before: The snapshot that this one takes the place of.
        candidates: What exchanges ask about routes, without the routes.
    """

    def __init__(
        self,
        definitions: Definitions,
        *,
        state: State,
        on_error: Callable[..., Any],
        before: "Snapshot | None" = None,
        candidates: Candidates | None = None,
    ) -> None:
        self.definitions = definitions
        self.arrangement = arrange(definitions)
        self.below: dict[Layer, Below] = {}
        """Layer -> what lies below it here."""
        layers = [definition.built for definition in self.arrangement.layers]
        self.app = App(
            routes=[definition.built for definition in self.arrangement.routes],
            middleware=[Middleware(_Layers, layers, self.below)] if layers else [],
            exception_handlers={Exception: on_error}
            | {definition.built.key: definition.built.handler for definition in self.arrangement.handlers},
        )
        self.app.state = state
        if before is not None:
            # What the router knew of the routes that stay, so that it looks only at the ones that changed.
            self.app.router._table = before.app.router._table
        # Here and not at the first request, which would wait for it.
        self.app.router._refresh()
        self.app.middleware_stack = self.app.build_middleware_stack()
        self.candidates = replace(
            candidates or Candidates(),
            routes=tuple(definition.candidate for definition in self.arrangement.routes),
            hidden=hidden_candidates(self.arrangement),
        )
        """The same routes as plain data, for those who ask later why one answered."""
        self.mounts = [
            (index, definition.inside)
            for index, definition in enumerate(self.arrangement.routes)
            if definition.kind == "mount"
        ]
        """Where in `candidates` a mount stands, and what reads its routes."""
        self._is_reading = False
        self._by_route = {id(definition.built): definition for definition in definitions}
        self.sites: Sites = {
            number: (definition.origin, definition.built.path)
            for number, definition in self._by_route.items()
            if definition.kind in ("route", "websocket")
        }
        """What is to be noted of a request that a route of its own answers."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self.definitions)} definitions>"

    def read_candidates(self, path: str) -> Candidates:
        """
        Give `candidates` with the routes inside of mounts, which may change without a new snapshot.

        Args:
            path: The path of a request: mounts that it cannot lead to are left as they are.
        """
        # An app may be mounted inside of itself.
        mounts = () if self._is_reading else [one for one in self.mounts if one[1].head in path]
        if mounts:
            self._is_reading = True
            try:
                routes = list(self.candidates.routes)
                if refresh(routes, mounts, path):
                    self.candidates = replace(self.candidates, routes=tuple(routes))
            finally:
                self._is_reading = False
        return self.candidates

    def definition(self, scope: Scope) -> Definition | None:
        """Give the definition that a request matched; for a route inside a mounted app, the mount."""
        route = scope.get("route")
        if route is None:
            return None
        found = self._by_route.get(id(route))
        if found is not None:
            return found
        # Inside a mount the root path has grown; the outermost mount notes how it was.
        outside = {**scope, "root_path": scope.get("app_root_path", scope.get("root_path", ""))}
        for definition in self.arrangement.routes:
            if isinstance(definition.built, Mount) and definition.built.matches(outside)[0] is Match.FULL:
                return definition
        return None

    def origin(self, scope: Scope) -> Origin | None:
        """Give the cell that defined what answers a request; None before a match, and without one."""
        definition = self.definition(scope)
        return None if definition is None else definition.origin
