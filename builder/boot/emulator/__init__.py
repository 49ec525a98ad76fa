"""Turns a machine and an image into a running emulator: one interface (base.py), a file for each.

It may import model.
"""

from builder.boot.emulator.base import BootImage, CpuException, CpuState, Emulator, Machine
from builder.boot.emulator.qemu import Qemu

__all__ = ["BootImage", "CpuException", "CpuState", "Emulator", "Machine", "Qemu"]
