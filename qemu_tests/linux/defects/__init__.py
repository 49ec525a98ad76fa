"""Damaged kernels of step linux: what real programs, and somebody at the keyboard, notice."""

from qemu_tests.linux.defects.calls import CALLS
from qemu_tests.linux.defects.corners import CORNERS
from qemu_tests.linux.defects.defect import Defect, TypedDefect
from qemu_tests.linux.defects.families import FAMILIES
from qemu_tests.linux.defects.files import FILES_AND_MEMORY
from qemu_tests.linux.defects.names import NAMES
from qemu_tests.linux.defects.processes import PROCESSES
from qemu_tests.linux.defects.restarts import RESTARTS
from qemu_tests.linux.defects.signals import SIGNALS
from qemu_tests.linux.defects.terminal import TERMINAL
from qemu_tests.linux.defects.threads import THREADS

DEFECTS = (
    *SIGNALS,
    *RESTARTS,
    *THREADS,
    *PROCESSES,
    *FILES_AND_MEMORY,
    *CORNERS,
    *CALLS,
    *FAMILIES,
    *NAMES,
)

__all__ = ["DEFECTS", "TERMINAL", "Defect", "TypedDefect"]
