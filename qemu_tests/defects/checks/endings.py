"""How a boot can end, each once, on the demonstration kernel."""

from __future__ import annotations

from qemu_tests.defects.checks.defect import (
    INT80,
    KERNEL_GONE_ASTRAY,
    SYSENTER,
    changed,
    checks,
    demo,
)

ENDINGS = (
    demo(
        "GDT with kernel code and data swapped",
        changed(
            "cpu/gdt.c",
            "[SEL_KERNEL_CODE / 8]",
            "[SEL_KERNEL_CODE / 8 + 1]",
            "[SEL_KERNEL_DATA / 8]",
            "[SEL_KERNEL_DATA / 8 - 1]",
        ),
        "reset",
        r"exception 0x0d, error code 0x0060",
        static=r"GDT entry 12 \(KERNEL_CODE\)",
        steps=INT80,
    ),
    demo(
        "GDT with user code and data swapped",
        changed(
            "cpu/gdt.c",
            "[SEL_USER_CODE / 8]",
            "[SEL_USER_CODE / 8 + 1]",
            "[SEL_USER_DATA / 8]",
            "[SEL_USER_DATA / 8 - 1]",
        ),
        "panic",
        r"(#GP general protection|exception 13), error code 0x70",
        r"return_from_trap",
        static=r"GDT entry 14 \(USER_CODE\)",
        steps=INT80,
    ),
    demo(
        "MSR_IA32_SYSENTER_CS not written",
        changed("cpu/sysenter.c", "    msr_write(MSR_IA32_SYSENTER_CS, SEL_KERNEL_CODE);\n", ""),
        "fail",
        r"hello \(pid 1\): killed by (#GP|exception 13)\b",
        steps=SYSENTER,
    ),
    demo(
        "MSR_IA32_SYSENTER_ESP not written",
        changed(
            "cpu/sysenter.c", "msr_write(MSR_IA32_SYSENTER_ESP, sysenter_stack(cpu));", "(void)cpu;"
        ),
        "panic",
        r"double fault",
        r"sysenter_entry",
    ),
    demo(
        "MSR_IA32_SYSENTER_EIP not written",
        changed(
            "cpu/sysenter.c",
            "    msr_write(MSR_IA32_SYSENTER_EIP, (uint32_t)sysenter_entry);\n",
            "",
        ),
        "panic",
        r"#PF page fault reading 00000000|exception 14, error code 0x0\b",
        steps=SYSENTER,
    ),
    demo(
        "esp0 stale",
        changed("proc/switch.c", "    tss_set_esp0(cpu, next);\n", ""),
        KERNEL_GONE_ASTRAY,
    ),
    demo(
        "hang in the kernel",
        changed("sys/process.c", "    return current_process()->pid;", "    for (;;) {\n    }"),
        "hang",
        r"cpu0: eip=0xc01[0-9a-f]{5} cpl=0 in sys_getpid",
        steps=INT80,
    ),
    demo(
        "hang with the CPU halted",
        changed(
            "sys/process.c",
            "    return current_process()->pid;",
            '    __asm__("cli; hlt");\n    return 0;',
        ),
        "hang",
        r"cpl=0, halted with interrupts off in sys_getpid",
        steps=INT80,
    ),
    demo(
        "hang in a program",
        changed("user/hello.c", "    return 0;", "    for (;;) {\n    }"),
        "hang",
        r"cpu0: eip=0x0804[0-9a-f]{4} cpl=3",
        steps=INT80,
    ),
    demo(
        "IDT not loaded",
        changed("kernel/main.c", "    idt_load();\n", ""),
        "reset",
        r"exception 0x0e, error code 0x0005, eip=0x0804[0-9a-f]{4} cpl=3, cr2=0xc0100000",
        static=r"entry point nmi_entry is missing",
    ),
    demo(
        "panic",
        changed(
            "sys/process.c",
            '#include "sys/calls.h"',
            '#include "kernel/kernel.h"\n#include "sys/calls.h"',
            "    return current_process()->pid;",
            '    panic("on purpose, %d", 42);',
        ),
        "panic",
        r"kernel panic: on purpose, 42",
        r"called from:",
    ),
    demo(
        "kernel stack overflow",
        changed(
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
    demo(
        "a suite without its last test",
        changed(
            "kernel/suite_table.c",
            "sizeof suite / sizeof suite[0];",
            "sizeof suite / sizeof suite[0] - 1;",
        ),
        "missing output",
        r"MISSING +ok [0-9]+ - cost of a null system call",
    ),
    demo(
        "cut-off plan",
        changed(
            "kernel/suite.c",
            '#include "cpu/cpu.h"',
            '#include "cpu/cpu.h"\n#include "kernel/kernel.h"',
            "        passed += (uint32_t)well;",
            "        passed += (uint32_t)well;\n"
            "        if (i == 2) {\n            machine_end(OUTCOME_FINISHED);\n        }",
        ),
        "cut off",
        r"3 of 5 results",
    ),
    demo(
        "a test left out",
        changed(
            "kernel/suite.c",
            "for (uint32_t i = 0; i < suite_length; i++)",
            "for (uint32_t i = 1; i < suite_length; i++)",
        ),
        "bad KTAP",
        r"result 2 where 1 was due",
    ),
    demo(
        "finished line that counts wrong",
        changed(
            "kernel/suite.c",
            "    uint32_t passed = 0;",
            "    uint32_t passed = 1;",
            "(uint32_t)suite_length - passed",
            "(uint32_t)suite_length + 1 - passed",
        ),
        "bad KTAP",
        r"counts wrong",
    ),
    demo(
        "no finished line",
        changed("kernel/suite.c", 'print("suite finished: ', 'print("suite done: '),
        "cut off",
        steps=INT80,
    ),
    demo(
        "no suite",
        changed("kernel/main.c", "    suite_run();\n", ""),
        "no plan",
        steps=INT80,
    ),
    demo(
        "two banners",
        changed("kernel/main.c", "    show_machine();", "    show_machine();\n    banner();"),
        "second boot",
    ),
    demo(
        "kernel entered twice",
        changed(
            "kernel/main.c",
            "    suite_run();\n",
            '    __asm__("push %1; push %0; call kernel_main" : : "r"(magic), "r"(info_addr));\n',
        ),
        "second boot",
    ),
    demo(
        "no serial line",
        changed("kernel/main.c", "    serial_init();\n", '    __asm__("cli; hlt");\n'),
        "no boot",
        steps=INT80,
    ),
    demo(
        "endless output",
        changed(
            "sys/process.c",
            '#include "sys/calls.h"',
            '#include "lib/lib.h"\n#include "sys/calls.h"',
            "    return current_process()->pid;",
            '    for (;;) {\n        print("again and again and again and again\\n");\n    }',
        ),
        "endless output",
        steps=INT80,
    ),
    demo(
        "outcome without a meaning",
        changed("kernel/main.c", "    machine_end(OUTCOME_FINISHED);", "    machine_end(0x20);"),
        "strange end",
        r"outcome code 32",
        steps=INT80,
    ),
    demo(
        "outcome of a panic without a panic",
        changed(
            "kernel/main.c", "    machine_end(OUTCOME_FINISHED);", "    machine_end(OUTCOME_PANIC);"
        ),
        "panic",
        r"no panic line came",
        steps=INT80,
    ),
    demo(
        "reset by the keyboard controller",
        changed(
            "kernel/main.c",
            "    suite_run();\n",
            '    __asm__("outb %b0, %w1" : : "a"(0xfe), "d"(0x64));\n',
        ),
        "reset",
        r"no exception led to it",
        steps=INT80,
    ),
    demo(
        "kernel memory open to programs",
        changed(
            "boot/start.asm",
            "    mov  eax, PAGE_PRESENT | PAGE_WRITE\n",
            "    mov  eax, 7\n",
            "boot_page_table - KERNEL_BASE + (PAGE_PRESENT | PAGE_WRITE)",
            "boot_page_table - KERNEL_BASE + 7",
        ),
        "fail",
        r"not ok \d+ - trespass",
    ),
    checks(
        "high byte of the timer's divisor forgotten",
        changed("dev/timer.c", "(uint8_t)(divisor >> 8));", "divisor & 0xff);"),
        "the timer counts down from what makes its rate",
    ),
    checks(
        "the timer twice as fast",
        changed("dev/timer.c", "PIT_INPUT_HZ / hz;", "PIT_INPUT_HZ / hz / 2;"),
        "the timer counts down from what makes its rate",
    ),
    checks(
        "two ticks for an interrupt",
        changed("dev/timer.c", "timer_ticks++;", "timer_ticks += 2;"),
        "ticks, one for each interrupt",
    ),
    checks(
        "interrupts that end by themselves",
        changed("dev/pic.c", "ICW4_8086 0x01", "ICW4_8086 0x03"),
        "the line is in service until the end of interrupt",
    ),
    checks(
        "the end of a spurious interrupt told",
        changed(
            "cpu/idt.c",
            "wants no end of interrupt */\n",
            'wants no end of interrupt */\n        __asm__ volatile("outb %0, $32" : : "a"('
            + "(uint8_t)32));\n",
        ),
        "the line is in service until the end of interrupt",
    ),
    checks(
        "lines that nobody asked for let in",
        changed("dev/pic.c", "    outb(PIC1_DATA, 0xff); /*", "    outb(PIC1_DATA, 0x00); /*"),
        "lines that may interrupt",
    ),
    checks(
        "input without interrupts",
        changed("kernel/main.c", "    serial_enable_input();\n", ""),
        "lines that may interrupt",
    ),
    checks(
        "OUT2 of the UART off",
        changed("dev/serial.c", "DTR_RTS_OUT2 0x0b", "DTR_RTS_OUT2 0x03"),
        "DTR, RTS and OUT2 are on",
    ),
    checks(
        "a character more than the buffer holds",
        changed("dev/serial.c", "input_tail < INPUT_BYTES &&", "input_tail <= INPUT_BYTES &&"),
        "characters that are lost",
    ),
    checks(
        "Ctrl-D read as a character",
        changed("sys/io.c", "END_OF_INPUT 0x04", "END_OF_INPUT 0x03"),
        "bad pointers",
        "the end",
    ),
    checks(
        "Enter read as it comes",
        changed("sys/io.c", "c == '\\r' ? '\\n' : (char)c;", "(char)c;"),
        word="hang",  # for the second line, which came as part of the first
    ),
)
