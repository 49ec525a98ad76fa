"""The ways into the small kernels and back, where their lines are others than those of `robust`."""

from __future__ import annotations

from qemu_tests.defects.checks.defect import KERNEL_GONE_ASTRAY, SYSENTER_ENTRY, changed, checks

INT80 = ("int80",)
SYSENTER = ("sysenter",)
VSYSCALL = ("vsyscall",)

LESSON_ENTRY = (
    checks(
        "error code of NP forgotten",
        changed("entry/traps.asm", "0x1f << 10", "0x1d << 10"),
        "descriptor tables",
        steps=INT80,
    ),
    checks(
        "error code of GP forgotten",
        changed("entry/traps.asm", "0x1f << 10", "0x17 << 10"),
        r"exception 13\b",
        word="panic",
        steps=INT80,
    ),
    checks(
        "every exception gate open to INT",
        changed("cpu/idt.c", "GATE_INTERRUPT, (", "GATE_INTERRUPT | GATE_FROM_USER, ("),
        r"exception 8\b",
        word="panic",
        steps=INT80,
    ),
    checks(
        "gate of INT3 closed",
        changed("cpu/idt.c", "    idt[VECTOR_BP].type |= GATE_FROM_USER;\n", ""),
        "descriptor tables",
        "killed by BP: INT3",
        steps=INT80,
    ),
    checks(
        "int 0x80 by a trap gate",
        changed(
            "cpu/idt.c",
            "    idt[SYSCALL_VECTOR].type |= GATE_FROM_USER;",
            "    idt[SYSCALL_VECTOR].type |= GATE_FROM_USER | 0x0100;",
        ),
        "descriptor tables",
        "IF is clear in the kernel",
        steps=INT80,
    ),
    checks(
        "vector and error code changed round",
        changed(
            "entry/traps.asm",
            "    push edx\n    push eax\n    call",
            "    push eax\n    push edx\n    call",
        ),
        word=KERNEL_GONE_ASTRAY,
        steps=INT80,
    ),
    checks(
        "exceptions of programs end the kernel",
        changed("kernel/exceptions.c", "    if ((regs->cs & 3) == 3) {\n", "    if (!regs) {\n"),
        r"kernel panic: exception \d+\b",
        word="panic",
        steps=INT80,
    ),
    checks(
        "exceptions of programs go on",
        changed("kernel/exceptions.c", "        process_end(0, (int32_t)vector);\n", ""),
        word="panic|hang|endless output",
        steps=INT80,
    ),
    checks(
        "another exception named",
        changed("kernel/exceptions.c", "process_end(0, (int32_t)vector)", "process_end(0, 13)"),
        "division by zero",
        steps=INT80,
    ),
    checks(
        "CR0.EM off",
        changed("boot/start.asm", "CR0_AM | CR0_EM\n", "CR0_AM\n"),
        "an x87 instruction",
        steps=INT80,
    ),
    checks(
        "CR0.AM off",
        changed("boot/start.asm", "CR0_WP | CR0_AM |", "CR0_WP |"),
        "descriptor tables",
        steps=INT80,
    ),
    checks(
        "LDT of the reset kept",
        changed("boot/start.asm", "    lldt ax  ", "    ; lldt ax"),
        "a selector in the LDT, which is none",
        steps=INT80,
    ),
    checks(
        "IF not set in the frame",
        changed("entry/return.asm", "    or   dword [esp + PT_EFLAGS], EFLAGS_IF", "    nop ;"),
        "flags",
        steps=SYSENTER,
    ),
    checks(
        "single step lost",
        changed("kernel/exceptions.c", "    current_process()->work |= WORK_SINGLE_STEP;\n", ""),
        "SYSENTER",
        steps=SYSENTER,
    ),
    checks(
        "single step goes on in the kernel",
        changed("kernel/exceptions.c", "    regs->eflags &= ~EFLAGS_TF;\n", ""),
        "SYSENTER",
        steps=SYSENTER,
    ),
    checks(
        "single step not expected in ring 0",
        changed("kernel/exceptions.c", "(regs->cs & 3) == 3 || !(dr6", "regs->cs || !(dr6"),
        r"exception 1\b",
        word="panic",
        steps=SYSENTER,
    ),
    checks(
        "data segments not given back",
        changed("entry/return.asm", "    mov  ds, [esp + PT_DS]\n", ""),
        "registers and arguments",
        steps=INT80,
    ),
    checks(
        "NT may be set at IRET",
        changed("entry/return.asm", "    push dword EFLAGS_ALWAYS_1\n    popfd\n", "")
        + changed(SYSENTER_ENTRY, "    push dword EFLAGS_ALWAYS_1\n    popfd\n", ""),
        word="fail|panic",
        steps=SYSENTER,
    ),
    checks(
        "fixup of the return address missing",
        changed(
            SYSENTER_ENTRY,
            "    dd sysenter_entry.read_return_address, sysenter_entry.no_return_address\n",
            "",
        ),
        r"exception 14\b",
        r"in sysenter_entry\.",
        word="panic",
        steps=SYSENTER,
    ),
    checks(
        "EBP not checked",
        changed(SYSENTER_ENTRY, "    ja   .no_return_address\n", ""),
        "SYSENTER",
        steps=SYSENTER,
    ),
    checks(
        "the call made although its sixth argument is not there",
        changed(
            SYSENTER_ENTRY,
            "    push ebx\n    mov  eax, -EFAULT\n    jmp  .return\n",
            "    push ebx\n    jmp  .dispatch\n",
        ),
        "SYSENTER",
        steps=SYSENTER,
    ),
    checks(
        "the stub does not save EDX",
        changed("user/lib/system_call.asm", "    push edx   ", "    push ecx   "),
        "fast gate: 2 arguments: edx kept",
        steps=SYSENTER,
    ),
    checks(
        "debug exception on the words of the TSS",
        changed(
            "cpu/sysenter.c",
            "    idt_set(VECTOR_DB, trap_1_at_sysenter);\n",
            "    (void)trap_1_at_sysenter;\n",
        ),
        word=KERNEL_GONE_ASTRAY,
        steps=VSYSCALL,
    ),
    checks(
        "EFLAGS of the interrupted program lost at sysenter_entry",
        changed("entry/at_sysenter.asm", "    push dword [ss:eax + 12] ", "    push dword 2 ;"),
        "the first kernel instruction|SYSENTER",
        steps=VSYSCALL,
    ),
    checks(
        "the stub for int 0x80 on every CPU",
        changed(
            "entry/vsyscall.c",
            "int fast = sysenter_usable();",
            "int fast = 0 && sysenter_usable();",
        ),
        "the first kernel instruction",
        "auxiliary vector and start stack",
        static="vsyscall_sysenter is 0 bytes",
        steps=VSYSCALL,
    ),
    checks(
        "no cld at traps",
        changed("entry/traps.asm", "    cld  ", "    ; cld"),
        "how programs end",
        "in the handler of an exception",
        steps=INT80,
    ),
    checks(
        "the sixth argument read by way of DS",
        changed(SYSENTER_ENTRY, "push dword [ebp] ", "push dword [ds:ebp] "),
        "registers and arguments",
        "6 arguments, and a ds of another base",
        steps=SYSENTER,
    ),
    checks(
        "EBP checked four bytes too high",
        changed(SYSENTER_ENTRY, "    cmp  ebp, USER_TOP - 16", "    cmp  ebp, USER_TOP - 12"),
        "SYSENTER with no way back",
        "ebp where a return address would reach the kernel",
        steps=SYSENTER,
    ),
    checks(
        "EBP checked one byte too high",
        changed(SYSENTER_ENTRY, "    cmp  ebp, USER_TOP - 4", "    cmp  ebp, USER_TOP - 3"),
        "SYSENTER with no way back",
        "ebp a byte below the kernel's",
        steps=VSYSCALL,
    ),
)
