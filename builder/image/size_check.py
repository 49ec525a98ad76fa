"""Is the built kernel as small as it promises to be?"""

from pathlib import Path

from elftools.elf.elffile import ELFFile

from builder.errors import BuildError
from builder.model import budgets
from builder.model.kernel import KernelModel


def loaded_bytes(kernel_elf: Path) -> int:
    """How much of the file is headers, and what a loader loads: without names and debugging."""
    with kernel_elf.open("rb") as file:
        segments = ELFFile(file).iter_segments()
        return max(segment["p_offset"] + segment["p_filesz"] for segment in segments)


def kernel_budget_bytes(model: KernelModel, suite: str, own_programs_bytes: int) -> int:
    """How large may be what is loaded of the kernel."""
    extra = budgets.EXTRA_CPUS_BUDGET_BYTES if model.cpu_count > 1 else 0
    return budgets.KERNEL_BUDGET_BYTES[model.step][suite] + extra + own_programs_bytes


def check(
    model: KernelModel, suite: str, kernel_bytes: int, disk_used_bytes: int, own_programs_bytes: int
) -> None:
    """Raise BuildError if what is loaded, or the used part of the disk, is over its budget."""
    limit = kernel_budget_bytes(model, suite, own_programs_bytes)
    if kernel_bytes > limit:
        raise BuildError(
            f"the kernel has {kernel_bytes} bytes to be loaded, its budget is {limit}",
            why="builder/model/budgets.py",
            fix="see what grew: nm --size-sort kernel.elf",
        )
    disk_budget = budgets.DISK_USED_BUDGET_BYTES
    if suite == "demo" and disk_used_bytes > disk_budget + own_programs_bytes:
        raise BuildError(
            f"the disk image uses {disk_used_bytes} bytes, its budget is {disk_budget}",
            why="builder/model/budgets.py",
        )
