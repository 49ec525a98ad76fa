"""`tinygate exec` from its words to its exit status."""

from __future__ import annotations

import errno
import os
import signal
import stat
from collections.abc import Sequence

from builder.errors import (
    EmulatorError,
    ExitCode,
    MachineryError,
    RefusedError,
    TinygateError,
    UserError,
    tell,
)
from builder.linux.exec import command_line, initrd, kept_kernel
from builder.linux.exec.machine import Machine
from builder.linux.exec.program import read_program
from builder.linux.exec.relay import Relay
from builder.linux.terminal import Terminal
from builder.model import host

TYPE_CHECKING = False  # typing.TYPE_CHECKING without its import
if TYPE_CHECKING:
    from builder.linux.exec.strace import Tracer

_KIND = host.numbers(host.KINDS)
_END = host.numbers(host.ENDS)
_OWN_CODES = (ExitCode.EXEC_REFUSED, ExitCode.EXEC_NOT_FOUND)
_KEYS = {signal.SIGINT, signal.SIGQUIT}  # what keys of a terminal send
_FOR_MEMORY = (errno.E2BIG, errno.ENOMEM)
_ABOUT_FILES = "initial RAM disk: "  # kernel/init.c of step linux
_NO_MEMORY = "Cannot allocate memory"  # the emulator, in the words of the C library
_SIGNAL_BITS = 0x7F  # of what wait() tells
_NULL_DEVICE = os.makedev(1, 3)


def run(words: Sequence[str], closed: Sequence[int] = ()) -> int:
    """Do what the words behind `tinygate exec` say; the exit status of the command.

    Args:
        words: These.
        closed: Those of the descriptors 0, 1 and 2 that were, when we were started.
    """
    try:
        return _run(command_line.parse(words), closed)
    except TinygateError as error:
        return _report(error)
    except OSError as error:
        return _report(
            MachineryError(
                "the system refused",
                where=str(error.filename or "tinygate exec"),
                why=error.strerror or str(error),
                fix="see what it is short of: `ulimit -a`, `free`, `df`",
            )
        )
    except Exception as error:
        tell(
            f"bug: {type(error).__name__}: {error}, at {_place(error)}\n"
            "  fix: this is a mistake in tinygate, not yours; please report it"
        )
        return ExitCode.EXEC_FAILED


def _report(error: TinygateError) -> int:
    tell(f"error: {error}")
    return error.exit_code if error.exit_code in _OWN_CODES else ExitCode.EXEC_FAILED


def _place(error: Exception) -> str:
    """Where it was raised, for whoever gets the report."""
    import traceback

    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{os.path.basename(frame.filename)}:{frame.lineno}"


def _run(wanted: command_line.Wanted, closed: Sequence[int]) -> int:
    program = read_program(wanted.program)
    files = initrd.guest_files(wanted, program)
    path = _find_kernel(wanted.cpus, wanted.strace)
    kinds, terminal = standard_streams(closed)
    size = terminal.size() if terminal else (0, 0)
    flags = terminal.input_flags() if terminal else 0
    machine = Machine(wanted, path, files, initrd.start_block(wanted, kinds, size, flags))
    try:
        if terminal:
            terminal.take()
        relay = Relay(machine, terminal, _tracer(machine) if wanted.strace else None)
        relay.run()
        status = _status(wanted, machine, relay)
    finally:
        machine.kill()
        if terminal:
            terminal.give_back()
    if terminal and terminal.source is not None and status - 128 in _KEYS - relay.passed_on:
        terminal.press(status - 128)
    return status


def _find_kernel(cpus: int, strace: bool) -> str:
    """Path of the kernel, which is built if need be.

    Raises:
        TinygateError: It cannot be built: a tool is missing, the cache cannot be written to.
    """
    folder = kept_kernel.folder_of(cpus, strace)
    if not kept_kernel.is_current(folder, kept_kernel.fingerprint(kept_kernel.sources())):
        from builder.linux.exec.build_kept import build

        build(folder, cpus, strace)
    return os.path.join(folder, kept_kernel.ELF_NAME)


