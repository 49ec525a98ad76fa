"""The memory map: where things lie in the 4 GiB that a program and the kernel see."""

from dataclasses import dataclass

PAGE_SIZE = 4096
KERNEL_BASE = 0xC0000000  # virtual address of physical address 0
KERNEL_LOAD_ADDR = 0x00100000  # physical; below lie the BIOS's things
SMP_TRAMPOLINE_ADDR = 0x00008000  # physical; a page below 1 MiB, as the STARTUP message demands
BOOT_MAP_BYTES = 0x00400000  # what boot/start.asm maps, and the first steps need
DIRECT_MAP_BYTES = 0x30000000
KERNEL_STACKS_BASE = 0xF0000000
KERNEL_STACK_SLOTS = 2048  # each two pages: four page tables
LOCAL_APIC_ADDR = 0xFEE00000  # physical and virtual (SDM 3A 10.4.1)
FIXED_VSYSCALL_ADDR = 0xFFFFE000  # where Linux had it until 2.6.18
VDSO_STUB = 0x400  # of __kernel_vsyscall in the vDSO; where Linux had it until 2.6.18
VDSO_SIGRETURN = VDSO_STUB + 0x11  # behind the stub, and a NOP
VDSO_RT_SIGRETURN = VDSO_SIGRETURN + 12
RANDOM_VSYSCALL_BASE = 0xB0000000
RANDOM_VSYSCALL_PAGES = 32768  # 15 bits of chance
USER_LOWEST_ADDR = 0x00010000  # below, a NULL pointer with an offset must fault
USER_PROGRAM_ADDR = 0x08048000  # where the i386 ABI links programs
USER_STACK_PAGES = 16
USER_STACK_LIMIT_BYTES = 8 << 20  # Linux's default
USER_PIE_ADDR = 0x56555000  # where Linux puts them if it is not to choose at random


@dataclass(frozen=True)
class Region:
    """A range of virtual addresses, `start` inclusive, `end` exclusive (may be 2**32)."""

    start: int
    end: int
    name: str
    access: str  # of the whole region at its most permissive: r, w, x, and u if ring 3 may use it
    comment: str
    layer: str = "int80"
    until: str = ""  # the layer that has it no more

    @property
    def last(self) -> int:
        """Its last byte: fits 32 bits even where `end` does not."""
        return self.end - 1


def user_stack_bytes(layers: tuple[str, ...]) -> int:
    """How much stack a program may have: all of it from the start, or as it grows."""
    if "processes" in layers:
        return USER_STACK_LIMIT_BYTES
    return USER_STACK_PAGES * PAGE_SIZE if "robust" in layers else PAGE_SIZE


REGIONS: tuple[Region, ...] = (
    Region(0, USER_LOWEST_ADDR, "nothing", "-", "so that a NULL pointer faults"),
    Region(
        USER_LOWEST_ADDR, RANDOM_VSYSCALL_BASE, "program", "rwxu", "the segments of its ELF file"
    ),
    Region(
        RANDOM_VSYSCALL_BASE,
        RANDOM_VSYSCALL_BASE + RANDOM_VSYSCALL_PAGES * PAGE_SIZE,
        "vsyscall",
        "r-xu",
        "one page, somewhere in here, for each process",
        "page-random",
    ),
    Region(
        KERNEL_BASE - PAGE_SIZE,
        KERNEL_BASE,
        "user stack",
        "rw-u",
        "grows down from its end",
        until="robust",
    ),
    Region(
        KERNEL_BASE - USER_STACK_PAGES * PAGE_SIZE,
        KERNEL_BASE,
        "user stack",
        "rw-u",
        "grows down from its end",
        "robust",
        until="processes",
    ),
    Region(
        KERNEL_BASE - USER_STACK_LIMIT_BYTES,
        KERNEL_BASE,
        "user stack",
        "rw-u",
        "grows down from its end, up to here",
        "processes",
    ),
    Region(
        KERNEL_BASE,
        KERNEL_BASE + BOOT_MAP_BYTES,
        "direct map",
        "rwx",
        "the first 4 MiB of memory; the kernel",
        until="robust",
    ),
    Region(
        KERNEL_BASE,
        KERNEL_BASE + DIRECT_MAP_BYTES,
        "direct map",
        "rwx",
        "physical memory from 0; the kernel",
        "robust",
    ),
    Region(
        KERNEL_STACKS_BASE,
        KERNEL_STACKS_BASE + KERNEL_STACK_SLOTS * 2 * PAGE_SIZE,
        "kernel stacks",
        "rw-",
        "a guard page below each",
        "robust",
    ),
    Region(
        LOCAL_APIC_ADDR,
        LOCAL_APIC_ADDR + PAGE_SIZE,
        "local APIC",
        "rw-",
        "each CPU sees its own",
        "smp",
    ),
    Region(
        FIXED_VSYSCALL_ADDR,
        FIXED_VSYSCALL_ADDR + PAGE_SIZE,
        "vsyscall",
        "r-xu",
        "the same page for every process",
        "vsyscall",
        until="page-random",
    ),
    Region(
        FIXED_VSYSCALL_ADDR - PAGE_SIZE,
        FIXED_VSYSCALL_ADDR,
        "clock data",
        "r--u",
        "what the vDSO tells the time from",
        "page-fixed-linux",
    ),
)


def regions_for(layers: tuple[str, ...]) -> tuple[Region, ...]:
    """The memory map of a kernel with these layers."""
    return tuple(r for r in REGIONS if r.layer in layers and r.until not in layers)
