"""Damaged kernels: for each rule that a kernel could break, one that breaks it, and its report."""

from qemu_tests.boot.defects.defect import CHECKS, DEMO, Defect
from qemu_tests.boot.defects.endings import ENDINGS
from qemu_tests.boot.defects.entry import ENTRY
from qemu_tests.boot.defects.memory import MEMORY
from qemu_tests.boot.defects.multitasking import MULTITASKING
from qemu_tests.boot.defects.processes import PROCESSES
from qemu_tests.boot.defects.static import STATIC
from qemu_tests.boot.defects.vdso import VDSO

DEFECTS = (*ENDINGS, *STATIC, *ENTRY, *MEMORY, *PROCESSES, *MULTITASKING, *VDSO)

__all__ = ["CHECKS", "DEFECTS", "DEMO", "Defect"]
