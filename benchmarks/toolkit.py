"""
How fast asgi_nb.web is beside other toolkits, without a server in between.

Each cell of the table is how many times faster than Starlette, the median of rounds in which all took
turns, with the least and the most. `raw` is the same work by hand, the limit for plain Python. Time is
CPU time of the process, all threads together.

Usage: python benchmarks/toolkit.py [--cases plaintext,mount] [--rounds 9] [--quick] [--served]
The others take part where they are installed: pip install fastapi litestar blacksheep falcon
python-multipart. Use a virtual environment of its own for them.
"""

import argparse
import asyncio
import fnmatch
import platform
import warnings

from _toolkit_cases import CASES, Case
from _toolkit_contestants import Contestant, contestants
from _toolkit_measure import Result, measure
from _toolkit_processes import print_processes
from _toolkit_served import print_served


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", help="which, by name or pattern, with commas; all if not given")
    parser.add_argument("--rounds", type=int, default=9, help="turns that each contestant gets")
    parser.add_argument("--quick", action="store_true", help="3 short rounds: for a look, not for a claim")
    parser.add_argument(
        "--served", action="store_true", help="behind uvicorn instead; needs uvloop, httptools and psutil"
    )
    args = parser.parse_args()
    rounds, seconds = (3, 0.01) if args.quick else (args.rounds, 0.05)

    # Deprecations of the others are not our subject.
    warnings.simplefilter("ignore")
    print(f"Python {platform.python_version()}; {rounds} rounds of about {seconds * 1000:.0f} ms")
    field = contestants()
    if args.served:
        # At least 100 of the ticks in which Linux counts a process's time.
        print_served([one.name for one in field], chosen(args.cases), rounds, 100 * seconds)
        return
    asyncio.run(run(chosen(args.cases), field, rounds, seconds))
    if args.cases is None or "processes" in args.cases.split(","):
        print_processes([one.name for one in field], 3 if args.quick else 7)


def chosen(patterns: str | None) -> list[Case]:
    """
    The cases to run.

    Raises:
        SystemExit: A pattern fits none.
    """
    if patterns is None:
        return CASES
    found = []
    for pattern in patterns.split(","):
        fitting = [case for case in CASES if fnmatch.fnmatch(case.name, pattern)]
        if not fitting and pattern != "processes":
            names = ", ".join(case.name for case in CASES)
            raise SystemExit(f"no case named {pattern!r}; there are processes, {names}")
        found += fitting
    return found


async def run(cases: list[Case], field: list[Contestant], rounds: int, seconds: float) -> None:
    """Measure the cases and print a line for each as soon as it is known."""
    names = [one.name for one in field if one.name != "starlette"]
    if cases:
        print(f"\n{'case':<24}{'starlette':>12}{'goal':>6}" + "".join(f"{name:>24}" for name in names))
    for case in cases:
        print(line(await measure(case, field, rounds, seconds), names), flush=True)


def line(result: Result, names: list[str]) -> str:
    """One line of the table; a `*` stands at a goal that was missed."""
    goal = result.case.goal
    missed = goal is not None and "asgi_nb" in result.ratios and result.median("asgi_nb") < goal
    text = f"{result.case.name:<24}{result.microseconds:>9.1f} us" + (
        "" if goal is None else f"{goal:>5g}"
    ).rjust(5)
    text += "*" if missed else " "
    for name in names:
        ratios = result.ratios.get(name)
        cell = "-" if ratios is None else f"{result.median(name):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
        text += cell.rjust(24)
    return text


if __name__ == "__main__":
    main()
