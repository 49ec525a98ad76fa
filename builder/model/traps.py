"""The 32 exceptions of the CPU (SDM 3A table 6-1 and 6.15; AMD APM 2 8.2), and other vectors."""

from dataclasses import dataclass
from typing import ClassVar

FIRST_IRQ_VECTOR = 0x20  # the PIC's sixteen lines are moved here, past the exceptions
TIMER_IRQ = 0
SERIAL_IRQ = 4
HOST_IRQ = 3
SPURIOUS_IRQ = 7  # the PIC names it when a request went away
SYSCALL_VECTOR = 0x80
WAKE_VECTOR = 0xF0  # inter-processor interrupt: there may be a process to run
SPURIOUS_VECTOR = 0xFF  # the local APIC's; its low four bits must be ones (SDM 3A 10.9)


@dataclass(frozen=True)
class Trap:
    """One exception vector.

    `error_code` says whether the CPU pushes one (where it does not, the stub pushes 0, so that
    every frame has the same shape). `user_may_raise` is the gate's DPL: 3 where a program's INT n,
    INT3 or INTO may come through it. `on_emergency_stack`: it can hit the first instruction of
    sysenter_entry, before that has found its stack. `task_gate`: entered by a task switch, on a
    stack of its own. `own_entry`: its entry point, if that is not one of those that entry/traps.asm
    makes of this table.
    """

    SHOWN: ClassVar[tuple[str, ...]] = ("sdm",)

    vector: int
    mnemonic: str
    name: str
    error_code: bool = False
    user_may_raise: bool = False
    on_emergency_stack: bool = False
    task_gate: bool = False
    own_entry: str = ""

    @property
    def sdm(self) -> str:
        """Where the Intel SDM describes it."""
        if self.mnemonic in ("HV", "VC", "SX"):
            return "AMD APM 2 8.2"
        return "SDM 3A 6.15" if self.mnemonic else "SDM 3A table 6-1"

    @property
    def is_named(self) -> bool:
        """False if it is reserved."""
        return not self.name.startswith("reserved")

    @property
    def label(self) -> str:
        """Name of its entry point."""
        if self.on_emergency_stack:
            return f"trap_{self.vector}_at_sysenter"
        return self.own_entry or f"trap_{self.vector}"

    @property
    def entry_macro(self) -> str:
        """The macro of entry/traps.asm that makes its entry point."""
        if self.own_entry or self.task_gate or self.on_emergency_stack:
            return "ENTRY_ELSEWHERE"
        return "ENTRY_WITH_ERROR" if self.error_code else "ENTRY"

    @property
    def entry_argument(self) -> str:
        """What that macro is told."""
        if self.task_gate:
            return "0"
        return self.label if self.entry_macro == "ENTRY_ELSEWHERE" else str(self.vector)

    @property
    def title(self) -> str:
        """What a message calls it, e.g. `#PF page fault`."""
        if self.mnemonic and self.mnemonic != "NMI":
            return f"#{self.mnemonic} {self.name}"
        return self.name


def _reserved(vector: int) -> Trap:
    return Trap(vector, "", f"reserved exception {vector}")


TRAPS: tuple[Trap, ...] = (
    Trap(0, "DE", "divide error"),
    Trap(1, "DB", "debug exception", on_emergency_stack=True),
    Trap(2, "NMI", "non-maskable interrupt", own_entry="nmi_entry"),
    Trap(3, "BP", "breakpoint", user_may_raise=True),
    Trap(4, "OF", "overflow", user_may_raise=True),
    Trap(5, "BR", "bound range exceeded"),
    Trap(6, "UD", "invalid opcode"),
    Trap(7, "NM", "device not available"),
    Trap(8, "DF", "double fault", error_code=True, task_gate=True),
    Trap(9, "", "coprocessor segment overrun"),
    Trap(10, "TS", "invalid TSS", error_code=True),
    Trap(11, "NP", "segment not present", error_code=True),
    Trap(12, "SS", "stack-segment fault", error_code=True),
    Trap(13, "GP", "general protection", error_code=True),
    Trap(14, "PF", "page fault", error_code=True),
    _reserved(15),
    Trap(16, "MF", "x87 floating-point error"),
    Trap(17, "AC", "alignment check", error_code=True),
    Trap(18, "MC", "machine check"),
    Trap(19, "XM", "SIMD floating-point exception"),
    Trap(20, "VE", "virtualization exception"),
    Trap(21, "CP", "control protection exception", error_code=True),
    *(_reserved(vector) for vector in range(22, 28)),
    Trap(28, "HV", "hypervisor injection exception"),
    Trap(29, "VC", "VMM communication exception", error_code=True),
    Trap(30, "SX", "security exception", error_code=True),
    _reserved(31),
)

WITH_ERROR_CODE = frozenset(trap.vector for trap in TRAPS if trap.error_code)


@dataclass(frozen=True)
class Interrupt:
    """A vector of the PIC or the local APIC: no exception, no error code."""

    vector: int
    vector_name: str  # as C writes it
    label: str  # its entry point in entry/traps.asm
    comment: str
    layer: str = "robust"


