"""Numbers that C and NASM share; a rendered tree gets those that it uses, in two headers."""

from builder.model import host, memory, outcomes, traps
from builder.model.auxv import AUXV
from builder.model.constant import Constant, ConstantGroup, bits
from builder.model.constants_linux import LINUX_GROUPS
from builder.model.features import FEATURES, SYSENTER_MIN_SIGNATURE
from builder.model.gdt import GDT_ENTRIES, GdtEntry
from builder.model.layout import Layout
from builder.model.syscall import Syscall

TIMER_HZ = 100  # as Linux's USER_HZ
TSS_IO_BITMAP_BYTES = 65536 // 8
COST_CALLS = 2000


EFLAGS = bits(
    "EFLAGS_",
    (
        (0, "CF", "carry"),
        (1, "ALWAYS_1", "reserved, reads as 1"),
        (2, "PF", "parity"),
        (4, "AF", "carry out of the low four bits"),
        (6, "ZF", "zero"),
        (7, "SF", "sign"),
        (8, "TF", "trap: #DB after every instruction"),
        (9, "IF", "interrupts are let in"),
        (10, "DF", "string instructions run downwards"),
        (11, "OF", "overflow"),
        (14, "NT", "IRET means: return to the previous task"),
        (16, "RF", "no breakpoint on the next instruction"),
        (18, "AC", "alignment is checked in ring 3"),
        (21, "ID", "can be changed if there is CPUID"),
    ),
)
_ARITHMETIC = Constant("EFLAGS_ARITHMETIC", 0x8D5, "CF PF AF ZF SF OF: what C code may change", 8)
_CR0 = bits(
    "CR0_",
    (
        (0, "PE", "protected mode"),
        (1, "MP", "WAIT obeys CR0.TS"),
        (2, "EM", "no x87: its instructions raise #NM"),
        (5, "NE", "x87 errors are #MF, not an interrupt"),
        (16, "WP", "read-only pages are so for the kernel too"),
        (18, "AM", "EFLAGS.AC is obeyed"),
        (29, "NW", "set by INIT: no write-back"),
        (30, "CD", "set by INIT: no cache"),
        (31, "PG", "paging"),
    ),
)
_CR4 = bits(
    "CR4_",
    (
        (9, "OSFXSR", "FXSAVE saves SSE registers too"),
        (10, "OSXMMEXCPT", "SSE errors are #XM, else #UD"),
        (11, "UMIP", "SGDT, SIDT, SLDT, STR, SMSW are for ring 0"),
        (20, "SMEP", "ring 0 executes no page of ring 3's"),
        (21, "SMAP", "nor touches one, unless EFLAGS.AC is set"),
    ),
)
_CPUID7_EBX = bits(
    "CPUID7_EBX_", ((7, "SMEP", "there is CR4.SMEP"), (20, "SMAP", "there is CR4.SMAP"))
)
_CPUID7_ECX = bits("CPUID7_ECX_", ((2, "UMIP", "there is CR4.UMIP"),))
_PAGE = bits(
    "PAGE_",
    (
        (0, "PRESENT", ""),
        (1, "WRITE", "else read-only, with CR0.WP for ring 0 too"),
        (2, "USER", "else for ring 0 only"),
        (4, "NO_CACHE", "for device registers"),
        (9, "SHARED", "ours to use: others have the frame too"),
    ),
)
_PAGE_FAULT = bits(
    "PAGE_FAULT_",
    (
        (0, "PROTECTION", "page there, but not for this use; else absent"),
        (1, "WRITE", "it was written; else read or executed"),
        (2, "USER", "from ring 3"),
    ),
)
MSRS = (
    Constant("MSR_IA32_SYSENTER_CS", 0x174, "CS; SS and SYSEXIT's CS and SS follow from it", 3),
    Constant("MSR_IA32_SYSENTER_ESP", 0x175, "ESP at the first instruction", 3),
    Constant("MSR_IA32_SYSENTER_EIP", 0x176, "address of the first instruction", 3),
)
_WORK = (
    Constant("WORK_SEGMENTS", 1, "DS or ES must be loaded from the frame"),
    Constant("WORK_SINGLE_STEP", 2, "EFLAGS.TF must be set again after SYSENTER"),
    Constant("WORK_FLAGS", 4, "all of EFLAGS must be loaded from the frame"),
    Constant("WORK_FRAME", 8, "every register must: it is another program"),
    Constant("WORK_SIGNAL", 16, "a signal has arrived"),
    Constant("NO_SYSTEM_CALL", -1, "orig_eax of what is none"),
)
_PIC_PIT = (
    Constant("PIC1_COMMAND", 0x20, "first interrupt controller", 2),
    Constant("PIC1_DATA", 0x21, "", 2),
    Constant("PIC2_COMMAND", 0xA0, "second, on line 2 of the first", 2),
    Constant("PIC2_DATA", 0xA1, "", 2),
    Constant("PIC_END_OF_INTERRUPT", 0x20, "", 2),
    Constant("PIT_CHANNEL_0", 0x40, "", 2),
    Constant("PIT_COMMAND", 0x43, "", 2),
    Constant("PIT_INPUT_HZ", 1193182, "the oscillator that it divides"),
    Constant("TIMER_HZ", TIMER_HZ, "timer interrupts a second"),
)
_HOST = (
    Constant("HOST_STREAM_BYTES", host.STREAM_BYTES, "of each stream on its way"),
    Constant("HOST_SIGNALS_WAITING", host.SIGNALS_WAITING, "from the host"),
    *(Constant(f"HOST_KIND_{name}", value, text) for name, value, text in host.KINDS),
    *(Constant(f"HOST_WATCH_{name}", value, text) for name, value, text in host.WATCHES),
    *(Constant(f"HOST_END_{name}", value, text) for name, value, text in host.ENDS),
    *(Constant(f"HOST_TRACE_{name}", value, text) for name, value, text in host.MOMENTS),
    Constant("PT_CS_SYSENTER", 0x10000, "in pt_regs.cs: not by int 0x80", 5),
)
_LOADER = (
    Constant("MULTIBOOT_HEADER_MAGIC", 0x1BADB002, "", 8),
    Constant("MULTIBOOT_HEADER_FLAGS", 0x00000003, "page-aligned modules, memory map", 8),
    Constant("MULTIBOOT_BOOTLOADER_MAGIC", 0x2BADB002, "in EAX, from the boot loader", 8),
    Constant("MULTIBOOT_INFO_MEMORY", 0x00000001, "mem_lower and mem_upper are valid", 8),
    Constant("MULTIBOOT_INFO_CMDLINE", 0x00000004, "cmdline is valid", 8),
    Constant("MULTIBOOT_INFO_MODULES", 0x00000008, "mods_count and mods_addr are valid", 8),
    Constant("MULTIBOOT_INFO_MEM_MAP", 0x00000040, "mmap_addr and mmap_length are valid", 8),
)


