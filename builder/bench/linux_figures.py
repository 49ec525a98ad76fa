"""The figures of a kernel that runs Linux programs; Debian's kernel is measured in the same run."""

from __future__ import annotations

from dataclasses import dataclass

from builder.bench.figures import Figure

KIB = 1 << 10
CALL_LOOP = 3  # instructions around what is measured, in linux_calls.c: mov, dec, jnz
CLOCK_LOOP = 5  # push, push, add, dec, jnz; the call itself belongs to what is measured


@dataclass(frozen=True)
class Cost:
    """A figure that linux_calls.c prints.

    Attributes:
        name: Of the line that it prints.
        figure: What it is.
        loop: Instructions of one round that are the loop's own.
    """

    name: str
    figure: Figure
    loop: int = 0


def _count(key: str, title: str, reach: float | None = None, aim: float | None = None) -> Figure:
    return Figure(
        f"linux_{key}_instructions", f"{title}, guest instructions", "", 0, "", reach, aim
    )


COSTS = (
    Cost("page", _count("page", "null call through the page", 70, 45), CALL_LOOP),
    Cost("int80", _count("int80", "null call by int 0x80"), CALL_LOOP),
    Cost("write", _count("write", "write of 1 byte to /dev/null", 150), CALL_LOOP),
    Cost("clock", _count("clock", "clock_gettime of the vDSO, no kernel entry", 60), CLOCK_LOOP),
    Cost("fork", _count("fork", "fork, exit and wait", 20_000)),
    Cost("pipe", _count("pipe", "round trip of 1 byte between two processes by pipes", 1_500)),
)
HELLO = Figure("linux_hello_ms", "QEMU's start to a static program's first line", "ms", 1, "", 80)
QUICK_TITLE = "the same on QEMU's microvm, the machine of `tinygate exec`"
QUICK_HELLO = Figure("linux_microvm_hello_ms", QUICK_TITLE, "ms", 1, "", 80)
EXEC_TITLE = "`tinygate exec`: command to the program's first byte, beyond QEMU's start"
EXEC = Figure("exec_overhead_ms", EXEC_TITLE, "ms", 1, "", 60)
KERNEL = Figure("linux_kernel_bytes", "kernel.elf without programs, stripped", "B", 0, "", 96 * KIB)
MEMORY = Figure("linux_memory_mib", "least guest memory for busybox sh", "MiB", 0, "", 4)

FIGURES = (
    *(cost.figure for cost in COSTS),
    HELLO,
    QUICK_HELLO,
    EXEC,
    KERNEL,
    MEMORY,
)
