"""
A request as a command line of curl: for a POSIX shell, and for Windows' cmd.

Source: POSIX.1-2024, Shell Command Language 2.2; the manual of curl.
"""

import itertools
import json
import re
import shlex
from collections.abc import Sequence

from asgi_nb.record.export.code import Code
from asgi_nb.record.export.errors import ExportError
from asgi_nb.record.export.parts import Bytes, Outgoing, Secret, Text, joined, outgoing
from asgi_nb.record.export.recorded import Recorded
from asgi_nb.record.masks import shorten, visible

# 64 KiB: half of what Linux lets one argument be (MAX_ARG_STRLEN, 128 KiB).
ARGUMENT_LIMIT = 1 << 16
# What cmd takes as one line, less its own words.
CMD_LIMIT = 8000

SHELLS = ("sh", "cmd")


def as_curl(
    exchange: Recorded, shell: str = "sh", *, secrets: bool = False, base_url: str | None = None
) -> Code:
    """
    Write the request as a command of curl.

    Args:
        exchange: The exchange.
        shell: "sh" for any POSIX shell, "cmd" for the command prompt of Windows.
        secrets: Whether to show what is masked otherwise, and read from environment variables.
        base_url: Scheme, host and port to send it to; by default where it came to.

    Raises:
        ExportError: It is a WebSocket session, the request cannot be sent so, or `shell` is neither.
    """
    if shell not in SHELLS:
        raise ExportError(f'shell must be "sh" or "cmd", got {shell!r}')
    if exchange.websocket:
        raise ExportError(
            f"exchange {exchange.seq} is a WebSocket session, and curl sends no messages; use .as_python()"
        )
    request = outgoing(exchange, secrets=secrets, base_url=base_url)
    text = _for_sh(request) if shell == "sh" else _for_cmd(request)
    if "\0" in text:
        raise ExportError(
            f"the request of exchange {exchange.seq} has a zero byte in its head, which no command line can "
            "hold; use .replay()"
        )
    return Code(text, shell)


def _options(request: Outgoing) -> list[tuple[Text, ...]]:
    """Give the arguments of curl but for the body, each option with its value."""
    options: list[tuple[Text, ...]] = []
    has_body = bool(request.body)
    if request.method == "HEAD" and not has_body:
        options.append((("--head",),))
    elif request.method != ("POST" if has_body else "GET"):
        options.append((("-X",), (request.method,)))
    path = "".join(piece for piece in request.target if isinstance(piece, str))
    if re.search(r"/\.{1,2}(/|\?|\Z)", path):
        options.append((("--path-as-is",),))
    if re.search(r"[\[\]{}]", path):
        options.append((("--globoff",),))
    options.append((request.url,))
    for name, value in request.headers:
        if (name.lower(), value) == ("accept", ("*/*",)):
            continue  # As curl says by itself.
        # "name:" would take a header away; "name;" sends it empty.
        options.append((("-H",), (f"{name}: ", *map(_as_utf8, value)) if value else (f"{name};",)))
    if has_body and request.header("content-type") is None:
        options.append((("-H",), ("Content-Type:",)))
    if "gzip" in "".join(map(str, request.header("accept-encoding") or ())):
        # Without, curl would show compressed bytes. The header above says what to ask for.
        options.append((("--compressed",),))
    return options


def _as_utf8(piece: str | Secret) -> str | Secret:
    """Read a header's bytes as UTF-8, which is what a terminal shows and a shell hands on."""
    return piece if isinstance(piece, Secret) else piece.encode("latin-1").decode("utf-8", "surrogateescape")


# --- POSIX


def _for_sh(request: Outgoing) -> str:
    comments = "".join(f"# {visible(note)}\n" for note in (*request.notes, *_advice(request)))
    if not request.body:
        return comments + _sh_line(_options(request))
    text = _as_text(request.body)
    if text is not None and sum(map(len, map(str, text))) <= ARGUMENT_LIMIT:
        return comments + _sh_line([*_options(request), (("--data-raw",), text)])
    line = _sh_line([*_options(request), (("--data-binary",), ("@-",))])
    return f"{comments}{_sh_printf(request.body)} |\n{line}"


def _advice(request: Outgoing) -> list[str]:
    names = ", ".join(secret.name for secret in request.secrets)
    return [f"Set in the environment first, for the values are masked: {names}"] if names else []


