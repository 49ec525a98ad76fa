"""QEMU's gdb stub: a client that knows a dozen packets, and a machine to use it on.

gdb itself would be one more process and its text to parse, and steps over what it does not like:
the first instruction of a handler, for one. The protocol is that of the manual of gdb, appendix E.

Measured with QEMU 7.2, 10.0 and 11.1: STI and the instruction behind it are two steps; a step over
SYSENTER ends at its target with CS and SS loaded; a breakpoint at the place where the CPU stands
stops it again without having executed anything, so that it is taken out for one step; breakpoints
take effect before paging is on. The packet `g` has no MSR but EFER. 7.2 also says behind an
unaligned write near a watched word that this was written.
"""

from __future__ import annotations

import contextlib
import re
import select
import socket
import struct
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from subprocess import DEVNULL

from builder.boot.effort import EffortMeter
from builder.boot.emulator import BootImage, Connections, Machine, Qemu
from builder.boot.emulator.control import Control
from builder.boot.patience import Patience, Reading, Watcher
from builder.boot.transcript import Phase
from builder.errors import EmulatorError
from builder.tools import commands
from builder.xray.debugger import (
    REGISTERS,
    GuestEndedError,
    GuestHangsError,
    Registers,
    Span,
    how_ended,
)
from builder.xray.instruction import INSTRUCTION_BYTES_MAX, accesses

_LOOK_S = 0.05  # between two looks at what a running guest has used up
_WORD = struct.Struct("<I")
_WORDS = struct.Struct(f"<{len(REGISTERS)}I")
# Steps hold interrupts and the clock back, but where time is to pass: a machine that counts
# instructions and stops at each one has its clock run ahead to the next timer at every stop.
_STEP = b"Qqemu.sstep=7"
_STEP_WITH_CLOCK = b"Qqemu.sstep=1"
# `TR =0068 c0112340 00000067 00008b00 DPL=0 TSS32-busy`, `GDT=     c0113000 0000007f`
_TABLE = re.compile(r"^(TR|GDT|IDT) *= *(?:[0-9a-f]{4} )? *([0-9a-f]{8})", re.MULTILINE)
_CONTROL = re.compile(r"\b(CR[0234])=([0-9a-f]{8})")


def _read(span: Span) -> bytes:
    """The packet that asks for memory."""
    return b"m%x,%x" % span


def _memory(answer: bytes) -> bytes | None:
    """What came of it."""
    return None if answer[:1] == b"E" else bytes.fromhex(answer.decode())


def _flat(_: int) -> int:
    """Base of every segment: the kernel's are flat."""
    return 0


