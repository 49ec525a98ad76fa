"""What the verbs print: tables, progress, JSON. Rich is imported only where it is needed."""

import contextlib
import dataclasses
import json
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

from builder.errors import FileError, tell
from builder.tools.whole_file import write_whole

PAGE_COLUMNS_MAX = 100  # longer lines of prose are hard to read

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
_GAP = 2  # blanks between columns
_LEAST_COLUMNS = 20  # for a cell, however narrow the terminal is


def say(text: str) -> None:
    """One line of news about the work, on stderr, so that stdout holds only what was asked for."""
    tell(text)


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


def print_markdown(text: str) -> None:
    """A page on stdout: laid out and wrapped on a terminal, elsewhere as it is written."""
    if not sys.stdout.isatty():
        print(text)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    page = Markdown(text, hyperlinks=False)
    Console().print(page, width=min(_terminal_columns(), PAGE_COLUMNS_MAX))
    print()


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
    """A table on stdout, in columns; where the terminal is too narrow for them, row below row."""
    headers = [name.replace("_", " ") for name in columns]
    widths = [max(map(len, column)) for column in zip(headers, *rows, strict=True)]
    if title:
        print(title)
    if sys.stdout.isatty() and _GAP * (len(widths) - 1) + sum(widths) > _terminal_columns():
        for row in rows:
            _print_record(headers, row)
        return
    for row in (headers, *rows):
        padded = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        print((" " * _GAP).join(padded).rstrip())


def _print_record(headers: Sequence[str], row: Sequence[str]) -> None:
    """A line for each cell that is not empty; below it what is too long for it."""
    indent = max(map(len, headers)) + _GAP
    width = max(_terminal_columns(), indent + _LEAST_COLUMNS)
    print()
    for header, text in zip(headers, row, strict=True):
        if text:
            first, others = f"{header:{indent}}", " " * indent
            print(textwrap.fill(text, width, initial_indent=first, subsequent_indent=others))


def _terminal_columns() -> int:
    return shutil.get_terminal_size().columns


def write_text(path: Path, text: str) -> None:
    """Write the file that was asked for, whole or not at all. Raises FileError."""
    try:
        write_whole(path, text)
    except OSError as error:
        raise FileError(
            f"cannot be written: {error.strerror}",
            where=str(path),
            fix="choose another file, or make room",
        ) from error


def sizes(paths: Sequence[Path]) -> str:
    """`paths` with their sizes, for the last line of a build."""
    return ", ".join(f"{path} ({path.stat().st_size:,} bytes)" for path in paths)
