"""The Global Descriptor Table: which entry holds what, and the bytes of each descriptor.

SYSENTER and SYSEXIT read no descriptor: they *assume* that four flat descriptors follow each other
in the order kernel code, kernel data, user code, user data, starting at MSR_IA32_SYSENTER_CS (Intel
SDM vol. 2B, SYSENTER and SYSEXIT). The indices are those of Linux/i386, so that the selectors a
program sees are the same.
"""

from dataclasses import dataclass
from typing import ClassVar

GDT_ENTRIES = 32  # as in Linux/i386; entries not listed below are null descriptors

_ACCESS_PRESENT = 0x80
_ACCESS_CODE_OR_DATA = 0x10
_ACCESS_EXECUTABLE = 0x08
_ACCESS_WRITABLE_OR_READABLE = 0x02
_ACCESS_ACCESSED = 0x01
_ACCESS_TSS_AVAILABLE = 0x09
_FLAG_PAGE_GRANULAR = 0x8
_FLAG_32_BIT = 0x4


@dataclass(frozen=True)
class GdtEntry:
    """One descriptor of the GDT. `index` counts entries; a segment register holds `selector`."""

    SHOWN: ClassVar[tuple[str, ...]] = ("selector", "descriptor")

    index: int
    name: str  # SEL_<name> is its selector in C and NASM
    comment: str
    dpl: int  # descriptor privilege level: 0 kernel, 3 user
    access: int  # bits 47:40 of the descriptor
    flags: int  # bits 55:52
    limit: int  # bits 51:48 and 15:0; in pages if page granular
    sdm: str

    @property
    def selector(self) -> int:
        """Byte offset of the entry in the GDT, with the RPL in bits 1:0."""
        return self.index * 8 | self.dpl

    @property
    def descriptor(self) -> int:
        """The descriptor's 8 bytes as a little-endian number, with base 0 (SDM 3A 3.4.5)."""
        return (
            (self.limit & 0xFFFF)
            | self.access << 40
            | (self.limit >> 16 & 0xF) << 48
            | self.flags << 52
        )


def _flat(index: int, name: str, comment: str, *, dpl: int, executable: bool) -> GdtEntry:
    """A 32-bit segment with base 0 that spans all 4 GiB."""
    access = (
        _ACCESS_PRESENT
        | dpl << 5
        | _ACCESS_CODE_OR_DATA
        | _ACCESS_WRITABLE_OR_READABLE
        | _ACCESS_ACCESSED  # already set, so that the CPU never has to write to the GDT
        | (_ACCESS_EXECUTABLE if executable else 0)
    )
    flags = _FLAG_PAGE_GRANULAR | _FLAG_32_BIT
    return GdtEntry(index, name, comment, dpl, access, flags, 0xFFFFF, "SDM 3A 3.4.5")


def _tss(index: int, name: str, comment: str, limit: int) -> GdtEntry:
    """A 32-bit available TSS; its base is filled in at run time, one for each CPU."""
    access = _ACCESS_PRESENT | _ACCESS_TSS_AVAILABLE
    return GdtEntry(index, name, comment, 0, access, 0, limit, "SDM 3A 7.2.2")


def gdt_entries(tss_limit: int, *, double_fault: bool) -> tuple[GdtEntry, ...]:
    """The used entries of the GDT, by index.

    Args:
        tss_limit: offset of the last byte of the TSS, with its I/O permission bitmap if any.
        double_fault: Is there a task that reports a double fault?
    """
    task = _tss(31, "DOUBLE_FAULT_TSS", "the task that reports a double fault", 103)
    return (
        _flat(12, "KERNEL_CODE", "ring 0 code", dpl=0, executable=True),
        _flat(13, "KERNEL_DATA", "ring 0 stack", dpl=0, executable=False),
        _flat(14, "USER_CODE", "ring 3 code", dpl=3, executable=True),
        _flat(15, "USER_DATA", "ring 3 stack, and data of both", dpl=3, executable=False),
        _tss(16, "TSS", "this CPU's TSS: where esp0 is found", tss_limit),
        *((task,) if double_fault else ()),
    )


def check_sysenter_order(entries: tuple[GdtEntry, ...]) -> None:
    """Raise AssertionError unless the flat descriptors stand as SYSENTER and SYSEXIT demand."""
    index = {entry.name: entry.index for entry in entries}
    base = index["KERNEL_CODE"]
    order = ("KERNEL_CODE", "KERNEL_DATA", "USER_CODE", "USER_DATA")
    assert [index[name] for name in order] == [base, base + 1, base + 2, base + 3]
