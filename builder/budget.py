"""Is the built kernel as small as it promises to be?"""

from builder.elfcheck import kernel_budget_bytes
from builder.errors import BuildError
from builder.model.budgets import DISK_USED_BUDGET_BYTES
from builder.model.kernel import KernelModel


def check(
    model: KernelModel, suite: str, kernel_bytes: int, disk_used_bytes: int, own_programs_bytes: int
) -> None:
    """Raise BuildError if the stripped kernel, or the used part of the disk, is over its budget."""
    limit = kernel_budget_bytes(model, suite, own_programs_bytes)
    if kernel_bytes > limit:
        raise BuildError(
            f"the stripped kernel has {kernel_bytes} bytes, its budget is {limit}",
            why="builder/model/budgets.py",
            fix="see what grew: nm --size-sort kernel.elf",
        )
    if suite == "demo" and disk_used_bytes > DISK_USED_BUDGET_BYTES + own_programs_bytes:
        raise BuildError(
            f"the disk image uses {disk_used_bytes} bytes, its budget is {DISK_USED_BUDGET_BYTES}",
            why="builder/model/budgets.py",
        )
