"""The model of one kernel: every table, cut down to what its configuration asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from builder.config.keys import STRINGS_MAX, KernelConfig
from builder.model import memory
from builder.model.auxv import AuxEntry, auxv_for
from builder.model.constant import ConstantGroup
from builder.model.constants import TSS_IO_BITMAP_BYTES, constant_groups
from builder.model.features import FEATURES, Feature
from builder.model.gdt import GdtEntry, check_sysenter_order, gdt_entries
from builder.model.hooks import Call, hooks_for
from builder.model.layers import layers_of
from builder.model.layout import (
    PROCESS,
    PT_REGS,
    SIGCONTEXT,
    TSS,
    TSS_BYTES,
    Field,
    Layout,
    host_layouts,
)
from builder.model.memory import Region
from builder.model.programs import Program, SuiteEntry, programs_for, suite_for
from builder.model.syscall import Syscall
from builder.model.syscalls import (
    COST_LOOPS,
    CostLoop,
    entries_of,
    functions_of,
    program_calls,
    syscalls_for,
)
from builder.model.traps import (
    INTERRUPTS,
    TRAPS,
    Handler,
    Interrupt,
    Trap,
    handler_prototypes,
    handlers_for,
)
from builder.model.vdso import VDSO_SONAME, VDSO_VERSIONS, VdsoVersion


@dataclass(frozen=True)
class KernelModel:
    """All that the templates may ask about a kernel. Tables are in the order of rendering."""

    step: str
    layers: tuple[str, ...]
    digest: str
    cpu_count: int
    gdt: tuple[GdtEntry, ...]
    traps: tuple[Trap, ...]
    interrupts: tuple[Interrupt, ...]
    handlers: tuple[Handler, ...]
    handler_prototypes: tuple[str, ...]
    regions: tuple[Region, ...]
    features: tuple[Feature, ...]
    auxv: tuple[AuxEntry, ...]
    syscalls: tuple[Syscall, ...]
    cost_loops: tuple[CostLoop, ...]
    layouts: tuple[Layout, ...]
    hooks: Mapping[str, tuple[Call, ...]]  # calls that layers bring along, by their place
    programs: tuple[Program, ...]
    suite: tuple[SuiteEntry, ...]
    files: tuple[str, ...]  # names of the user's own programs, in user/bin/
    program_args: tuple[str, ...]
    program_env: tuple[str, ...]
    constants: tuple[ConstantGroup, ...]
    vdso_soname: str = VDSO_SONAME
    vdso_versions: tuple[VdsoVersion, ...] = VDSO_VERSIONS

    @cached_property
    def program_calls(self) -> tuple[Syscall, ...]:
        """The calls that user/include/sys.h has a function for."""
        return program_calls(self.syscalls)

    @cached_property
    def call_functions(self) -> tuple[Syscall, ...]:
        """For each C function of sys/calls.h the call whose comment it has."""
        return functions_of(self.syscalls)

    @cached_property
    def call_entry_of(self) -> dict[int, Syscall]:
        """By number of a call the one whose entry in sys/table.c does it."""
        return entries_of(self.syscalls)

    @cached_property
    def call_entries(self) -> tuple[Syscall, ...]:
        """Those that have an entry of their own."""
        return tuple(call for call in self.syscalls if self.call_entry_of[call.number] is call)

    @cached_property
    def calls_by_others(self) -> tuple[Syscall, ...]:
        """Those that hand on other values than their own registers, each in its place."""
        return tuple(call for call in self.call_entries if call.by and call.values)

    @cached_property
    def call_functions_by_number(self) -> tuple[str, ...]:
        """For all others the elements of a table of C functions, each called with all registers."""
        entries = ((call.number, self.call_entry_of[call.number]) for call in self.syscalls)
        return tuple(
            f"[{number}] = SYS({entry.function})"
            for number, entry in entries
            if entry not in self.calls_by_others
        )

    @cached_property
    def calls_not_locked_alike(self) -> tuple[str, ...]:
        """The elements of sys_call_table where it is not call_locked."""

        def entry_of(call: Syscall) -> str:
            if not call.is_private:
                return f"call_locked_{self.call_entry_of[call.number].entry}"
            is_bare = not call.arguments and not call.by
            return f"BARE({call.name})" if is_bare else "call_private"

        return tuple(
            f"[{call.number}] = {entry_of(call)}"
            for call in self.syscalls
            if call.is_private or self.call_entry_of[call.number] in self.calls_by_others
        )

    def includes(self, places: str, *own: str, without: str = "") -> tuple[str, ...]:
        """What a C file includes, sorted: for the calls of these places, and for itself.

        Args:
            places: Words of HOOKS, with blanks between.
            own: What the file needs whatever is called.
            without: The file's own header, which stands first.
        """
        calls = (call for place in places.split() for call in self.hooks[place])
        headers = {call.header for call in calls if call.header} | set(own)
        return tuple(sorted(headers - {without}))

    @property
    def is_proof(self) -> bool:
        """False for the small kernels, which are there to be read."""
        return "robust" in self.layers

    @property
    def call_entry(self) -> str:
        """What the entry points call, or find what to call in."""
        return "trace_call" if "trace" in self.layers else "sys_call_table"

    @property
    def first_output(self) -> str:
        """The call of the boot sequence after which a wrong loader can be reported."""
        return "serial_init()" if "host" in self.layers else "banner()"

    @property
    def shared_objects(self) -> tuple[str, ...]:
        """Object files that the kernel and the programs' library have in common."""
        own_stub = ("cpu/cpuid",) if "sysenter-only" in self.layers else ()
        checks = ("lib/ktap",) if "checks" in self.layers else ()
        sources = ("lib/format", "lib/string", *own_stub, *checks)
        return tuple(f"obj/{source}.o" for source in sources)

    @property
    def trap_function(self) -> str:
        """What entry/traps.asm calls for every exception and interrupt."""
        return "trap_enter" if "processes" in self.layers else "trap_dispatch"

    @property
    def layout_headers(self) -> tuple[str, ...]:
        """What include/structs.h needs for the members of its structures."""
        headers = {"processes": "proc/sleep.h", "linux": "proc/pending.h"}
        return tuple(header for layer, header in headers.items() if layer in self.layers)

    @property
    def extra_flags(self) -> str:
        """The Makefile's variable with flags that only some objects are compiled with."""
        return " $(FAST) $(FAST_CFLAGS)" if "linux" in self.layers else ""

    @property
    def program_names(self) -> tuple[str, ...]:
        """Names of all programs packed into the kernel, the user's own last."""
        return (*(program.name for program in self.programs), *self.files)

    def layout(self, c_name: str) -> Layout:
        """The layout of `struct <c_name>`."""
        return next(layout for layout in self.layouts if layout.c_name == c_name)

    def constant(self, name: str) -> int:
        """Value of a constant; StopIteration if there is none of that name."""
        rows = (row for group in self.constants for row in group.constants)
        return next(row.value for row in rows if row.name == name)


