"""What the benchmark reads from a guest's serial line: pure functions over its text.

A guest prints each cost as `# cost page           50.00`: ticks of the CPU's counter for one round
of the measuring loop (a median where ` best  49.00` follows). Under `-icount shift=0` a tick is one
instruction of the guest, and exact.
"""

from __future__ import annotations

import re

from builder.bench.figures import Value
from builder.errors import BuildError
from builder.model.outcomes import FINISHED, FINISHED_PREFIX, PANIC_PREFIX

LOOP_INSTRUCTIONS = 3  # of each round: mov eax, number; dec; jnz

_COST = re.compile(
    r"^# cost (?P<name>[a-z0-9-]+) +(?P<ticks>\d+\.\d\d)(?: best +(?P<best>\d+\.\d\d))?$",
    re.MULTILINE,
)
_FINISHED = re.compile(rf"^{re.escape(FINISHED_PREFIX)}\d+ passed, 0 failed$", re.MULTILINE)
# After the plan the kernel prints only `# ` lines until a program in ring 3 prints its first one.
_RING3 = re.compile(rb"^1\.\.\d+\r?\n(?:# [^\n]*\n)*[^#\n][^\n]*\n", re.MULTILINE)


def costs(text: str) -> dict[str, float]:
    """Ticks per round by the name of the row; a row printed twice counts as printed last."""
    return {match["name"]: float(match["ticks"]) for match in _COST.finditer(text)}


def cost(text: str, name: str, *, where: str) -> float:
    """One row's ticks per round. Raises BuildError if the guest did not print it."""
    found = costs(text)
    if name not in found:
        raise BuildError(
            f"the guest printed no `# cost {name}` line",
            where=where,
            why="it printed: " + (", ".join(found) if found else "no cost at all"),
            fix="boot it with `tinygate run` and see where it stops",
        )
    return found[name]


def cost_value(text: str, name: str, *, where: str) -> Value:
    """The same with the best of the batches, if the guest printed it. Raises BuildError."""
    median = cost(text, name, where=where)
    best = {match["name"]: match["best"] for match in _COST.finditer(text)}[name]
    return Value(median, float(best) if best else None)


def instructions(text: str, name: str, *, where: str) -> float:
    """Guest instructions of one call: the row's, less the loop's own. For a run under icount."""
    return cost(text, name, where=where) - LOOP_INSTRUCTIONS


def has_first_byte(data: bytes) -> bool:
    """True once anything at all has arrived."""
    return bool(data)


def has_ring3_line(data: bytes) -> bool:
    """True once the first line that a ring 3 program prints is complete."""
    return _RING3.search(data) is not None


def passed(text: str, status: int | None) -> bool:
    """True if a guest ran to the end of its suite, all of it well."""
    panicked = any(line.startswith(PANIC_PREFIX) for line in text.splitlines())
    return status == FINISHED.exit_status and not panicked and _FINISHED.search(text) is not None
