"""Pages, pointers and page frames: what the suite `checks` finds there."""

from __future__ import annotations

from qemu_tests.defects.checks.defect import INT80, KERNEL_GONE_ASTRAY, changed, checks

MEMORY = (
    checks(
        "vsyscall page writable",
        changed("entry/vsyscall_page.c", "frame, PAGE_USER)", "frame, PAGE_USER | PAGE_WRITE)"),
        "write to the vsyscall page",
    ),
    checks(
        "kernel memory above 4 MiB open to programs",
        changed(
            "mm/paging.c",
            "? frame | PAGE_PRESENT | PAGE_WRITE : 0;",
            "? frame | PAGE_PRESENT | PAGE_WRITE | PAGE_USER : 0;",
        ),
        "page tables",
    ),
    checks(
        "kernel stacks open to programs",
        changed(
            "proc/kernel_stack.c",
            "frame | PAGE_PRESENT | PAGE_WRITE;",
            "frame | PAGE_PRESENT | PAGE_WRITE | PAGE_USER;",
        ),
        "kernel stack",
    ),
    checks("CR0.WP off", changed("cpu/control.c", "CR0_WP | ", ""), "page tables"),
    checks(
        "a frame lost for want of a page table",
        changed("proc/elf.c", "            frame_free(frame);\n", ""),
        "page frames",
        "frames that did not come back",
    ),
    checks(
        "no memory taken for no program",
        changed(
            "proc/process.c",
            "    if (!process->page_directory) {\n        return -ENOMEM;",
            "    if (!process->page_directory) {\n        return -ENOEXEC;",
        ),
        "page frames",
    ),
    checks(
        "a segment loaded into one page too many",
        changed(
            "proc/elf.c",
            "address < segment->vaddr + segment",
            "address <= segment->vaddr + segment",
        ),
        "what is loaded of an ELF file",
    ),
    checks(
        "nothing written",
        changed("sys/io.c", "        serial_write(chunk, part);\n", ""),
        "how programs end",
    ),
    checks(
        "a bad pointer told before a bad descriptor",
        changed(
            "sys/io.c",
            "if (fd != STDIN)",
            "if (user_range_ok((uint32_t)buffer, size) && fd != STDIN)",
        ),
        "bad pointers",
        "read from 0x80000000 to the kernel",
    ),
    checks(
        "nothing read from any descriptor",
        changed("sys/io.c", "if (fd != STDIN)", "if (size && fd != STDIN)"),
        "bad pointers",
        "read from standard output",
    ),
    checks(
        "a part of a write forgotten",
        changed("sys/io.c", "return written ? (long)written : -EFAULT;", "return -EFAULT;"),
        "bad pointers",
        steps=INT80,
    ),
    checks(
        "kernel text writable",
        changed("mm/paging.c", "protect_text();", "(void)protect_text;"),
        "page tables",
    ),
    checks(
        "no guard page below the first stack",
        changed(
            "mm/paging.c",
            "    *page_entry(kernel_page_directory, (uint32_t)boot_stack_guard) = 0;\n",
            "",
        ),
        "page tables",
    ),
    checks(
        "address 0 left mapped",
        changed("mm/paging.c", "    kernel_page_directory[0] = 0;\n", ""),
        "page tables",
        steps=INT80,
    ),
    *(
        checks(
            "fixup of the copy functions missing",
            changed("mm/uaccess.asm", f"    dd copy_or_fault.{fixup}", ""),
            r"#PF page fault|exception 14",
            "copy_or_fault",
            word="panic",
            steps=(step,),
        )
        for step, fixup in (
            ("int80", "copy, copy_or_fault.fault"),
            ("robust", "copy_words, copy_or_fault.out"),
        )
    ),
    checks(
        "pointers of system calls not checked",
        changed(
            "mm/mm.h",
            "    return size <= USER_TOP && addr <= USER_TOP - size;",
            "    return addr || size || 1;",
        ),
        "pointers",
    ),
    checks(
        "range check that wraps around",
        changed(
            "mm/mm.h",
            "    return size <= USER_TOP && addr <= USER_TOP - size;",
            "    return addr + size <= USER_TOP;",
        ),
        "pointers",
    ),
    checks(
        "segments of programs believed",
        changed("proc/elf.c", "segment->vaddr <= USER_IMAGE_END && ", ""),
        r"#PF page fault writing c0100000|exception 14, error code 0x3",
        word="panic",
        steps=INT80,
    ),
    checks(
        "page frames not cleared",
        changed(
            "mm/frames.c",
            "        memset(phys_to_virt(frame), 0, PAGE_SIZE);",
            "        (void)memset;",
        ),
        word=KERNEL_GONE_ASTRAY,
    ),
    checks(
        "page frames lost",
        changed("mm/address_space.c", "    frame_free(virt_to_phys(directory));\n", ""),
        "every page frame came back",
    ),
)
