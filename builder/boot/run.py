"""Boots one image and judges it, and says which lines to paste to do it again."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from builder.boot.console import run_guest
from builder.boot.emulator import BootImage, Connections, Emulator, Machine, Qemu
from builder.boot.emulator.base import CpuException
from builder.boot.patience import Patience
from builder.boot.transcript import End, Phase, Transcript
from builder.boot.verdict import (
    Expected,
    Verdict,
    explain_hang,
    explain_panic,
    explain_reset,
    judge,
)
from builder.boot.verdict_words import Word
from builder.boot.watch import Typed, Watch
from builder.errors import FileError
from builder.image.symbols import symbolise
from builder.tools import commands

TRACE_BYTES = (
    1 << 17
)  # one exception takes 1.2 KB of QEMU's log; three of them and the reset matter
INTERPRETED = 4  # times the CPU time that QEMU may take
_TTY = "@TTY@"  # stands for the shell's `$(tty)` until the line is quoted


@dataclass(frozen=True)
class RunResult:
    """A judged boot.

    Attributes:
        verdict: How it went.
        transcript: What the guest left behind.
        transcript_path: File with the guest's output byte for byte.
        reproduce: Shell line that boots the same again with the serial line on the terminal.
        debug: Shell line that does so stopped under gdb; empty for an emulator without a gdb stub.
    """

    verdict: Verdict
    transcript: Transcript
    transcript_path: Path
    reproduce: str
    debug: str

    def explain(self) -> str:
        """The verdict and where to go on from it, for a failed assertion or a terminal."""
        return f"{self.verdict}\ntranscript: {self.transcript_path}\nagain: {self.reproduce}" + (
            f"\ngdb:   {self.debug}" if self.debug else ""
        )


def run_image(
    machine: Machine,
    image: BootImage,
    *,
    transcript_dir: Path,
    name: str,
    elf_path: Path | None = None,
    patience: Patience | None = None,
    expected: Expected | None = None,
    live: Callable[[str], None] | None = None,
    typed: Sequence[Typed] = (),
    max_bytes: int | None = None,
    emulator: Emulator | None = None,
) -> RunResult:
    """Boot `image` on `machine`, follow it to its end and judge it.

    A run that ends in a reset is run a second time with QEMU's exception log, to say why.

    Args:
        machine: The machine to emulate.
        image: What to boot.
        transcript_dir: Folder for the transcript, made if it is not there.
        name: What the transcript's file is named after; runs of the same name get a number.
        elf_path: The kernel with its symbols; without it addresses stay numbers.
        patience: Per phase; TINYGATE_TIMEOUT_SCALE multiplies it.
        expected: What to ask for beyond the suite's own results.
        live: Called with the guest's text as it comes.
        typed: What to type to the guest, in order.
        max_bytes: Output after which the guest is stopped.
        emulator: QEMU unless said otherwise.

    Raises:
        ToolError: the emulator is not installed.
        FileError: the image cannot be read, or the transcript not be written.
        UserError: TINYGATE_TIMEOUT_SCALE is not a factor.
    """
    emulator = emulator or Qemu()
    if patience is None:
        # A BIOS lets each CPU run for a while. Those that do not count do all of it in one thread,
        # and interpret: three CPUs of Bochs take 6 s of CPU time on a busy computer.
        each = 1 if emulator.abilities.counts else INTERPRETED
        patience = Patience().while_booting(machine.cpus * each)
    watch = Watch(patience.scaled(), live=live, typed=tuple(typed))
    watch = watch if max_bytes is None else replace(watch, max_bytes=max_bytes)
    reproduce = reproduce_line(machine, image, emulator=emulator)
    if commands.is_dry_run():
        commands.run(emulator.command(machine, image, Connections("terminal")))
        nothing = Transcript("", End.NOT_RUN, Phase.BOOT)
        debug = _debug_line(machine, image, elf_path, emulator=emulator)
        return RunResult(judge(nothing), nothing, transcript_dir / name, reproduce, debug)
    _check_readable(image.path)
    raw_path = new_transcript(transcript_dir, name)
    transcript = run_guest(emulator, machine, image, raw_path, watch)

    def name_of(addr: int) -> str:
        return symbolise(elf_path, addr)

    verdict = explain_hang(judge(transcript, expected), transcript, name_of)
    stops = [cpu.eip for cpu in transcript.cpus[:1]]  # the others may be parked in the BIOS
    if verdict.word is Word.PANIC:
        verdict = explain_panic(verdict, transcript, name_of)
    if verdict.word is Word.RESET and emulator.abilities.debugs:
        exceptions = trace_reset(emulator, machine, image, raw_path, watch)
        verdict = explain_reset(verdict, exceptions, name_of)
        stops = [exception.eip for exception in exceptions[:1]]
    breakpoints = [f"*{addr:#x}" for addr in stops]
    debug = _debug_line(machine, image, elf_path, breakpoints, emulator=emulator)
    return RunResult(verdict, transcript, raw_path, reproduce, debug)


def trace_reset(
    emulator: Emulator, machine: Machine, image: BootImage, raw_path: Path, watch: Watch
) -> tuple[CpuException, ...]:
    """Run again with the emulator's exception log; the exceptions that led to the reset.

    The log's end is kept beside the transcript, as `<transcript>.exceptions`.
    """
    tail = commands.Tail(TRACE_BYTES)
    again = replace(watch, live=None, trace=tail)
    run_guest(emulator, machine, image, raw_path.with_suffix(".again"), again)
    log = tail.text()
    raw_path.with_suffix(".exceptions").write_text(log, encoding="utf-8")
    return emulator.last_exceptions(log)


def reproduce_line(machine: Machine, image: BootImage, *, emulator: Emulator | None = None) -> str:
    """Shell line that boots `image` with the serial line on the terminal; Ctrl-C ends it."""
    command = (emulator or Qemu()).command(machine, _absolute(image), Connections("terminal"))
    return shlex.join(command)


def debug_command(
    machine: Machine,
    image: BootImage,
    elf_path: Path | None,
    breakpoints: Sequence[str] = (),
    *,
    serial_path: str,
    emulator: Emulator | None = None,
    gdb_commands: Sequence[str] = (),
) -> list[str]:
    """The gdb command that starts the emulator itself, stopped before the first instruction.

    gdb talks to the emulator over a pipe: no port that two people could want at once, no race at
    the start, and the emulator ends with gdb.

    Args:
        machine: The machine to emulate.
        image: What to boot.
        elf_path: The kernel with its symbols, if there is one.
        breakpoints: gdb locations: names, or `*0xADDRESS`.
        serial_path: Terminal or file that gets the serial line.
        emulator: QEMU unless said otherwise.
        gdb_commands: Further commands to carry out once it is attached.
    """
    to = Connections(Path(serial_path), gdb="stdio", stopped=True)
    remote = (emulator or Qemu()).command(machine, _absolute(image), to)
    argv = ["gdb", "-q"] + ([str(elf_path.absolute())] if elf_path else [])
    steps = ["set confirm off", "set pagination off", "set breakpoint pending on"]
    if not elf_path:
        steps.append("set architecture i386")
    steps.append(f"target remote | exec {shlex.join(remote)}")
    steps += [f"hbreak {place}" for place in breakpoints]
    for step in [*steps, *gdb_commands]:
        argv += ["-ex", step]
    return argv


def debug_line(
    machine: Machine,
    image: BootImage,
    elf_path: Path | None = None,
    breakpoints: Sequence[str] = (),
    *,
    emulator: Emulator | None = None,
) -> str:
    """Shell line for a terminal, which gets the serial line: boots `image` stopped under gdb."""
    argv = debug_command(machine, image, elf_path, breakpoints, serial_path=_TTY, emulator=emulator)
    return shlex.join(argv).replace(_TTY, "'\"$(tty)\"'")


def _debug_line(
    machine: Machine,
    image: BootImage,
    elf_path: Path | None,
    breakpoints: Sequence[str] = (),
    *,
    emulator: Emulator,
) -> str:
    """As debug_line; empty where no gdb can be attached."""
    if not emulator.abilities.debugs:
        return ""
    return debug_line(machine, image, elf_path, breakpoints, emulator=emulator)


def new_transcript(folder: Path, name: str) -> Path:
    """Create an empty transcript file that nobody else has: `<name>.serial`, `<name>-2.serial`."""
    stem = re.sub(r"[^A-Za-z0-9._+-]+", "-", name).strip("-.")[:100] or "run"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        number = 1
        while True:
            path = folder / (f"{stem}.serial" if number == 1 else f"{stem}-{number}.serial")
            try:
                # O_EXCL: of two runs at the same time only one gets the name
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
            except FileExistsError:
                number += 1
            else:
                return path
    except OSError as error:
        raise FileError(
            f"cannot create a transcript: {error.strerror}",
            where=str(folder),
            fix="choose another output folder, or make room",
        ) from error


def _absolute(image: BootImage) -> BootImage:
    return replace(image, path=image.path.absolute())


def _check_readable(path: Path) -> None:
    try:
        with path.open("rb") as stream:
            empty = not stream.read(1)
    except OSError as error:
        raise FileError(
            f"cannot read the image: {error.strerror}",
            where=str(path),
            fix="build it with `tinygate image`",
        ) from error
    if empty:
        raise FileError("the image is empty", where=str(path), fix="build it with `tinygate image`")
