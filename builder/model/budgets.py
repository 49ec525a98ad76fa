"""How large a built kernel may be, and what its vsyscall stubs must look like."""

from dataclasses import dataclass

KIB = 1024

# Stripped kernel.elf by suite, without the user's own programs.
KERNEL_BUDGET_BYTES = {"none": 24 * KIB, "echo": 28 * KIB, "demo": 32 * KIB, "checks": 96 * KIB}
EXTRA_CPUS_BUDGET_BYTES = 4 * KIB  # the code that starts the other CPUs
# What a step may add: address spaces, processes, files; then all that Linux programs need; and
# the programs that show or check them.
STEP_BUDGET_BYTES = {
    "processes": {"none": 12 * KIB, "echo": 12 * KIB, "demo": 24 * KIB, "checks": 64 * KIB},
    "linux": {"none": 60 * KIB, "echo": 60 * KIB, "demo": 60 * KIB, "checks": 80 * KIB},
}
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
