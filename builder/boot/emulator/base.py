"""What an emulator must be able to do for us, and the machine that it is asked for.

The serial line is always the emulator's own standard input and output (or a file, for a debugger's
sake): each emulator can be made to do that, and a pipe neither adds nor loses a byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Literal, Protocol

from builder.boot.emulator.control import Control
from builder.model.local_apic import has_local_apic


@dataclass(frozen=True)
class Machine:
    """The computer to emulate.

    Attributes:
        cpu: CPU model in the emulator's own words, for QEMU the value of -cpu.
        memory_mib: RAM in MiB.
        cpus: Number of CPUs; 1 if the model has no local APIC, whatever is asked for. QEMU would
            give it others, and all of them local APICs that CPUID does not tell of, with the PIC's
            line masked: the kernel would find no other CPU, and no interrupt would ever come.
        icount: Clock counted in instructions, so that two runs give the same bytes. Only with one
            CPU: QEMU would run several in turn, and leave one waiting while another is busy.
        instruction_ns: What an instruction takes by such a clock, a power of two.
    """

    cpu: str = "pentium3"
    memory_mib: int = 16
    cpus: int = 1
    icount: bool = True
    instruction_ns: int = 1

    def __post_init__(self) -> None:
        """Leave one CPU to a model that can start no other."""
        if not has_local_apic(self.cpu):
            object.__setattr__(self, "cpus", 1)

    @property
    def counts(self) -> bool:
        """True if its clock counts instructions; False if that is the host's."""
        return self.icount and self.cpus == 1


@dataclass(frozen=True)
class BootImage:
    """What to boot: a Multiboot ELF handed over by the emulator, or a raw disk image.

    Attributes:
        kind: Which of the two.
        path: The file.
        initrd: The initial RAM disk to hand over with a kernel.
        command_line: What to tell the kernel.
    """

    kind: Literal["kernel", "disk"]
    path: Path
    initrd: Path | None = None
    command_line: str = ""


# The serial line is the process's stdin and stdout; "terminal" is the same for a person, whose
# Ctrl-C ends the emulator, where with "pipe" every byte goes to the guest. A path gets the guest's
# output.
Serial = Literal["pipe", "terminal"] | Path


@dataclass(frozen=True)
class Connections:
    """What a running emulator is connected with, outside.

    Attributes:
        serial: Where COM1 goes.
        control_fd: Inherited socket on which the emulator takes questions while it runs.
        gdb: Where to wait for gdb ("stdio", "tcp:HOST:PORT", "unix:PATH").
        stopped: Wait for gdb before the first instruction.
        debug_log: File that gets every exception and the reset.
    """

    serial: Serial = "pipe"
    control_fd: int | None = None
    gdb: str | None = None
    stopped: bool = False
    debug_log: Path | None = None

    @property
    def for_gdb(self) -> bool:
        """True if gdb is to be attached."""
        return self.gdb is not None or self.stopped


ONLY_SERIAL = Connections()


class ExitKind(Enum):
    """Why an emulator's process ended."""

    OUTCOME = "the guest wrote to the outcome device"
    RESET = "the machine was reset"
    POWER_OFF = "the guest switched the machine off"
    KILLED = "a signal ended the emulator"
    ERROR = "the emulator gave up"


@dataclass(frozen=True)
class Abilities:
    """What an emulator can do beside booting an image and showing its serial line.

    Attributes:
        tells_outcome: It has the outcome device: it ends when the guest writes there, and its exit
            status has the code. Without it the serial text alone says how the suite went.
        counts: It can have a clock that counts instructions (`Machine.icount`).
        debugs: gdb can be attached, and there is a log of exceptions.
        boots_elf: It has a Multiboot loader of its own; else it boots disk images only.
        cpus_max: The most CPUs that it emulates.
        memory_mib_max: The most memory.
    """

    tells_outcome: bool = True
    counts: bool = True
    debugs: bool = True
    boots_elf: bool = True
    cpus_max: int = 8
    memory_mib_max: int = 3072


@dataclass(frozen=True)
class Exit:
    """Why an emulator's process ended; `code` is the outcome code or the signal's number."""

    kind: ExitKind
    code: int | None = None


@dataclass(frozen=True)
class Counted:
    """How far a guest whose clock counts instructions has come.

    Attributes:
        instructions: That it has executed.
        idle_s: Seconds of its clock in which the CPU was halted; None if that is not to be had.
    """

    instructions: int
    idle_s: float | None


@dataclass(frozen=True)
class CpuState:
    """Where a CPU stands when a guest hangs."""

    index: int
    eip: int
    cpl: int
    eflags: int
    halted: bool

    def __str__(self) -> str:
        """Such as `cpu0: eip=0x00100029 cpl=0, halted with interrupts off`."""
        text = f"cpu{self.index}: eip={self.eip:#010x} cpl={self.cpl}"
        if self.halted:
            text += ", halted with interrupts " + ("on" if self.eflags & 0x200 else "off")
        return text


@dataclass(frozen=True)
class CpuException:
    """One exception from the emulator's log; `cr2` is only given for a page fault (vector 14)."""

    vector: int
    error_code: int
    eip: int
    cpl: int
    cr2: int | None = None

    def __str__(self) -> str:
        """Such as `exception 0x0d, error code 0x0032, eip=0x0010002d cpl=0`."""
        kind = "exception" if self.vector < 32 else "interrupt"
        text = f"{kind} {self.vector:#04x}, error code {self.error_code:#06x}"
        text += f", eip={self.eip:#010x} cpl={self.cpl}"
        return text if self.cr2 is None else f"{text}, cr2={self.cr2:#010x}"


class Emulator(Protocol):
    """One emulator. Objects have no state: they only know how to speak to it."""

    name: str
    abilities: Abilities
    control_hello: bytes  # sent on the control socket before the emulator is started

    def command(
        self, machine: Machine, image: BootImage, to: Connections = ONLY_SERIAL
    ) -> list[str]:
        """The command line.

        Args:
            machine: The machine to emulate.
            image: What to boot.
            to: What it is connected with; what the emulator cannot have is not used, or refused.

        Raises:
            UserError: It cannot have that machine or image, or no debugger.
        """

    def require(self) -> None:
        """Raise ToolError, with what to do, if it or what it needs is not installed."""

    def installed_version(self) -> str:
        """Its version, such as 7.2.22. Raises ToolError if it is not installed."""

    def explain_exit(self, status: int, control_text: str, log: str = "") -> Exit:
        """Why it ended.

        Args:
            status: Its exit status, negative after a signal.
            control_text: What it said on the control socket.
            log: What it said on its standard error.
        """

    def seen_in(self, log: str) -> Exit | None:
        """An end of the machine that its standard error tells of, while it itself goes on."""

    def messages(self, log: str) -> str:
        """What of its standard error is for people."""

    def counted(self, machine: Machine, control: Control) -> Counted | None:
        """How far the running `machine` is; None if that does not count, or does not answer."""

    def is_over(self, control: Control) -> bool:
        """True if it has said that the machine has ended: no more questions, it is about to go.

        SIGTERM then changes nothing about how it ends, but may help it to.
        """

    def cpu_states(self, control: Control, *, idle: bool = False) -> tuple[CpuState, ...]:
        """Stop the machine and say where its CPUs are; empty if the emulator does not answer.

        `idle`: They do nothing, but for the clock's interrupts: not where one of these is handled.
        """

    def last_exceptions(self, log: str) -> tuple[CpuException, ...]:
        """The exceptions that led to a reset, first one first, from the end of a debug log."""
