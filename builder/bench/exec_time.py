"""How long `tinygate exec` takes until its program's first byte, beyond the emulator's own start.

Each run is paired with one of the empty kernel, kernel_src/yardstick/empty.asm, on the same machine
and right after it: the difference is Python, the RAM disk, and the start of our kernel.
"""

from __future__ import annotations

import shlex
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from builder.bench import serial, stats
from builder.bench.clock import timed_run
from builder.boot.patience import BACKSTOP_S, Limit
from builder.errors import EmulatorError
from builder.linux.exec import command_line, machine
from builder.tools.resources import PACKAGE_DIR

# Where this is set, each run would compile all modules again: that is not what users have. Both
# commands of a pair begin so.
PLAINLY = ("env", "-u", "PYTHONDONTWRITEBYTECODE")


def exec_command(program: Path) -> list[str]:
    """The command that is measured."""
    return [*PLAINLY, sys.executable, "-m", PACKAGE_DIR.name, "exec", str(program)]


def empty_command(empty: Path, memory: Path) -> list[str]:
    """The emulator with the same machine; its serial line is its standard output."""
    command = machine.command(
        command_line.Wanted(),
        str(empty),
        memory=str(memory),
        modules=(),
        bell="null",
        serial="stdio,signal=off",
    )
    return [*PLAINLY, *command]


def exec_overhead(
    program: Path,
    empty: Path,
    *,
    runs: int,
    progress: Callable[[str], None] = lambda _text: None,
) -> stats.Summary:
    """Seconds to the first byte of `program`, less those of the empty kernel, in pairs.

    Args:
        program: A static i386 ELF file that prints something at once.
        empty: The assembled empty kernel.
        runs: How many pairs.
        progress: Is told what is done.

    Raises:
        EmulatorError: One of the two printed nothing.
        ToolError: There is no QEMU.
    """
    ours, bare = [], []
    with tempfile.TemporaryDirectory(prefix="tinygate-bench-") as folder:
        measured = exec_command(program)
        other = empty_command(empty, Path(folder) / "memory")
        # Compiles, and builds the kernel, if need be: it waits for others, and is silent.
        patient = Limit(cpu_s=BACKSTOP_S, asleep_s=BACKSTOP_S)
        timed_run(measured, serial.has_first_byte, limit=patient)
        for number in range(1, runs + 1):
            progress(f"exec: round {number} of {runs}")
            ours.append(_seen(measured))
            bare.append(_seen(other))
    return stats.paired_difference(ours, bare)


def _seen(command: list[str]) -> float:
    run = timed_run(command, serial.has_first_byte)
    if run.seen_s is None:
        raise EmulatorError(
            "nothing was printed",
            where=shlex.join(command),
            why=run.text[-500:] or f"exit status {run.status}",
            fix="run the command above by hand and see where it stops",
        )
    return run.seen_s
