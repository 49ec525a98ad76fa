"""Damaged kernels of step linux: what real programs, and somebody at the keyboard, notice."""

from qemu_tests.defects.linux.calls import CALLS
from qemu_tests.defects.linux.corners import CORNERS
from qemu_tests.defects.linux.defect import Defect, TypedDefect
from qemu_tests.defects.linux.families import FAMILIES
from qemu_tests.defects.linux.files import FILES_AND_MEMORY
from qemu_tests.defects.linux.names import NAMES
from qemu_tests.defects.linux.oddities import ODDITIES
from qemu_tests.defects.linux.processes import PROCESSES
from qemu_tests.defects.linux.restarts import RESTARTS
from qemu_tests.defects.linux.signals import SIGNALS
from qemu_tests.defects.linux.terminal import TERMINAL
from qemu_tests.defects.linux.threads import THREADS

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
    *ODDITIES,
)

__all__ = ["DEFECTS", "TERMINAL", "Defect", "TypedDefect"]
