"""
The Range header: which parts of a file a client asks for.

Source: RFC 9110 section 14.
"""

__all__ = ["MalformedRangeHeader", "RangeNotSatisfiable", "multipart_part_head", "parse_range_header"]


class MalformedRangeHeader(Exception):
    """
    The header cannot be read; answered with 400.

    Args:
        content: What the client is told.
    """

    def __init__(self, content: str = "Malformed range header.") -> None:
        super().__init__(content)
        self.content = content


class RangeNotSatisfiable(Exception):
    """
    A range starts after the end of the file; answered with 416.

    Args:
        max_size: Bytes in the file.
    """

    def __init__(self, max_size: int) -> None:
        super().__init__(max_size)
        self.max_size = max_size


def parse_range_header(header: str, size: int, max_ranges: int) -> list[tuple[int, int]]:
    """
    The ranges asked for, as (first byte, byte after the last), sorted, overlapping ones merged.

    Args:
        header: The header's value.
        size: Bytes in the file.
        max_ranges: More ranges give an empty list, which means the whole file: many small
            ranges cost a server far more than they cost a client.

    Raises:
        MalformedRangeHeader: The unit is not bytes, no range can be read, or one ends before it starts.
        RangeNotSatisfiable: A range starts at or after the end of the file.
    """
    unit, equals, ranges_text = header.partition("=")
    if not equals:
        raise MalformedRangeHeader
    if unit.strip().lower() != "bytes":
        raise MalformedRangeHeader("Only support bytes range")
    if ranges_text.count(",") >= max_ranges:
        return []
    ranges = [found for part in ranges_text.split(",") if (found := _parse_range(part, size)) is not None]
    if not ranges:
        raise MalformedRangeHeader("Range header: range must be requested")
    if any(start >= size for start, _ in ranges):
        raise RangeNotSatisfiable(size)
    if any(start >= end for start, end in ranges):
        raise MalformedRangeHeader("Range header: start must be less than end")
    return _merge(ranges)


def _parse_range(part: str, size: int) -> tuple[int, int] | None:
    first, dash, last = (piece.strip() for piece in part.partition("-"))
    if not dash or not (first or last):
        return None
    # Not int() alone: it takes signs, underscores and digits of other scripts.
    if not all(piece == "" or (piece.isascii() and piece.isdigit()) for piece in (first, last)):
        return None
    if not first:
        return max(size - _number(last), 0), size
    return _number(first), min(_number(last) + 1, size) if last else size


def _number(digits: str) -> int:
    """Their value, or what is past the end of any file: int() refuses thousands of them."""
    return int(digits) if len(digits) < 20 else int(digits.lstrip("0")[:20] or "0")


def _merge(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def multipart_part_head(boundary: str, content_type: str, start: int, end: int, size: int) -> bytes:
    """What stands before one range's bytes in a multipart/byteranges body. Source: RFC 9110 section 14.6."""
    return (
        f"--{boundary}\r\nContent-Type: {content_type}\r\n"
        f"Content-Range: bytes {start}-{end - 1}/{size}\r\n\r\n"
    ).encode("latin-1")
