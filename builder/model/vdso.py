"""The vDSO: the ELF file in the vsyscall page, and the names that C libraries look up in it.

See vdso(7), "i386 functions", and Linux arch/x86/entry/vdso/vdso32/vdso32.lds.S.
"""

from dataclasses import dataclass

from builder.model.budgets import VSYSCALL_STUBS

VDSO_SONAME = "linux-gate.so.1"


@dataclass(frozen=True)
class VdsoSymbol:
    """A function of the vDSO. `code`: the bytes by which debuggers know it, if they do."""

    name: str
    code: bytes = b""


@dataclass(frozen=True)
class VdsoVersion:
    """A version, and the names that it is the version of."""

    name: str
    symbols: tuple[VdsoSymbol, ...]


VDSO_VERSIONS: tuple[VdsoVersion, ...] = (
    VdsoVersion(
        "LINUX_2.5",
        (
            VdsoSymbol("__kernel_vsyscall", VSYSCALL_STUBS[0].code),
            VdsoSymbol("__kernel_sigreturn", bytes.fromhex("58 b877000000 cd80")),
            VdsoSymbol("__kernel_rt_sigreturn", bytes.fromhex("b8ad000000 cd80")),
        ),
    ),
    VdsoVersion(
        "LINUX_2.6",
        (
            VdsoSymbol("__vdso_clock_gettime"),
            VdsoSymbol("__vdso_clock_gettime64"),
            VdsoSymbol("__vdso_gettimeofday"),
            VdsoSymbol("__vdso_time"),
        ),
    ),
)
