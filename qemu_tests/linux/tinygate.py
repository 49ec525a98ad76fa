"""Boots an initial RAM disk on tinygate's own kernel."""

from __future__ import annotations

from pathlib import Path

from builder import proc
from builder.emulator import BootImage, Machine, Qemu
from builder.model.outcomes import BANNER_PREFIX, OFF, PANIC_PREFIX
from builder.patience import timeout_scale
from qemu_tests.kernels import Kernel

MACHINE = Machine(memory_mib=256)  # all programs at once, unpacked, are 60 MiB
TIMEOUT_S = 300


def run_on_tinygate(kernel: Kernel, initramfs: Path, machine: Machine = MACHINE) -> str:
    """Boot `kernel` with `initramfs` until it switches the machine off; its serial line's text."""
    image = BootImage("kernel", kernel.elf, initramfs)
    timeout_s = TIMEOUT_S * timeout_scale()
    done = proc.run(Qemu().command(machine, image), timeout_s=timeout_s)
    text = done.stdout.replace("\r\n", "\n")
    shown = f"{done.command.shell()}\n{text[-2000:]}{done.stderr}"
    assert PANIC_PREFIX not in text, shown
    assert text.count(BANNER_PREFIX) == 1, shown
    assert done.status == OFF.exit_status, f"QEMU ended with status {done.status}\n{shown}"
    return text
