"""The deviations that are known: measured on one emulator, version and CPU model at a time.

builder/model/rules_known.json holds them; `tinygate rules --record` writes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from builder import model
from builder.errors import FileError
from builder.tools.whole_file import write_whole

FILE = Path(model.__file__).with_name("rules_known.json")


@dataclass(frozen=True)
class Place:
    """Where it was measured: emulator, version as far as it is told apart, and CPU model."""

    emulator: str
    version: str
    cpu: str

    def __str__(self) -> str:
        """Such as `qemu 7.2 pentium3`."""
        return f"{self.emulator} {self.version} {self.cpu}"


@dataclass(frozen=True)
class Known:
    """What was measured in one place.

    Attributes:
        place: Where.
        date: When, in ISO form.
        build: The whole version.
        rules: The version of the table of rules.
        deviations: Rule -> what was seen.
        stops: Rule at which the emulator gave up -> its words.
    """

    place: Place
    date: str
    build: str
    rules: str
    deviations: Mapping[str, str] = field(default_factory=dict)
    stops: Mapping[str, str] = field(default_factory=dict)


def load(file: Path = FILE) -> dict[Place, Known]:
    """All that was measured. Raises FileError for a file that cannot be read."""
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        found = [Known(**{**row, "place": Place(**row["place"])}) for row in rows]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise FileError(
            f"cannot read the known deviations: {error}",
            where=str(file),
            fix="restore it with git, or make it anew with `tinygate rules --record`",
        ) from error
    return {known.place: known for known in found}


def save(rows: Iterable[Known], file: Path = FILE) -> None:
    """Write them, in order of place."""
    data = [asdict(row) for row in sorted(rows, key=lambda row: str(row.place))]
    write_whole(file, json.dumps(data, indent=1, ensure_ascii=False) + "\n")
