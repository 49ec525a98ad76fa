"""Damaged kernels: for each rule that a kernel could break, one that breaks it, and its report.

Each defect changes a few words of a rendered tree. It says what a student could get wrong, and
which word, which lines, tell them so.
"""

from __future__ import annotations

from dataclasses import dataclass

from qemu_tests.kernels import Change

DEMO = ("programs.suite=demo",)
CHECKS = ("programs.suite=checks",)
SYSENTER_ENTRY = "entry/sysenter_entry.asm"


@dataclass(frozen=True)
class Defect:
    """One damage.

    Attributes:
        name: What is wrong.
        changes: What is changed in the tree.
        word: The verdict's word.
        says: Regular expressions that the verdict must match: the check that failed.
        static: Regular expression for a problem that elfcheck must name; empty: it cannot see it.
        config: Overrides of the kernel's configuration.
    """

    name: str
    changes: tuple[Change, ...]
    word: str
    says: tuple[str, ...] = ()
    static: str = ""
    config: tuple[str, ...] = CHECKS

    def __str__(self) -> str:
        """The test's name."""
        return self.name.replace(" ", "-")


def _in(path: str, *pairs: str) -> tuple[Change, ...]:
    """Changes in one file: old text, new text, old text, new text ..."""
    return tuple(Change(path, old, new) for old, new in zip(pairs[::2], pairs[1::2], strict=True))


def _demo(
    name: str, changes: tuple[Change, ...], word: str, *says: str, static: str = ""
) -> Defect:
    return Defect(name, changes, word, says, static, DEMO)


def _checks(name: str, changes: tuple[Change, ...], *says: str, word: str = "fail") -> Defect:
    return Defect(name, changes, word, says)


_GDT = "cpu/gdt.c"
_MSRS = "cpu/sysenter.c"

