"""The emulators that can boot a kernel: one small interface (base.py), one file for each."""

from builder.emulator.base import BootImage, CpuException, CpuState, Emulator, Machine
from builder.emulator.qemu import Qemu

__all__ = ["BootImage", "CpuException", "CpuState", "Emulator", "Machine", "Qemu"]