def _memory_constants(stack_bytes: int) -> tuple[Constant, ...]:
    return (
        Constant("PAGE_SIZE", memory.PAGE_SIZE, "bytes"),
        Constant("KERNEL_BASE", memory.KERNEL_BASE, "virtual address of physical address 0", 8),
        Constant("KERNEL_LOAD_ADDR", memory.KERNEL_LOAD_ADDR, "physical", 8),
        Constant(
            "DIRECT_MAP_BYTES",
            memory.DIRECT_MAP_BYTES,
            "physical memory that the kernel can reach",
            8,
        ),
        Constant("KERNEL_STACKS_BASE", memory.KERNEL_STACKS_BASE, "", 8),
        Constant(
            "KERNEL_STACK_SLOTS", memory.KERNEL_STACK_SLOTS, "each a guard page and a page of stack"
        ),
        Constant("KERNEL_STACK_SIZE", memory.PAGE_SIZE, "bytes; a stack is aligned to its size"),
        Constant("STACK_CANARY", 0x6B8B4567, "the lowest word of a kernel stack", 8),
        Constant("LOCAL_APIC_ADDR", memory.LOCAL_APIC_ADDR, "physical and virtual", 8),
        Constant(
            "SMP_TRAMPOLINE_ADDR", memory.SMP_TRAMPOLINE_ADDR, "physical: where other CPUs begin", 8
        ),
        Constant("USER_LOWEST_ADDR", memory.USER_LOWEST_ADDR, "", 8),
        Constant(
            "USER_IMAGE_END", memory.RANDOM_VSYSCALL_BASE, "segments of a program end below", 8
        ),
        Constant("USER_TOP", memory.KERNEL_BASE, "first address that no program may use", 8),
        Constant("USER_STACK_PAGES", memory.USER_STACK_PAGES, "pages below USER_TOP"),
        Constant(
            "USER_STACK_LOWEST", memory.KERNEL_BASE - stack_bytes, "no stack reaches below", 8
        ),
        Constant("USER_PIE_ADDR", memory.USER_PIE_ADDR, "programs that may lie anywhere", 8),
        Constant("MMAP_TOP", memory.RANDOM_VSYSCALL_BASE, "mmap() looks for room below", 8),
        Constant(
            "USER_STACK_LIMIT_BYTES", memory.USER_STACK_LIMIT_BYTES, "how far a stack may grow", 8
        ),
        Constant(
            "USER_PROGRAM_ADDR", memory.USER_PROGRAM_ADDR, "where the i386 ABI links programs", 8
        ),
        Constant(
            "VSYSCALL_ADDR", memory.FIXED_VSYSCALL_ADDR, "the vsyscall page, in every process", 8
        ),
        Constant("VDSO_STUB", memory.VDSO_STUB, "place of __kernel_vsyscall in the vDSO", 3),
        Constant("VDSO_SIGRETURN", memory.VDSO_SIGRETURN, "of __kernel_sigreturn", 3),
        Constant("VDSO_RT_SIGRETURN", memory.VDSO_RT_SIGRETURN, "of __kernel_rt_sigreturn", 3),
        Constant(
            "VSYSCALL_RANDOM_BASE",
            memory.RANDOM_VSYSCALL_BASE,
            "lowest place of the vsyscall page",
            8,
        ),
        Constant("VSYSCALL_RANDOM_PAGES", memory.RANDOM_VSYSCALL_PAGES, "places to choose from"),
    )


