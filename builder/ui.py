"""What the verbs print: tables, progress, JSON. Rich is imported only where a terminal shows it."""

import contextlib
import dataclasses
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

HEX_NAMES = (
    "access",
    "flags",
    "limit",
    "value",
    "addr",
    "address",
    "selector",
    "msr",
    "mask",
    "port",
    "base",
    "start",
    "end",
    "code",
)
HEX_FROM = 4096  # larger numbers are addresses, sizes or masks


def say(text: str) -> None:
    """One line of news about the work, on stderr, so that stdout holds only what was asked for."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def live(text: str) -> None:
    """Text of a guest, as it comes."""
    sys.stdout.write(text)
    sys.stdout.flush()


@contextlib.contextmanager
def progress(text: str, *, shown: bool = True) -> Iterator[Callable[[str], None]]:
    """A spinner on a terminal while the body runs; nothing elsewhere.

    Yields:
        A function that replaces the text.
    """
    if not shown or not sys.stderr.isatty():
        yield lambda _text: None
        return
    from rich.console import Console

    # Console obeys NO_COLOR and TERM=dumb.
    with Console(stderr=True).status(text) as status:
        yield lambda new: status.update(new)


def plain_data(value: Any) -> Any:
    """`value` made of what JSON knows; dataclasses become objects."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain_data(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return plain_data(value.value)
    if isinstance(value, Mapping):
        return {str(key): plain_data(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_data(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(plain_data(item) for item in value)
    if isinstance(value, bytes):
        return value.hex()
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)


def print_json(value: Any) -> None:
    """`value` as indented JSON on stdout."""
    print(json.dumps(plain_data(value), indent=2))


def cell(name: str, value: Any) -> str:
    """One field of a row for people: addresses and the like in hexadecimal, lists bare."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return cell(name, value.value)
    if isinstance(value, int):
        wants_hex = name.rpartition("_")[2] in HEX_NAMES or value >= HEX_FROM
        return f"{value:#x}" if wants_hex else str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        named = getattr(value, "name", None)
        return named if isinstance(named, str) else str(plain_data(value))
    if isinstance(value, (list, tuple)):
        return ", ".join(cell(name, item) for item in value)
    return "" if value is None else str(value)


def rows_of(table: Sequence[Any]) -> tuple[list[str], list[list[str]]]:
    """Column names and cells of a sequence of dataclasses of one kind.

    A class may name in SHOWN the properties that a reader wants to see beside its fields.
    """
    if not table:
        return [], []
    names = [field.name for field in dataclasses.fields(table[0])]
    names += getattr(type(table[0]), "SHOWN", ())
    return names, [[cell(name, getattr(row, name)) for name in names] for row in table]


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on stdout: drawn on a terminal, else columns of plain text that tools can cut."""
    headers = [name.replace("_", " ") for name in columns]
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(title=title, title_justify="left")
        for header in headers:
            table.add_column(header)
        for row in rows:
            table.add_row(*map(Text, row))
        Console().print(table)
        return
    widths = [max(map(len, column)) for column in zip(headers, *rows, strict=True)]
    print(title)
    for row in (headers, *rows):
        print(
            "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        )


def sizes(paths: Sequence[Path]) -> str:
    """`paths` with their sizes, for the last line of a build."""
    return ", ".join(f"{path} ({path.stat().st_size:,} bytes)" for path in paths)