class GdbStub:
    """The client, on a machine that is stopped."""

    def __init__(self, line: socket.socket, give_up: Callable[[int], str]) -> None:
        """See `qemu_stopped`, which makes both.

        Args:
            line: Our end of the stub's channel.
            give_up: Asked now and then while the guest runs, with the number of its stops so far:
                why to wait no longer, or nothing.
        """
        self._line = line
        self._heard = bytearray()
        self.hit: int | None = None
        self.cpu = 0
        self._breakpoints: frozenset[int] = frozenset()
        self._here: Registers | None = None  # until it runs, or is written to
        self._give_up = give_up
        self._stops = 0
        self._say(b"QStartNoAckMode")
        self._answers(1)
        self._line.sendall(b"+")
        self._say(_STEP)
        self._answers(1)

    def run_to(self, addresses: frozenset[int], written: frozenset[int] = frozenset()) -> Registers:
        """See `Debugger.run_to`."""
        self.hit = None
        here = self._registers()
        spans = tuple((at, _WORD.size) for at in written)
        if here["eip"] in self._breakpoints | addresses:
            self._step_off(here["eip"])
            here, before = self.look(spans, *self._to_set(addresses))
            if here["eip"] in addresses:
                return here
        else:
            _, before = self.look(spans, *self._to_set(addresses))
        stop, _ = self._go(b"c", *(b"Z2,%x,%x" % span for span in spans))
        while True:
            here, now = self.look(spans)
            found = [at for at, old, new in zip(written, before, now, strict=True) if old != new]
            said = re.search(rb"watch:([0-9a-f]+)", stop)
            if said and not found and self._may_write(here, int(said[1], 16)):
                found = [int(said[1], 16)]
            if found or not said or here["eip"] in addresses:
                break
            stop, _ = self._go(b"c")
        self._say(*(b"z2,%x,%x" % span for span in spans))
        self._answers(len(spans))
        self.hit = found[0] if found and said else None
        return here

    def _step_off(self, address: int) -> None:
        """One instruction, from where a breakpoint may be."""
        is_set = address in self._breakpoints
        self._breakpoints -= {address}
        self._one_step(clock=False, first=(b"z0,%x,1" % address,) if is_set else ())

    def _may_write(self, behind: Registers, address: int) -> bool:
        """Can the instruction that has just been executed have written the word there?"""
        eip, esp = behind["eip"], behind["esp"]
        _, (code,) = self.look(((eip - INSTRUCTION_BYTES_MAX, INSTRUCTION_BYTES_MAX),))
        for length in range(1, INSTRUCTION_BYTES_MAX + 1) if code else ():
            own = (code or b"")[-length:]
            # ESP as it was before a PUSH, or a CALL.
            before = ({**behind, "eip": eip - length, "esp": esp + up} for up in (0, _WORD.size))
            touched = (span for registers in before for span in accesses(own, registers, _flat))
            if any(span.writes and -_WORD.size < address - span.address < span.size_bytes
                   for span in touched):  # fmt: skip
                return True
        return code is None

    def _to_set(self, addresses: frozenset[int]) -> tuple[bytes, ...]:
        """What is to be said for breakpoints there, and nowhere else."""
        old, new = self._breakpoints - addresses, addresses - self._breakpoints
        self._breakpoints = addresses
        return (*(b"z0,%x,1" % at for at in old), *(b"Z0,%x,1" % at for at in new))

    def step(
        self, *, clock: bool = False, before: tuple[Span, ...] = ()
    ) -> tuple[bytes | None, ...]:
        """See `Debugger.step`."""
        settings = self._to_set(frozenset())
        answers = self._one_step(clock=clock, first=(*settings, *map(_read, before)))
        return tuple(map(_memory, answers[len(settings) :]))

    def _one_step(self, *, clock: bool, first: tuple[bytes, ...] = ()) -> list[bytes]:
        """Execute one instruction behind the packets of `first`; what these were answered."""
        if clock:
            first = (*first, _STEP_WITH_CLOCK)
        # The others stand still, which `s` has run.
        _, answers = self._go(b"vCont;s:%x" % (self.cpu + 1), *first)
        if clock:
            self._say(_STEP)
            self._answers(1)
            answers.pop()
        return answers

    def _registers(self) -> Registers:
        """Of the CPU that is looked at."""
        return self.look(())[0] if self._here is None else self._here

    def look(
        self, spans: tuple[Span, ...], *first: bytes
    ) -> tuple[Registers, tuple[bytes | None, ...]]:
        """See `Debugger.look`; behind the packets of `first`.

        All is asked at once: each turn costs more than what it brings.
        """
        self._say(*first, b"g", *map(_read, spans))
        registers, *memory = self._answers(len(first) + 1 + len(spans))[len(first) :]
        words = _WORDS.unpack_from(bytes.fromhex(registers.decode()))
        self._here = dict(zip(REGISTERS, words, strict=True))
        return self._here, tuple(map(_memory, memory))

    def write(self, **values: int) -> None:
        """Give registers other values. All go back at once: one alone QEMU takes only after XML."""
        self._say(b"g")
        words = bytearray.fromhex(self._answers(1)[0].decode())
        for name, value in values.items():
            _WORD.pack_into(words, REGISTERS.index(name) * _WORD.size, value)
        self._say(b"G" + words.hex().encode())
        self._answers(1)
        self._here = None

    def tables(self) -> Mapping[str, int]:
        """See `Debugger.tables`: from the monitor's words, as no packet has them."""
        text = self.monitor("info registers -a")
        text = re.split(r"^CPU#\d+", text, flags=re.MULTILINE)[1:][self.cpu]
        found = [*_TABLE.findall(text), *_CONTROL.findall(text)]
        return {name.lower(): int(value, 16) for name, value in found}

    def monitor(self, command: str) -> str:
        """What QEMU's monitor answers to a command, such as `nmi`."""
        self._here = None  # it may have been `loadvm`
        self._say(b"qRcmd," + command.encode().hex().encode())
        text = ""
        while (answer := self._answers(1)[0]) != b"OK":
            text += bytes.fromhex(answer.decode().removeprefix("O")).decode()
        return text

    def _say(self, *packets: bytes) -> None:
        try:
            self._line.sendall(
                b"".join(b"$%s#%02x" % (packet, sum(packet) & 0xFF) for packet in packets)
            )
        except OSError:
            raise GuestEndedError(self.how_it_ended()) from None

    def _answers(self, count: int) -> list[bytes]:
        """The next packets. Waits as long as it takes: a stopped machine answers at once."""
        answers: list[bytes] = []
        while len(answers) < count:
            end = self._heard.find(b"#")
            if end < 0 or len(self._heard) < end + 3:
                self._hear()
                continue
            answers.append(bytes(self._heard[self._heard.index(b"$") + 1 : end]))
            del self._heard[: end + 3]
        return answers

    def _go(self, packet: bytes, *first: bytes) -> tuple[bytes, list[bytes]]:
        """Let it run until it stops; what the stub says of that, and to the packets of `first`."""
        self._say(*first, packet)
        self._here = None
        answers = self._answers(len(first))
        while b"#" not in self._heard:
            ready, _, _ = select.select([self._line], [], [], _LOOK_S)
            if not ready and (why := self._give_up(self._stops)):
                raise GuestHangsError(why)
            if ready:
                self._hear()
        stop = self._answers(1)[0]
        self._stops += 1
        if thread := re.search(rb"thread:(?:p[0-9a-f]+\.)?([0-9a-f]+);", stop):
            self.cpu = int(thread[1], 16) - 1
        if stop[:1] not in (b"T", b"S"):  # W, X: it has ended
            raise GuestEndedError(self.how_it_ended())
        return stop, answers

    def _hear(self) -> None:
        try:
            piece = self._line.recv(65536)
        except OSError:
            piece = b""
        if not piece:
            raise GuestEndedError(self.how_it_ended())
        self._heard += piece

    def how_it_ended(self) -> str:
        """Why nothing more is to be heard."""
        return "the machine has ended"


