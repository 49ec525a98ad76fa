"""How large a kernel may be, as source and as built, and what its vsyscall stubs must look like."""

from collections.abc import Mapping
from dataclasses import dataclass

KIB = 1024

# Lines of C and NASM of a step's tree, without blank lines and comments (builder/bench/lines.py).
LINES_MAX: Mapping[str, int] = {
    "int80": 1250,
    "sysenter": 1450,
    "vsyscall": 1700,
    "robust": 3600,
    "processes": 6265,
    "linux": 16586,
}

# Instructions of a null system call by each way in, the loop around it not counted.
CALL_INSTRUCTIONS_MAX: Mapping[str, Mapping[str, int]] = {
    "int80": {"int80": 35},
    "sysenter": {"int80": 35, "sysenter": 60},  # by the program's own stub
    "vsyscall": {"int80": 35, "page": 59},
    "robust": {"int80": 35, "page": 61},
    "processes": {"int80": 35, "page": 61},
    "linux": {"int80": 35, "page": 61},
}

# What is loaded of a step's kernel, by suite, without the user's own programs. The first three are
# small, and hardly more than they are: a lesson that grows has to say so here.
KERNEL_BUDGET_BYTES: Mapping[str, Mapping[str, int]] = {
    "int80": {"none": 6 * KIB, "demo": 8 * KIB, "checks": 52 * KIB},
    "sysenter": {"none": 7 * KIB, "demo": 9 * KIB, "checks": 68 * KIB},
    "vsyscall": {"none": 8 * KIB, "demo": 12 * KIB, "checks": 70 * KIB},
    "robust": {"none": 24 * KIB, "echo": 28 * KIB, "demo": 32 * KIB, "checks": 100 * KIB},
    "processes": {"none": 36 * KIB, "echo": 40 * KIB, "demo": 56 * KIB, "checks": 168 * KIB},
    "linux": {"none": 128 * KIB, "echo": 132 * KIB, "demo": 148 * KIB, "checks": 272 * KIB},
}
EXTRA_CPUS_BUDGET_BYTES = 4 * KIB  # the code that starts the other CPUs
DISK_USED_BUDGET_BYTES = 160 * KIB  # boot sector, loader and kernel of the demo suite


@dataclass(frozen=True)
class Stub:
    """One variant of __kernel_vsyscall: the bytes that Linux has, so that debuggers know them."""

    symbol: str
    code: bytes
    return_offset: int  # of the instruction that a system call comes back to


VSYSCALL_STUBS = (
    Stub("vsyscall_sysenter", bytes.fromhex("51 52 55 89e5 0f34 cd80 5d 5a 59 c3"), 9),
    Stub("vsyscall_int80", bytes.fromhex("51 52 55 8d742600 cd80 5d 5a 59 c3"), 9),
)
