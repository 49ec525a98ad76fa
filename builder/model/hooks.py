"""Calls that layers bring along: what is called where, in order, each with its reason.

A file that several layers have something to do in (kernel/main.c, proc/switch.c, proc/fork.c, ...)
is a template, which asks for the calls of its place and writes them one below the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Call:
    """One call, with the reason why it stands at this place."""

    call: str
    header: str  # declares the function
    comment: str
    layer: str = "robust"
    until: str = ""  # the layer that does without it


# On the first CPU, once.
_BOOT: tuple[Call, ...] = (
    Call(
        "serial_init()",
        "dev/dev.h",
        "First, so that everything after it can say what went wrong.",
        "int80",
    ),
    Call(
        "tss_init()",
        "cpu/cpu.h",
        "Where the CPU finds the kernel stack when ring 3 is interrupted.",
        "int80",
        until="robust",
    ),
    Call(
        "idt_init()",
        "cpu/cpu.h",
        "Where exceptions and int 0x80 go: from here on they are reported instead of a reset.",
        "int80",
        until="robust",
    ),
    Call(
        "sysenter_init()",
        "cpu/sysenter.h",
        "The three MSRs: the fast way in.",
        "sysenter",
        until="robust",
    ),
    Call(
        "frames_init(info[2])",
        "mm/mm.h",
        "Whatever follows is made of free page frames.",
        "int80",
        until="robust",
    ),
    Call(
        "paging_init()",
        "mm/mm.h",
        "The kernel's text read-only, address 0 gone.",
        "int80",
        until="robust",
    ),
    Call("banner()", "", "", until="host"),
    Call("cpu_identify()", "cpu/cpu.h", "What the CPU can do decides much of what follows."),
    Call(
        "cpu_init(&cpus[0])",
        "cpu/cpu.h",
        "From here on an exception is reported instead of a reset.",
    ),
    Call("frames_init(info)", "mm/mm.h", "The page tables below are made of free page frames."),
    Call(
        "paging_init()",
        "mm/mm.h",
        "All of memory for the kernel, its text read-only, address 0 gone.",
    ),
    Call(
        "vsyscall_init()",
        "entry/vsyscall.h",
        "The stub that suits this CPU goes into the page.",
        "vsyscall",
    ),
    Call("pic_init()", "dev/dev.h", "Interrupt lines away from the vectors of the exceptions."),
    Call("pic_wire_init()", "cpu/pic_wire.h", "And from there to this CPU.", "smp-host"),
    Call("timer_init()", "dev/dev.h", "The clock: a counter of interrupts."),
    Call(
        "clock_init()",
        "dev/clock.h",
        "The time of day, and how fast the time stamp counter runs.",
        "linux",
    ),
    Call("host_init()", "dev/host.h", "The host, which rings by interrupt.", "host"),
    Call("serial_enable_input()", "dev/dev.h", "Typed characters arrive by interrupt."),
    Call("smp_start()", "cpu/smp.h", "The other CPUs do the calls of cpu_init() too.", "smp"),
    Call("show_machine()", "kernel/kernel.h", "What a reader wants to see.", until="host"),
    Call(
        "kernel_lock_acquire()",
        "include/kernel_lock.h",
        "From here on several CPUs may be in the kernel, one at a time.",
        "processes",
    ),
    Call("inode_init()", "fs/inode.h", "The root directory.", "linux"),
    Call(
        "init_run(info)",
        "kernel/init.h",
        "If there is an initial RAM disk, its /init; comes back if there is none.",
        "linux",
    ),
    Call(
        "program_files_make()",
        "fs/inode.h",
        "Without one, the programs inside the kernel become files.",
        "linux",
        until="host",
    ),
    Call(
        "suite_run()",
        "kernel/suite.h",
        "The programs; comes back when the last has ended.",
        "int80",
        until="host",
    ),
)

# On every CPU, each for itself.
_CPU: tuple[Call, ...] = (
    Call("gdt_init(cpu)", "cpu/cpu.h", "Its own GDT, because the TSS in it is its own."),
    Call(
        "tss_init(cpu)",
        "cpu/cpu.h",
        "Where the CPU finds the kernel stack when ring 3 is interrupted.",
    ),
    Call(
        "io_bitmap_init(cpu)",
        "cpu/io_bitmap.h",
        "Every port denied, until a program asks.",
        "io-bitmap",
    ),
    Call("idt_load()", "cpu/cpu.h", "Where exceptions, interrupts and int 0x80 go."),
    Call(
        "control_init()",
        "cpu/cpu.h",
        "Read-only means read-only in ring 0 too; no x87 for programs.",
    ),
    Call("fpu_init()", "cpu/fpu.h", "But for programs that are switched with it.", "processes"),
    Call("sysenter_init(cpu)", "cpu/sysenter.h", "The three MSRs: the fast way in."),
)

# At every switch to another process, after the address space.
_SWITCH: tuple[Call, ...] = (
    Call(
        "tss.esp0 = (uint32_t)next",
        "cpu/cpu.h",
        "Where int 0x80 and every exception begin.",
        "int80",
        until="robust",
    ),
    Call("sysenter_set_stack(next)", "cpu/sysenter.h", "Where SYSENTER begins.", "sysenter-only"),
    Call("tss_set_esp0(cpu, next)", "cpu/cpu.h", "Where int 0x80 and every interrupt begin."),
    Call(
        "sysenter_set_stack(next)",
        "cpu/sysenter_switch.h",
        "Where SYSENTER begins, as this design has it.",
        "stack-per-switch",
    ),
    Call("io_bitmap_switch(cpu, next)", "cpu/io_bitmap.h", "Which ports it may use.", "io-bitmap"),
    Call("tls_switch(cpu, next)", "cpu/tls.h", "What its FS and GS may name.", "linux"),
    Call("fpu_switch(previous, next)", "cpu/fpu.h", "Its x87 and SSE registers.", "processes"),
    Call(
        "cpu->running = next",
        "cpu/tlb.h",
        "Whoever changes its page tables must know which CPU to tell.",
        "smp-processes",
    ),
    Call(
        "check_breakpoints_switch(next)",
        "checks/breakpoints.h",
        "Where checks/entry.c wants it to be stopped.",
        "checks-robust",
    ),
)

# A new program's first stack pointer, in the small kernels.
_ESP: tuple[Call, ...] = (
    Call("USER_TOP", "", "", "int80", until="vsyscall"),
    Call(
        "start_stack_build(stack, program->name, entry_addr)",
        "proc/start_stack.h",
        "",
        "vsyscall",
        until="robust",
    ),
)

# Shown at boot, after the banner.
_SHOW: tuple[Call, ...] = (
    Call("show_cpu()", "", ""),
    Call("show_cpus()", "kernel/kernel.h", "", "smp"),
    Call("show_gdt()", "", ""),
    Call("show_tss()", "", ""),
    Call("show_sysenter()", "kernel/kernel.h", ""),
    Call("show_memory()", "", ""),
    Call("show_vsyscall()", "kernel/kernel.h", ""),
)

# When a process is made, after its program has been loaded; each call returns 0 or -errno.
_CREATE: tuple[Call, ...] = (
    Call(
        "vsyscall_map(process)",
        "entry/vsyscall.h",
        "Its way into the kernel.",
        until="processes",
    ),
    Call("vsyscall_map(space)", "entry/vsyscall.h", "Its way into the kernel.", "processes"),
)

# When the new program's memory is all there; each call returns 0 or -errno.
_READY: tuple[Call, ...] = (
    Call(
        "group_only_me(process)",
        "proc/signals.h",
        "The other threads end with the old program.",
        "linux",
    ),
    Call(
        "files_unshare(process)",
        "fs/file.h",
        "What it closes stays open for those who share its files.",
        "processes",
    ),
)

# What a child gets of its parent, beside memory and files; each call returns 0 or -errno.
_FORK: tuple[Call, ...] = (
    Call(
        "fpu_fork(child, parent)", "cpu/fpu.h", "A copy of the x87 and SSE registers.", "processes"
    ),
    Call("tls_fork(child, parent)", "cpu/tls.h", "The TLS entries.", "linux"),
    Call(
        "thread_ids_fork(child, clone)", "proc/fork.h", "Where a thread finds its number.", "linux"
    ),
    Call(
        "io_bitmap_fork(child, parent)",
        "cpu/io_bitmap.h",
        "The ports that it may use.",
        "io-bitmap-processes",
    ),
    Call(
        "group_fork(child, parent, clone)",
        "proc/fork.h",
        "Last, as it counts the threads: of the same process, or of a new one.",
        "linux",
    ),
)

# What a process that the kernel itself makes begins with; each call returns 0 or -errno.
_FIRST: tuple[Call, ...] = (
    Call("files_first(process)", "fs/file.h", "The console, three times.", "processes"),
    Call(
        "fpu_fork(process, current_process())",
        "cpu/fpu.h",
        "Room for its x87 and SSE registers.",
        "processes",
    ),
    Call("group_first(process)", "proc/signals.h", "A process group of its own.", "linux"),
    Call(
        "host_files_first(process)",
        "fs/host_files.h",
        "Its standard streams are the host's.",
        "host",
    ),
)

# When a process has another program, and cannot go back to the old one.
_EXEC: tuple[Call, ...] = (
    Call("vsyscall_use(process)", "entry/vsyscall.h", "Where SYSENTER comes back.", "processes"),
    Call(
        "vfork_done(process)",
        "proc/process.h",
        "The parent's memory is its own again.",
        "processes",
    ),
    Call(
        "files_close_on_exec(process->files)",
        "fs/file.h",
        "What the old one did not want to hand on.",
        "processes",
    ),
    Call("fpu_reset(process)", "cpu/fpu.h", "The x87 and SSE registers.", "processes"),
    Call("tls_reset(process)", "cpu/tls.h", "No TLS entries.", "linux"),
    Call("signals_exec(process)", "proc/signals.h", "The old one's handlers are gone.", "linux"),
    Call("program_set(process->group, inode)", "proc/program.h", "What it runs.", "linux"),
)

# At each tick of the clock.
_TICK: tuple[Call, ...] = (
    Call("clock_tick_update()", "dev/clock.h", "", "linux"),
    Call("timer_ticks = clock_ticks()", "dev/dev.h", "several may come at once", "linux"),
    Call("times_tick()", "sys/times.h", "", "linux"),
    Call("sleepers_wake()", "proc/sleep.h", "", "processes"),
    Call("alarms_ring()", "proc/alarm.h", "", "linux"),
    Call("timerfds_ring()", "fs/timerfd.h", "", "linux"),
)

# When a process ends.
_RELEASE: tuple[Call, ...] = (
    Call("files_leave(process)", "fs/file.h", "", "processes"),
    Call("fpu_free(process)", "cpu/fpu.h", "", "processes"),
    Call("trace_end(process)", "sys/trace.h", "", "trace"),
)

# When a signal has arrived, before what comes of it.
_SIGNAL: tuple[Call, ...] = (
    Call("trace_signal(info)", "sys/trace.h", "the host hears of it", "trace"),
)

# When a signal ends a process, which is the running one.
_DEATH: tuple[Call, ...] = (
    Call("host_tell_death(signal)", "dev/host_tell.h", "the host may know the reason", "host"),
)

# When what remains of a process is freed.
_DESTROY: tuple[Call, ...] = (
    Call("group_free(process)", "proc/signals.h", "Signals that have not arrived.", "linux"),
    Call("io_bitmap_free(process)", "cpu/io_bitmap.h", "If it ever asked for ports.", "io-bitmap"),
)

# By the word with which a template asks for them.
HOOKS: Mapping[str, tuple[Call, ...]] = {
    "boot": _BOOT,
    "cpu": _CPU,
    "switch": _SWITCH,
    "esp": _ESP,
    "show": _SHOW,
    "create": _CREATE,
    "ready": _READY,
    "first": _FIRST,
    "fork": _FORK,
    "exec": _EXEC,
    "tick": _TICK,
    "signal": _SIGNAL,
    "death": _DEATH,
    "release": _RELEASE,
    "destroy": _DESTROY,
}


def hooks_for(layers: tuple[str, ...]) -> dict[str, tuple[Call, ...]]:
    """The calls of a kernel with these layers, by their place."""
    return {
        place: tuple(c for c in calls if c.layer in layers and c.until not in layers)
        for place, calls in HOOKS.items()
    }
