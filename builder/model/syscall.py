"""What a row of the table of system calls has: see syscalls.py."""

from dataclasses import dataclass
from functools import cached_property

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
    by: str = ""  # what does it, if that is another call's function: as C would call it

    @property
    def unpacked(self) -> tuple[tuple[Argument, str], ...]:
        """Each argument with the member of pt_regs that holds it."""
        return tuple(zip(self.arguments, ARGUMENT_REGISTERS, strict=False))

    @property
    def parameters(self) -> str:
        """The parameter list of its C prototype."""
        return ", ".join(argument.c_declaration for argument in self.arguments) or "void"

    @property
    def prototype(self) -> str:
        """Its name and parameters, as programs have them in a C prototype without the result."""
        return f"{self.name}({self.parameters})"

    @property
    def kernel_prototype(self) -> str:
        """The same of the kernel's function; of one that is no call's own it takes nothing."""
        return f"sys_{self.function}({'void' if self.by else self.parameters})"

    @property
    def stub(self) -> str:
        """The C expression with which a program makes it."""
        values = [f"(long){argument.name}" for argument in self.arguments]
        values += ["0"] * (len(ARGUMENT_REGISTERS) - len(values))
        return f"system_call(NR_{self.name}, {', '.join(values)})"

    @cached_property
    def function(self) -> str:
        """The C function that does it, without `sys_`."""
        return self.by.partition("(")[0] or self.name

    @cached_property
    def values(self) -> tuple[str, ...]:
        """What that function is called with, out of `struct pt_regs *regs`."""
        registers = {
            argument.name: f"({argument.c_type})regs->{register}"
            if "*" in argument.c_type
            else f"regs->{register}"
            for argument, register in self.unpacked
        }
        if not self.by:
            return tuple(registers.values())
        words = self.by.partition("(")[2].removesuffix(")").split(", ")
        return tuple(registers.get(word, word) for word in words if word)

    @property
    def entry(self) -> str:
        """What sys/table.c calls it: as its function, if that is called without anything."""
        return self.name if self.values else self.function

    @property
    def dispatch(self) -> str:
        """The line of sys/table.c that makes its entry: a macro and what that wants."""
        if self.function == self.entry:
            return f"CALL({', '.join((self.entry, *self.values))})"
        return f"CALL_BY({', '.join((self.entry, self.function, *self.values))})"


def args(*pairs: str) -> tuple[Argument, ...]:
    """Arguments from strings such as `int fd` or `const void *buffer`."""
    split = (pair.rpartition("*") if "*" in pair else pair.rpartition(" ") for pair in pairs)
    return tuple(Argument((kind + mark).strip(), name) for kind, mark, name in split)