class StoppedQemu(GdbStub):
    """The client, and the machine that it was made for."""

    def __init__(
        self,
        line: socket.socket,
        give_up: Callable[[int], str],
        process: commands.Process,
        serial: Path,
    ) -> None:
        """`process` is QEMU; the file gets what the guest prints."""
        self._process = process
        self._serial = serial
        super().__init__(line, give_up)

    def output(self) -> str:
        """See `Debugger.output`."""
        return self._serial.read_text("utf-8", "backslashreplace").replace("\r\n", "\n")

    def how_it_ended(self) -> str:
        """See `GdbStub.how_it_ended`."""
        return how_ended("QEMU", self._process)


@contextlib.contextmanager
def qemu_stopped(
    machine: Machine, image: BootImage, patience: Patience | None = None
) -> Iterator[StoppedQemu]:
    """QEMU before its first instruction; it is gone when the block is left.

    Args:
        machine: To emulate.
        image: To boot.
        patience: With a guest that says nothing; that of a boot unless said otherwise.

    Raises:
        ToolError: There is no QEMU.
        EmulatorError: QEMU did not come up.
        UserError: TINYGATE_TIMEOUT_SCALE is not a factor.
    """
    emulator = Qemu()
    patience = (patience or Patience()).scaled()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tinygate-")))
        serial, errors = folder / "serial", folder / "errors"
        ours, theirs = socket.socketpair()
        control_ours, control_theirs = socket.socketpair()
        for end in (ours, control_ours):
            stack.enter_context(end)
        with theirs, control_theirs, errors.open("wb") as said, serial.open("wb") as printed:
            control_theirs_fd = control_theirs.fileno()
            control_ours.sendall(emulator.control_hello)
            to = Connections(control_fd=control_theirs_fd, gdb="chardev:gdb", stopped=True)
            command = emulator.command(machine, image, to)
            command += ["-chardev", f"socket,id=gdb,fd={theirs.fileno()}"]
            pipes = commands.Pipes(DEVNULL, printed, said, (theirs.fileno(), control_theirs_fd))
            process = stack.enter_context(commands.start(command, pipes))
        control = Control(control_ours)
        effort = EffortMeter(process.pid)
        watcher = Watcher(patience, counts=machine.counts, debugged=True)

        def give_up(stops: int) -> str:
            counted = emulator.counted(machine, control) if machine.counts else None
            progress = serial.stat().st_size + stops
            return watcher.see(Phase.SUITE, progress, Reading(effort.read(), counted))

        try:
            stopped = StoppedQemu(ours, give_up, process, serial)
        except GuestEndedError as error:
            raise EmulatorError(
                "QEMU did not start",
                where=commands.Command(tuple(command)).shell(),
                why=errors.read_text("utf-8", "replace").strip() or str(error),
            ) from error
        yield stopped
