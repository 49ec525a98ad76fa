"""How a boot of the small kernels can end, where their lines are others than those of `robust`."""

from __future__ import annotations

from qemu_tests.defects.checks.defect import KERNEL_GONE_ASTRAY, changed, checks, demo

INT80 = ("int80",)
SYSENTER = ("sysenter",)
VSYSCALL = ("vsyscall",)

LESSON_ENDINGS = (
    demo(
        "MSR_IA32_SYSENTER_ESP not written at a switch",
        changed("proc/process.c", "    sysenter_set_stack(next);\n", ""),
        KERNEL_GONE_ASTRAY,
        steps=SYSENTER,
    ),
    demo(
        "MSR_IA32_SYSENTER_ESP not written",
        changed("cpu/sysenter.c", "    msr_write(MSR_IA32_SYSENTER_ESP, tss.esp1);\n", ""),
        "reset",
        r"exception 0x0e, .* in sysenter_entry",
        steps=VSYSCALL,
    ),
    demo(
        "SYSENTER's stack looked for in the word before",
        changed("entry/sysenter_entry.asm", "[esp + TSS_ESP0 - TSS_SIZE]", "[esp - TSS_SIZE]"),
        "reset",
        r"exception 0x0e, .* in sysenter_entry",
        steps=VSYSCALL,
    ),
    demo(
        "esp0 stale",
        changed("proc/process.c", "    tss.esp0 = (uint32_t)next;\n", ""),
        KERNEL_GONE_ASTRAY,
        steps=INT80,
    ),
    demo(
        "base of the TSS without its highest byte",
        changed("cpu/tss.c", " | (base >> 24) << 56;", ";"),
        "reset",
        steps=INT80,
    ),
    demo(
        "IDT not loaded",
        changed("cpu/idt.c", '    __asm__ volatile("lidt %0" : : "m"(idtr));', "    (void)idtr;"),
        "reset",
        r"exception 0x0d, .* cpl=3",
        steps=INT80,
    ),
    demo(
        "IDT of all but int 0x80",
        changed("cpu/idt.c", "    idt_set(SYSCALL_VECTOR, int80_entry);\n", ""),
        "fail",
        r"killed by exception 13\b.*, error code 0x402",
        static=r"entry point int80_entry is missing",
        steps=INT80,
    ),
    demo(
        "interrupt controllers not masked",
        changed("boot/start.asm", "    out  0x21, al", "    nop")
        + changed("user/hello.c", "    return 0;", "    for (;;) {\n    }"),
        "panic",
        r"exception 8\b",
        steps=INT80,
    ),
    demo(
        "panic",
        changed(
            "sys/process.c",
            '#include "sys/calls.h"',
            '#include "kernel/kernel.h"\n#include "sys/calls.h"',
            "    return current_process()->pid;",
            '    panic(NULL, "on purpose, %d", 42);',
        ),
        "panic",
        r"kernel panic: on purpose, 42",
        r"in sys_getpid\n",
        steps=INT80,
    ),
    demo(
        "kernel stack runs over by a few words",
        changed(
            "sys/process.c",
            "    return current_process()->pid;",
            "    volatile uint8_t here[KERNEL_STACK_SIZE - 96];\n"
            "\n"
            "    for (uint32_t i = 0; i < sizeof here; i++) {\n"
            "        here[i] = 0;\n"
            "    }\n"
            "    return current_process()->pid;",
        ),
        "panic",
        r"the kernel stack of process 1 ran over",
        r"in switch_to\n",
        steps=INT80,
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
        "reset|panic|hang",  # there is no guard page: it runs over whatever lies below
        steps=INT80,
    ),
    demo(
        "stack not set up",
        changed(
            "boot/start.asm", "    mov  esp, boot_stack_end - PROCESS_SIZE", "    xor  esp, esp"
        ),
        "no boot|reset",
        steps=INT80,
    ),
    checks(
        "the first stack over the kernel's own process",
        changed("boot/start.asm", "boot_stack_end - PROCESS_SIZE", "boot_stack_end"),
        "descriptor tables",
        "nothing is pushed over",
        steps=INT80,
    ),
    demo(
        "not told by whom the kernel was started",
        changed("boot/start.asm", "    mov  esi, eax ", "    mov  esi, ebx "),
        "panic",
        r"no Multiboot loader",
        steps=INT80,
    ),
    demo(
        "cut-off plan",
        changed(
            "kernel/suite.c",
            '#include "dev/dev.h"',
            '#include "dev/dev.h"\n#include "kernel/kernel.h"',
            "        passed += (uint32_t)well;",
            "        passed += (uint32_t)well;\n"
            "        if (i == 0) {\n            machine_end(OUTCOME_FINISHED);\n        }",
        ),
        "cut off",
        r"1 of 2 results",
        steps=INT80,
    ),
    demo(
        "a test left out",
        changed(
            "kernel/suite.c", "for (uint32_t i = 0; i < LENGTH", "for (uint32_t i = 1; i < LENGTH"
        ),
        "bad KTAP",
        r"result 2 where 1 was due",
        steps=INT80,
    ),
    demo(
        "finished line that counts wrong",
        changed(
            "kernel/suite.c",
            "    uint32_t passed = 0;",
            "    uint32_t passed = 1;",
            "LENGTH - passed",
            "LENGTH + 1 - passed",
        ),
        "bad KTAP",
        r"counts wrong",
        steps=INT80,
    ),
    demo(
        "two banners",
        changed(
            "kernel/main.c",
            "    suite_run();\n",
            '    print("tinygate kernel: once more\\n");\n    suite_run();\n',
        ),
        "second boot",
        steps=INT80,
    ),
    demo(
        "exit comes back to the program",
        changed(
            "sys/process.c",
            "    process_end(status & 0xff, NOT_KILLED);",
            "    (void)status;\n    for (;;) {\n    }\n    process_end(0, NOT_KILLED);",
        ),
        "hang",
        r"cpl=0 in sys_exit",
        steps=INT80,
    ),
    checks(
        "SYSENTER_RETURN two bytes early",
        changed("kernel.ld", "SYSENTER_RETURN = ", "SYSENTER_RETURN = -2 + "),
        "fast gate: no argument",
        static=r"SYSENTER_RETURN is 0xffffe007, the model has 0xffffe009",
        steps=VSYSCALL,
    ),
    checks(
        "kernel memory open to programs",
        changed(
            "boot/start.asm",
            "boot_page_table - KERNEL_BASE + (PAGE_PRESENT | PAGE_WRITE)",
            "boot_page_table - KERNEL_BASE + (PAGE_PRESENT | PAGE_WRITE | 4)",
        )
        + changed(
            "mm/paging.c",
            "page | flags | PAGE_PRESENT;",
            "page | flags | PAGE_PRESENT | PAGE_USER;",
        ),
        "page tables",
        "a read of kernel memory",
        steps=INT80,
    ),
    checks(
        "bytes of 7 bits on the wire",
        changed("dev/serial.c", "LINE_CONTROL_8N1 0x03", "LINE_CONTROL_8N1 0x02"),
        "how programs end",
        "8 bits, no parity",
        steps=INT80,
    ),
    checks(
        "the serial line at 9600 baud",
        changed("dev/serial.c", "outb(UART_DATA, 1);", "outb(UART_DATA, 12);"),
        "how programs end",
        "115200 baud",
        steps=INT80,
    ),
    checks(
        "a report behind what a program left off",
        changed("dev/serial.c", "        last_sent = text[i];\n", ""),
        "how programs end",
        "a line feed, where the kernel goes on",
        steps=INT80,
    ),
)
