"""How long it takes to record a call, beside the only other way: gdb, told to step and to print.

Each pair is a record of one getpid and one of a longer call, right after each other: the first is
what a reader waits for, the difference is what one more instruction costs.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from builder.bench import stats
from builder.bench.figures import Row, Value, figure
from builder.bench.measure import Bench
from builder.boot.emulator.base import BootImage, Connections
from builder.boot.patience import BACKSTOP_S
from builder.errors import BuildError
from builder.tools import commands, toolchain

ROUNDS = 5
_SHORT, _LONG = ("--call", "getpid"), ("--call", "write")  # of hello, each its first
_GETPID = 20
_STACK_WORDS = 16
_US_PER_S = 1e6
_QUIETLY = ("-batch", "-nx", "-x")


@dataclass(frozen=True)
class _Pair:
    """Seconds and recorded instructions, of a short call and of a long one."""

    short: tuple[float, int]
    long: tuple[float, int]


def rows(tinygate: Callable[[str, Path, Sequence[str]], Sequence[str]], bench: Bench) -> list[Row]:
    """Both figures.

    Args:
        tinygate: Gives the command line of a verb, for the kernel in a folder, with more options.
        bench: What is measured: for its kernel, machine and progress.
    """
    ours: list[_Pair] = []
    theirs: list[_Pair] = []
    gdb = toolchain.find_tool(toolchain.GDB)
    with tempfile.TemporaryDirectory(prefix="tinygate-bench-") as name:
        folder = Path(name)
        built, record = folder / "build", folder / "call.json"
        _timed(tinygate("image", built, ()))

        def recorded(words: Sequence[str]) -> tuple[float, int]:
            took_s = _timed(tinygate("xray", built, (*words, "--json", str(record))))
            return took_s, len(json.loads(record.read_text(encoding="utf-8"))["rows"])

        recorded(_SHORT)  # the first one compiles
        for number in range(1, ROUNDS + 1):
            bench.progress(f"recording a call: round {number} of {ROUNDS}")
            ours.append(_Pair(recorded(_SHORT), recorded(_LONG)))
            if gdb.ok:
                steps = ours[-1].short[1], ours[-1].long[1]
                theirs.append(
                    _Pair(
                        *(
                            (_timed(_gdb(bench, folder / "session", count)), count)
                            for count in steps
                        )
                    )
                )
    note = "" if gdb.ok else "gdb is not installed"
    return [
        Row(figure("xray_getpid_s"), _whole(ours), _whole(theirs), note),
        Row(figure("xray_row_us"), _one_more(ours), _one_more(theirs), note),
    ]


def _whole(pairs: Sequence[_Pair]) -> Value | None:
    return _value(stats.summarise([pair.short[0] for pair in pairs])) if pairs else None


def _one_more(pairs: Sequence[_Pair]) -> Value | None:
    costs = [
        (pair.long[0] - pair.short[0]) / (pair.long[1] - pair.short[1]) * _US_PER_S
        for pair in pairs
    ]
    return _value(stats.summarise(costs)) if costs else None


def _value(summary: stats.Summary) -> Value:
    return Value(summary.median, summary.minimum)


def _timed(command: Sequence[str]) -> float:
    """Seconds until it has ended. Raises BuildError if it fails."""
    began = time.monotonic()
    done = commands.run(command, timeout_s=BACKSTOP_S)
    if not done.ok:
        raise BuildError(
            "a command that is timed has failed",
            where=done.command.shell(),
            why=(done.stderr or done.stdout).strip()[-1000:],
        )
    return time.monotonic() - began


def _gdb(bench: Bench, script: Path, count: int) -> list[str]:
    """A session that stops at the kernel's entry, and then steps and prints so many times."""
    image = BootImage("kernel", bench.kernel)
    to = Connections(Path("/dev/null"), gdb="stdio", stopped=True)
    emulator = bench.emulator.command(bench.machine, image, to)
    turn = ("stepi", "info registers", f"x/{_STACK_WORDS}xw $esp", "set $left = $left - 1")
    words = (
        "set pagination off",
        "set confirm off",
        f"target remote | exec {commands.Command(tuple(emulator)).shell()}",
        f"break sysenter_entry if $eax == {_GETPID}",
        "continue",
        f"set $left = {count}",
        *("while $left > 0", *turn, "end"),
    )
    script.write_text("\n".join(words) + "\n", encoding="utf-8")
    return [toolchain.require(toolchain.GDB)["gdb"].path, *_QUIETLY, str(script), str(bench.kernel)]
