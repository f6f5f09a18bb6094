"""Put secrets back into a text that was edited with the secrets hidden."""

from asgi_nb.record.masks import MASK, shorten, visible


def restore(edited: str, shown: str, original: str) -> str:
    """
    Give an edited text with what is hidden in it as it was.

    Whoever edits sees `shown`, and never `original`. Each mask that is left stands for the secret that it
    stood for before, counted from the start.

    Args:
        edited: What became of `shown`.
        shown: The original, with MASK in place of each secret.
        original: What it was made of.

    Raises:
        ValueError: There are more or fewer masks than before, or they cannot be told apart.
    """
    if edited == shown:
        return original
    parts = edited.split(MASK)
    if len(parts) == 1:
        return edited
    secrets = _secrets(shown.split(MASK), original)
    if secrets is None:
        raise ValueError(
            "what is hidden cannot be put back, because characters beside it cannot be shown as they are; "
            "write all of it, or edit it from a cell"
        )
    if len(secrets) != len(parts) - 1:
        raise ValueError(
            f"{len(parts) - 1} hidden values ({MASK}) in {shorten(visible(edited), 80)!r}, where "
            f"{len(secrets)} were; leave them as they stand, or write all values"
        )
    return "".join(part + secret for part, secret in zip(parts, [*secrets, ""], strict=True))


def _secrets(pieces: list[str], original: str) -> list[str] | None:
    """Find what stands between the pieces; None when they are not those of the original."""
    at = len(pieces[0])
    if not original.startswith(pieces[0]):
        return None
    secrets = []
    for piece in pieces[1:-1]:
        # A secret has one character at least: what is empty is not hidden.
        found = original.find(piece, at + 1)
        if found < 0:
            return None
        secrets.append(original[at:found])
        at = found + len(piece)
    end = len(original) - len(pieces[-1])
    if len(pieces) > 1:
        if end <= at or not original.endswith(pieces[-1]):
            return None
        secrets.append(original[at:end])
    return secrets