# How a boot can end, each once, on the demonstration kernel.
ENDINGS = (
    _demo(
        "GDT with kernel code and data swapped",
        _in(
            _GDT,
            "GDT_KERNEL_CODE        12",
            "GDT_KERNEL_CODE        13",
            "GDT_KERNEL_DATA        13",
            "GDT_KERNEL_DATA        12",
        ),
        "reset",
        r"exception 0x0d, error code 0x0060",
        static=r"GDT entry 12 \(KERNEL_CODE\)",
    ),
    _demo(
        "GDT with user code and data swapped",
        _in(
            _GDT,
            "GDT_USER_CODE          14",
            "GDT_USER_CODE          15",
            "GDT_USER_DATA          15",
            "GDT_USER_DATA          14",
        ),
        "panic",
        r"#GP general protection, error code 0x70",
        r"return_from_trap",
        static=r"GDT entry 14 \(USER_CODE\)",
    ),
    _demo(
        "MSR_IA32_SYSENTER_CS not written",
        _in(_MSRS, "    msr_write(MSR_IA32_SYSENTER_CS, SEL_KERNEL_CODE);\n", ""),
        "fail",
        r"hello \(pid 1\): killed by #GP general protection",
    ),
    _demo(
        "MSR_IA32_SYSENTER_ESP not written",
        _in(_MSRS, "msr_write(MSR_IA32_SYSENTER_ESP, sysenter_stack(cpu));", "(void)cpu;"),
        "panic",
        r"double fault",
        r"sysenter_entry",
    ),
    _demo(
        "MSR_IA32_SYSENTER_EIP not written",
        _in(_MSRS, "    msr_write(MSR_IA32_SYSENTER_EIP, (uint32_t)sysenter_entry);\n", ""),
        "panic",
        r"#PF page fault reading 00000000",
    ),
    _demo(
        "esp0 stale",
        _in("proc/switch.c", "    tss_set_esp0(cpu, next);\n", ""),
        "panic",
    ),
    _demo(
        "hang in the kernel",
        _in("sys/process.c", "    return current_process()->pid;", "    for (;;) {\n    }"),
        "hang",
        r"cpu0: eip=0xc01[0-9a-f]{5} cpl=0 in sys_getpid",
    ),
    _demo(
        "hang with the CPU halted",
        _in(
            "sys/process.c",
            "    return current_process()->pid;",
            '    __asm__("cli; hlt");\n    return 0;',
        ),
        "hang",
        r"cpl=0, halted with interrupts off in sys_getpid",
    ),
    _demo(
        "hang in a program",
        _in("user/hello.c", "    return 0;", "    for (;;) {\n    }"),
        "hang",
        r"cpu0: eip=0x0804[0-9a-f]{4} cpl=3",
    ),
    _demo(
        "IDT not loaded",
        _in("kernel/main.c", "    idt_load();\n", ""),
        "reset",
        r"exception 0x0e, error code 0x0005, eip=0x0804[0-9a-f]{4} cpl=3, cr2=0xc0100000",
        static=r"entry point int80_entry is missing",
    ),
    _demo(
        "panic",
        _in(
            "sys/process.c",
            '#include "sys/calls.h"',
            '#include "kernel/panic.h"\n#include "sys/calls.h"',
            "    return current_process()->pid;",
            '    panic("on purpose, %d", 42);',
        ),
        "panic",
        r"kernel panic: on purpose, 42",
        r"called from:",
    ),
    _demo(
        "kernel stack overflow",
        _in(
            "sys/process.c",
            "long sys_getpid(void)\n{\n",
            "static long deeper(volatile long *sum)\n"
            "{\n"
            "    volatile long here[64] = {*sum};\n"
            "\n"
            "    return *sum ? deeper(here) + here[1] : 0;\n"
            "}\n"
            "\n"
            "long sys_getpid(void)\n"
            "{\n"
            "    volatile long sum = 1;\n"
            "\n"
            "    deeper(&sum);\n",
        ),
        "panic",
        r"double fault: the kernel stack ran over",
        r"deeper\+0x",
    ),
    _demo(
        "cut-off plan",
        _in(
            "kernel/suite.c",
            '#include "cpu/idt.h"',
            '#include "cpu/idt.h"\n#include "kernel/panic.h"',
            "        passed += (uint32_t)well;",
            "        passed += (uint32_t)well;\n"
            "        if (i == 2) {\n            machine_end(OUTCOME_FINISHED);\n        }",
        ),
        "cut off",
        r"3 of 5 results",
    ),
    _demo(
        "a test left out",
        _in(
            "kernel/suite.c",
            "for (uint32_t i = 0; i < suite_length; i++)",
            "for (uint32_t i = 1; i < suite_length; i++)",
        ),
        "bad KTAP",
        r"result 2 where 1 was due",
    ),
    _demo(
        "finished line that counts wrong",
        _in(
            "kernel/suite.c",
            "    uint32_t passed = 0;",
            "    uint32_t passed = 1;",
            "(uint32_t)suite_length - passed",
            "(uint32_t)suite_length + 1 - passed",
        ),
        "bad KTAP",
        r"counts wrong",
    ),
    _demo(
        "no finished line",
        _in("kernel/suite.c", 'print("suite finished: ', 'print("suite done: '),
        "cut off",
    ),
    _demo("no suite", _in("kernel/main.c", "    suite_run();\n", ""), "no plan"),
    _demo(
        "two banners",
        _in("kernel/main.c", "    show_machine();", "    show_machine();\n    banner();"),
        "second boot",
    ),
    _demo(
        "kernel entered twice",
        _in(
            "kernel/main.c",
            "    suite_run();\n",
            '    __asm__("push %1; push %0; call kernel_main" : : "r"(magic), "r"(info_addr));\n',
        ),
        "second boot",
    ),
    _demo(
        "no serial line",
        _in("kernel/main.c", "    serial_init();\n", '    __asm__("cli; hlt");\n'),
        "no boot",
    ),
    _demo(
        "endless output",
        _in(
            "sys/process.c",
            '#include "sys/calls.h"',
            '#include "lib/print.h"\n#include "sys/calls.h"',
            "    return current_process()->pid;",
            '    for (;;) {\n        print("again and again and again and again\\n");\n    }',
        ),
        "endless output",
    ),
    _demo(
        "outcome without a meaning",
        _in("kernel/main.c", "    machine_end(OUTCOME_FINISHED);", "    machine_end(0x20);"),
        "strange end",
        r"outcome code 32",
    ),
    _demo(
        "outcome of a panic without a panic",
        _in(
            "kernel/main.c", "    machine_end(OUTCOME_FINISHED);", "    machine_end(OUTCOME_PANIC);"
        ),
        "panic",
        r"no panic line came",
    ),
    _demo(
        "reset by the keyboard controller",
        _in(
            "kernel/main.c",
            "    suite_run();\n",
            '    __asm__("outb %b0, %w1" : : "a"(0xfe), "d"(0x64));\n',
        ),
        "reset",
        r"no exception led to it",
    ),
    _demo(
        "kernel memory open to programs",
        _in(
            "boot/start.asm",
            "    mov  eax, PAGE_PRESENT | PAGE_WRITE\n",
            "    mov  eax, 7\n",
            "boot_page_table - KERNEL_BASE + (PAGE_PRESENT | PAGE_WRITE)",
            "boot_page_table - KERNEL_BASE + 7",
        ),
        "fail",
        r"not ok \d+ - trespass",
    ),
)

