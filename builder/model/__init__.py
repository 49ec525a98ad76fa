"""Turns a configuration into the model of its kernel: tables of what hardware and ABI fix.

It may import config. Each fact stands here once.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing.TYPE_CHECKING without its import: the quick command passes here
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


def tables() -> Mapping[str, Sequence[Any]]:
    """Every table by its name in `tinygate show`, as frozen dataclasses in their order."""
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
    from builder.model.gdt import gdt_entries
    from builder.model.layout import PROCESS, PT_REGS, TSS, TSS_BYTES
    from builder.model.rule_table import RULES

    return {
        "gdt": gdt_entries(TSS_BYTES - 1, double_fault=True),
        "traps": traps.TRAPS,
        "interrupts": traps.INTERRUPTS,
        "msr": constants.MSRS,
        "handlers": traps.HANDLERS,
        "tss": TSS.placed,
        "pt_regs": PT_REGS.placed,
        "process": PROCESS.placed,
        "memory": memory.REGIONS,
        "features": features.FEATURES,
        "syscalls": syscalls.EVERY_SYSCALL,
        "auxv": AUXV,
        "boot": hooks.HOOKS["boot"],
        "programs": programs.PROGRAMS,
        "outcomes": outcomes.OUTCOMES,
        "rules": RULES,
    }
