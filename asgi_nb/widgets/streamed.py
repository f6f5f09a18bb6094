"""What the widgets share that a pump feeds: messages in, batches out, and an end."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any, ClassVar

import anyio
import anywidget
import traitlets
from IPython.display import display

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.store import Store
from asgi_nb.widgets.pump import Pump
from asgi_nb.widgets.still import Still

Spawn = Callable[[Callable[[], Awaitable[None]]], "Future[None]"]


class Streamed(anywidget.AnyWidget):  # type: ignore[misc]
    """
    A widget whose rows come from a pump.

    Only settings are traits: whatever was captured travels in custom messages, so that a saved notebook holds
    nothing but what `_picture` draws, which stands in an output of its own; see `still`.

    Args:
        store: The exchanges to show.
        pump: What sends them, by `_send_custom`.
        **settings: Traits of the widget.
    """

    word: ClassVar[str]
    """What it is called in a sentence."""

    still = traitlets.Unicode().tag(sync=True)
    """The class of the picture, which a page hides while it shows the widget."""

    def __init__(self, store: Store, pump: Pump, **settings: Any) -> None:
        self._store = store
        self._pump = pump
        self._still = Still(self._picture, self.word)
        super().__init__(still=self._still.name, **settings)
        self.on_msg(self._receive)
        _route_by_header(self.comm)

    def _begin(self, spawn: Spawn) -> None:
        """
        Run the pump.

        Args:
            spawn: Starts a coroutine function on the server's loop and gives its future, as
                `anyio.from_thread.BlockingPortal.start_task_soon` does. Called once, from the calling thread.
        """
        # The task gets a copy of this context, where ipykernel 7.0 looks for the cell's message as it sends.
        self._feeding = spawn(self._run)

    async def _run(self) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._still.follow, self._store)
            await self._pump.run()
            tasks.cancel_scope.cancel()

    @abstractmethod
    def _picture(self) -> str:
        """Give the HTML that a reader without a kernel sees, secrets masked. Called in any thread."""

    def _newest(self, count: int) -> list[Exchange]:
        """Give the newest exchanges, oldest first, to be read at once; the others are not even looked at."""
        found = (self._store.peek(seq) for seq in self._store.numbers()[-count:])
        return [exchange for exchange in found if exchange is not None]

    @property
    def failure(self) -> BaseException | None:
        """What ended the feed, or None while it runs or after `close`."""
        if not self._feeding.done() or self._feeding.cancelled():
            return None
        return self._feeding.exception()

    def close(self) -> None:
        """End the feed and remove the widget from its pages. Closing twice is no error."""
        if self.comm is not None:
            # From here on, it is all there is to see.
            self._still.refresh()
        self._pump.stop()
        super().close()

    def __repr__(self) -> str:
        counts = self._store.counts()
        return f"<{type(self).__name__}: {counts['kept']} exchanges kept, {counts['dropped']} dropped>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        return {**data, "text/plain": repr(self)}, metadata

    def _ipython_display_(self) -> None:
        # A widget that was closed has neither.
        bundle = self._repr_mimebundle_() if self.comm is not None else None
        if bundle is None:
            display({"text/plain": repr(self)}, raw=True)
            return
        data, metadata = bundle
        display(data, metadata=metadata, raw=True)
        self._still.show()

    def _receive(self, _widget: object, content: Any, _buffers: object) -> None:
        # In the main thread or in a subshell's; another widget's message would not be a dict.
        if not isinstance(content, dict):
            return
        if content.get("kind") == "poll":
            # Sent from here, as the poll's own answer: the page hears nothing else.
            for message in self._pump.poll(str(content.get("v"))):
                self._send_custom(*message)
        else:
            self._pump.put(content)

    def _send_custom(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        # Taken once: `close` in another thread sets it to None.
        comm = self.comm
        if comm is not None:
            comm.send(data={"method": "custom", "content": content}, buffers=buffers)


def _route_by_header(comm: Any) -> None:
    """
    Let messages from the page be handled while a cell runs.

    ipykernel 7.4 hands what comes for a comm to the subshell of whoever sent last. That is the main shell as
    soon as the feed has sent something, and the main shell waits for the cell. The message's own header names
    the right one, which is the `default`.
    """
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda data, default: default
