"""Turns a machine and an image into a running emulator: one interface (base.py), a file for each.

It may import model and tools.
"""

from collections.abc import Mapping

from builder.boot.emulator.base import (
    Abilities,
    BootImage,
    Connections,
    CpuException,
    CpuState,
    Emulator,
    Machine,
)
from builder.boot.emulator.bochs import Bochs
from builder.boot.emulator.dosbox_x import DosboxX
from builder.boot.emulator.qemu import Qemu
from builder.boot.emulator.v86 import V86

__all__ = [
    "EMULATORS",
    "V86",
    "Abilities",
    "Bochs",
    "BootImage",
    "Connections",
    "CpuException",
    "CpuState",
    "DosboxX",
    "Emulator",
    "Machine",
    "Qemu",
]

# By the names that kernel.toml has for them.
EMULATORS: Mapping[str, Emulator] = {
    each.name: each for each in (Qemu(), Bochs(), V86(), DosboxX())
}