def _cpu_layouts(layers: tuple[str, ...]) -> tuple[Layout, ...]:
    """Per-CPU data, if there is more than the TSS.

    The designs of MSR_IA32_SYSENTER_ESP differ in the emergency stack's place.
    """
    if "robust" not in layers:
        return ()
    emergency = Field(
        "emergency_stack",
        "uint32_t {}[64]",
        256,
        "for #DB and NMI at sysenter_entry",
        "",
    )
    before, after = "stack-esp0-word" in layers, "stack-tss-end" in layers
    bitmap_bytes = TSS_IO_BITMAP_BYTES + 4  # and a byte of ones past the end, rounded up
    fields = (
        *((emergency,) if before else ()),
        Field("tss", "struct tss", TSS_BYTES, "what the TSS descriptor points to", ""),
        *(
            (
                Field(
                    "io_bitmap",
                    f"uint8_t {{}}[{bitmap_bytes}]",
                    bitmap_bytes,
                    "must follow the TSS",
                    "",
                ),
            )
            if "io-bitmap" in layers
            else ()
        ),
        *((emergency,) if after else ()),
        Field("double_fault_tss", "struct tss", TSS_BYTES, "the task that #DF switches to", ""),
        Field("gdt", "uint64_t {}[GDT_ENTRIES]", 256, "", ""),
        Field("idle", "struct process *", 4, "runs when no program does", ""),
        Field("index", "uint32_t", 4, "0 is the CPU that booted", ""),
        *(
            (Field("running", "struct process *", 4, "the process that it runs", ""),)
            if "smp-processes" in layers
            else ()
        ),
        *((Field("apic_id", "uint32_t", 4, "of its local APIC", ""),) if "smp" in layers else ()),
        *(
            (Field("online", "uint32_t", 4, "it has got through cpu_init()", ""),)
            if "smp" in layers
            else ()
        ),
        Field("double_fault_stack", "uint32_t {}[512]", 2048, "", ""),
    )
    return (Layout("cpu", "CPU", "What each CPU has for itself", fields),)


def _traps(layers: tuple[str, ...]) -> tuple[Trap, ...]:
    if "emergency-stack" in layers:
        return TRAPS
    if "robust" in layers:
        return tuple(replace(trap, on_emergency_stack=False) for trap in TRAPS)
    return tuple(
        replace(trap, on_emergency_stack=False, own_entry="", task_gate=False) for trap in TRAPS
    )


def build_model(config: KernelConfig) -> KernelModel:
    """The model of the kernel that `config` describes. Pure: equal ones give equal models."""
    layers = layers_of(config)
    tss_limit = TSS_BYTES - 1
    if "io-bitmap" in layers:
        tss_limit += TSS_IO_BITMAP_BYTES + 1
    gdt = gdt_entries(tss_limit, double_fault="robust" in layers)
    check_sysenter_order(gdt)
    signals = (SIGCONTEXT,) if "linux" in layers else ()
    tss = TSS.for_layers(layers)
    layouts = (PT_REGS, tss, *_cpu_layouts(layers), PROCESS.for_layers(layers), *signals)
    layouts += host_layouts(layers)
    syscalls = syscalls_for(layers)
    files = tuple(name.rpartition("/")[2] for name in config.programs.files)
    return KernelModel(
        step=config.kernel.step,
        layers=layers,
        digest=config.digest,
        cpu_count=config.cpu.count,
        gdt=gdt,
        traps=_traps(layers),
        interrupts=tuple(row for row in INTERRUPTS if row.layer in layers),
        handlers=handlers_for(layers),
        handler_prototypes=handler_prototypes(layers),
        regions=memory.regions_for(layers),
        features=FEATURES,
        auxv=auxv_for(layers),
        syscalls=syscalls,
        cost_loops=COST_LOOPS[config.kernel.step],
        layouts=layouts,
        hooks=hooks_for(layers),
        programs=programs_for(layers),
        suite=suite_for(layers, files),
        files=files,
        program_args=tuple(config.programs.args),
        program_env=tuple(config.programs.env),
        constants=constant_groups(
            gdt,
            layouts,
            config.cpu.count,
            syscalls,
            STRINGS_MAX,
            memory.user_stack_bytes(layers),
            4096 if "linux" in layers else 256,
        ),
    )
