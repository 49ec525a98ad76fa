"""What only elf_check sees, or sees first."""

from __future__ import annotations

from qemu_tests.defects.checks.defect import INT80, KERNEL_GONE_ASTRAY, VSYSCALL, changed, demo

STATIC = (
    demo(
        "segment writable and executable",
        changed("kernel.ld", "    text PT_LOAD FLAGS(5);", "    text PT_LOAD FLAGS(7);"),
        "pass",
        static=r"segment 1 is writable and executable",
        steps=INT80,
    ),
    demo(
        "constants writable in the file",  # paging_init() knows better
        changed("kernel.ld", "    rodata PT_LOAD FLAGS(4);", "    rodata PT_LOAD FLAGS(6);"),
        "pass",
        static=r"segment 2 has the flags 6, its sections need 4",
        steps=INT80,
    ),
    demo(
        "data loaded a page too high",
        changed(
            "kernel.ld", "AT(ADDR(.data) - 0xc0000000)", "AT(ADDR(.data) - 0xc0000000 + 0x1000)"
        ),
        KERNEL_GONE_ASTRAY,
        static=r"segment 3 is loaded at 0x001[0-9a-f]{5} and runs at 0xc01[0-9a-f]{5}",
        steps=("int80",),  # the demonstration of `robust` does not miss what is there
    ),
    demo(
        "stub with other bytes",
        changed("entry/vsyscall_sysenter.asm", "    int  0x80\n", "    int  0x80\n    nop\n"),
        "pass",
        static=r"vsyscall_sysenter is 51 52 55 89 e5 0f 34 cd 80 90",
        steps=VSYSCALL,
    ),
    demo(
        "relocations left",
        changed("Makefile", "--build-id=none", "--build-id=none --emit-relocs"),
        "pass",
        static=r"relocations are left in \.rel\.text",
        steps=INT80,
    ),
    demo(
        "Multiboot checksum wrong",
        changed(
            "boot/start.asm",
            "    dd -(MULTIBOOT_HEADER_MAGIC + MULTIBOOT_HEADER_FLAGS)",
            "    dd -(MULTIBOOT_HEADER_MAGIC + MULTIBOOT_HEADER_FLAGS) + 1",
        ),
        "emulator failed",
        static=r"(?i)multiboot",
        steps=INT80,
    ),
    demo(
        "SYSENTER_RETURN two bytes early",
        changed("kernel.ld", "SYSENTER_RETURN = ", "SYSENTER_RETURN = -2 + "),
        "fail",
        static=r"SYSENTER_RETURN is 0xffffe007, the model has 0xffffe009",
    ),
    demo(
        "entry point below paging",
        changed("kernel.ld", "ENTRY(boot_start)", "ENTRY(kernel_main)"),
        "panic",
        static=r"the entry point is 0xc01[0-9a-f]{5}, not boot_start",
    ),
)
