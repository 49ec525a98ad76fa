"""The ELF auxiliary vector: (type, value) pairs after the environment on a program's start stack.

System V ABI i386 supplement, "Process Initialization"; types as in Linux
include/uapi/linux/auxvec.h and arch/x86/include/uapi/asm/auxvec.h.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class AuxEntry:
    """One pair. `value` is the C expression that proc/start_stack.c puts there."""

    number: int
    name: str
    value: str
    comment: str
    layer: str = "robust"
    until: str = ""  # the layer that has another value


AUXV: tuple[AuxEntry, ...] = (
    AuxEntry(
        32, "AT_SYSINFO", "VSYSCALL_ADDR", "address of __kernel_vsyscall", "vsyscall", "robust"
    ),
    AuxEntry(32, "AT_SYSINFO", "sysinfo_addr", "address of __kernel_vsyscall"),
    AuxEntry(
        33,
        "AT_SYSINFO_EHDR",
        "page_down(sysinfo_addr)",
        "where the vDSO is, an ELF file",
        "linux",
    ),
    AuxEntry(16, "AT_HWCAP", "cpu_features.leaf1_edx", "feature bits of CPUID leaf 1, EDX"),
    AuxEntry(6, "AT_PAGESZ", "PAGE_SIZE", "bytes in a page", "vsyscall"),
    AuxEntry(17, "AT_CLKTCK", "TIMER_HZ", "ticks a second that times() counts"),
    AuxEntry(3, "AT_PHDR", "image->phdr_addr", "where the program headers lie in memory"),
    AuxEntry(4, "AT_PHENT", "sizeof(struct elf_program_header)", "size of one program header"),
    AuxEntry(5, "AT_PHNUM", "image->phdr_count", "how many there are"),
    AuxEntry(7, "AT_BASE", "0", "of the dynamic linker: there is none"),
    AuxEntry(8, "AT_FLAGS", "0", "no flags are defined"),
    AuxEntry(9, "AT_ENTRY", "entry_addr", "the program's entry point", "vsyscall", "robust"),
    AuxEntry(9, "AT_ENTRY", "image->entry_addr", "the program's entry point"),
    AuxEntry(11, "AT_UID", "0", "user and group identities: all root"),
    AuxEntry(12, "AT_EUID", "0", ""),
    AuxEntry(13, "AT_GID", "0", ""),
    AuxEntry(14, "AT_EGID", "0", ""),
    AuxEntry(23, "AT_SECURE", "0", "the program is not set-user-ID"),
    AuxEntry(25, "AT_RANDOM", "random_addr", "address of 16 random bytes"),
    AuxEntry(31, "AT_EXECFN", "execfn_addr", "address of the program's file name"),
    AuxEntry(15, "AT_PLATFORM", "platform_addr", 'address of "i486", "i586" or "i686"'),
    AuxEntry(51, "AT_MINSIGSTKSZ", "MINSIGSTKSZ", "bytes that a signal's frame may take", "linux"),
    AuxEntry(0, "AT_NULL", "0", "end of the vector", "vsyscall"),
)


def auxv_for(layers: tuple[str, ...]) -> tuple[AuxEntry, ...]:
    """The vector of a kernel with these layers."""
    return tuple(row for row in AUXV if row.layer in layers and row.until not in layers)
