"""The ring 3 programs, and the suites: which of them run, in which order, with which end."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Program:
    """A ring 3 program, linked from `sources` (paths in the tree, no suffix) at `entry`."""

    name: str
    sources: tuple[str, ...]
    layers: tuple[str, ...]  # it is in a kernel that has all of these
    entry: str = "_start"
    libraries: bool = True  # linked with user/lib
    until: str = ""  # the layer that has it no more

    @property
    def objects(self) -> tuple[str, ...]:
        """The object files of its own sources, as make calls them."""
        return tuple(f"obj/{source}.o" for source in self.sources)


@dataclass(frozen=True)
class SuiteEntry:
    """One test point of the kernel's own KTAP report.

    Either `program` names a program, run by `instances` processes at once, which must all exit with
    status 0 or all be killed by the exception `killed_by`; or `check` names a function in the
    kernel that prints a nested KTAP report and returns how many of its checks failed.
    """

    title: str
    layers: tuple[str, ...]
    program: str = ""
    killed_by: str = ""  # mnemonic of the exception
    instances: int = 1
    check: str = ""
    until: str = ""  # the layer that has it no more

    @property
    def c_row(self) -> str:
        """C initialiser of its struct suite_entry."""
        program = f'"{self.program}", {self.instances}' if self.program else "NULL, 0"
        return f'{{"{self.title}", {program}, {self.c_killed_by}, {self.check or "NULL"}}}'

    @property
    def lesson_row(self) -> str:
        """The same in the small kernels, where a program runs alone."""
        program = f'"{self.program}"' if self.program else "NULL"
        check = ", NULL" if "checks" in self.layers else ""
        check = f", {self.check}" if self.check else check
        return f'{{"{self.title}", {program}, {self.c_killed_by}{check}}}'

    @property
    def c_killed_by(self) -> str:
        """What must end the program, in C."""
        return f"VECTOR_{self.killed_by}" if self.killed_by else "NOT_KILLED"


def _program(name: str, *layers: str, until: str = "") -> Program:
    return Program(name, (f"user/{name.replace('-', '_')}",), layers, until=until)


@dataclass(frozen=True)
class Fault:
    """A program of a few instructions in user/faults.asm, and the exception that must kill it."""

    name: str
    killed_by: str
    title: str
    layer: str = "int80"
    until: str = ""  # the layer where it is none any more


FAULTS: tuple[Fault, ...] = (
    Fault("divide", "DE", "division by zero"),
    Fault("divide-overflow", "DE", "a quotient that does not fit"),
    Fault("trap-flag", "DB", "single step"),
    Fault("int3", "BP", "INT3"),
    Fault("into", "OF", "INTO after an overflow"),
    Fault("bound", "BR", "BOUND with an index out of bounds"),
    Fault("ud2", "UD", "UD2"),
    Fault("lock-nop", "UD", "LOCK where there is nothing to lock"),
    Fault("x87", "NM", "an x87 instruction", until="processes"),
    Fault("mmx", "UD", "an MMX instruction", until="processes"),
    Fault("sse", "UD", "an SSE instruction", until="processes"),
    Fault("segment", "GP", "a selector beyond the GDT"),
    Fault("empty-segment", "GP", "a selector of an empty descriptor"),
    Fault("local-segment", "GP", "a selector in the LDT, which is none"),
    Fault("kernel-segment", "GP", "a selector of the kernel's"),
    Fault("stack-segment", "GP", "a null selector in SS"),
    Fault("far-jump", "GP", "a far jump to the kernel's code segment"),
    Fault("iret-kernel", "GP", "IRET to ring 0", until="robust"),  # then in checks/smap.c
    Fault("iret-nested", "TS", "IRET with EFLAGS.NT set"),
    Fault("hlt", "GP", "a privileged instruction"),
    Fault("cli", "GP", "CLI without the right to it"),
    Fault("mov-cr0", "GP", "reading CR0"),
    Fault("mov-dr7", "GP", "reading DR7"),
    Fault("lidt", "GP", "LIDT in ring 3"),
    Fault("port", "GP", "an I/O port that nobody allowed"),
    Fault("int-0x20", "GP", "INT with the vector of an interrupt line"),
    Fault("int-8", "GP", "INT with the vector of a double fault"),
    Fault("int-14", "GP", "INT with the vector of a page fault"),
    Fault("int-0x30", "GP", "INT with a vector that has no gate"),
    Fault("read-kernel", "PF", "a read of kernel memory"),
    Fault("write-kernel", "PF", "a write to kernel memory"),
    Fault("jump-kernel", "PF", "a jump into the kernel"),
    Fault("kernel-stack", "PF", "ESP in a kernel stack"),
    Fault("last-byte", "PF", "the last byte of all"),
    Fault("null", "PF", "a NULL pointer"),
    Fault("null-offset", "PF", "a NULL pointer with an offset"),
    Fault("jump-null", "PF", "a jump to NULL"),
    Fault("write-text", "PF", "a write to its own text"),
    Fault("stack-overflow", "PF", "a stack that runs over"),
    Fault("write-page", "PF", "a write to the vsyscall page", "vsyscall"),
    Fault("write-page-end", "PF", "a write to the end of the vsyscall page", "vsyscall"),
    Fault("behind-page", "PF", "a read behind the vsyscall page", "vsyscall"),
    Fault("write-clock", "PF", "a write to the clocks that the vDSO reads", "linux"),
    Fault("port-inherited", "GP", "a port that the program before had", "io-bitmap"),
    Fault("port-neighbour", "GP", "the port next to an allowed one", "io-bitmap"),
    Fault("port-word", "GP", "two ports, one of them allowed", "io-bitmap"),
    Fault("port-taken-back", "GP", "a port that was allowed, then denied", "io-bitmap"),
    Fault("port-last-word", "GP", "two bytes at port 0xffff, all allowed", "io-bitmap"),
    Fault("port-outcome", "GP", "the port for the outcome, all allowed", "io-bitmap"),
    Fault("port-outcome-3", "GP", "the last of its four ports, all allowed", "io-bitmap"),
    Fault("port-last-dword", "GP", "four bytes at port 0xfffd, all allowed", "io-bitmap"),
)

# Programs of user/bad_sysenter.asm and of the files of faults that checks in the kernel run and
# judge.
_BAD_SYSENTER = (
    *(
        "ebp-null",
        "ebp-garbage",
        "ebp-kernel",
        "ebp-kstack",
        "ebp-user-top",
        "ebp-last-word",
        "ebp-return-top",
        "ebp-top",
    ),
    *(
        "ebp-bottom",
        "ebp-wraps",
        "ebp-wraps-later",
        "ebp-return",
        "ebp-number",
        "step",
        "step-nested",
        "step-garbage",
        "ebp-flags",
    ),
)
_PRIVILEGED = ("rdmsr", "wrmsr", "sysexit")
_FOR_RING_0 = ("sgdt", "sidt", "sldt", "str", "smsw")  # with UMIP
_LENIENT = ("icebp", "alignment", "null-segment")
_PORT_SWITCH = ("port-owner", "port-thief")


def _bare_program(name: str, source: str, layer: str, until: str = "") -> Program:
    """One of several programs in `source`, each without the library and entered at fault_<name>."""
    entry = "fault_" + name.replace("-", "_")
    return Program(name, (source,), ("checks", layer), entry, libraries=False, until=until)


def _fault_program(fault: Fault) -> Program:
    layer = fault.layer.replace("-", "_")
    source = "user/faults" if layer == "int80" else f"user/faults_{layer}"
    return _bare_program(fault.name, source, fault.layer, fault.until)


PROGRAMS: tuple[Program, ...] = (
    _program("hello", "demo"),
    _program("auxv", "demo", "vsyscall"),
    _program("ports", "demo", "io-bitmap"),
    _program("family", "demo", "processes"),
    _program("pages", "demo", "processes", until="linux"),
    _program("turns", "demo", "processes"),
    _program("sleepers", "demo", "processes", until="linux"),
    _program("trespass", "demo"),
    _program("cost", "demo", "vsyscall"),
    _program("cost", "checks", "int80-only"),
    _program("cost", "checks", "sysenter-only"),
    _program("echo", "echo"),
    _program("registers", "checks"),
    _program("flags", "checks"),
    _program("pointers", "checks"),
    _program("numbers", "checks"),
    _program("yield", "checks", "robust"),
    Program("many-calls", ("user/many_calls", "user/many_calls_loop"), ("checks", "robust")),
    _program("io-ports", "checks", "io-bitmap"),
    Program("bad-frames", ("user/bad_frames", "user/bad_frames_call"), ("checks", "sysenter")),
    _program("one-call", "checks"),
    _program("memory-errors", "checks", "processes"),
    _program("memory", "checks", "processes"),
    _program("stacks", "checks", "processes"),
    _program("copies", "checks", "processes"),
    _program("fork-registers", "checks", "processes"),
    _program("vdso", "checks", "linux"),
    _program("exec", "checks", "processes"),
    Program(
        "exec-target",
        ("user/exec_target", "user/start_entry"),
        ("checks", "processes"),
        "start_checked",
    ),
    _program("ends", "checks", "processes"),
    _program("pipes", "checks", "processes"),
    Program("storm", ("user/storm", "user/storm_loop"), ("checks", "processes")),
    _program("sleepy", "checks", "processes"),
    _program("bombs", "checks", "processes"),
    _program("shared", "checks", "processes"),
    _program("io-fork", "checks", "io-bitmap-processes"),
    Program("start", ("user/start", "user/start_entry"), ("checks", "vsyscall"), "start_checked"),
    *(_fault_program(fault) for fault in FAULTS),
    *(_bare_program(name, "user/faults", "int80") for name in _LENIENT),
    _bare_program("registers-left", "user/registers_left", "eager"),
    _bare_program("step-to-kernel", "user/step_to_kernel", "vsyscall-only"),
    _bare_program("all-registers", "user/registers_left", "eager"),
    _bare_program("exit-status", "user/exit_status", "eager"),
    _bare_program("exit-pid", "user/exit_status", "eager"),
    _program("exit-written", "checks", "eager"),
    *(
        Program("begin", ("user/begin", "user/start_entry"), ("checks", layer), "start_checked")
        for layer in ("int80-only", "sysenter-only")
    ),
    *(_bare_program(name, "user/faults_sysenter", "sysenter") for name in _PRIVILEGED),
    *(_bare_program(name, "user/bad_sysenter", "sysenter") for name in _BAD_SYSENTER),
    *(_bare_program(name, "user/faults_robust", "robust") for name in _FOR_RING_0),
    _program("smap", "checks", "robust"),
    _bare_program("iret-kernel", "user/faults", "robust"),
    *(_bare_program(name, "user/faults_io_bitmap", "io-bitmap") for name in _PORT_SWITCH),
)


def _suite() -> tuple[SuiteEntry, ...]:
    """Every row of every suite, in the order in which they run."""
    checks = ("checks",)
    demo = ("demo", "processes")
    processes = ("checks", "processes")
    return (
        SuiteEntry("hello", ("demo",), "hello"),
        SuiteEntry(
            "auxv: what the kernel tells a program at its start", ("demo", "vsyscall"), "auxv"
        ),
        SuiteEntry("ports: what the I/O permission bitmap allows", ("demo", "io-bitmap"), "ports"),
        SuiteEntry("family: fork, pipe, execve, kill, wait4", demo, "family"),
        SuiteEntry("pages: touched, copied, grown, protected", demo, "pages", until="linux"),
        SuiteEntry("turns: nobody keeps the CPU", demo, "turns"),
        SuiteEntry("sleepers: who sleeps needs no CPU", demo, "sleepers", until="linux"),
        SuiteEntry(
            "trespass: killed by a page fault, and the kernel lives", ("demo",), "trespass", "PF"
        ),
        SuiteEntry("cost of a null system call", ("demo", "vsyscall"), "cost"),
        SuiteEntry("cost of a null system call", ("checks", "int80-only"), "cost"),
        SuiteEntry("cost of a null system call", ("checks", "sysenter-only"), "cost"),
        SuiteEntry("echo", ("echo",), "echo"),
        SuiteEntry("descriptor tables", checks, check="check_tables"),
        SuiteEntry("page tables", checks, check="check_paging"),
        SuiteEntry("damaged ELF files are refused", checks, check="check_elf"),
        SuiteEntry("page frames", ("checks", "lesson"), check="check_all_frames"),
        SuiteEntry("what is loaded of an ELF file", ("checks", "eager"), check="check_loaded"),
        SuiteEntry(
            "interrupts that nobody waits for", ("checks", "robust"), check="check_interrupts"
        ),
        SuiteEntry(
            "the first kernel instruction, and the first one back",
            ("checks", "sysenter"),
            check="check_entry",
        ),
        SuiteEntry(
            "a breakpoint on each instruction",
            ("checks", "sysenter"),
            check="check_every_breakpoint",
        ),
        SuiteEntry("registers and arguments", checks, "registers"),
        SuiteEntry("flags", checks, "flags"),
        SuiteEntry("bad pointers", ("checks", "lesson"), "pointers"),
        SuiteEntry("bad pointers", ("checks", "robust"), check="check_pointers"),
        SuiteEntry("unknown numbers", checks, "numbers"),
        SuiteEntry("SYSENTER from a program's own code", ("checks", "sysenter"), "bad-frames"),
        SuiteEntry("SYSENTER with no way back", ("checks", "sysenter"), check="check_bad_sysenter"),
        SuiteEntry(
            "exceptions at the first kernel instruction",
            ("checks", "vsyscall-only"),
            check="check_at_sysenter",
        ),
        SuiteEntry(
            "start stacks of other names", ("checks", "vsyscall-only"), check="check_start_stack"
        ),
        SuiteEntry("auxiliary vector and start stack", ("checks", "vsyscall"), "start"),
        SuiteEntry("I/O permission bitmap", ("checks", "io-bitmap"), "io-ports"),
        SuiteEntry("the vDSO and the clocks", ("checks", "linux"), "vdso"),
        SuiteEntry("I/O ports of two processes", ("checks", "io-bitmap"), check="check_io_switch"),
        SuiteEntry("the first instruction's registers", ("checks", "int80-only"), "begin"),
        SuiteEntry("the first instruction's registers", ("checks", "sysenter-only"), "begin"),
        SuiteEntry("the kernel's own registers", ("checks", "lesson"), check="check_switch"),
        SuiteEntry(
            "the kernel's own registers",
            ("checks", "robust-only", "one-cpu"),
            check="check_switch",
        ),
        SuiteEntry("four processes take turns", ("checks", "robust"), "yield", instances=4),
        SuiteEntry("memory: errors", processes, "memory-errors"),
        SuiteEntry("memory: pages and heap", processes, "memory"),
        SuiteEntry("fork: registers", processes, "fork-registers"),
        SuiteEntry("fork: memory is copied on write", processes, "copies"),
        SuiteEntry("memory: stacks grow", processes, "stacks"),
        SuiteEntry("clone: one address space for two", processes, "shared"),
        SuiteEntry("fork: I/O ports", ("checks", "io-bitmap-processes"), "io-fork"),
        SuiteEntry("execve and vfork", processes, "exec"),
        SuiteEntry("exit, kill, wait4", processes, "ends"),
        SuiteEntry("pipes and file descriptors", processes, "pipes"),
        SuiteEntry(
            "processes that are interrupted all the time", processes, check="check_preemption"
        ),
        SuiteEntry("who waits needs no CPU", processes, check="check_idle"),
        SuiteEntry("programs that take all there is", processes, check="check_bombs"),
        *(
            SuiteEntry(
                f"killed by {f.killed_by}: {f.title}",
                ("checks", f.layer),
                f.name,
                f.killed_by,
                until=f.until,
            )
            for f in FAULTS
        ),
        SuiteEntry(
            "killed by what not every CPU has",
            ("checks", "sysenter"),
            check="check_privileged",
        ),
        SuiteEntry("killed by what not every emulator checks", checks, check="check_lenient"),
        SuiteEntry(
            "SMEP and UMIP, on a CPU that has them", ("checks", "robust"), check="check_guards"
        ),
        SuiteEntry("SMAP, on a CPU that has it", ("checks", "robust"), check="check_smap"),
        SuiteEntry(
            "timer interrupts during many calls", ("checks", "robust"), check="check_timer_storm"
        ),
        SuiteEntry("all CPUs calling at once", ("checks", "smp"), check="check_all_cpus"),
        SuiteEntry("how programs end", ("checks", "eager"), check="check_ends"),
        SuiteEntry("page frames", ("checks", "robust-only"), check="check_all_frames"),
        SuiteEntry("every page frame came back", checks, check="check_frames"),
        SuiteEntry("no kernel stack ran nearly full", processes, check="check_stacks"),
    )


def _is_in(row: Program | SuiteEntry, layers: tuple[str, ...]) -> bool:
    return set(row.layers) <= set(layers) and row.until not in layers


def programs_for(layers: tuple[str, ...]) -> tuple[Program, ...]:
    """The programs of a kernel with these layers."""
    return tuple(p for p in PROGRAMS if _is_in(p, layers))


def suite_for(layers: tuple[str, ...], files: tuple[str, ...]) -> tuple[SuiteEntry, ...]:
    """What a kernel with these layers runs; `files` are the names of the user's own programs."""
    own = tuple(SuiteEntry(name, (), name) for name in files)
    return tuple(e for e in _suite() if _is_in(e, layers)) + own
