"""How long a guest that says nothing is waited for: by what it does, not by the wall clock.

A machine that counts instructions is measured in those, and in the seconds of its own clock in
which its CPU was halted. Both are the same on every computer, whatever else that has to do. One
with several CPUs has the host's clock: it is measured by the CPU time that its emulator uses, and
by the time in which the emulator has nothing to do. Neither grows while others have the CPU: on a
busy computer a hang takes longer to be seen, and nothing is taken for one.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from builder.boot.effort import Effort
from builder.boot.emulator.base import Counted
from builder.boot.transcript import Phase
from builder.errors import UserError

# Of the wall clock, for what is done in seconds by whatever computer: its end means that something
# is broken, never that something is slow.
BACKSTOP_S = 900.0
SCALE_VARIABLE = "TINYGATE_TIMEOUT_SCALE"
TOTAL = 10  # a phase with output now and then may use up this many times what a silent one may
# An emulator that counts is stopped by its effort only if that is so much more than one that does
# not count may make: it hangs, or does not answer, or the guest has stopped its own clock, or has
# run away to where each instruction is an exception and takes a thousand times as long.
BACKSTOP = 10
# One that counts, and answers, executes millions of instructions in a second of CPU time, or its
# clock runs. If neither moves, one exception leads to the next, or the machine has been stopped.
STALLED_S = 5.0
STALLED = f"{STALLED_S:.0f} s of the emulator's time without one instruction"
# Of one look: a guest that sets its clock to another day has not been idle since.
_MOST_OF_IDLE_LIMIT = 0.25


def timeout_scale(environ: Mapping[str, str] = os.environ) -> float:
    """The value of TINYGATE_TIMEOUT_SCALE, by which every limit is multiplied; 1 if it is unset.

    Raises:
        UserError: It is not a factor.
    """
    value = environ.get(SCALE_VARIABLE, "1")
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,6})?", value) or float(value) == 0:
        raise UserError(
            f"not a factor: {value!r}",
            where=SCALE_VARIABLE,
            why="it multiplies every limit, so it must be a number above 0 and below 10000",
            fix=f"for example {SCALE_VARIABLE}=4, or leave it unset",
        )
    return float(value)


@dataclass(frozen=True)
class Limit:
    """What a silent guest may use up, in four units; the first that is reached counts.

    Attributes:
        instructions: Executed, where they are counted.
        idle_s: Seconds of the guest's clock with its CPU halted, where instructions are counted.
        cpu_s: CPU time of the emulator, where they are not.
        asleep_s: Seconds in which the emulator had nothing to do, where they are not.
    """

    instructions: float = math.inf
    idle_s: float = math.inf
    cpu_s: float = math.inf
    asleep_s: float = math.inf

    def times(self, factor: float) -> Limit:
        """Each of them multiplied."""
        return Limit(*(getattr(self, field.name) * factor for field in fields(self)))


# Of a guest whose last line has come, where the emulator does not end by itself: what it prints
# about a panic comes at once.
SETTLED = Limit(cpu_s=0.3, asleep_s=0.3)

IN_WORDS = {
    "instructions": "{:,.0f} instructions",
    "idle_s": "{:,.0f} guest seconds with the CPU halted",
    "cpu_s": "{:,.0f} s of the emulator's CPU time",
    "asleep_s": "{:,.0f} s in which the emulator had nothing to do",
}
IDLE = ("idle_s", "asleep_s")
NO_OUTPUT_FOR, NO_END_WITHIN = "no output for", "no end within"


@dataclass(frozen=True)
class Patience:
    """What a guest may use up without a word in each phase.

    A demo or a suite of checks has said the next word after some million instructions. What is
    allowed here is for programs of the user's: a computation of 10,000,000,000 instructions, which
    QEMU does in about a minute, or ten minutes' sleep, which it does in three seconds.
    """

    boot: Limit = Limit(2e9, idle_s=30, cpu_s=5, asleep_s=20)
    suite: Limit = Limit(10e9, idle_s=600, cpu_s=60, asleep_s=60)
    ending: Limit = Limit(1e9, idle_s=30, cpu_s=10, asleep_s=10)

    def of(self, phase: Phase) -> Limit:
        """What it may use up in `phase`."""
        return {Phase.BOOT: self.boot, Phase.SUITE: self.suite, Phase.ENDING: self.ending}[phase]

    def while_booting(self, factor: float) -> Patience:
        """With so many times the CPU time for the boot."""
        return replace(self, boot=replace(self.boot, cpu_s=self.boot.cpu_s * factor))

    def until_settled(self) -> Patience:
        """With SETTLED for the end: a guest that is silent then has ended."""
        return replace(self, ending=SETTLED)

    def scaled(self, environ: Mapping[str, str] = os.environ) -> Patience:
        """Multiplied by TINYGATE_TIMEOUT_SCALE. Raises UserError."""
        factor = timeout_scale(environ)
        return Patience(*(self.of(phase).times(factor) for phase in Phase))


@dataclass(frozen=True)
class Reading:
    """How far a guest is; only differences mean something."""

    effort: Effort
    counted: Counted | None = None


class Meter:
    """Tells when a limit has been used up, counted from the first reading on."""

    def __init__(self, limit: Limit, *, counts: bool) -> None:
        """Nothing has been used up; `counts` as of the machine."""
        effort = BACKSTOP if counts else 1
        self._most = replace(limit, cpu_s=limit.cpu_s * effort, asleep_s=limit.asleep_s * effort)
        self._first: Effort | None = None
        self._counted: tuple[Counted, Counted] | None = None  # the first and the last
        self._idle_s = 0.0
        self.used_up = ""  # which of the limit's units
        self._moved_s = 0.0  # of effort, when an instruction was last executed, or the clock ran

    def add(self, now: Reading) -> str:
        """Take the next reading; what has been used up, in words, or nothing."""
        if self._first is None:
            self._first = now.effort
        if now.counted:
            if self._counted is None or now.counted != self._counted[1]:
                self._moved_s = _sum(now.effort)
            self._count(now.counted)
        spent = {
            "cpu_s": now.effort.cpu_s - self._first.cpu_s,
            "asleep_s": now.effort.asleep_s - self._first.asleep_s,
            "idle_s": self._idle_s,
        }
        if self._counted:
            first, last = self._counted
            spent["instructions"] = last.instructions - first.instructions
            if now.counted and _sum(now.effort) - self._moved_s >= STALLED_S:
                return STALLED
        for unit, amount in spent.items():
            most = getattr(self._most, unit)
            if amount >= most:
                self.used_up = unit
                return IN_WORDS[unit].format(most)
        return ""

    def _count(self, now: Counted) -> None:
        first, last = self._counted or (now, now)
        if last.idle_s is not None and now.idle_s is not None:
            most_s = self._most.idle_s * _MOST_OF_IDLE_LIMIT
            self._idle_s += min(max(0.0, now.idle_s - last.idle_s), most_s)
        self._counted = first, now


def _sum(effort: Effort) -> float:
    return effort.cpu_s + effort.asleep_s


class Watcher:
    """Follows one guest, and says when there is no more sense in waiting."""

    def __init__(self, patience: Patience, *, counts: bool, debugged: bool = False) -> None:
        """The guest has not begun.

        Args:
            patience: With it.
            counts: As of the machine.
            debugged: That it stands still, and so sleeps, as long as a debugger pleases.
        """
        self._patience = patience
        self._counts = counts
        self._debugged = debugged
        self._phase: Phase | None = None
        self._progress = -1
        self.is_silent = False  # that it was to be stopped for its silence
        self.is_idle = False  # that it was to be stopped for how long its CPUs did nothing

    def see(self, phase: Phase, progress: int, now: Reading) -> str:
        """Take a reading; why the guest is to be stopped, or nothing.

        Args:
            phase: How far it has come.
            progress: A number that is another one if there was output or input since the last call,
                or the guest stood still.
            now: Read when that number was known: never too small for the silence behind it.
        """
        limit = self._patience.of(phase)
        if phase is not self._phase:
            self._phase = phase
            whole = limit.times(TOTAL)
            if self._debugged:
                whole = replace(whole, asleep_s=math.inf)
            self._whole = Meter(whole, counts=self._counts)
            self._progress = -1
        if progress != self._progress or progress < 0:
            self._progress = progress
            self._silent = Meter(limit, counts=self._counts)
        if amount := self._silent.add(now):
            self.is_silent = True
            self.is_idle = self._silent.used_up in IDLE
            return f"{NO_OUTPUT_FOR} {amount}"
        if amount := self._whole.add(now):
            return f"{NO_END_WITHIN} {amount}"
        return ""
