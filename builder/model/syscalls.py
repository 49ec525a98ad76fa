"""The system calls: numbers, arguments and results of Linux/i386.

See Linux arch/x86/entry/syscalls/syscall_32.tbl.
From this one table come the dispatch table and the unpacking of the arguments, the prototypes, the
functions that programs call, and the documentation.
"""

from dataclasses import dataclass

ARGUMENT_REGISTERS = ("ebx", "ecx", "edx", "esi", "edi", "ebp")


@dataclass(frozen=True)
class Argument:
    """One argument: its C type, its name, and the register that carries it comes from its place."""

    c_type: str
    name: str

    @property
    def c_declaration(self) -> str:
        """As it stands in a prototype."""
        return f"{self.c_type}{'' if self.c_type.endswith('*') else ' '}{self.name}"


@dataclass(frozen=True)
class Syscall:
    """One system call. `reason` names the program or lesson that needs it: all have one."""

    number: int
    name: str
    arguments: tuple[Argument, ...]
    comment: str
    reason: str
    layer: str = "int80"

    @property
    def unpacked(self) -> tuple[tuple[Argument, str], ...]:
        """Each argument with the member of pt_regs that holds it."""
        return tuple(zip(self.arguments, ARGUMENT_REGISTERS, strict=False))

    @property
    def parameters(self) -> str:
        """The parameter list of its C prototype."""
        return ", ".join(argument.c_declaration for argument in self.arguments) or "void"

    def prototype(self, prefix: str = "") -> str:
        """Its name, behind `prefix`, and parameters, as in a C prototype without the result."""
        return f"{prefix}{self.name}({self.parameters})"

    @property
    def dispatch(self) -> str:
        """Name and arguments out of `struct pt_regs *regs`, as the macro CALL wants them."""
        values = (
            f"({arg.c_type})regs->{register}" if "*" in arg.c_type else f"regs->{register}"
            for arg, register in self.unpacked
        )
        return ", ".join((self.name, *values))


def _args(*pairs: str) -> tuple[Argument, ...]:
    """Arguments from strings such as `int fd` or `const void *buffer`."""
    split = (pair.rpartition("*") if "*" in pair else pair.rpartition(" ") for pair in pairs)
    return tuple(Argument((kind + mark).strip(), name) for kind, mark, name in split)


SYSCALLS: tuple[Syscall, ...] = (
    Syscall(1, "exit", _args("int status"), "end this program", "every program"),
    Syscall(
        3, "read", _args("int fd", "void *buffer", "size_t size"), "wait for serial input", "echo"
    ),
    Syscall(
        4,
        "write",
        _args("int fd", "const void *buffer", "size_t size"),
        "print to the serial line",
        "hello",
    ),
    Syscall(20, "getpid", (), "number of this process", "cost: the call that does nothing"),
    Syscall(
        101,
        "ioperm",
        _args("uint32_t first_port", "uint32_t count", "int allow"),
        "allow or deny I/O ports to this process",
        "ports",
        "io-bitmap",
    ),
    Syscall(158, "sched_yield", (), "let the other processes run", "yield"),
    Syscall(
        222,  # unassigned in Linux
        "check_arguments",
        _args("uint32_t a", "uint32_t b", "uint32_t c", "uint32_t d", "uint32_t e", "uint32_t f"),
        "mix all six arguments into one number",
        "registers: the only way to see that each argument arrives in its place",
        "checks",
    ),
    Syscall(
        252,
        "exit_group",
        _args("int status"),
        "end this program",
        "C libraries call this one",
    ),
)


@dataclass(frozen=True)
class Slot:
    """One line of the dispatch table: a C designator, for one number or several, and a function."""

    index: str
    function: str


def dispatch_slots(calls: tuple[Syscall, ...]) -> tuple[Slot, ...]:
    """The dispatch table of `calls` (sorted by number) without a hole."""
    slots = []
    expected = 0
    for call in calls:
        if call.number > expected:
            last = call.number - 1
            index = f"[{expected}]" if last == expected else f"[{expected} ... {last}]"
            slots.append(Slot(index, "no_such_call"))
        slots.append(Slot(f"[{call.number}]", f"call_{call.name}"))
        expected = call.number + 1
    return tuple(slots)


@dataclass(frozen=True)
class CostLoop:
    """One loop that the program `cost` measures: a way into the kernel, again and again."""

    name: str  # of its figure in the output
    enter: str = ""  # the instruction, as inline assembly has it; none: the loop by itself
    operand: str = ""  # what `enter` calls %2


_EMPTY = CostLoop("loop")
_INT80 = CostLoop("int80", "int $0x80")

COST_LOOPS: dict[str, tuple[CostLoop, ...]] = {
    "int80": (_EMPTY, _INT80),
    "sysenter": (_EMPTY, CostLoop("sysenter", "call *%2", '"r"(fast_gate)'), _INT80),
    "vsyscall": (_EMPTY, CostLoop("page", "call *%2", '"r"(fast_gate)'), _INT80),
}
