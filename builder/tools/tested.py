"""Which versions of the tools both commands were tested with: what `tinygate releases` recorded.

tested.json is the only place that says so: `tinygate doctor` and docs/tested.md show it. Standard
library only, because doctor.py reads it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from builder.errors import FileError
from builder.tools.whole_file import write_whole

FILE = Path(__file__).with_name("tested.json")
# The tools that a reader looks for, by their names in `tinygate doctor`: the rows of a table.
SHOWN: tuple[Mapping[str, str], ...] = (
    {"cc": "GCC", "ld": "binutils", "clang": "clang"},
    {"nasm": "NASM", "qemu": "QEMU", "python": "Python", "gdb": "gdb"},
)


@dataclass(frozen=True)
class Counts:
    """How many tests ended how; an error in what a test stands on counts as a failure."""

    passed: int
    failed: int
    skipped: int


@dataclass(frozen=True)
class Part:
    """One command that was run in a release.

    Attributes:
        name: What was run, for people.
        status: The exit status of its command, or of the first one that failed.
        seconds: What it took, the set-up included.
        tests: For a run of the test suite.
    """

    name: str
    status: int
    seconds: int
    tests: Counts | None = None

    @property
    def ok(self) -> bool:
        """True if it succeeded, and no test failed; a test suite without a test does not."""
        counts = self.tests
        return self.status == 0 and (counts is None or counts.failed == 0 < counts.passed)

    @property
    def text(self) -> str:
        """What came of it, for people."""
        how = "pass" if self.ok else f"FAILED with status {self.status}"
        counts = asdict(self.tests).items() if self.tests else ()
        return ", ".join((how, *(f"{count} {word}" for word, count in counts), f"{self.seconds} s"))


@dataclass(frozen=True)
class Record:
    """What came of one release.

    Attributes:
        release: Debian's name of it.
        number: Its number, or what there is in its place.
        date: Of the run, as in 2026-11-29.
        commit: What was tested.
        user: "root", or "user with sudo".
        versions: Of each tool, by its name in `tinygate doctor`.
        parts: What was run, in order.
    """

    release: str
    number: str
    date: str
    commit: str
    user: str
    versions: Mapping[str, str]
    parts: tuple[Part, ...]

    @property
    def ok(self) -> bool:
        """True if all of it succeeded."""
        return all(part.ok for part in self.parts)


def load(file: Path = FILE) -> tuple[Record, ...]:
    """What is recorded, in the file's order.

    Raises:
        FileError: The file is not what `save` writes.
    """
    try:
        return tuple(_tested(row) for row in json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FileError(
            "the record of tested releases cannot be read",
            where=str(file),
            why=f"{type(error).__name__}: {error}",
            fix="restore the file with git, or install tinygate again",
        ) from None


def _tested(row: Mapping[str, object]) -> Record:
    fields = dict(row)
    fields["parts"] = tuple(_part(part) for part in fields["parts"])  # type: ignore[attr-defined]
    return Record(**fields)  # type: ignore[arg-type]


def _part(row: Mapping[str, object]) -> Part:
    fields = dict(row)
    if fields.get("tests") is not None:
        fields["tests"] = Counts(**fields["tests"])  # type: ignore[arg-type]
    return Part(**fields)  # type: ignore[arg-type]


def save(records: Iterable[Record], file: Path = FILE) -> None:
    """Write the file, whole or not at all."""
    write_whole(file, json.dumps([asdict(record) for record in records], indent=1) + "\n")


def good_versions(tool: str) -> tuple[str, ...]:
    """Versions of `tool` with which all tests of a release passed, in the file's order.

    Args:
        tool: A name in `tinygate doctor`.
    """
    versions = (record.versions.get(tool, "") for record in load() if record.ok)
    return tuple(version for version in dict.fromkeys(versions) if version)


def comparison(records: Sequence[Record]) -> tuple[list[str], list[list[str]]]:
    """A table that compares releases, with a column for each of `records`: headings and rows."""
    headings = ["", *(f"Debian {record.number}, {record.date}" for record in records)]
    rows = [
        [
            ", ".join(tools.values()),
            *(", ".join(record.versions.get(tool, "-") for tool in tools) for record in records),
        ]
        for tools in SHOWN
    ]
    for name in dict.fromkeys(part.name for record in records for part in record.parts):
        found = ([part.text for part in record.parts if part.name == name] for record in records)
        rows.append([name, *(texts[0] if texts else "-" for texts in found)])
    return headings, rows
