"""The matrix of rules and machines as text, as data and as one HTML page. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from builder.boot.rulebook.guest import version_of
from builder.boot.rulebook.known import Known
from builder.boot.rulebook.seen import Cell, How
from builder.boot.rulebook.trial import Column
from builder.model.rule import Rule
from builder.tools.resources import data_dir

# In the order in which a reader wants them.
_WORTH = (How.DEVIATES, How.STOPS, How.NO_RESULT)


def as_text(rules: Sequence[Rule], columns: Sequence[Column]) -> str:
    """Each rule that is not kept everywhere, with what was seen where; then a line per machine."""
    lines: list[str] = []
    for rule in rules:
        found = _grouped(rule, columns)
        if found:
            lines += [
                f"{rule.name}: {rule.sentence} ({rule.sdm})",
                *_expected(rule, columns),
                *(f"    {how.value:13} {text}   [{_numbers(where)}]" for how, text, where in found),
            ]
    lines += ["", f"{len(rules)} rules, version {version_of(rules)}"]
    for number, column in enumerate(columns, start=1):
        lines.append(f"{number:3}  {column.place}: {_summary(column)}")
    return "\n".join(lines)


def _expected(rule: Rule, columns: Sequence[Column]) -> Iterator[str]:
    """What the manual says; for a CPU without a feature, too, if one of the machines has none."""
    yield from (f"    expected      {text}" for text in rule.expected)
    if rule.needs and any(rule.needs not in column.log.features for column in columns):
        yield from (f"    {'without ' + rule.needs.upper():13} {text}" for text in rule.without)


def _summary(column: Column) -> str:
    counts = Counter(cell.how for cell in column.cells.values())
    parts = [f"{counts[how]} {how.value}" for how in How if counts[how]]
    return (
        f"{', '.join(parts)}; {column.log.cpu or 'nothing said of the CPU'}, {column.seconds:.1f} s"
    )


def _numbers(where: Sequence[int]) -> str:
    return " ".join(map(str, where))


def _grouped(rule: Rule, columns: Sequence[Column]) -> list[tuple[How, str, list[int]]]:
    """What is worth a line of this rule: how, what was seen, the numbers of the machines."""
    found: dict[tuple[How, str], list[int]] = {}
    for number, column in enumerate(columns, start=1):
        cell = column.cells[rule.name]
        if cell.how in _WORTH:
            found.setdefault((cell.how, cell.seen), []).append(number)
    return [(how, seen, where) for (how, seen), where in found.items()]


def as_data(rules: Sequence[Rule], columns: Sequence[Column]) -> dict[str, Any]:
    """The whole matrix for --json."""
    return {
        "version": version_of(rules),
        "machines": [
            {
                "emulator": column.place.emulator,
                "version": column.build,
                "cpu": column.place.cpu,
                "cpuid": column.log.cpu,
                "features": list(column.log.features),
                "boots": column.boots,
                "seconds": round(column.seconds, 2),
            }
            for column in columns
        ],
        "rules": [
            {
                "rule": rule.name,
                "sentence": rule.sentence,
                "manual": rule.sdm,
                "expected": list(rule.expected),
                "cells": [
                    {"how": cell.how.value, "seen": cell.seen}
                    for cell in (column.cells[rule.name] for column in columns)
                ],
            }
            for rule in rules
        ],
    }


def as_page(rules: Sequence[Rule], columns: Sequence[Column]) -> str:
    """One HTML page that needs no other file."""
    environment = Environment(
        loader=FileSystemLoader(data_dir("templates") / "_docs"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=True,
    )
    return environment.get_template("rules.html.j2").render(
        version=version_of(rules),
        columns=columns,
        summaries=[_summary(column) for column in columns],
        groups=list(dict.fromkeys(rule.group for rule in rules)),
        rows=list(_rows(rules, columns)),
    )


def _rows(
    rules: Sequence[Rule], columns: Sequence[Column]
) -> Iterator[tuple[Rule, list[Cell], list[str], str]]:
    """Rule, cells, what stands in them, and the words by which the page's filter finds it."""
    for rule in rules:
        cells = [column.cells[rule.name] for column in columns]
        yield (
            rule,
            cells,
            list(map(_shown, cells)),
            " ".join(dict.fromkeys(cell.how.name.lower() for cell in cells)),
        )


def _shown(cell: Cell) -> str:
    """What stands in the page's cell: a rule that is kept needs no more words."""
    is_plain = cell.how is How.HOLDS or not cell.seen
    return cell.how.value if is_plain else f"{cell.how.value}: {cell.seen}"


def known_places(rows: Sequence[Known]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Headings and rows: what was measured where, for the documentation."""
    headings = ("emulator", "CPU model", "measured", "rules that are not kept", "at which it ends")
    lines: list[tuple[str, ...]] = [
        (
            f"{row.place.emulator} {row.build}",
            row.place.cpu,
            row.date,
            str(len(row.deviations)),
            str(len(row.stops)),
        )
        for row in rows
    ]
    return headings, lines


def known_deviations(
    rules: Sequence[Rule], rows: Sequence[Known], cpu: str
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Headings and rows: the rules that somebody does not keep on CPU model `cpu`."""
    places = [row for row in rows if row.place.cpu == cpu and (row.deviations or row.stops)]
    headings: tuple[str, ...] = (
        "rule",
        "manual",
        "expected",
        *(f"{p.place.emulator} {p.build}" for p in places),
    )
    lines: list[tuple[str, ...]] = []
    for rule in rules:
        cells = [
            row.deviations.get(rule.name, "ends" if rule.name in row.stops else "")
            for row in places
        ]
        if any(cells):
            name = f"`{rule.name}`: {rule.sentence}"
            lines.append((name, rule.sdm, " or ".join(rule.expected), *cells))
    return headings, lines
