"""The ways into the kernel and back: what the suite `checks` finds there."""

from __future__ import annotations

from qemu_tests.defects.checks.defect import (
    CHECKS,
    INT80,
    KERNEL_GONE_ASTRAY,
    SYSENTER,
    SYSENTER_ENTRY,
    VSYSCALL,
    Defect,
    changed,
    checks,
)

ENTRY = (
    checks(
        "no cld at int 0x80",
        changed("entry/int80_entry.asm", "    cld  ", "    ; cld"),
        "flags",
        steps=INT80,
    ),
    checks(
        "flags of the program's kept in the kernel",
        changed(SYSENTER_ENTRY, "    jnz  .flags\n", ""),
        "flags",
        steps=SYSENTER,
    ),
    checks("no cld at traps", changed("entry/traps.asm", "    cld\n", ""), "flags"),
    checks(
        "flags not restored by SYSEXIT",
        changed(SYSENTER_ENTRY, "    sahf\n", ""),
        "flags",
        steps=SYSENTER,
    ),
    checks(
        "OF not restored by SYSEXIT",
        changed(SYSENTER_ENTRY, "    add  al, 0x80", "    add  al, 0x10"),
        "flags",
        steps=SYSENTER,
    ),
    checks(
        "ECX not kept by int 0x80",
        changed("entry/int80_entry.asm", "    mov  ecx, [esp + PT_ECX]\n", ""),
        "registers and arguments",
        steps=VSYSCALL,
    ),
    checks(
        "EDX not kept by int 0x80",
        changed("entry/int80_entry.asm", "    mov  edx, [esp + PT_EDX]\n", ""),
        "registers and arguments",
        steps=INT80,
    ),
    checks(
        "EBX not kept by the page",
        changed(
            SYSENTER_ENTRY,
            "    mov  ecx, [esp + PT_ESP]",
            "    mov  ebx, esp\n    mov  ecx, [esp + PT_ESP]",
        ),
        ": ebx kept",
        steps=SYSENTER,
    ),
    checks(
        "NMI not counted",
        changed("entry/nmi_entry.asm", "    inc  dword [ss:nmi_count]\n", ""),
        "interrupts that nobody waits for",
        "an NMI is counted",
    ),
    checks(
        "an NMI changes flags",
        changed("entry/nmi_entry.asm", "    iretd", "    or   dword [esp + 8], 0x40\n    iretd"),
        "interrupts that nobody waits for",
        "and keeps the flags",
    ),
    checks(
        "a spurious interrupt taken for a debug exception",
        changed(
            "cpu/idt.c",
            "wants no end of interrupt */\n        break;",
            "wants no end of interrupt */",
        ),
        r"panic: interrupt",
        word="panic",
    ),
    checks("CR0.EM off", changed("cpu/control.c", " | CR0_EM", ""), "x87"),
    checks("CR0.AM off", changed("cpu/control.c", "CR0_AM | ", ""), "descriptor tables"),
    checks(
        "fixup of the sixth argument missing",
        changed(
            SYSENTER_ENTRY,
            "    dd sysenter_entry.read_argument_6, sysenter_entry.no_argument_6",
            "",
        ),
        r"#PF page fault|exception 14",
        "sysenter_entry",
        word="panic",
        steps=SYSENTER,
    ),
    checks(
        "the sixth argument read by way of DS",
        changed(SYSENTER_ENTRY, "mov ebp, [ebp]", "mov ebp, [ds:ebp]"),
        "registers and arguments",
        "6 arguments, and a ds of another base",
    ),
    *(
        checks(
            f"{flag} of the program's kept by SYSENTER",
            changed(
                SYSENTER_ENTRY,
                "~(EFLAGS_ARITHMETIC | EFLAGS_ALWAYS_1)",
                f"~(EFLAGS_ARITHMETIC | EFLAGS_ALWAYS_1 | EFLAGS_{flag})",
            ),
            "four processes take turns",
            "eflags",
        )
        for flag in ("AC", "ID")
    ),
    checks(
        "EBP not checked",
        changed(SYSENTER_ENTRY, "    ja   .no_argument_6\n", ""),
        "SYSENTER",
        steps=VSYSCALL,
    ),
    checks(
        "EBP checked one word too high",
        changed(SYSENTER_ENTRY, "    cmp  ebp, USER_TOP - 4", "    cmp  ebp, USER_TOP"),
        "SYSENTER",
        steps=VSYSCALL,
    ),
    checks(
        "number not checked at int 0x80",
        changed("entry/int80_entry.asm", "    jae  .no_such_call\n", ""),
        "unknown numbers",
        steps=SYSENTER,
    ),
    checks(
        "getpid in place of a hole",
        changed("sys/table.c", "= call_getpid,", "= call_getpid,\n    [21] = call_getpid,"),
        "unknown numbers",
        steps=INT80,
    ),
    checks(
        "error code of NP forgotten",
        changed("entry/traps.asm", "ENTRY_WITH_ERROR  11", "ENTRY             11"),
        "descriptor tables",
    ),
    checks(
        "gate of the spurious interrupt forgotten",
        changed(
            "cpu/idt.c",
            "    gate_set(FIRST_IRQ_VECTOR + IRQ_SPURIOUS, irq_spurious, GATE_INTERRUPT);\n",
            "    (void)irq_spurious;\n",
        ),
        "#GP general protection",
        "check_interrupts",
        word="panic",
    ),
    checks(
        "errno of an unknown number wrong",
        changed("include/constants.inc", "ENOSYS                       38", "ENOSYS 37"),
        "unknown numbers",
        steps=INT80,
    ),
    checks(
        "number checked as signed",
        changed(SYSENTER_ENTRY, "    jae  .no_such_call\n", "    jge  .no_such_call\n"),
        word=KERNEL_GONE_ASTRAY,
        steps=SYSENTER,
    ),
    checks(
        "limit one too high",
        changed(SYSENTER_ENTRY, "    jae  .no_such_call\n", "    ja  .no_such_call\n"),
        "unknown numbers",
    ),
    checks(
        "every exception gate open to INT",
        changed("cpu/idt.c", "GATE_PRESENT | type,", "GATE_PRESENT | type | GATE_FROM_USER,"),
        r"#PF page fault writing",
        word="panic",
    ),
    checks(
        "int 0x80 by a trap gate",
        changed(
            "cpu/idt.c",
            "gate_set(SYSCALL_VECTOR, int80_entry, GATE_INTERRUPT",
            "gate_set(SYSCALL_VECTOR, int80_entry, 0x0f00",
        ),
        "descriptor tables",
    ),
    checks(
        "no STI before SYSEXIT",
        changed(SYSENTER_ENTRY, "    sti   ", "    nop ;"),
        "the first one back",
        steps=SYSENTER,
    ),
    checks(
        "STI too early",
        changed(
            SYSENTER_ENTRY,
            "    mov  edx, [esp + PT_EIP]                ; SYSEXIT",
            "    sti\n    mov  edx, [esp + PT_EIP]                ; SYSEXIT",
        ),
        "timer",
        "a breakpoint on each instruction",
    ),
    checks(
        "IF not set in the frame",
        changed(SYSENTER_ENTRY, "    or   dword [esp], EFLAGS_IF", "    nop ;"),
        "flags",
    ),
    checks(
        "single step lost",
        changed("kernel/debug.c", "        current_process()->work |= WORK_SINGLE_STEP;\n", ""),
        "SYSENTER",
    ),
    checks(
        "single step not expected in ring 0",
        changed("kernel/debug.c", "(regs->cs & 3) == 0 &&", "0 &&"),
        word="panic",
    ),
    checks(
        "debug exception on the emergency stack",
        changed("entry/at_sysenter.asm", "ring 0\n    jne  .usual", "ring 0\n    jmp  .usual"),
        "the first kernel instruction",
    ),
    checks(
        "every debug exception of the kernel's taken for the first instruction's",
        changed(
            "entry/at_sysenter.asm", "    cmp  dword [esp], sysenter_entry\n    jne  .usual\n", ""
        ),
        "check_|double fault|int80_entry",
        word="panic",
    ),
    checks(
        "data segments not given back",
        changed("entry/return.asm", "    pop  ds\n", "    add  esp, 4\n"),
        ": ds kept",
    ),
    checks(
        "data segments of the program's kept in traps",
        changed("entry/traps.asm", "    mov  ds, eax\n", ""),
        "the first kernel instruction",
        steps=SYSENTER,
    ),
    checks(
        "exceptions of programs end the kernel",
        changed(
            "kernel/exceptions.c",
            "    if (from_user(regs)) {\n        program_end(regs, vector);",
            "    if (0) {\n        program_end(regs, vector);",
        ),
        r"kernel panic: #[A-Z]{2} ",
        word="panic",
    ),
    checks(
        "error code of an exception forgotten",
        changed("entry/traps.asm", "    ENTRY_WITH_ERROR  13 ", "    ENTRY             13 "),
        r"#GP general protection",
        word="panic",
    ),
    checks(
        "no end of interrupt",
        changed("dev/timer.c", "    pic_end_of_interrupt();\n", ""),
        word="hang",
    ),
    checks(
        "errors of system calls positive",
        changed("entry/int80_entry.asm", "    mov  eax, -ENOSYS", "    mov  eax, ENOSYS"),
        "unknown numbers",
        steps=INT80,
    ),
    checks(
        "arguments in the wrong order",
        changed(
            "sys/table.c",
            "regs->esi, regs->edi,",
            "regs->edi, regs->esi,",
        ),
        "registers and arguments",
        steps=INT80,
    ),
    checks(
        "sysenter_entry saves ESP in the wrong slot",
        changed(
            SYSENTER_ENTRY,
            "    push ebp                                ; esp",
            "    push esp                                ; esp",
        ),
        "the program was not disturbed",
        steps=SYSENTER,
    ),
    checks(
        "program sees the kernel's flags",
        changed(
            "entry/int80_entry.asm", "    iretd\n", "    or dword [esp + 8], 0x40000\n    iretd\n"
        ),
        "flags",
        steps=INT80,
    ),
    checks(
        "DS of the program trusted at int 0x80",
        changed(
            "entry/int80_entry.asm",
            "    cmp  word [esp + PT_DS], SEL_USER_DATA\n    jne  .segments\n",
            "",
        ),
        "the kernel has its own ds",
        steps=INT80,
    ),
    checks(
        "DS of the program trusted at SYSENTER",
        changed(
            SYSENTER_ENTRY,
            "    cmp  word [esp + PT_DS], SEL_USER_DATA  ; see int80_entry.asm\n"
            "    jne  .segments\n",
            "",
        ),
        "the kernel has its own ds",
        steps=SYSENTER,
    ),
    checks(
        "ES of the program trusted at SYSENTER",
        changed(
            SYSENTER_ENTRY, "    cmp  word [esp + PT_ES], SEL_USER_DATA\n    jne  .segments\n", ""
        ),
        "the kernel has its own es",
        steps=SYSENTER,
    ),
    checks(
        "a rule broken in a way that no emulator is known for",
        changed(
            "user/faults.asm",
            "    db   0xf1    ",
            "    hlt          ",
        ),
        "DB: INT1 # expected 0x1, got 0xd",
        steps=INT80,
    ),
    *(
        Defect(
            f"CR4.{name} off",
            changed("cpu/control.c", f"_{name} ? CR4_{name} : 0", f"_{name} ? 0 : 0"),
            "fail",
            (f"cr4.{name} is set if there is one", what),
            config=(*CHECKS, "machine.cpu=max"),
        )
        for name, what in (
            ("SMEP", "the kernel cannot execute a program's page"),
            ("UMIP", "GP: SGDT in ring 3"),
        )
    ),
    *(
        Defect(name, changes, word, says, config=(*CHECKS, "machine.cpu=max"))
        for name, changes, word, says in (
            (
                "CR4.SMAP off",
                changed("cpu/control.c", "smap ? CR4_SMAP : 0", "smap ? 0 : 0"),
                "fail",
                (
                    "cr4.SMAP is set",
                    *("the kernel cannot read a program's page", "nor write to it"),
                    "nor can a call read the program's memory",
                ),
            ),
            (
                "AC of the program's kept at int 0x80",
                changed(
                    "entry/int80_entry.asm", "    SMAP .clac, clac, push gs\n", "    push gs\n"
                ),
                "fail",
                ("AC of a program is clear in its calls",),
            ),
            (
                "AC of the program's kept in an exception",
                changed("entry/traps.asm", "    SMAP .clac, clac, push es\n", "    push es\n"),
                "fail",
                ("and AC was clear in the kernel",),
            ),
            (
                "AC left set behind a copy",
                changed(
                    "mm/uaccess.asm", "    SMAP .out, clac, pop edi\n", ".out:\n    pop  edi\n"
                ),
                "fail",
                ("then AC is clear again", "AC is clear behind that, too"),
            ),
            (
                "the sixth argument read without STAC",
                changed(SYSENTER_ENTRY, "6, stac, mov ebp", "6, clac, mov ebp"),
                "fail",
                ("registers and arguments",),
            ),
            (
                "STAC and CLAC not written where there is room for them",
                changed("mm/paging.c", "cpu_features.smap && ", "0 && "),
                "fail",
                ("registers and arguments",),
            ),
        )
    ),
    Defect(
        "AC left to a program whose sixth argument cannot be read",
        changed(
            "entry/sysenter_entry.asm",
            "SMAP .no_argument_6, clac, push ebp",
            ".no_argument_6: push ebp",
        ),
        "fail",
        ("ebp 0",),
        config=(*CHECKS, "machine.cpu=max"),
    ),
    Defect(
        "a page brought where ring 0 may not go",
        changed("mm/fault.c", " && !is_stray", " && (is_stray | 1)"),
        "hang",
        ("SMAP, on a CPU that has it|no output",),
        config=(*CHECKS, "machine.cpu=max"),
        steps=("processes",),
    ),
    Defect(
        "CPUs not started",
        changed("kernel/main.c", "    smp_start();\n", ""),
        "fail",
        ("all CPUs",),
        config=(*CHECKS, "cpu.count=2"),
    ),
    Defect(
        "the double fault task of the first CPU for all",
        changed("cpu/gdt.c", "&cpu->double_fault_tss);", "&cpus->double_fault_tss);"),
        "fail",
        ("descriptor tables", "double fault tss: base"),
        config=(*CHECKS, "cpu.count=2"),
    ),
    Defect(
        "the clock as fast as while CPUs were started",
        changed("cpu/smp.c", "    timer_set_rate(TIMER_HZ);\n", ""),
        "fail",
        ("descriptor tables", "timer: it counts down from what makes its rate"),
        config=(*CHECKS, "cpu.count=2"),
    ),
)
