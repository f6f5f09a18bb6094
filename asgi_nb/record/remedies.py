"""What to write in place of a line that held the loop: one sentence for each kind of line."""

import re

# The line's source -> what to do. The first that is found counts.
REMEDIES: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"\btime\.sleep\s*\(|(?<![\w.])sleep\s*\("),
        "Write await asyncio.sleep(…) in place of time.sleep(…).",
    ),
    (
        re.compile(r"\b(requests|httpx2?)\.\w+\s*\(|\burlopen\s*\("),
        "Use a client that can be awaited: async with httpx2.AsyncClient() as client, await client.get(…).",
    ),
    (
        re.compile(r"\bsubprocess\.\w+\s*\(|\bos\.system\s*\("),
        "Write await asyncio.create_subprocess_exec(…), and await what it gives.",
    ),
    (
        re.compile(r"\.(join|result|acquire)\s*\(\s*\)"),
        "Await an asyncio task or lock, or move the call into a thread: await asyncio.to_thread(…).",
    ),
)

OTHERWISE = (
    "Write def in place of async def, or add --on thread to the cell's first line: "
    "it then runs in a worker thread, and the loop stays free."
)


def remedy(text: str) -> str:
    """
    Say what to do about a line that held the loop.

    Args:
        text: The line's source; "" when it is not known.
    """
    # An awaited call gives the loop back; what held it is something else on the line.
    if re.search(r"\bawait\b", text):
        return OTHERWISE
    return next((sentence for pattern, sentence in REMEDIES if pattern.search(text)), OTHERWISE)
