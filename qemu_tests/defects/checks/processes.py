"""The start of a process, the switch, its ports: what the suite `checks` finds there."""

from __future__ import annotations

from qemu_tests.defects.checks.defect import INT80, KERNEL_GONE_ASTRAY, changed, checks

PROCESSES = (
    checks(
        "flags of one process seen by the next",
        changed(
            "proc/context_switch.asm",
            "    popfd\n",
            "    add  esp, 4\n",
        ),
        "yield|own registers",
        steps=INT80,
    ),
    checks(
        "double fault task without a stack",
        changed("cpu/tss.c", "    tss->esp = (uint32_t)stack_end;\n", "    (void)stack_end;\n"),
        "descriptor tables",
    ),
    checks(
        "double fault descriptor without a base",
        changed(
            "cpu/gdt.c",
            "    set_base(&cpu->gdt[SEL_DOUBLE_FAULT_TSS / 8], &cpu->double_fault_tss);\n",
            "",
        ),
        "descriptor tables",
    ),
    checks(
        "iomap_base wrong",
        changed("cpu/io_bitmap.c", "offsetof(struct cpu, tss))", "offsetof(struct cpu, tss) + 1)"),
        "I/O permission bitmap",
    ),
    checks(
        "no byte of ones behind the port bitmap",
        changed(
            "cpu/io_bitmap.c",
            "memset(cpu->io_bitmap, 0xff, sizeof cpu->io_bitmap);",
            "memset(cpu->io_bitmap, 0xff, IO_BITMAP_BYTES);",
        ),
        "port 0xffff",
    ),
    checks(
        "half of the ports open to who asks for one",
        changed("cpu/io_bitmap.c", "(frame), 0xff, PAGE_SIZE)", "(frame), 0xff, PAGE_SIZE / 2)"),
        "I/O ports of two processes",
        "has no other",
    ),
    checks(
        "ports allowed by nothing but 1",
        changed("cpu/io_bitmap.c", "*byte = allow ?", "*byte = allow == 1 ?"),
        "I/O permission bitmap",
    ),
    checks(
        "ports before a range taken back with it",
        changed("cpu/io_bitmap.c", "(0xff << port % 8 &", "(0xff &"),
        "I/O permission bitmap",
    ),
    checks(
        "half as many random words",
        changed(
            "proc/start_stack.c",
            "random[i] = random_u32();",
            "random[i] = i % 2 ? random[i - 1] : random_u32();",
        ),
        "auxiliary vector and start stack",
        "four words, each another one",
    ),
    checks(
        "port bitmap not switched",
        changed("proc/switch.c", "    io_bitmap_switch(cpu, next);\n", ""),
        "port",
    ),
    checks(
        "register leaked at the start",
        changed(
            "proc/process.c",
            "    *regs = (struct pt_regs){\n",
            "    *regs = (struct pt_regs){\n        .esi = (uint32_t)process,\n",
        ),
        "auxiliary vector and start stack",
    ),
    checks(
        "flags of the start with IOPL 3",
        changed(
            "proc/process.c",
            "EFLAGS_IF | EFLAGS_ALWAYS_1,",
            "EFLAGS_IF | EFLAGS_ALWAYS_1 | 0x3000,",
        ),
        "CLI",
    ),
    checks(
        "FS and GS not switched",
        changed("proc/context_switch.asm", "    pop  gs\n    pop  fs\n", "    add  esp, 8\n"),
        "take turns|own registers",
        steps=INT80,
    ),
    checks(
        "EBP not switched",
        changed("proc/context_switch.asm", "    pop  ebp\n", "    add  esp, 4\n"),
        word=KERNEL_GONE_ASTRAY,
        steps=INT80,
    ),
    checks(
        "port bitmaps lost",
        changed("proc/process.c", "    io_bitmap_free(process);\n", ""),
        "every page frame came back",
    ),
    checks(
        "ESP not aligned at the start",
        changed(
            "proc/start_stack.c",
            "& ~15u;",
            "& ~15u) - 4;",
            "(stack.address - size)",
            "((stack.address - size)",
        ),
        "auxiliary vector and start stack",
    ),
    checks(
        "AT_ENTRY wrong",
        changed("proc/start_stack.c", "{AT_ENTRY, image->entry_addr}", "{AT_ENTRY, 0}"),
        "auxiliary vector and start stack",
    ),
    checks(
        "AT_PHDR wrong",
        changed(
            "proc/elf.c",
            "image->phdr_addr = segment->vaddr +",
            "image->phdr_addr = 4 + segment->vaddr +",
        ),
        "auxiliary vector and start stack",
    ),
    checks(
        "double fault task at another address",
        changed("cpu/tss.c", "(uint32_t)double_fault_task;", "(uint32_t)double_fault_task + 1;"),
        "descriptor tables",
        "double fault tss: code",
    ),
    checks(
        "double fault stack that begins in its midst",
        changed("cpu/tss.c", "(uint32_t)stack_end;", "(uint32_t)(stack_end - 16);"),
        "descriptor tables",
        "double fault tss: stack",
    ),
    checks(
        "one of the four ports for the outcome denied",
        changed("cpu/io_bitmap.c", "|= 0xf << OUTCOME_PORT % 8", "|= 1 << OUTCOME_PORT % 8"),
        "the last of its four ports",
    ),
    checks(
        "last come first served",
        changed(
            "proc/queue.c",
            "    if (first) {\n        last->next = process;\n    } else {\n",
            "    if (first) {\n        process->next = first;\n"
            "        first = process;\n    } else {\n",
        ),
        "four processes take turns",
    ),
    checks(
        "AT_RANDOM the same for all",
        changed("lib/random.c", "    state += moment();\n", "    state = moment() ? SEED : 1;\n"),
        "how programs end",
        "behind AT_RANDOM of two processes",
    ),
)
