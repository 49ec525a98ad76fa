"""The order in which a kernel starts, one row a call: kernel/main.c comes from these tables."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BootStep:
    """One call of the boot sequence, with the reason why it stands at this place."""

    call: str
    header: str  # declares the function
    comment: str
    layer: str = "int80"
    until: str = ""  # the layer that does without it


# On the first CPU, once.
BOOT_STEPS: tuple[BootStep, ...] = (
    BootStep(
        "serial_init()",
        "dev/dev.h",
        "First, so that everything after it can say what went wrong.",
    ),
    BootStep("banner()", "", "", until="host"),
    BootStep("cpu_identify()", "cpu/cpu.h", "What the CPU can do decides much of what follows."),
    BootStep(
        "cpu_init(&cpus[0])",
        "cpu/cpu.h",
        "From here on an exception is reported instead of a reset.",
    ),
    BootStep("frames_init(info)", "mm/mm.h", "The page tables below are made of free page frames."),
    BootStep(
        "paging_init()",
        "mm/mm.h",
        "All of memory for the kernel, its text read-only, address 0 gone.",
    ),
    BootStep(
        "vsyscall_init()",
        "entry/vsyscall.h",
        "The stub that suits this CPU goes into the page.",
        "vsyscall",
    ),
    BootStep("pic_init()", "dev/dev.h", "Interrupt lines away from the vectors of the exceptions."),
    BootStep("pic_wire_init()", "cpu/pic_wire.h", "And from there to this CPU.", "smp-host"),
    BootStep("timer_init()", "dev/dev.h", "The clock: a counter of interrupts."),
    BootStep(
        "clock_init()",
        "dev/clock.h",
        "The time of day, and how fast the time stamp counter runs.",
        "linux",
    ),
    BootStep("host_init()", "dev/host.h", "The host, which rings by interrupt.", "host"),
    BootStep("serial_enable_input()", "dev/dev.h", "Typed characters arrive by interrupt."),
    BootStep("smp_start()", "cpu/smp.h", "The other CPUs do the calls of cpu_init() too.", "smp"),
    BootStep("show_machine()", "kernel/kernel.h", "What a reader wants to see.", until="host"),
    BootStep(
        "kernel_lock_acquire()",
        "include/kernel_lock.h",
        "From here on several CPUs may be in the kernel, one at a time.",
        "processes",
    ),
    BootStep("inode_init()", "fs/inode.h", "The root directory.", "linux"),
    BootStep(
        "init_run(info)",
        "kernel/init.h",
        "If there is an initial RAM disk, its /init; comes back if there is none.",
        "linux",
    ),
    BootStep(
        "program_files_make()",
        "fs/inode.h",
        "Without one, the programs inside the kernel become files.",
        "linux",
        until="host",
    ),
    BootStep(
        "suite_run()",
        "kernel/suite.h",
        "The programs; comes back when the last has ended.",
        until="host",
    ),
)

# On every CPU, each for itself.
CPU_STEPS: tuple[BootStep, ...] = (
    BootStep("gdt_init(cpu)", "cpu/cpu.h", "Its own GDT, because the TSS in it is its own."),
    BootStep(
        "tss_init(cpu)",
        "cpu/cpu.h",
        "Where the CPU finds the kernel stack when ring 3 is interrupted.",
    ),
    BootStep(
        "io_bitmap_init(cpu)",
        "cpu/io_bitmap.h",
        "Every port denied, until a program asks.",
        "io-bitmap",
    ),
    BootStep("idt_load()", "cpu/cpu.h", "Where exceptions, interrupts and int 0x80 go."),
    BootStep(
        "control_init()",
        "cpu/cpu.h",
        "Read-only means read-only in ring 0 too; no x87 for programs.",
    ),
    BootStep("fpu_init()", "cpu/fpu.h", "But for programs that are switched with it.", "processes"),
    BootStep(
        "sysenter_init(cpu)", "cpu/sysenter.h", "The three MSRs: the fast way in.", "sysenter"
    ),
)

# At every switch to another process, after the address space.
SWITCH_STEPS: tuple[BootStep, ...] = (
    BootStep("tss_set_esp0(cpu, next)", "cpu/cpu.h", "Where int 0x80 and every interrupt begin."),
    BootStep(
        "sysenter_set_stack(next)",
        "cpu/sysenter_switch.h",
        "Where SYSENTER begins, as this design has it.",
        "stack-per-switch",
    ),
    BootStep(
        "io_bitmap_switch(cpu, next)", "cpu/io_bitmap.h", "Which ports it may use.", "io-bitmap"
    ),
    BootStep("tls_switch(cpu, next)", "cpu/tls.h", "What its FS and GS may name.", "linux"),
    BootStep("fpu_switch(previous, next)", "cpu/fpu.h", "Its x87 and SSE registers.", "processes"),
    BootStep(
        "cpu->running = next",
        "cpu/tlb.h",
        "Whoever changes its page tables must know which CPU to tell.",
        "smp-processes",
    ),
    BootStep(
        "check_breakpoints_switch(next)",
        "checks/entry.h",
        "Where checks/entry.c wants it to be stopped.",
        "checks-sysenter",
    ),
)

# Shown at boot, after the banner.
SHOW_STEPS: tuple[BootStep, ...] = (
    BootStep("show_cpu()", "kernel/kernel.h", ""),
    BootStep("show_cpus()", "kernel/kernel.h", "", "smp"),
    BootStep("show_gdt()", "kernel/kernel.h", ""),
    BootStep("show_tss()", "kernel/kernel.h", ""),
    BootStep("show_sysenter()", "kernel/kernel.h", "", "sysenter"),
    BootStep("show_memory()", "kernel/kernel.h", ""),
    BootStep("show_vsyscall()", "kernel/kernel.h", "", "vsyscall"),
)

# When a process is made, after its program has been loaded; each call returns 0 or -errno.
CREATE_STEPS: tuple[BootStep, ...] = (
    BootStep(
        "vsyscall_map(process)",
        "entry/vsyscall.h",
        "Its way into the kernel.",
        "vsyscall",
        until="processes",
    ),
    BootStep("vsyscall_map(space)", "entry/vsyscall.h", "Its way into the kernel.", "processes"),
)

# When the new program's memory is all there; each call returns 0 or -errno.
READY_STEPS: tuple[BootStep, ...] = (
    BootStep(
        "group_only_me(process)",
        "proc/signals.h",
        "The other threads end with the old program.",
        "linux",
    ),
    BootStep(
        "files_unshare(process)",
        "fs/file.h",
        "What it closes stays open for those who share its files.",
        "processes",
    ),
)

# What a child gets of its parent, beside memory and files; each call returns 0 or -errno.
FORK_STEPS: tuple[BootStep, ...] = (
    BootStep(
        "fpu_fork(child, parent)", "cpu/fpu.h", "A copy of the x87 and SSE registers.", "processes"
    ),
    BootStep("tls_fork(child, parent)", "cpu/tls.h", "The TLS entries.", "linux"),
    BootStep(
        "thread_ids_fork(child, clone)", "proc/fork.h", "Where a thread finds its number.", "linux"
    ),
    BootStep(
        "io_bitmap_fork(child, parent)",
        "cpu/io_bitmap.h",
        "The ports that it may use.",
        "io-bitmap-processes",
    ),
    BootStep(
        "group_fork(child, parent, clone)",
        "proc/fork.h",
        "Last, as it counts the threads: of the same process, or of a new one.",
        "linux",
    ),
)

# What a process that the kernel itself makes begins with; each call returns 0 or -errno.
FIRST_STEPS: tuple[BootStep, ...] = (
    BootStep("files_first(process)", "fs/file.h", "The console, three times.", "processes"),
    BootStep(
        "fpu_fork(process, current_process())",
        "cpu/fpu.h",
        "Room for its x87 and SSE registers.",
        "processes",
    ),
    BootStep("group_first(process)", "proc/signals.h", "A process group of its own.", "linux"),
    BootStep(
        "host_files_first(process)",
        "fs/host_files.h",
        "Its standard streams are the host's.",
        "host",
    ),
)

# When a process has another program, and cannot go back to the old one.
EXEC_STEPS: tuple[BootStep, ...] = (
    BootStep(
        "vsyscall_use(process)", "entry/vsyscall.h", "Where SYSENTER comes back.", "processes"
    ),
    BootStep(
        "vfork_done(process)",
        "proc/process.h",
        "The parent's memory is its own again.",
        "processes",
    ),
    BootStep(
        "files_close_on_exec(process->files)",
        "fs/file.h",
        "What the old one did not want to hand on.",
        "processes",
    ),
    BootStep("fpu_reset(process)", "cpu/fpu.h", "The x87 and SSE registers.", "processes"),
    BootStep("tls_reset(process)", "cpu/tls.h", "No TLS entries.", "linux"),
    BootStep(
        "signals_exec(process)", "proc/signals.h", "The old one's handlers are gone.", "linux"
    ),
)

# At each tick of the clock.
TICK_STEPS: tuple[BootStep, ...] = (
    BootStep("clock_tick_update()", "dev/clock.h", "", "linux"),
    BootStep("timer_ticks = clock_ticks()", "dev/dev.h", "several may come at once", "linux"),
    BootStep("times_tick()", "sys/times.h", "", "linux"),
    BootStep("sleepers_wake()", "proc/sleep.h", "", "processes"),
    BootStep("alarms_ring()", "proc/alarm.h", "", "linux"),
)

# When a process ends.
RELEASE_STEPS: tuple[BootStep, ...] = (
    BootStep("files_leave(process)", "fs/file.h", "", "processes"),
    BootStep("fpu_free(process)", "cpu/fpu.h", "", "processes"),
    BootStep("trace_end(process)", "sys/trace.h", "", "trace"),
)

# When a signal has arrived, before what comes of it.
SIGNAL_STEPS: tuple[BootStep, ...] = (
    BootStep("trace_signal(info)", "sys/trace.h", "the host hears of it", "trace"),
)

# When what remains of a process is freed.
DESTROY_STEPS: tuple[BootStep, ...] = (
    BootStep("group_free(process)", "proc/signals.h", "Signals that have not arrived.", "linux"),
    BootStep(
        "io_bitmap_free(process)", "cpu/io_bitmap.h", "If it ever asked for ports.", "io-bitmap"
    ),
)
