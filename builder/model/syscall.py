"""What a row of the table of system calls has: see syscalls.py."""

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
    is_private: bool = False  # uses only what is the caller's own, or locks for itself
    has_own_stub: bool = False  # programs have a function of that name in user/lib

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
    def stub(self) -> str:
        """The C expression with which a program makes it."""
        values = [f"(long){argument.name}" for argument in self.arguments]
        values += ["0"] * (len(ARGUMENT_REGISTERS) - len(values))
        return f"system_call(NR_{self.name}, {', '.join(values)})"

    @property
    def dispatch(self) -> str:
        """Name and arguments out of `struct pt_regs *regs`, as the macro CALL wants them."""
        values = (
            f"({arg.c_type})regs->{register}" if "*" in arg.c_type else f"regs->{register}"
            for arg, register in self.unpacked
        )
        return ", ".join((self.name, *values))


def args(*pairs: str) -> tuple[Argument, ...]:
    """Arguments from strings such as `int fd` or `const void *buffer`."""
    split = (pair.rpartition("*") if "*" in pair else pair.rpartition(" ") for pair in pairs)
    return tuple(Argument((kind + mark).strip(), name) for kind, mark, name in split)
