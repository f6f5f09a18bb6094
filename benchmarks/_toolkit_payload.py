"""What all contestants send: every app of the benchmark answers with these."""

import tempfile
from pathlib import Path

HELLO = "Hello, World!"

# 2 KiB: above the least size that is compressed.
PAGE = "All work and no tea. " * 100

CHUNK = b"x" * 100
CHUNKS = 100

ITEM = b'{"name":"tea","price":3,"tags":["hot","green"]}'

BOUNDARY = b"benchmark"
FORM = b"".join(
    b'--%b\r\nContent-Disposition: form-data; name="field%d"\r\n\r\nvalue\r\n' % (BOUNDARY, number)
    for number in range(3)
) + b'--%b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n%b\r\n--%b--\r\n' % (
    BOUNDARY,
    b"x" * 2048,
    BOUNDARY,
)


def route_paths(count: int) -> list[str]:
    """The paths of an app with that many routes. The last one has a sibling with a parameter."""
    return [f"/api/v1/resource{index}/list" for index in range(count)]


def param_path(count: int) -> str:
    """Where the parameter is; fill in `{}` with what stands for it in a route, or with a number."""
    return f"/api/v1/resource{count - 1}/{{}}"


# Gone with the process.
_HOLDER = tempfile.TemporaryDirectory(prefix="benchmark-")


def static_directory() -> str:
    """A directory with one small file."""
    (Path(_HOLDER.name) / "a.txt").write_text("x" * 500)
    return _HOLDER.name
