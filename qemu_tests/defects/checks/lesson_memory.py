"""Memory, ELF files and processes of the small kernels, where `robust` has other lines."""

from __future__ import annotations

from qemu_tests.defects.checks.defect import KERNEL_GONE_ASTRAY, changed, checks

INT80 = ("int80",)
VSYSCALL = ("vsyscall",)

LESSON_MEMORY = (
    checks(
        "vsyscall page writable",
        changed("entry/vsyscall.c", "frame, PAGE_USER)", "frame, PAGE_USER | PAGE_WRITE)"),
        "page tables",
        "write to the vsyscall page",
        steps=VSYSCALL,
    ),
    checks(
        "CR0.WP off",
        changed("boot/start.asm", "CR0_PG | CR0_WP", "CR0_PG"),
        "page tables",
        steps=INT80,
    ),
    checks(
        "kernel text writable",
        changed("mm/paging.c", "kernel_rodata_end, 0, ", "kernel_rodata_end, PAGE_WRITE, "),
        "page tables",
        steps=INT80,
    ),
    checks(
        "pages of programs writable, text too",
        changed(
            "proc/elf.c",
            "ELF_SEGMENT_WRITABLE ? PAGE_WRITE : 0",
            "ELF_SEGMENT_WRITABLE ? PAGE_WRITE : PAGE_WRITE",
        ),
        "a write to its own text",
        steps=INT80,
    ),
    checks(
        "pointers of system calls not checked",
        changed(
            "mm/mm.h",
            "    return size <= USER_TOP && (uint32_t)start <= USER_TOP - size;",
            "    return start || size || 1;",
        ),
        "pointers",
        steps=INT80,
    ),
    checks(
        "range check that wraps around",
        changed(
            "mm/mm.h",
            "    return size <= USER_TOP && (uint32_t)start <= USER_TOP - size;",
            "    return (uint32_t)start + size <= USER_TOP;",
        ),
        "pointers",
        steps=INT80,
    ),
    checks(
        "write checks only what it is about to copy",
        changed(
            "sys/io.c", "    if (!user_range_ok(buffer, size)) {\n", "    if (size == 12345678) {\n"
        ),
        "pointers",
        steps=INT80,
    ),
    checks(
        "any file descriptor is the serial line",
        changed("sys/io.c", "fd != STDOUT && fd != STDERR", "fd == -STDOUT - STDERR"),
        "pointers",
        steps=INT80,
    ),
    checks(
        "segments may begin beyond the file",
        changed("proc/elf.c", " && segment->offset <= size &&\n", " &&\n"),
        "damaged ELF files",
        word="fail|panic",
        steps=INT80,
    ),
    checks(
        "any machine's program taken",
        changed("proc/elf.c", " && header->machine == ELF_MACHINE_386", ""),
        "damaged ELF files",
        steps=INT80,
    ),
    checks(
        "page frames not cleared",
        changed(
            "mm/frames.c", "    memset(phys_to_virt(frame), 0, PAGE_SIZE);", "    (void)memset;"
        ),
        word=KERNEL_GONE_ASTRAY,
        steps=INT80,
    ),
    checks(
        "page directories lost",
        changed("mm/paging.c", "    frame_free(virt_to_phys(directory));\n", ""),
        "every page frame came back",
        steps=INT80,
    ),
    checks(
        "pages of programs lost",
        changed("mm/paging.c", "                frame_free(table[j] & ENTRY_FRAME);\n", ""),
        "every page frame came back",
        steps=INT80,
    ),
    checks(
        "kernel stacks lost",
        changed("proc/process.c", "    frame_free(virt_to_phys(canary_of(process)));\n", ""),
        "every page frame came back",
        steps=INT80,
    ),
    checks(
        "frames of refused programs lost",
        changed("proc/process.c", "        address_space_destroy(directory);\n", ""),
        "damaged ELF files",
        steps=INT80,
    ),
    checks(
        "page directory not switched",
        changed("proc/process.c", "    cr3_write(virt_to_phys(next->page_directory));\n", ""),
        word=KERNEL_GONE_ASTRAY,
        steps=INT80,
    ),
    checks(
        "ports open to programs",
        changed("cpu/tss.c", "tss.iomap_base = 0xffff;", "tss.iomap_base = 0;"),
        "descriptor tables",
        steps=INT80,
    ),
    checks(
        "EBX not switched",
        changed("proc/context_switch.asm", "    pop  ebx\n", "    add  esp, 4\n"),
        word=KERNEL_GONE_ASTRAY,
        steps=INT80,
    ),
    checks(
        "flags of the start with IOPL 3",
        changed(
            "proc/context_switch.asm",
            "EFLAGS_ALWAYS_1 | EFLAGS_IF",
            "EFLAGS_ALWAYS_1 | EFLAGS_IF | 0x3000",
        ),
        "CLI",
        steps=INT80,
    ),
    checks(
        "no interrupts in programs",
        changed("proc/context_switch.asm", "EFLAGS_ALWAYS_1 | EFLAGS_IF", "EFLAGS_ALWAYS_1"),
        "auxiliary vector and start stack",
        steps=VSYSCALL,
    ),
    checks(
        "register leaked at the start",
        changed(
            "proc/context_switch.asm",
            "    times 7 push eax ",
            "    push ecx\n    times 6 push eax ",
        ),
        "all general registers are 0",
        steps=VSYSCALL,
    ),
    checks(
        "ESP not aligned at the start",
        changed(
            "proc/start_stack.c",
            "(name_addr - sizeof words) & ~15u;",
            "((name_addr - sizeof words) & ~15u) - 4;",
        ),
        "auxiliary vector and start stack",
        steps=VSYSCALL,
    ),
    checks(
        "AT_ENTRY wrong",
        changed("proc/start_stack.c", "AT_ENTRY, entry_addr, ", "AT_ENTRY, entry_addr + 1, "),
        "AT_ENTRY",
        steps=VSYSCALL,
    ),
    checks(
        "AT_SYSINFO in the middle of the page",
        changed(
            "proc/start_stack.c", "AT_SYSINFO, VSYSCALL_ADDR, ", "AT_SYSINFO, VSYSCALL_ADDR + 64, "
        ),
        word="fail",
        steps=VSYSCALL,
    ),
    checks(
        "memory without a cache",
        changed("mm/paging.c", "page | flags | PAGE_PRESENT;", "page | flags | PAGE_PRESENT | 16;"),
        "page tables",
        "pages of memory without a cache",
        steps=INT80,
    ),
    checks(
        "descriptor 0 written like 1 and 2",
        changed("sys/io.c", "fd != STDOUT && fd != STDERR", "fd < 0 || fd > STDERR"),
        "bad pointers",
        "write to descriptor 0",
        steps=INT80,
    ),
    checks(
        "a bad pointer told before a bad descriptor",
        changed("sys/io.c", "if (fd != STDOUT", "if (user_range_ok(buffer, size) && fd != STDOUT"),
        "bad pointers",
        "write to descriptor -1 from the kernel",
        steps=INT80,
    ),
    checks(
        "a size taken for a signed number",
        changed("sys/io.c", "while (written < size)", "while ((long)written < (long)size)"),
        "bad pointers",
        "write of 2 GiB from NULL",
        steps=INT80,
    ),
    checks(
        "a write that ends at a zero",
        changed("sys/io.c", "written, part) != 0) {", "written, part) || !*chunk) {"),
        "how programs end",
        "what was written came to the UART",
        steps=INT80,
    ),
    checks(
        "nothing written to any descriptor",
        changed("sys/io.c", "if (fd != STDOUT", "if (size && fd != STDOUT"),
        "bad pointers",
        "write to descriptor 3, nothing",
        steps=INT80,
    ),
    checks(
        "interrupts let in by a switch",
        changed(
            "proc/context_switch.asm",
            "    push dword EFLAGS_ALWAYS_1              ;",
            "    push dword EFLAGS_ALWAYS_1 | EFLAGS_IF  ;",
        ),
        "the kernel's own registers",
        "flags that the program had set",
        steps=INT80,
    ),
)
