"""The ring 3 programs, and the suites: which of them a kernel runs, in which order, and how each must end."""

from dataclasses import dataclass

from builder.model.traps import TRAPS


@dataclass(frozen=True)
class Program:
    """A ring 3 program: an ELF file linked from `sources` (paths in the tree, without suffix) at `entry`."""

    name: str
    sources: tuple[str, ...]
    layers: tuple[str, ...]  # it is in a kernel that has all of these
    entry: str = "_start"
    libraries: bool = True  # linked with user/lib


@dataclass(frozen=True)
class SuiteEntry:
    """One test point of the kernel's own KTAP report.

    Either `program` names a program, run by `instances` processes at once, which must all exit with status 0 or
    all be killed by the exception `killed_by`; or `check` names a function in the kernel that prints a nested
    KTAP report and returns how many of its checks failed.
    """

    title: str
    layers: tuple[str, ...]
    program: str = ""
    killed_by: str = ""  # mnemonic of the exception
    instances: int = 1
    check: str = ""

    @property
    def killed_by_vector(self) -> int:
        """Vector of the exception that must end the program, or -1 if it must exit by itself."""
        return {trap.mnemonic: trap.vector for trap in TRAPS}[self.killed_by] if self.killed_by else -1


def _program(name: str, *layers: str) -> Program:
    return Program(name, (f"user/{name}",), layers)


@dataclass(frozen=True)
class Fault:
    """A program of a few instructions in user/faults.asm that must be killed, and by which exception."""

    name: str
    killed_by: str
    title: str
    layer: str = "int80"


FAULTS: tuple[Fault, ...] = (
    Fault("divide", "DE", "division by zero"),
    Fault("trap-flag", "DB", "single step"),
    Fault("icebp", "DB", "INT1"),
    Fault("int3", "BP", "INT3"),
    Fault("into", "OF", "INTO after an overflow"),
    Fault("bound", "BR", "BOUND with an index out of bounds"),
    Fault("ud2", "UD", "UD2"),
    Fault("x87", "NM", "an x87 instruction"),
    Fault("segment", "GP", "a selector beyond the GDT"),
    Fault("not-present", "GP", "a selector of the kernel's"),
    Fault("stack-segment", "GP", "a null selector in SS"),
    Fault("alignment", "AC", "an unaligned word with EFLAGS.AC set"),
    Fault("hlt", "GP", "a privileged instruction"),
    Fault("cli", "GP", "CLI without the right to it"),
    Fault("int-0x20", "GP", "INT with the vector of an interrupt line"),
    Fault("int-8", "GP", "INT with the vector of a double fault"),
    Fault("port", "GP", "an I/O port that nobody allowed"),
    Fault("read-kernel", "PF", "a read of kernel memory"),
    Fault("write-kernel", "PF", "a write to kernel memory"),
    Fault("jump-kernel", "PF", "a jump into the kernel"),
    Fault("null", "PF", "a NULL pointer"),
    Fault("write-text", "PF", "a write to its own text"),
    Fault("wrmsr", "GP", "WRMSR in ring 3", "sysenter"),
    Fault("sysexit", "GP", "SYSEXIT in ring 3", "sysenter"),
    Fault("sysenter-step", "DB", "SYSENTER with EFLAGS.TF set", "sysenter"),
    Fault("write-page", "PF", "a write to the vsyscall page", "vsyscall"),
    Fault("sysenter-garbage", "PF", "SYSENTER from its own code with garbage in EBP and ESP", "sysenter"),
)


def _fault_program(fault: Fault) -> Program:
    entry = "fault_" + fault.name.replace("-", "_")
    source = "user/faults" if fault.layer == "int80" else f"user/faults_{fault.layer}"
    return Program(fault.name, (source,), ("checks", fault.layer), entry, libraries=False)


PROGRAMS: tuple[Program, ...] = (
    _program("hello", "demo"),
    _program("auxv", "demo", "vsyscall"),
    _program("ports", "demo", "io-bitmap"),
    _program("trespass", "demo"),
    _program("cost", "demo"),
    _program("echo", "echo"),
    Program("registers", ("user/registers", "user/registers_call"), ("checks",)),
    Program("flags", ("user/flags", "user/registers_call"), ("checks",)),
    _program("pointers", "checks"),
    _program("numbers", "checks"),
    _program("yield", "checks"),
    _program("many-calls", "checks"),
    _program("io-ports", "checks", "io-bitmap"),
    Program("bad-frames", ("user/bad_frames", "user/bad_frames_call"), ("checks", "sysenter")),
    _program("one-call", "checks"),
    _program("start", "checks", "vsyscall"),
    *(_fault_program(fault) for fault in FAULTS),
)


def _suite() -> tuple[SuiteEntry, ...]:
    """Every row of every suite, in the order in which they run."""
    checks = ("checks",)
    return (
        SuiteEntry("hello", ("demo",), "hello"),
        SuiteEntry("auxv: what the kernel tells a program at its start", ("demo", "vsyscall"), "auxv"),
        SuiteEntry("ports: what the I/O permission bitmap allows", ("demo", "io-bitmap"), "ports"),
        SuiteEntry("trespass: killed by a page fault, and the kernel lives", ("demo",), "trespass", "PF"),
        SuiteEntry("cost of a null system call", ("demo",), "cost"),
        SuiteEntry("echo", ("echo",), "echo"),
        SuiteEntry("descriptor tables", checks, check="check_tables"),
        SuiteEntry("page tables", checks, check="check_paging"),
        SuiteEntry("damaged ELF files are refused", checks, check="check_elf"),
        SuiteEntry("the first kernel instruction, and the first one back", ("checks", "sysenter"), check="check_entry"),
        SuiteEntry("registers and arguments", checks, "registers"),
        SuiteEntry("flags", checks, "flags"),
        SuiteEntry("bad pointers", checks, "pointers"),
        SuiteEntry("unknown numbers", checks, "numbers"),
        SuiteEntry("SYSENTER from a program's own code", ("checks", "sysenter"), "bad-frames"),
        SuiteEntry("auxiliary vector and start stack", ("checks", "vsyscall"), "start"),
        SuiteEntry("I/O permission bitmap", ("checks", "io-bitmap"), "io-ports"),
        SuiteEntry("two processes take turns", checks, "yield", instances=2),
        *(
            SuiteEntry(f"killed by #{f.killed_by}: {f.title}", ("checks", f.layer), f.name, f.killed_by)
            for f in FAULTS
        ),
        SuiteEntry("timer interrupts during many calls", checks, check="check_timer_storm"),
        SuiteEntry("all CPUs calling at once", ("checks", "smp"), check="check_all_cpus"),
        SuiteEntry("every page frame came back", checks, check="check_frames"),
    )


def programs_for(layers: tuple[str, ...]) -> tuple[Program, ...]:
    """The programs of a kernel with these layers."""
    return tuple(p for p in PROGRAMS if set(p.layers) <= set(layers))


def suite_for(layers: tuple[str, ...], files: tuple[str, ...]) -> tuple[SuiteEntry, ...]:
    """What a kernel with these layers runs; `files` are the names of the user's own programs."""
    own = tuple(SuiteEntry(name, (), name) for name in files)
    return tuple(e for e in _suite() if set(e.layers) <= set(layers)) + own
