"""Turns a configuration into the model of its kernel: tables of what hardware and ABI fix.

It may import config. Each fact stands here once.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing.TYPE_CHECKING without its import: the quick command passes here
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from builder.model.kernel import KernelModel


def tables(model: KernelModel) -> Mapping[str, Sequence[Any]]:
    """Every table by its name in `tinygate show`, as frozen dataclasses in their order.

    GDT and structures are those of `model`: places in them depend on what else is there. In the
    other tables a row says of which kernels it is.
    """
    from builder.model import (
        constants,
        features,
        hooks,
        memory,
        outcomes,
        programs,
        syscalls,
        traps,
    )
    from builder.model.auxv import AUXV
    from builder.model.rule_table import RULES

    return {
        "gdt": model.gdt,
        "traps": traps.TRAPS,
        "interrupts": traps.INTERRUPTS,
        "msr": constants.MSRS,
        "handlers": traps.HANDLERS,
        **{layout.c_name: layout.placed for layout in model.layouts},
        "memory": memory.REGIONS,
        "features": features.FEATURES,
        "syscalls": syscalls.EVERY_SYSCALL,
        "auxv": AUXV,
        "boot": hooks.HOOKS["boot"],
        "programs": programs.PROGRAMS,
        "outcomes": outcomes.OUTCOMES,
        "rules": RULES,
    }