def _tracer(machine: Machine) -> Tracer:
    from builder.linux.exec.strace import Tracer

    return Tracer(memoryview(machine.memory))


def standard_streams(
    closed: Sequence[int] = (),
) -> tuple[tuple[int, int, int], Terminal | None]:
    """What our descriptors 0, 1 and 2 are, as host.KINDS has it; and the terminal among them."""
    statuses = [os.fstat(number) for number in range(3)]
    kinds = [_KIND["STREAM"]] * 3
    on_terminal = [number for number in range(3) if os.isatty(number)]
    # The guest has one terminal: another one is a stream like others.
    on_terminal = [
        n for n in on_terminal if statuses[n].st_rdev == statuses[on_terminal[0]].st_rdev
    ]
    for number, status in enumerate(statuses):
        if number in closed:
            kinds[number] = _KIND["CLOSED"]
        elif number in on_terminal:
            kinds[number] = _KIND["TERMINAL"]
        elif stat.S_ISCHR(status.st_mode) and status.st_rdev == _NULL_DEVICE:
            kinds[number] = _KIND["NULL"]
    both = (kinds[1], kinds[2]) == (_KIND["STREAM"], _KIND["STREAM"])
    if both and os.path.samestat(statuses[1], statuses[2]):
        kinds[2] = _KIND["SAME"]  # what is written to the one and to the other stays in its order
    return (kinds[0], kinds[1], kinds[2]), Terminal(on_terminal) if on_terminal else None


def _status(wanted: command_line.Wanted, machine: Machine, relay: Relay) -> int:
    """The exit status that the guest's end stands for. Raises EmulatorError, RefusedError."""
    how, status = relay.area.end() if relay.area else (_END["NONE"], 0)
    if how == _END["STATUS"]:
        number = status & _SIGNAL_BITS
        return 128 + number if number else status >> 8 & 0xFF
    if how == _END["FAILED"]:
        raise RefusedError(
            "the guest's kernel cannot run it",
            where=wanted.program,
            why=os.strerror(status),
            fix="give the guest more memory with --memory"
            if status in _FOR_MEMORY
            else "see what is unusual about it: `readelf -hl` shows its headers",
        )
    ended = machine.wait()
    if ended == host.OUTCOME_OFF << 1 | 1:
        return 0  # a program has switched the machine off
    from builder.model.outcomes import PANIC_PREFIX  # takes longer to import than all of this

    text = relay.kernel_text.decode("ascii", "backslashreplace").strip()
    _, has_panicked, last = text.partition(PANIC_PREFIX)
    _check_last_words(last.partition("\n")[0], wanted)
    complaint = machine.complaint()
    if _NO_MEMORY in complaint:
        raise EmulatorError(
            "the emulator gets too little memory from this system",
            where=f"--memory {wanted.memory_mib}",
            why=complaint.replace("\n", "\n       "),
            fix="lift `ulimit -v`: it takes 1 GiB and more beside what --memory says; see `free`",
        )
    raise EmulatorError(
        "the kernel panicked" if has_panicked else "the emulator gave up",
        where=wanted.program,
        why=(text or complaint).replace("\n", "\n       ") or f"its status is {ended}",
        fix="`qemu-system-i386 -cpu help` lists its CPUs; else please report it",
    )


def _check_last_words(last: str, wanted: command_line.Wanted) -> None:
    """UserError if the kernel panicked because of what it was given, and not of itself."""
    if "memory" in last:
        raise UserError(
            "the guest's memory is too small",
            where=f"--memory {wanted.memory_mib}",
            why=last,
            fix="give it more with --memory, or fewer files",
        )
    if last.startswith(_ABOUT_FILES):
        raise UserError(
            "the guest cannot unpack its files",
            where=" ".join(f"--initrd {path}" for path in wanted.initrds) or wanted.program,
            why=last,
            fix="it is damaged: `gzip -t` tries it; make it anew, or copy it once more"
            if "gzip at" in last
            else "check --initrd and --file; /dev is the guest's own, and a file is no folder",
        )