def _layout_constants(layout: Layout) -> tuple[Constant, ...]:
    offsets = tuple(
        Constant(
            f"{layout.prefix}_{placed.field.name.upper()}", placed.offset, placed.field.comment
        )
        for placed in layout.placed
    )
    ends = tuple(
        Constant(
            f"{layout.prefix}_{placed.field.name.upper()}_END",
            placed.offset + placed.field.size_bytes,
            f"end of {placed.field.name}",
        )
        for placed in layout.placed
    )
    return (*offsets, *ends, Constant(f"{layout.prefix}_SIZE", layout.size_bytes, "bytes in all"))


def constant_groups(
    gdt: tuple[GdtEntry, ...],
    layouts: tuple[Layout, ...],
    cpu_count: int,
    syscalls: tuple[Syscall, ...],
    max_strings: int,
    stack_bytes: int,
    open_max: int = 256,
) -> tuple[ConstantGroup, ...]:
    """Every constant of a kernel, whether its tree uses it or not."""
    selectors = tuple(Constant(f"SEL_{e.name}", e.selector, e.comment, 2) for e in gdt)
    vectors = (
        *(Constant(f"VECTOR_{t.mnemonic}", t.vector, t.name) for t in traps.TRAPS if t.mnemonic),
        Constant("FIRST_IRQ_VECTOR", traps.FIRST_IRQ_VECTOR, "the PIC's lines begin here", 2),
        Constant("IRQ_TIMER", traps.TIMER_IRQ, "line of the timer"),
        Constant("IRQ_SERIAL", traps.SERIAL_IRQ, "line of the first serial port"),
        Constant("IRQ_HOST", traps.HOST_IRQ, "line of the second serial port"),
        Constant("IRQ_SPURIOUS", traps.SPURIOUS_IRQ, "line of a request that went away"),
        Constant("SYSCALL_VECTOR", traps.SYSCALL_VECTOR, "int 0x80", 2),
        Constant("WAKE_VECTOR", traps.WAKE_VECTOR, "from CPU to CPU: look for a process to run", 2),
        Constant("SPURIOUS_VECTOR", traps.SPURIOUS_VECTOR, "the local APIC had nothing to say", 2),
    )
    outcome = (
        Constant("OUTCOME_PORT", outcomes.OUTCOME_PORT, "QEMU's isa-debug-exit", 2),
        *(Constant(f"OUTCOME_{o.name}", o.code, o.meaning, 2) for o in outcomes.OUTCOMES),
    )
    features = tuple(
        Constant(f"CPUID_{f.name.upper()}", 1 << f.bit, f.comment, 8) for f in FEATURES
    )
    minimum = Constant("SYSENTER_MIN_SIGNATURE", SYSENTER_MIN_SIGNATURE, "of Intel's CPUs", 3)
    bitmap = Constant("IO_BITMAP_BYTES", TSS_IO_BITMAP_BYTES, "a bit for each of 65536 ports")
    auxv = tuple(
        {entry.name: Constant(entry.name, entry.number, entry.comment) for entry in AUXV}.values()
    )
    numbers = tuple(Constant(f"NR_{call.name}", call.number) for call in syscalls)
    limits = (
        Constant("CPU_COUNT", cpu_count, "CPUs at most"),
        Constant(
            "SYSCALL_LIMIT",
            max(call.number for call in syscalls) + 1,
            "one more than the highest system call number",
        ),
        Constant("GDT_ENTRIES", GDT_ENTRIES, ""),
        Constant("INODE_PAGES_MAX", 1 << 30, "of a file", 8),
        Constant("OPEN_MAX", open_max, "open files of a process"),
        Constant("MAX_STRINGS", max_strings, "arguments, and as many of the environment"),
        Constant("COST_CALLS", COST_CALLS, "in a round of user/cost.c"),
    )
    return (
        ConstantGroup("Segment selectors", "SDM 3A 3.4.2; see cpu/gdt.c", selectors),
        ConstantGroup("Interrupt vectors", "SDM 3A 6.2", vectors),
        ConstantGroup("EFLAGS", "SDM 1 3.4.3", (*EFLAGS, _ARITHMETIC)),
        ConstantGroup("CR0", "SDM 3A 2.5", _CR0),
        ConstantGroup("CR4", "SDM 3A 2.5", _CR4),
        ConstantGroup("Page table entries", "SDM 3A 4.3", _PAGE),
        ConstantGroup("Error code of a page fault", "SDM 3A 4.7", _PAGE_FAULT),
        ConstantGroup("Model-specific registers", "SDM 4 2.1", MSRS),
        ConstantGroup("CPUID leaf 1, EDX", "SDM 2A CPUID", (*features, minimum)),
        ConstantGroup("CPUID leaf 7", "SDM 2A CPUID", (*_CPUID7_EBX, *_CPUID7_ECX)),
        ConstantGroup(
            "Memory map", "virtual addresses, if not said otherwise", _memory_constants(stack_bytes)
        ),
        *(
            ConstantGroup(f"struct {layout.c_name}", layout.comment, _layout_constants(layout))
            for layout in layouts
        ),
        ConstantGroup("I/O permission bitmap", "SDM 1 19.5.2", (bitmap,)),
        ConstantGroup("Work on the way out", "process.work", _WORK),
        ConstantGroup("Limits", "this kernel's own", limits),
        ConstantGroup("System calls", "Linux arch/x86/entry/syscalls/syscall_32.tbl", numbers),
        ConstantGroup("Auxiliary vector", "Linux include/uapi/linux/auxvec.h", auxv),
        *LINUX_GROUPS,
        ConstantGroup("PIC and PIT", "Intel 8259A and 8254 data sheets", _PIC_PIT),
        ConstantGroup("Multiboot", "Multiboot specification 0.6.96", _LOADER),
        ConstantGroup("The host", "tinygate builder/model/host.py", _HOST),
        ConstantGroup("Outcome device", "QEMU hw/misc/debugexit.c", outcome),
    )
