"""Where a kernel that does not end is, seen more than once.

One look finds it in the kernel, or in a program, by chance. A kernel that goes round in itself is
in ring 0 at each of many; one that comes back to a program which calls again and again is not.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from builder.boot.emulator import Qemu
from builder.boot.emulator.base import CpuState, Machine
from builder.boot.emulator.control import Control

# A program that does nothing but call the old kernel is in ring 3 at each third look.
LOOKS = 32
_APART = 10_000  # instructions, at least: else nothing may have run in between
_TRIES = 20_000  # questions, after which it does not go on at all


@dataclass(frozen=True)
class KernelCpu(CpuState):
    """A CPU that was in ring 0 at each look."""

    def __str__(self) -> str:
        """Such as `cpu0: eip=0x00100029 cpl=0, in ring 0 at each look`."""
        return f"{super().__str__()}, in ring 0 at each look"


class LookingQemu(Qemu):
    """QEMU that looks often at a CPU which has to be stopped."""

    def __init__(self, machine: Machine) -> None:
        """`machine` is the one that is booted."""
        self._machine = machine

    def cpu_states(self, control: Control, *, idle: bool = False) -> tuple[CpuState, ...]:
        """See `Emulator.cpu_states`."""
        states = super().cpu_states(control, idle=idle)
        if len(states) != 1 or states[0].halted or states[0].cpl != 0:
            return states
        for _ in range(LOOKS):
            again = self._later(control)
            if len(again) != 1 or again[0].halted or again[0].cpl != 0:
                return states
        (cpu,) = states
        return (KernelCpu(cpu.index, cpu.eip, cpu.cpl, cpu.eflags, cpu.halted),)

    def _later(self, control: Control) -> tuple[CpuState, ...]:
        """The same some instructions later; empty if it does not go on."""
        before = self.counted(self._machine, control)
        control.say(json.dumps({"execute": "cont"}).encode() + b"\n")
        for _ in range(_TRIES):
            now = self.counted(self._machine, control)
            if before is None or now is None:
                return ()
            if now.instructions - before.instructions >= _APART:
                return super().cpu_states(control)
        return ()