# What only elfcheck sees, or sees first.
STATIC = (
    _demo(
        "segment writable and executable",
        _in("kernel.ld", "    text PT_LOAD FLAGS(5);", "    text PT_LOAD FLAGS(7);"),
        "pass",
        static=r"segment 1 is writable and executable",
    ),
    _demo(
        "stub with other bytes",
        _in("entry/vsyscall_sysenter.asm", "    int  0x80\n", "    int  0x80\n    nop\n"),
        "pass",
        static=r"vsyscall_sysenter is 51 52 55 89 e5 0f 34 cd 80 90",
    ),
    _demo(
        "relocations left",
        _in("Makefile", "--build-id=none", "--build-id=none --emit-relocs"),
        "pass",
        static=r"relocations are left in \.rel\.text",
    ),
    _demo(
        "Multiboot checksum wrong",
        _in(
            "boot/start.asm",
            "    dd -(MULTIBOOT_HEADER_MAGIC + MULTIBOOT_HEADER_FLAGS)",
            "    dd -(MULTIBOOT_HEADER_MAGIC + MULTIBOOT_HEADER_FLAGS) + 1",
        ),
        "emulator failed",
        static=r"(?i)multiboot",
    ),
    _demo(
        "SYSENTER_RETURN two bytes early",
        _in("kernel.ld", "SYSENTER_RETURN = ", "SYSENTER_RETURN = -2 + "),
        "fail",
        static=r"SYSENTER_RETURN is 0xffffe007, the model has 0xffffe009",
    ),
    _demo(
        "entry point below paging",
        _in("kernel.ld", "ENTRY(boot_start)", "ENTRY(kernel_main)"),
        "panic",
        static=r"the entry point is 0xc01[0-9a-f]{5}, not boot_start",
    ),
)

