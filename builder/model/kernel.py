"""The model of one kernel: every table, cut down to what its configuration asks for."""

from dataclasses import dataclass, replace
from functools import cached_property

from builder.config import KernelConfig
from builder.config_model import STRINGS_MAX
from builder.model import boot, memory
from builder.model.auxv import AuxEntry, auxv_for
from builder.model.constant import ConstantGroup
from builder.model.constants import TSS_IO_BITMAP_BYTES, constant_groups
from builder.model.features import FEATURES, Feature
from builder.model.gdt import GdtEntry, check_sysenter_order, gdt_entries
from builder.model.layout import (
    PROCESS,
    PT_REGS,
    SIGCONTEXT,
    TSS,
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
from builder.step import STEPS


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
    boot_steps: tuple[boot.BootStep, ...]
    cpu_steps: tuple[boot.BootStep, ...]
    switch_steps: tuple[boot.BootStep, ...]
    show_steps: tuple[boot.BootStep, ...]
    create_steps: tuple[boot.BootStep, ...]
    ready_steps: tuple[boot.BootStep, ...]
    first_steps: tuple[boot.BootStep, ...]
    fork_steps: tuple[boot.BootStep, ...]
    exec_steps: tuple[boot.BootStep, ...]
    tick_steps: tuple[boot.BootStep, ...]
    signal_steps: tuple[boot.BootStep, ...]
    release_steps: tuple[boot.BootStep, ...]
    destroy_steps: tuple[boot.BootStep, ...]
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

    @property
    def main_headers(self) -> tuple[str, ...]:
        """What kernel/main.c includes: headers of the boot sequence, and what it uses itself."""
        rows = {step.header for step in (*self.boot_steps, *self.cpu_steps) if step.header}
        own = {"boot/multiboot.h", "kernel/kernel.h", "lib/lib.h", "mm/mm.h", "proc/process.h"}
        return tuple(sorted(rows | own))

    @property
    def call_entry(self) -> str:
        """What the entry points call, or find what to call in."""
        return "trace_call" if "trace" in self.layers else "sys_call_table"

    @property
    def first_output(self) -> str:
        """The call of the boot sequence after which a wrong loader can be reported."""
        return "serial_init()" if "host" in self.layers else "banner()"

    @property
    def process_headers(self) -> tuple[str, ...]:
        """What proc/process.c of step `processes` includes, beside its own header."""
        steps = (*self.destroy_steps, *self.release_steps, *self.first_steps)
        own = {"cpu/cpu.h", "fs/inode.h", "kernel/suite.h", "lib/lib.h", "mm/mm.h", "mm/space.h"}
        return _headers(steps, own | {"proc/arguments.h"})

    @property
    def fork_headers(self) -> tuple[str, ...]:
        """What proc/fork.c includes, beside its own header."""
        own = {"entry/vsyscall.h", "fs/file.h", "lib/lib.h", "mm/space.h", "proc/process.h"}
        headers = _headers(self.fork_steps, own | {"proc/sleep.h"})
        return tuple(header for header in headers if header != "proc/fork.h")

    @property
    def exec_headers(self) -> tuple[str, ...]:
        """What proc/exec.c includes."""
        own = {"include/x86.h", "lib/lib.h", "mm/mm.h", "mm/space.h", "proc/elf.h"}
        steps = (*self.create_steps, *self.ready_steps, *self.exec_steps)
        return _headers(steps, own | {"proc/process.h", "proc/start_stack.h"})

    @property
    def tick_headers(self) -> tuple[str, ...]:
        """What proc/preempt.c includes."""
        return _headers(self.tick_steps, {"cpu/wake.h", "kernel/kernel.h", "proc/process.h"})

    @property
    def work_headers(self) -> tuple[str, ...]:
        """What proc/work.c of step `linux` includes."""
        own = {"cpu/fpu.h", "include/kernel_lock.h", "kernel/init.h", "proc/process.h"}
        return _headers(self.signal_steps, own | {"proc/signals.h"})

    @property
    def shared_objects(self) -> tuple[str, ...]:
        """Object files that the kernel and the programs' library have in common."""
        own_stub = ("cpu/cpuid",) if "own-stub" in self.layers else ()
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


def _headers(steps: tuple[boot.BootStep, ...], own: set[str]) -> tuple[str, ...]:
    """The headers of these calls, and those that the file itself needs."""
    return tuple(sorted({step.header for step in steps if step.header} | own))


# Layers that a step and those after it want in another form: one called after both, such as
# "smp-processes", lies over them.
_OTHER_FORMS = {
    "processes": ("one-cpu", "smp", "page-fixed", "page-random", "io-bitmap"),
    "linux": ("page-fixed", "page-random"),
}


# Layers with checks of their own.
_WITH_CHECKS = (
    "sysenter",
    "vsyscall",
    "smp",
    "io-bitmap",
    "processes",
    "smp-processes",
    "io-bitmap-processes",
    "linux",
)


def layers_of(config: KernelConfig) -> tuple[str, ...]:
    """The folders of templates/ and kernel_src/ that make this kernel; later ones win."""
    step = config.kernel.step
    reached = STEPS[: STEPS.index(step) + 1]
    layers = list(reached)
    layers.append("smp" if config.cpu.count > 1 else "one-cpu")
    if "sysenter" in reached:
        layers.append(f"stack-{config.sysenter.stack}")
        if config.sysenter.stack != "per-switch":
            layers.append("emergency-stack")
    if step == "sysenter":
        layers.append("own-stub")
    if "vsyscall" in reached:
        layers.append(f"page-{config.vsyscall.address}")
    if config.tss.io_bitmap:
        layers.append("io-bitmap")
    layers += [
        f"{name}-{later}"
        for later in reached
        for name in layers
        if name in _OTHER_FORMS.get(later, ())
    ]
    if config.host.streams:
        layers += ["host", *(["smp-host"] if "smp" in layers else [])]
    if config.host.trace:
        layers.append("trace")
    layers.append(config.programs.suite)
    if config.programs.suite == "checks":
        layers += [f"checks-{name}" for name in layers if name in _WITH_CHECKS]
    return tuple(layers)


def _cpu_layout(layers: tuple[str, ...]) -> Layout:
    """Per-CPU data. The designs of MSR_IA32_SYSENTER_ESP differ in the emergency stack's place."""
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
        Field("tss", "struct tss", TSS.size_bytes, "what the TSS descriptor points to", ""),
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
        Field(
            "double_fault_tss", "struct tss", TSS.size_bytes, "the task that #DF switches to", ""
        ),
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
    return Layout("cpu", "CPU", "What each CPU has for itself", fields)


def _rows(steps: tuple[boot.BootStep, ...], layers: tuple[str, ...]) -> tuple[boot.BootStep, ...]:
    return tuple(step for step in steps if step.layer in layers and step.until not in layers)


def _traps(layers: tuple[str, ...]) -> tuple[Trap, ...]:
    if "emergency-stack" in layers:
        return TRAPS
    return tuple(replace(trap, on_emergency_stack=False) for trap in TRAPS)


def build_model(config: KernelConfig) -> KernelModel:
    """The model of the kernel that `config` describes. Pure: equal ones give equal models."""
    layers = layers_of(config)
    tss_limit = TSS.size_bytes - 1
    if "io-bitmap" in layers:
        tss_limit += TSS_IO_BITMAP_BYTES + 1
    gdt = gdt_entries(tss_limit)
    check_sysenter_order(gdt)
    signals = (SIGCONTEXT,) if "linux" in layers else ()
    layouts = (PT_REGS, TSS, _cpu_layout(layers), PROCESS.for_layers(layers), *signals)
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
        boot_steps=_rows(boot.BOOT_STEPS, layers),
        cpu_steps=_rows(boot.CPU_STEPS, layers),
        switch_steps=_rows(boot.SWITCH_STEPS, layers),
        show_steps=_rows(boot.SHOW_STEPS, layers),
        create_steps=_rows(boot.CREATE_STEPS, layers),
        ready_steps=_rows(boot.READY_STEPS, layers),
        first_steps=_rows(boot.FIRST_STEPS, layers),
        fork_steps=_rows(boot.FORK_STEPS, layers),
        exec_steps=_rows(boot.EXEC_STEPS, layers),
        tick_steps=_rows(boot.TICK_STEPS, layers),
        signal_steps=_rows(boot.SIGNAL_STEPS, layers),
        release_steps=_rows(boot.RELEASE_STEPS, layers),
        destroy_steps=_rows(boot.DESTROY_STEPS, layers),
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
        ),
    )
