"""From a built kernel, or its ELF file, to the record of one call: all parts put together."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from builder.boot.emulator import EMULATORS, BootImage, Emulator, Machine
from builder.errors import UserError
from builder.linux.cpio import File, pack
from builder.model.kernel import KernelModel
from builder.model.traps import FIRST_IRQ_VECTOR, TIMER_IRQ
from builder.xray.bochs_debugger import bochs_stopped
from builder.xray.debugger import Debugger
from builder.xray.elf_names import ElfNames, read_names
from builder.xray.find_call import Wanted, stopped_at_call
from builder.xray.gdb_stub import qemu_stopped
from builder.xray.named_build import NamedBuild
from builder.xray.naming import Sources, name_record
from builder.xray.record import Kernel, Record
from builder.xray.recorder import (
    ROWS_MAX,
    RawRecord,
    at_address,
    in_ring_3,
    record,
    where_the_program_goes_on,
)

_STOPPED: Mapping[str, Callable[[Machine, BootImage], AbstractContextManager[Debugger]]] = {
    "qemu": qemu_stopped,
    "bochs": bochs_stopped,
}
_TITLES = {"qemu": "QEMU", "bochs": "Bochs"}
DO_NOT_COME_BACK = ("exit", "exit_group", "execve", "sigreturn", "rt_sigreturn")


@dataclass(frozen=True)
class Subject:
    """What is looked at.

    Attributes:
        model: Of the kernel.
        digest: Of its configuration.
        machine: To boot it on.
        tree: Its source tree, in which make has been run; None if there is only an ELF file.
        kernel: That file, if there is no tree.
        program: One of the user's, which a kernel of step linux is to start.
        arguments: Of that program.
        emulator: Name of the one to boot it on.
        disk: Its disk image, for an emulator that boots no ELF file.
    """

    model: KernelModel
    digest: str
    machine: Machine
    tree: Path | None
    kernel: Path | None = None
    program: Path | None = None
    arguments: tuple[str, ...] = ()
    emulator: str = "qemu"
    disk: Path | None = None


def make_record(
    subject: Subject,
    wanted: Wanted,
    *,
    until: str = "",
    timer_at: int | None = None,
    rows_max: int = ROWS_MAX,
    progress: Callable[[int], None] = lambda _: None,
) -> Record:
    """Boot it, and record the call.

    Args:
        subject: What is looked at.
        wanted: Which call.
        until: Symbol or address at which to end; empty: where the program goes on.
        timer_at: Row from which on a timer interrupt is let in.
        rows_max: Most instructions.
        progress: Called now and then with the number of rows.

    Raises:
        UserError: The call never comes, `until` is no place, no timer interrupt came, the file is
            none of the right kind.
        BuildError: The tree cannot be built.
        ToolError: A tool is missing.
    """
    on = _emulator(subject, timer_at)
    with tempfile.TemporaryDirectory(prefix="tinygate-") as folder:
        build = NamedBuild(subject.tree, Path(folder)) if subject.tree else None
        kernel = build.kernel if build else subject.kernel
        assert kernel is not None, "there is a tree, or a kernel"
        names = read_names(kernel)
        image = _image(subject, kernel, Path(folder))
        boot = partial(_STOPPED[on.name], subject.machine, image)
        end = _place(until, names) if until else None
        with stopped_at_call(boot, names, subject.model, wanted) as (
            debugger,
            found,
        ):
            first, _ = debugger.look(())
            calls = {row.number: row.name for row in subject.model.syscalls}
            if end is not None:
                ends = at_address(end)
            elif calls.get(first["eax"]) in DO_NOT_COME_BACK:
                ends = in_ring_3
            else:
                ends = where_the_program_goes_on(debugger, found, first["esp"])
            raw = record(
                debugger,
                found,
                ends=ends,
                timer_at=timer_at,
                rows_max=rows_max,
                progress=progress,
            )
        if timer_at is not None and not raw.cut:
            _require_timer(raw, timer_at, subject.model)
        program = subject.program
        if program is None and build and found.program:
            program = build.program(found.program)
        sources = Sources(
            names,
            read_names(program) if program else None,
            build.tree if build else None,
            subject.model,
        )
        said = f"{_TITLES[on.name]} {on.installed_version()}"
        of = Kernel(subject.model.step, subject.digest, subject.machine.cpu, said)
        return name_record(raw, sources, of, wanted.nth)


def _image(subject: Subject, kernel: Path, folder: Path) -> BootImage:
    """What to boot: with the user's program as the first process, if there is one."""
    if not EMULATORS[subject.emulator].abilities.boots_elf:
        if subject.disk is None or subject.program is not None:
            raise UserError(
                f"{_TITLES[subject.emulator]} boots disk images only",
                where=f"machine.emulator = {subject.emulator}",
                why="neither a kernel's file alone nor a program of yours is on one",
                fix="--set machine.emulator=qemu",
            )
        return BootImage("disk", subject.disk)
    if subject.program is None:
        return BootImage("kernel", kernel)
    initrd = folder / "initrd"
    initrd.write_bytes(pack([File("init", subject.program.read_bytes(), 0o755)]))
    # As the kernel's command line has it: words in quotes, behind the two dashes.
    words = " ".join(f'"{word}"' for word in subject.arguments)
    return BootImage("kernel", kernel, initrd, f"-- {words}" if words else "")


def _emulator(subject: Subject, timer_at: int | None) -> Emulator:
    """The one to boot on.

    Raises:
        UserError: It has no debugger that could be used, or cannot do what is asked.
        ToolError: It is not installed.
    """
    where = f"machine.emulator = {subject.emulator}"
    if subject.emulator not in _STOPPED:
        raise UserError(
            "it cannot be stepped through",
            where=where,
            why=f"only {' and '.join(_TITLES.values())} have a debugger that is used here",
            fix="--set machine.emulator=qemu",
        )
    if subject.emulator != "qemu" and timer_at is not None:
        raise UserError(
            "a timer interrupt cannot be let in there",
            where=where,
            why="only QEMU's clock can be held still until then",
            fix="leave out --timer-at, or --set machine.emulator=qemu",
        )
    on = EMULATORS[subject.emulator]
    on.require()
    return on


def _require_timer(raw: RawRecord, timer_at: int, model: KernelModel) -> None:
    """It was asked for, so it must be in the record."""
    timer = FIRST_IRQ_VECTOR + TIMER_IRQ
    if any(row.instead and row.vector == timer for row in raw.rows):
        return
    if all(row.vector != timer for row in model.interrupts):
        why, fix = f"step {model.step} has no timer", "--step robust, or a later one"
    else:
        why, fix = f"the call ends with row {len(raw.rows)}", "name an earlier row"
    raise UserError("no timer interrupt came", where=f"--timer-at {timer_at}", why=why, fix=fix)


def _place(text: str, names: ElfNames) -> int:
    """The address that a symbol, or `0x...`, stands for."""
    if re.fullmatch(r"0x[0-9a-fA-F]{1,8}", text):
        return int(text, 16)
    address = names.address_of(text)
    if address is None:
        raise UserError(
            "the kernel has no such symbol",
            where=f"--until {text}",
            why=f"{len(names.symbols)} symbols are in {names.path.name}",
            fix="give an address such as 0xc0101234, or a name that `nm kernel.elf` lists",
        )
    return address