# What the suite "checks" is there for.
FOUND_BY_CHECKS = (
    _checks(
        "vsyscall page writable",
        _in("entry/vsyscall_page.c", "frame, PAGE_USER)", "frame, PAGE_USER | PAGE_WRITE)"),
        "write to the vsyscall page",
    ),
    _checks(
        "iomap_base wrong",
        _in("cpu/io_bitmap.c", "offsetof(struct cpu, tss))", "offsetof(struct cpu, tss) + 1)"),
        "I/O permission bitmap",
    ),
    _checks(
        "no byte of ones behind the port bitmap",
        _in(
            "cpu/io_bitmap.c",
            "memset(cpu->io_bitmap, 0xff, sizeof cpu->io_bitmap);",
            "memset(cpu->io_bitmap, 0xff, IO_BITMAP_BYTES);",
        ),
        "port 0xffff",
    ),
    _checks(
        "port bitmap not switched",
        _in("proc/switch.c", "    io_bitmap_switch(cpu, next);\n", ""),
        "port",
    ),
    _checks("no cld at int 0x80", _in("entry/int80_entry.asm", "    cld  ", "    ; cld"), "flags"),
    _checks(
        "flags of the program's kept in the kernel",
        _in(SYSENTER_ENTRY, "    jnz  .flags\n", ""),
        "flags",
    ),
    _checks("no cld at traps", _in("entry/traps.asm", "    cld\n", ""), "flags"),
    _checks("flags not restored by SYSEXIT", _in(SYSENTER_ENTRY, "    sahf\n", ""), "flags"),
    _checks(
        "OF not restored by SYSEXIT",
        _in(SYSENTER_ENTRY, "    add  al, 0x80", "    add  al, 0x10"),
        "flags",
    ),
    _checks(
        "ECX not kept by int 0x80",
        _in("entry/int80_entry.asm", "    mov  ecx, [esp + PT_ECX]\n", ""),
        "registers and arguments",
    ),
    _checks(
        "EDX not kept by int 0x80",
        _in("entry/int80_entry.asm", "    mov  edx, [esp + PT_EDX]\n", ""),
        "registers and arguments",
    ),
    _checks(
        "EBX not kept by the page",
        _in(
            SYSENTER_ENTRY,
            "    mov  ecx, [esp + PT_ESP]",
            "    mov  ebx, esp\n    mov  ecx, [esp + PT_ESP]",
        ),
        "registers and arguments",
    ),
    _checks(
        "register leaked at the start",
        _in(
            "proc/process.c",
            "    *regs = (struct pt_regs){\n",
            "    *regs = (struct pt_regs){\n        .esi = (uint32_t)process,\n",
        ),
        "auxiliary vector and start stack",
    ),
    _checks(
        "flags of the start with IOPL 3",
        _in(
            "proc/process.c",
            "EFLAGS_IF | EFLAGS_ALWAYS_1,",
            "EFLAGS_IF | EFLAGS_ALWAYS_1 | 0x3000,",
        ),
        "CLI",
    ),
    _checks(
        "kernel memory above 4 MiB open to programs",
        _in(
            "mm/paging.c",
            "= frame | PAGE_PRESENT | PAGE_WRITE;",
            "= frame | PAGE_PRESENT | PAGE_WRITE | PAGE_USER;",
        ),
        "page tables",
    ),
    _checks(
        "kernel stacks open to programs",
        _in(
            "proc/kernel_stack.c",
            "frame | PAGE_PRESENT | PAGE_WRITE;",
            "frame | PAGE_PRESENT | PAGE_WRITE | PAGE_USER;",
        ),
        "kernel stack",
    ),
    _checks(
        "CR0.WP off",
        (
            *_in("cpu/control.c", "CR0_WP | ", ""),
            *_in("boot/start.asm", "CR0_PG | CR0_WP", "CR0_PG"),
        ),
        "page tables",
    ),
    _checks("CR0.EM off", _in("cpu/control.c", " | CR0_EM", ""), "x87"),
    _checks("CR0.AM off", _in("cpu/control.c", "CR0_AM | ", ""), "descriptor tables"),
    _checks(
        "kernel text writable",
        _in("mm/paging.c", "protect_text();", "(void)protect_text;"),
        "page tables",
    ),
    _checks(
        "no guard page below the first stack",
        _in(
            "mm/paging.c",
            "    *page_entry(kernel_page_directory, (uint32_t)boot_stack_guard) = 0;\n",
            "",
        ),
        "page tables",
    ),
    _checks(
        "address 0 left mapped",
        _in("mm/paging.c", "    kernel_page_directory[0] = 0;\n", ""),
        "page tables",
    ),
    _checks(
        "fixup of the copy functions missing",
        _in("mm/uaccess.asm", "    dd copy_or_fault.copy, copy_or_fault.fault", ""),
        r"#PF page fault",
        "copy_or_fault",
        word="panic",
    ),
    _checks(
        "fixup of the sixth argument missing",
        _in(
            SYSENTER_ENTRY,
            "    dd sysenter_entry.read_argument_6, sysenter_entry.no_argument_6",
            "",
        ),
        r"#PF page fault",
        "sysenter_entry",
        word="panic",
    ),
    _checks(
        "EBP not checked",
        _in(SYSENTER_ENTRY, "    ja   .no_argument_6\n", ""),
        "SYSENTER",
    ),
    _checks(
        "EBP checked one word too high",
        _in(SYSENTER_ENTRY, "    cmp  ebp, USER_TOP - 4", "    cmp  ebp, USER_TOP"),
        "SYSENTER",
    ),
    _checks(
        "pointers of system calls not checked",
        _in(
            "mm/uaccess.h",
            "    return size <= USER_TOP && addr <= USER_TOP - size;",
            "    return addr || size || 1;",
        ),
        "pointers",
    ),
    _checks(
        "range check that wraps around",
        _in(
            "mm/uaccess.h",
            "    return size <= USER_TOP && addr <= USER_TOP - size;",
            "    return addr + size <= USER_TOP;",
        ),
        "pointers",
    ),
    _checks(
        "number not checked at int 0x80",
        _in("entry/int80_entry.asm", "    jae  .no_such_call\n", ""),
        "unknown numbers",
    ),
    _checks(
        "number checked as signed",
        _in(SYSENTER_ENTRY, "    jae  .no_such_call\n", "    jge  .no_such_call\n"),
        word="panic",
    ),
    _checks(
        "limit one too high",
        _in(SYSENTER_ENTRY, "    jae  .no_such_call\n", "    ja  .no_such_call\n"),
        "unknown numbers",
    ),
    _checks(
        "every exception gate open to INT",
        _in("cpu/idt.c", "GATE_PRESENT | type,", "GATE_PRESENT | type | GATE_FROM_USER,"),
        r"#PF page fault writing",
        word="panic",
    ),
    _checks(
        "int 0x80 by a trap gate",
        _in(
            "cpu/idt.c",
            "gate_set(SYSCALL_VECTOR, int80_entry, GATE_INTERRUPT",
            "gate_set(SYSCALL_VECTOR, int80_entry, 0x0f00",
        ),
        "descriptor tables",
    ),
    _checks(
        "no STI before SYSEXIT",
        _in(SYSENTER_ENTRY, "    sti   ", "    nop ;"),
        "the first one back",
    ),
    _checks(
        "STI too early",
        _in(
            SYSENTER_ENTRY,
            "    mov  edx, [esp + PT_EIP]                ; SYSEXIT",
            "    sti\n    mov  edx, [esp + PT_EIP]                ; SYSEXIT",
        ),
        "timer",
    ),
    _checks(
        "IF not set in the frame",
        _in(SYSENTER_ENTRY, "    or   dword [esp], EFLAGS_IF", "    nop ;"),
        "flags",
    ),
    _checks(
        "single step lost",
        _in("kernel/debug.c", "        current_process()->work |= WORK_SINGLE_STEP;\n", ""),
        "SYSENTER",
    ),
    _checks(
        "single step not expected in ring 0",
        _in("kernel/debug.c", "(regs->cs & 3) == 0 &&", "0 &&"),
        word="panic",
    ),
    _checks(
        "debug exception on the emergency stack",
        _in("entry/traps.asm", "    je   trap_%1_at_sysenter\n", ""),
        "the first kernel instruction",
    ),
    _checks(
        "data segments not given back",
        _in("entry/return.asm", "    pop  ds\n", "    add  esp, 4\n"),
        "registers and arguments",
    ),
    _checks(
        "data segments of the program's kept in traps",
        _in("entry/traps.asm", "    mov  ds, eax\n", ""),
        "the first kernel instruction",
    ),
    _checks(
        "FS and GS not switched",
        _in("proc/context_switch.asm", "    pop  gs\n    pop  fs\n", "    add  esp, 8\n"),
        "take turns",
    ),
    _checks(
        "EBP not switched",
        _in("proc/context_switch.asm", "    pop  ebp\n", "    add  esp, 4\n"),
        word="panic",
    ),
    _checks(
        "exceptions of programs end the kernel",
        _in(
            "kernel/exceptions.c",
            "    if (from_user(regs)) {\n        program_end(regs, vector);",
            "    if (0) {\n        program_end(regs, vector);",
        ),
        r"kernel panic: #[A-Z]{2} ",
        word="panic",
    ),
    _checks(
        "error code of an exception forgotten",
        _in("entry/traps.asm", "    ENTRY_WITH_ERROR  13 ", "    ENTRY             13 "),
        r"#GP general protection",
        word="panic",
    ),
    _checks(
        "segments of programs believed",
        _in("proc/elf.c", "segment->vaddr <= USER_IMAGE_END && ", ""),
        r"#PF page fault writing c0100000",
        word="panic",
    ),
    _checks(
        "page frames not cleared",
        _in(
            "mm/frames.c",
            "        memset(phys_to_virt(frame), 0, PAGE_SIZE);",
            "        (void)memset;",
        ),
        word="panic",
    ),
    _checks(
        "page frames lost",
        _in("mm/paging.c", "    frame_free(virt_to_phys(directory));\n", ""),
        "every page frame came back",
    ),
    _checks(
        "port bitmaps lost",
        _in("proc/process.c", "    io_bitmap_free(process);\n", ""),
        "every page frame came back",
    ),
    _checks(
        "no end of interrupt",
        _in("dev/timer.c", "    pic_end_of_interrupt();\n", ""),
        r"halted with interrupts on in ",
        word="hang",
    ),
    _checks(
        "ESP not aligned at the start",
        _in(
            "proc/start_stack.c",
            "& ~15u;",
            "& ~15u) - 4;",
            "(stack.address - size)",
            "((stack.address - size)",
        ),
        "auxiliary vector and start stack",
    ),
    _checks(
        "AT_ENTRY wrong",
        _in("proc/start_stack.c", "{AT_ENTRY, image->entry_addr}", "{AT_ENTRY, 0}"),
        "auxiliary vector and start stack",
    ),
    _checks(
        "AT_PHDR wrong",
        _in(
            "proc/elf.c",
            "image->phdr_addr = segment->vaddr +",
            "image->phdr_addr = 4 + segment->vaddr +",
        ),
        "auxiliary vector and start stack",
    ),
    _checks(
        "errors of system calls positive",
        _in("entry/int80_entry.asm", "    mov  eax, -ENOSYS", "    mov  eax, ENOSYS"),
        "unknown numbers",
    ),
    _checks(
        "arguments in the wrong order",
        _in(
            "sys/table.c",
            "(uint32_t)regs->esi, (uint32_t)regs->edi,",
            "(uint32_t)regs->edi, (uint32_t)regs->esi,",
        ),
        "registers and arguments",
    ),
    _checks(
        "sysenter_entry saves ESP in the wrong slot",
        _in(
            SYSENTER_ENTRY,
            "    push ebp                                ; esp",
            "    push esp                                ; esp",
        ),
        "the first kernel instruction",
    ),
    _checks(
        "program sees the kernel's flags",
        _in("entry/int80_entry.asm", "    iretd\n", "    or dword [esp + 8], 0x40000\n    iretd\n"),
        "flags",
    ),
    _checks(
        "DS of the program trusted at int 0x80",
        _in(
            "entry/int80_entry.asm",
            "    cmp  word [esp + PT_DS], SEL_USER_DATA\n    jne  .segments\n",
            "",
        ),
        "the kernel has its own ds",
    ),
    _checks(
        "DS of the program trusted at SYSENTER",
        _in(
            SYSENTER_ENTRY,
            "    cmp  word [esp + PT_DS], SEL_USER_DATA  ; see int80_entry.asm\n"
            "    jne  .segments\n",
            "",
        ),
        "the kernel has its own ds",
    ),
    _checks(
        "ES of the program trusted at SYSENTER",
        _in(SYSENTER_ENTRY, "    cmp  word [esp + PT_ES], SEL_USER_DATA\n    jne  .segments\n", ""),
        "the kernel has its own es",
    ),
    Defect(
        "CPUs not started",
        _in("kernel/main.c", "    smp_start();\n", ""),
        "fail",
        ("all CPUs",),
        config=(*CHECKS, "cpu.count=2"),
    ),
)

DEFECTS = (*ENDINGS, *STATIC, *FOUND_BY_CHECKS)