INTERRUPTS: tuple[Interrupt, ...] = (
    Interrupt(
        FIRST_IRQ_VECTOR + TIMER_IRQ,
        "FIRST_IRQ_VECTOR + IRQ_TIMER",
        "irq_timer",
        "line 0: the timer",
    ),
    Interrupt(
        FIRST_IRQ_VECTOR + HOST_IRQ,
        "FIRST_IRQ_VECTOR + IRQ_HOST",
        "irq_host",
        "line 3: the second serial port",
        "host",
    ),
    Interrupt(
        FIRST_IRQ_VECTOR + SERIAL_IRQ,
        "FIRST_IRQ_VECTOR + IRQ_SERIAL",
        "irq_serial",
        "line 4: the first serial port",
    ),
    Interrupt(
        FIRST_IRQ_VECTOR + SPURIOUS_IRQ,
        "FIRST_IRQ_VECTOR + IRQ_SPURIOUS",
        "irq_spurious",
        "line 7: a request that went away",
    ),
    Interrupt(
        WAKE_VECTOR,
        "WAKE_VECTOR",
        "irq_wake",
        "another CPU has something to do for this one",
        "smp",
    ),
    Interrupt(
        SPURIOUS_VECTOR,
        "SPURIOUS_VECTOR",
        "apic_spurious",
        "the local APIC: a request that went away",
        "smp",
    ),
)


_WITH_FRAME = "(regs, vector)"


@dataclass(frozen=True)
class Handler:
    """What is called for a vector. Of several rows for one, the last that applies counts.

    In the small kernels, whose handlers return something, they are asked one after the other.
    """

    vector_name: str  # as C writes it
    call: str  # C expression; none: there is nothing to do
    comment: str
    layer: str = "robust"
    until: str = ""  # the layer that has it no more
    returns: str = "void"  # int: 1 if that was all there is to do, else go on

    @property
    def prototype(self) -> str:
        """Its C prototype."""
        name, _, arguments = self.call.partition("(")
        types = {"regs": "struct pt_regs *regs", "vector": "uint32_t vector", "": "void"}
        listed = ", ".join(types[argument] for argument in arguments.rstrip(")").split(", "))
        return f"{self.returns} {name}({listed});"


HANDLERS: tuple[Handler, ...] = (
    Handler(
        "VECTOR_UD",
        "check_undefined()",
        "never: it only looks, for checks/ends.c",
        "checks-lesson",
        returns="int",
    ),
    Handler(
        "VECTOR_DB",
        "check_breakpoint(regs)",
        "one of checks/entry.c",
        "checks-sysenter",
        returns="int",
    ),
    Handler(
        "VECTOR_DB",
        "debug_exception(regs)",
        "it goes on, and is stepped again in ring 3",
        "sysenter",
        until="robust",
        returns="static int",
    ),
    Handler("VECTOR_PF", f"page_fault{_WITH_FRAME}", "the kernel may expect one: see its fixups"),
    Handler("FIRST_IRQ_VECTOR + IRQ_TIMER", "timer_interrupt()", "the clock"),
    Handler("FIRST_IRQ_VECTOR + IRQ_SERIAL", "serial_interrupt()", "a character was typed"),
    Handler("FIRST_IRQ_VECTOR + IRQ_SPURIOUS", "", "went away; wants no end of interrupt"),
    Handler("WAKE_VECTOR", "wake_interrupt()", "it has woken this CPU: that is all", "smp"),
    Handler("SPURIOUS_VECTOR", "", "went away; wants no end of interrupt", "smp"),
    Handler("VECTOR_DB", f"debug_exception{_WITH_FRAME}", "SYSENTER does not clear TF"),
    Handler(
        "VECTOR_PF",
        f"memory_fault{_WITH_FRAME}",
        "a page that is not there yet, mostly",
        "processes",
    ),
    Handler(
        "VECTOR_BP",
        f"check_smap_trap{_WITH_FRAME}",
        "looks at AC, for checks/smap.c",
        "checks-robust",
    ),
    Handler("FIRST_IRQ_VECTOR + IRQ_TIMER", "clock_tick(regs)", "the next one's turn", "processes"),
    Handler(
        "FIRST_IRQ_VECTOR + IRQ_SERIAL",
        "console_interrupt()",
        "a character was typed",
        "processes",
    ),
    Handler("FIRST_IRQ_VECTOR + IRQ_HOST", "host_interrupt()", "the host rings", "host"),
    Handler("WAKE_VECTOR", "cpu_woken(regs)", "something has changed", "smp-processes"),
    Handler(
        "VECTOR_DB",
        f"check_debug_exception{_WITH_FRAME}",
        "looks at the registers, for checks/entry.c",
        "checks-robust",
    ),
    Handler(
        "FIRST_IRQ_VECTOR + IRQ_TIMER",
        "check_timer_interrupt(regs)",
        "counts, for checks/timer.c",
        "checks-robust",
    ),
    Handler("WAKE_VECTOR", "check_wake_interrupt(regs)", "see checks/interrupted.h", "checks-smp"),
)


def _applies(row: Handler, layers: tuple[str, ...]) -> bool:
    return row.layer in layers and row.until not in layers


def handlers_for(layers: tuple[str, ...]) -> tuple[Handler, ...]:
    """The handlers of a kernel with these layers, one for each vector."""
    rows = [row for row in HANDLERS if _applies(row, layers)]
    if "robust" not in layers:
        return tuple(rows)
    return tuple({row.vector_name: row for row in rows}.values())


def handler_prototypes(layers: tuple[str, ...]) -> tuple[str, ...]:
    """The C prototypes of all handlers that these layers have: one may pass on to another."""
    rows = (row for row in HANDLERS if row.call and _applies(row, layers))
    return tuple(row.prototype for row in rows if not row.returns.startswith("static"))
