"""The page of a record: HTML that needs no other file and no network. Pure.

Without JavaScript it is the whole table. The script plays the record: its values are those of the
table, and it computes none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict

from markupsafe import Markup

from builder.model.memory import KERNEL_BASE
from builder.tree.page_template import page_template
from builder.tree.picture import pictures
from builder.xray.page.listing import listings
from builder.xray.page.table import Section, part_title, sections
from builder.xray.quiz import questions
from builder.xray.record import Record, Row, Tables
from builder.xray.replay import FLAGS, WORD_BYTES, first_names

PICTURE = "way.svg"
STACK_BELOW_BYTES = 4096  # of what a record knows before the call: C functions may go deeper
STACK_ROWS = {"kernel": 26, "program": 11}
PAGE_OF_CALL = "page"


def page_of(
    record: Record,
    sources: Mapping[str, str],
    leads: Callable[[Row], str] = lambda _: "",
    around: Sequence[tuple[str, str]] = (),
) -> str:
    """The page.

    Args:
        record: What it shows.
        sources: Text of the files that it names, as far as it is there.
        leads: Where the line of a row can be read, as a link; empty: nowhere.
        around: Other pages to which it leads: title and link.
    """
    table = sections(record.rows)
    return page_template("xray/page.html.j2").render(
        record=record,
        title=record.title,
        totals=", ".join(f"{count} {what}" for what, count in record.totals.items() if count),
        tables=_tables(record.tables),
        heads_unseen=Markup(' class="unseen"'),
        sections=table,
        leads=leads,
        around=around,
        root="",
        listings=listings(record.rows, sources),
        picture=Markup(pictures()[PICTURE].svg("#picture")),
        flags=tuple(FLAGS),
        data=Markup(_script_json(_played(record, table))),
    )


def _tables(tables: Tables) -> tuple[tuple[str, str, list[tuple[str, str, str]]], ...]:
    """Of each table what it is called, how the script calls its rows, and their cells."""
    return (
        ("GDT", "selector", [(name, name, text) for name, text in tables.gdt.items()]),
        ("MSRs", "msr", [(name, name, f"{value:08x}") for name, value in tables.msr.items()]),
        ("TSS", "tss", [(n, f"tss.{n}", f"{value:08x}") for n, value in tables.tss.items()]),
    )


def _script_json(data: object) -> str:
    """JSON that can stand in an element `script`."""
    return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")


def _played(record: Record, table: Sequence[Section]) -> dict[str, object]:
    """What the script plays: state before the call, and what each row changes of it."""
    files = list(dict.fromkeys(row.file for row in record.rows))
    folds = [line for section in table for line in section.lines if line.opens is not None]
    return {
        "registers": record.registers,
        "flags": FLAGS,
        "memory": record.memory,
        "names": first_names(record),
        "stacks": list(_stacks(record)),
        "folds": [[line.first, line.last, list(line.within)] for line in folds],
        "parts": {number: part_title(number) for number in {row.way for row in record.rows}},
        "rows": list(_rows(record, files)),
    }


def _stacks(record: Record) -> Iterator[dict[str, object]]:
    """The two stacks: lowest address, end, and how many words are shown at a time."""
    spans = [(start, start + len(data) // 2) for start, data in record.memory]
    for name, rows in STACK_ROWS.items():
        of = [span for span in spans if (span[0] >= KERNEL_BASE) == (name == "kernel")]
        low = min((start for start, _ in of), default=STACK_BELOW_BYTES) - STACK_BELOW_BYTES
        high = max((end for _, end in of), default=0)
        if name == "kernel":  # above the stack: no more than what has a name
            named = [at for at in first_names(record) if low <= at < high]
            high = max([record.tables.tss["esp0"], *named]) + WORD_BYTES
        top = record.tables.tss["esp0"] if name == "kernel" else record.registers["esp"]
        yield {"id": name, "low": low, "high": high, "top": top, "rows": rows}


def _rows(record: Record, files: Sequence[str]) -> Iterator[dict[str, object]]:
    texts = {row.text for row in record.rows}
    for row in record.rows:
        data: dict[str, object] = {"ring": row.ring, "way": row.way}
        data |= {"path": _path(record, row, texts), "file": files.index(row.file), "line": row.line}
        parts = {
            "r": {name: new for name, (_, new) in row.registers.items()},
            "f": {name: new for name, (_, new) in row.flags.items()},
            "w": [(word.address, word.size_bytes, word.new, word.name) for word in row.writes],
            "c": row.context,
            "q": [asdict(question) | {"answer": question.answer} for question in questions(row)],
        }
        yield data | {name: value for name, value in parts.items() if value}


def _path(record: Record, row: Row, texts: set[str]) -> str:
    """Which of the picture's two ways the row goes, where they differ."""
    fast = {
        1: record.call.gate == PAGE_OF_CALL,
        3: row.text == "sysenter",
        5: "sysenter" in texts,
        8: "sysexit" in texts,
    }.get(row.way, True)
    return "fast" if fast else "old"
