"""Boots Debian's own i386 kernel: the yardstick of what a program gets to see."""

from __future__ import annotations

from pathlib import Path

from builder.boot.emulator import BootImage, Machine, Qemu
from builder.boot.patience import BACKSTOP_S, timeout_scale
from builder.errors import EmulatorError, FileError
from builder.linux.debian.store import Unpacked
from builder.tools import commands

MACHINE = Machine(memory_mib=256)
# panic=-1: a panic resets the machine, which ends QEMU. The kernel's own messages stay away from
# the serial line, or they would stand in the middle of a program's.
COMMAND_LINE = "console=ttyS0 panic=-1 quiet loglevel=1"


def kernel_file(image: Unpacked) -> Path:
    """The kernel in the package `linux-image-686`. Raises FileError."""
    found = sorted((image.root / "boot").glob("vmlinuz-*"))
    if len(found) != 1:
        raise FileError(
            "the kernel's package does not hold one kernel",
            where=str(image.root / "boot"),
            fix=f"remove {image.root.parent} and run `tinygate fetch`",
        )
    return found[0]


def boot_command(kernel: Path, initramfs: Path, machine: Machine = MACHINE) -> list[str]:
    """The command line that boots `kernel` with its serial line on stdin and stdout."""
    return Qemu().command(machine, BootImage("kernel", kernel, initramfs, COMMAND_LINE))


def boot_debian(kernel: Path, initramfs: Path, machine: Machine = MACHINE) -> str:
    """Boot `kernel` with `initramfs`, wait until it has switched the machine off.

    Returns:
        What came over the serial line.

    Raises:
        EmulatorError: QEMU did not start, or did not end with success.
        TimedOutError: The guest does not end.
        UserError: TINYGATE_TIMEOUT_SCALE is not a factor.
    """
    timeout_s = BACKSTOP_S * timeout_scale()  # it takes ten seconds
    done = commands.run(boot_command(kernel, initramfs, machine), timeout_s=timeout_s)
    if not done.ok:
        raise EmulatorError(
            "Debian's kernel did not run to its end",
            where=done.command.shell(),
            why=f"QEMU ended with status {done.status}: {done.stderr.strip()}",
            fix="run the command above by hand and see where it stops",
        )
    return done.stdout.replace("\r\n", "\n")
