"""Damaged kernels: for each rule that a kernel could break, one that breaks it, and its report."""

from qemu_tests.defects.checks.defect import CHECKS, DEMO, Defect
from qemu_tests.defects.checks.endings import ENDINGS
from qemu_tests.defects.checks.entry import ENTRY
from qemu_tests.defects.checks.lesson_endings import LESSON_ENDINGS
from qemu_tests.defects.checks.lesson_entry import LESSON_ENTRY
from qemu_tests.defects.checks.lesson_memory import LESSON_MEMORY
from qemu_tests.defects.checks.memory import MEMORY
from qemu_tests.defects.checks.multitasking import MULTITASKING
from qemu_tests.defects.checks.processes import PROCESSES
from qemu_tests.defects.checks.static import STATIC
from qemu_tests.defects.checks.vdso import VDSO

LESSON = (*LESSON_ENDINGS, *LESSON_ENTRY, *LESSON_MEMORY)
DEFECTS = (*ENDINGS, *STATIC, *ENTRY, *MEMORY, *PROCESSES, *LESSON, *MULTITASKING, *VDSO)

__all__ = ["CHECKS", "DEFECTS", "DEMO", "Defect"]
