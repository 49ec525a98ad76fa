"""The tables that kernels are made from: what the hardware and the ABI fix, each fact once."""

from __future__ import annotations

TYPE_CHECKING = False  # typing.TYPE_CHECKING without its import: the quick command passes here
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


def tables() -> Mapping[str, Sequence[Any]]:
    """Every table by its name in `tinygate show`, as frozen dataclasses in their order."""
    from builder.model import boot, constants, features, memory, outcomes, programs, syscalls, traps
    from builder.model.auxv import AUXV
    from builder.model.gdt import gdt_entries
    from builder.model.layout import PROCESS, PT_REGS, TSS

    return {
        "gdt": gdt_entries(TSS.size_bytes - 1),
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
        "boot": boot.BOOT_STEPS,
        "programs": programs.PROGRAMS,
        "outcomes": outcomes.OUTCOMES,
    }
