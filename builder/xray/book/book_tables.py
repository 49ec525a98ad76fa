"""The tables that a kernel is made from, as a book shows them. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from builder.config.keys import KernelConfig
from builder.config.reference import reference_rows
from builder.model.constants import MSRS
from builder.model.kernel import KernelModel


@dataclass(frozen=True)
class ShownTable:
    """A table: what it is, the heads of its columns, its cells."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables_of(
    config: KernelConfig, model: KernelModel, msr: Mapping[str, int]
) -> tuple[ShownTable, ...]:
    """All of them.

    Args:
        config: That the reader chose.
        model: Made from it.
        msr: What the MSRs hold during the call, by name; empty if that is not known.
    """
    return tuple(table for table in _tables(config, model, msr) if table.rows)


def _tables(
    config: KernelConfig, model: KernelModel, msr: Mapping[str, int]
) -> Iterator[ShownTable]:
    yield _table("kernel.toml", ("key", "value", "meaning"), _settings(config))
    yield _table(
        "The global descriptor table",
        ("selector", "name", "what it is for", "DPL", "descriptor", "manual"),
        (
            (f"{e.selector:#x}", e.name, e.comment, str(e.dpl), f"{e.descriptor:016x}", e.sdm)
            for e in model.gdt
        ),
    )
    yield _table(
        "The MSRs of SYSENTER",
        ("number", "name", "what it holds", "in the call"),
        (
            (f"{row.value:#x}", row.name, row.comment, f"{msr[row.name]:08x}")
            for row in MSRS
            if row.name in msr
        ),
    )
    yield _table(
        "Exceptions",
        ("vector", "name", "what it is", "error code", "gate for ring 3", "manual"),
        (
            (
                str(trap.vector),
                f"#{trap.mnemonic}",
                trap.name,
                "yes" if trap.error_code else "",
                "yes" if trap.user_may_raise else "",
                trap.sdm,
            )
            for trap in model.traps
            if trap.mnemonic
        ),
    )
    yield _table(
        "Interrupts",
        ("vector", "entry point", "what it is"),
        ((f"{row.vector:#x}", row.label, row.comment) for row in model.interrupts),
    )
    for layout in model.layouts:
        yield _table(
            f"struct {layout.c_name}: {layout.comment}",
            ("offset", "member", "what it holds"),
            (
                (str(placed.offset), placed.field.c_declaration, placed.field.comment)
                for placed in layout.placed
            ),
        )
    yield _table(
        "Memory of a process",
        ("from", "to", "name", "access", "what it is"),
        (
            (f"{r.start:08x}", f"{r.last:08x}", r.name, r.access, r.comment)
            for r in sorted(model.regions, key=lambda region: region.start)
        ),
    )
    yield _table(
        "System calls",
        ("number", "call", "what it does", "needed by"),
        ((str(c.number), c.prototype, c.comment, c.reason) for c in model.syscalls),
    )


def _settings(config: KernelConfig) -> Iterator[Sequence[str]]:
    values = config.model_dump(mode="json")
    for row in reference_rows():
        section, _, name = row.key.partition(".")
        if config.kernel.step.value in row.steps.split(", "):
            yield row.key, json.dumps(values[section][name]), row.meaning


def _table(title: str, heads: tuple[str, ...], rows: Iterable[Sequence[str]]) -> ShownTable:
    return ShownTable(title, heads, tuple(map(tuple, rows)))
