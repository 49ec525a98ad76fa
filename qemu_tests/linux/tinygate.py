"""Boots an initial RAM disk on tinygate's own kernel."""

from __future__ import annotations

import shlex
from pathlib import Path

from builder.boot.emulator import BootImage, Machine, Qemu
from builder.model.outcomes import BANNER_PREFIX, OFF, PANIC_PREFIX
from qemu_tests.kit.guests import run_to_end
from qemu_tests.kit.kernels import Kernel

# Of the kernel of step `linux` that has no programs of its own: most tests share it.
BARE = ("kernel.step=linux", "programs.suite=none")
# All programs at once, unpacked, are 60 MiB. Some run for a time, or until the clock interrupts
# them: on a slower machine these are fewer instructions.
MACHINE = Machine(memory_mib=256, instruction_ns=8)


def run_on_tinygate(kernel: Kernel, initramfs: Path, machine: Machine = MACHINE) -> str:
    """Boot `kernel` with `initramfs` until it switches the machine off; its serial line's text."""
    image = BootImage("kernel", kernel.elf, initramfs)
    command = Qemu().command(machine, image)
    run = run_to_end(command)
    shown = f"{shlex.join(command)}\n{run.text[-2000:]}{run.stopped_for}"
    assert PANIC_PREFIX not in run.text, shown
    assert run.text.count(BANNER_PREFIX) == 1, shown
    assert run.status == OFF.exit_status, f"QEMU ended with status {run.status}\n{shown}"
    return run.text