def _as_text(body: Bytes) -> Text | None:
    """Give a body that can stand in a command as it is; None when it has bytes that cannot be seen."""
    pieces: list[str | Secret] = []
    for piece in body:
        if isinstance(piece, Secret):
            pieces.append(piece)
            continue
        try:
            text = piece.decode()
        except ValueError:
            return None
        if "\r" in text or visible(text, lines=True) != text:
            return None
        pieces.append(text)
    return tuple(pieces)


def _sh_line(options: Sequence[tuple[Text, ...]]) -> str:
    groups = [" ".join(map(_sh_word, option)) for option in options]
    line = " ".join(["curl", *groups])
    # As one line where it fits into a terminal, else a line per option.
    return line if len(line) <= 100 and "\n" not in line else "curl " + " \\\n  ".join(groups)


def _sh_word(argument: Text) -> str:
    argument = joined(argument)
    shown = "".join(piece for piece in argument if isinstance(piece, str))
    # An interactive shell would read "!" in double quotes as a word of its history.
    if len(argument) > 1 and "!" not in shown and visible(shown, lines=True) == shown:
        pieces = [
            f"${{{piece.name}}}" if isinstance(piece, Secret) else re.sub(r'([\\"$`])', r"\\\1", piece)
            for piece in argument
        ]
        return f'"{"".join(pieces)}"'
    return "".join(map(_sh_piece, argument)) or "''"


def _sh_piece(piece: str | Secret) -> str:
    if isinstance(piece, Secret):
        return f'"${piece.name}"'
    if "\0" in piece or visible(piece, lines=True) == piece:
        return shlex.quote(piece)
    return f'"$(printf {shlex.quote(_printf_format(piece.encode("utf-8", "surrogateescape")))})"'


def _sh_printf(body: Bytes) -> str:
    form = "".join("%s" if isinstance(piece, Secret) else _printf_format(piece) for piece in body)
    values = "".join(f' "${piece.name}"' for piece in body if isinstance(piece, Secret))
    # The format is an operand of its own, also when it begins with a dash.
    return f"printf -- {shlex.quote(form)}{values}"


def _printf_format(data: bytes) -> str:
    """Escape bytes for the format of printf, which is the one way to write any byte that POSIX has."""
    named = {0x5C: "\\\\", 0x25: "%%", 0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t"}
    return "".join(
        named.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}") for byte in data
    )


# --- Windows

# What cmd reads as its own, outside of quotes. A caret takes the meaning away.
_CMD_SPECIAL = re.compile(r'[()%!^"<>&|]')


def _for_cmd(request: Outgoing) -> str:
    comments = "".join(f"REM {visible(note)}\n" for note in (*request.notes, *_advice(request)))
    options = _options(request)
    if request.body:
        options.append((("--data-raw",), _cmd_body(request)))
    words = ["curl.exe"]
    for argument in itertools.chain.from_iterable(options):
        words.append('^"' + "".join(map(_cmd_piece, argument)) + '^"')
    line = " ".join(words)
    if len(line) > CMD_LIMIT:
        raise ExportError(
            f"the command has {len(line)} characters, and cmd takes {CMD_LIMIT}; "
            "use .as_curl() or .as_httpx()"
        )
    return comments + line


def _cmd_body(request: Outgoing) -> Text:
    text = _as_text(request.body)
    if text is not None and any(isinstance(piece, str) and "\n" in piece for piece in text):
        text = _on_one_line(request)
    if text is None:
        raise ExportError(
            "the body has line ends or bytes that no command line of cmd can hold; "
            "use .as_curl() or .as_httpx()"
        )
    return text


def _on_one_line(request: Outgoing) -> Text | None:
    body = request.plain_body
    try:
        return None if body is None else (json.dumps(json.loads(body), ensure_ascii=False),)
    except ValueError:
        # Not JSON, where line ends between the values mean nothing.
        return None


def _cmd_piece(piece: str | Secret) -> str:
    if isinstance(piece, Secret):
        return f"%{piece.name}%"
    if "\n" in piece or "\r" in piece or visible(piece) != piece:
        raise ExportError(
            f"{shorten(visible(piece), 60)!r} has a character that no command line of cmd can hold; "
            "use .as_curl() or .as_httpx()"
        )
    # First for the program, which reads backslashes before a quote in pairs; then for cmd.
    quoted = re.sub(r'(\\*)"', r'\1\1\\"', piece)
    quoted = re.sub(r"(\\+)\Z", r"\1\1", quoted)
    return _CMD_SPECIAL.sub(lambda match: "^" + match[0], quoted)
