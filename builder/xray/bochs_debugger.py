"""The debugger inside Bochs: a client that types its commands, and a machine to use it on.

Measured with Bochs 2.7: it answers each line with another prompt; STI, SYSENTER and SYSEXIT are
steps of their own; `c` goes on from a breakpoint that it stands at; a watchpoint is for a physical
address, and stops behind the instruction that wrote there. It holds back neither the clock nor an
interrupt, and knows sixteen places to stop at.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from subprocess import PIPE

from builder.boot.effort import EffortMeter
from builder.boot.emulator import Bochs, BootImage, Machine
from builder.boot.patience import Patience, Reading, Watcher
from builder.boot.transcript import Phase
from builder.errors import EmulatorError, UserError
from builder.tools import commands
from builder.xray.debugger import (
    REGISTERS,
    GuestEndedError,
    GuestHangsError,
    Registers,
    Span,
    how_ended,
)

_LOOK_S = 0.05  # between two looks at what a running guest has used up
_PROMPT = re.compile(rb"<bochs:\d+> ")
# `rax: 00000000_00000004`, `eflags 0x00000096: ...`; `cs:0x0060, dh=0x00cf9b00, ...`
_REGISTER = re.compile(
    r"^r(ax|cx|dx|bx|sp|bp|si|di|ip): [0-9a-f]{8}_([0-9a-f]{8})$"
    r"|^(eflags) 0x([0-9a-f]{8})"
    r"|^([cdefgs]s):0x([0-9a-f]{4})",
    re.MULTILINE,
)
_TABLE = re.compile(r"^(gdt|idt)r:base=0x0*([0-9a-f]{8})", re.MULTILINE)
_TR = re.compile(r"^tr:0x\w+, dh=0x([0-9a-f]{8}), dl=0x([0-9a-f]{8})", re.MULTILINE)
_CONTROL = re.compile(r"^(CR[0234])=(?:page fault laddr=)?0x0*?([0-9a-f]{8})\b", re.MULTILINE)
_BYTES = re.compile(r"0x([0-9a-f]{2})\b")
_BREAKPOINT = re.compile(r"^ *(\d+) lbreakpoint .*0x0*([0-9a-f]{8}) *$", re.MULTILINE)
_PHYSICAL = re.compile(r"maps to physical page 0x0*([0-9a-f]{8})\b")
_WATCHED = re.compile(r"[wW]rite watch ?point.*?0x0*([0-9a-f]{8})\b")
_ENDED = re.compile(r"3rd \(\d+\) exception|Shutdown port: shutdown requested")


class BochsDebugger:
    """The client, on a machine that is stopped."""

    def __init__(
        self, process: commands.Process, give_up: Callable[[int], str], serial: Path, errors: Path
    ) -> None:
        """See `bochs_stopped`, which makes all that; `give_up` as of `GdbStub`."""
        stdin, stdout = process.popen.stdin, process.popen.stdout
        assert stdin is not None and stdout is not None, "both are pipes"
        self._typed, self._heard = stdin.fileno(), stdout.fileno()
        self._process = process
        self._give_up = give_up
        self._serial = serial
        self._errors = errors
        self._stops: dict[int, int] = {}  # address -> number of its breakpoint
        self.cpu = 0
        self.hit: int | None = None
        self._said = bytearray()
        self._answered = 0
        self._answers(1)
        self._ask("watch stop")

    def run_to(self, addresses: frozenset[int], written: frozenset[int] = frozenset()) -> Registers:
        """See `Debugger.run_to`."""
        self.hit = None
        self._set(addresses)
        places = {self._physical(at): at for at in written}
        for place in places:
            self._ask(f"watch w {place:#x} 4")
        said = self._ask("c")[0]
        for place in places:
            self._ask(f"unwatch {place:#x}")
        if found := _WATCHED.search(said):
            self.hit = places.get(int(found[1], 16) & ~3)
        return self.look(())[0]

    def step(
        self,
        *,
        clock: bool = False,  # noqa: ARG002 (it never stands still here)
        before: tuple[Span, ...] = (),
    ) -> tuple[bytes | None, ...]:
        """See `Debugger.step`."""
        self._set(frozenset())
        seen = self.look(before)[1] if before else ()
        self._ask("s")
        return seen

    def look(self, spans: tuple[Span, ...]) -> tuple[Registers, tuple[bytes | None, ...]]:
        """See `Debugger.look`."""
        words = (f"x /{size}bx {address:#x}" for address, size in spans)
        general, segments, *memory = self._ask("r", "sreg", *words)
        found: dict[str, int] = {}
        for low, word, flags, bits, segment, selector in _REGISTER.findall(general + segments):
            found[f"e{low}" if low else flags or segment] = int(word or bits or selector, 16)
        if missing := [name for name in REGISTERS if name not in found]:
            raise GuestEndedError(f"Bochs does not say what {missing[0]} is: {general[:80]!r}")
        registers = {name: found[name] for name in REGISTERS}
        return registers, tuple(map(_memory, spans, memory))

    def tables(self) -> Mapping[str, int]:
        """See `Debugger.tables`."""
        segments, control = self._ask("sreg", "creg")
        found = {name: int(value, 16) for name, value in _TABLE.findall(segments)}
        found |= {name.lower(): int(value, 16) for name, value in _CONTROL.findall(control)}
        if tr := _TR.search(segments):
            high, low = int(tr[1], 16), int(tr[2], 16)
            found["tr"] = low >> 16 | (high & 0xFF) << 16 | high & 0xFF000000
        return found

    def output(self) -> str:
        """See `Debugger.output`."""
        return self._serial.read_text("utf-8", "backslashreplace").replace("\r\n", "\n")

    def _set(self, addresses: frozenset[int]) -> None:
        """Have breakpoints there, and nowhere else."""
        for address in self._stops.keys() - addresses:
            self._ask(f"d {self._stops.pop(address)}")
        new = sorted(addresses - self._stops.keys())
        if any("Error" in said for said in self._ask(*(f"lb {at:#x}" for at in new))):
            raise UserError(
                "Bochs' debugger cannot stop at so many places",
                where=f"{len(addresses)} breakpoints",
                why="it has room for sixteen",
                fix="take a smaller kernel, or --set machine.emulator=qemu",
            )
        if new:
            (listed,) = self._ask("blist")
            self._stops = {int(at, 16): int(number) for number, at in _BREAKPOINT.findall(listed)}

    def _physical(self, address: int) -> int:
        (said,) = self._ask(f"page {address:#x}")
        found = _PHYSICAL.search(said)
        return int(found[1], 16) + address % 4096 if found else address

    def _ask(self, *lines: str) -> list[str]:
        """What it answers to each of these commands."""
        if not lines:
            return []
        with contextlib.suppress(BrokenPipeError):  # its last words are still to be heard
            os.write(self._typed, "".join(f"{line}\n" for line in lines).encode())
        return self._answers(len(lines))

    def _answers(self, count: int) -> list[str]:
        """What is said before each of the next prompts."""
        found: list[str] = []
        while len(found) < count:
            if prompt := _PROMPT.search(self._said):
                found.append(self._said[: prompt.start()].decode("utf-8", "replace"))
                del self._said[: prompt.end()]
                self._answered += 1
                continue
            ready, _, _ = select.select([self._heard], [], [], _LOOK_S)
            if not ready and (why := self._give_up(self._answered)):
                raise GuestHangsError(why)
            if ready:
                piece = os.read(self._heard, 65536)
                if not piece:
                    raise GuestEndedError(self._how_it_ended())
                self._said += piece
        return found

    def _how_it_ended(self) -> str:
        log = self._errors.read_text("utf-8", "replace")
        found = _ENDED.search(log)
        return f"the machine has ended: {found[0]}" if found else how_ended("Bochs", self._process)


def _memory(span: Span, said: str) -> bytes | None:
    """What `x` has said of memory; None if not all of it is there."""
    lines = (line.partition(":")[2] for line in said.splitlines() if line.startswith("0x"))
    data = bytes(int(byte, 16) for line in lines for byte in _BYTES.findall(line))
    return data if len(data) == span[1] else None


@contextlib.contextmanager
def bochs_stopped(
    machine: Machine, image: BootImage, patience: Patience | None = None
) -> Iterator[BochsDebugger]:
    """Bochs before its first instruction; it is gone when the block is left.

    Args:
        machine: To emulate.
        image: To boot: a disk image.
        patience: With a guest that says nothing; that of a boot unless said otherwise.

    Raises:
        ToolError: There is no Bochs, or one without a debugger.
        EmulatorError: It did not come up.
        UserError: It cannot have that machine or image; TINYGATE_TIMEOUT_SCALE is not a factor.
    """
    patience = (patience or Patience()).scaled()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tinygate-")))
        serial, errors = folder / "serial", folder / "errors"
        serial.touch()
        command = Bochs().debugger_command(machine, image, serial)
        with errors.open("wb") as said:
            process = stack.enter_context(commands.start(command, commands.Pipes(PIPE, PIPE, said)))
        effort = EffortMeter(process.pid)
        watcher = Watcher(patience, counts=False, debugged=True)

        def give_up(stops: int) -> str:
            progress = serial.stat().st_size + stops
            return watcher.see(Phase.SUITE, progress, Reading(effort.read(), None))

        try:
            stopped = BochsDebugger(process, give_up, serial, errors)
        except GuestEndedError as error:
            raise EmulatorError(
                "Bochs did not start",
                where=commands.Command(tuple(command)).shell(),
                why=Bochs().messages(errors.read_text("utf-8", "replace")) or str(error),
            ) from error
        yield stopped
