"""What `run` does with the step `linux`: a shell on the machine, if there can be one."""

from __future__ import annotations

import sys
from pathlib import Path

from builder.cli import ui
from builder.config.keys import KernelConfig
from builder.config.step import Step
from builder.errors import DebianUnavailableError, ExitCode


def has_shell(config: KernelConfig) -> bool:
    """Whether a kernel of this configuration is one to open a shell on."""
    programs = config.programs
    return config.kernel.step >= Step.LINUX and programs.suite == "demo" and not programs.files


def make_initrd(out: Path, *, is_terminal: bool, dry: bool) -> Path | None:
    """The RAM disk with the shell; None, and a word about why, if there is none to be had."""
    from builder.linux import debian
    from builder.linux.shell.userland import PACKAGE, make_userland

    if not is_terminal:
        ui.say("no shell: standard input or output is no terminal; the demonstration runs instead")
        return None
    initrd = out / "shell.cpio"
    if dry:
        return initrd
    try:
        with ui.progress("looking for busybox") as update:
            got = debian.fetch(debian.named([PACKAGE]), progress=update)
    except DebianUnavailableError as error:
        ui.say(f"no shell: {error.in_one_line()}; the demonstration runs instead")
        return None
    initrd.write_bytes(make_userland(got[PACKAGE]))
    return initrd


def is_terminal() -> bool:
    """Whether somebody sits at both ends."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def open_shell(config: KernelConfig, kernel: Path, initrd: Path, out: Path, dry: bool) -> int:
    """Boot with the RAM disk and hand the terminal over; returns the exit code."""
    import shlex

    from builder.boot.emulator import Machine, Qemu
    from builder.boot.run import new_transcript
    from builder.linux.shell.attend import ESCAPE_NAME, attend, shell_image

    machine = Machine(config.machine.cpu, config.machine.memory_mib, config.cpu.count, icount=False)
    image = shell_image(kernel, initrd, sys.stdin.fileno())
    again = shlex.join(Qemu().command(machine, image))
    if dry:
        print(again)
        return ExitCode.OK
    ui.say(f"the terminal is the machine's: `poweroff` or Ctrl-D ends it, {ESCAPE_NAME} at once")
    transcript = new_transcript(out / "runs", "shell")
    ending = attend(Qemu(), machine, image, transcript)
    if ending.code != ExitCode.OK:
        ui.say(f"transcript: {transcript}\nagain: {again}")
    print(f"shell: {ending.text}")
    return ending.code
