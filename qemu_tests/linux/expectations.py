"""What Debian's kernel let the programs do, kept in expected/*.json: one file for each group.

Cases that did the same are one entry, so that a file shows where C libraries differ.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from qemu_tests.linux.cases import Case
from qemu_tests.linux.results import Outcome

FOLDER = Path(__file__).parent / "expected"
VERSIONS = "versions.json"
KEYS = "keys.json"


def to_json(data: bytes) -> list[str] | dict[str, str]:
    """Printable text as its lines, each with its end; anything else as hexadecimal digits."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return {"hex": data.hex()}
    if not all(sign.isprintable() or sign in "\n\t" for sign in text):
        return {"hex": data.hex()}
    return [line + "\n" for line in text.split("\n")[:-1]] + [text.rpartition("\n")[2]] * (
        not text.endswith("\n") and text != ""
    )


def from_json(value: list[str] | dict[str, str]) -> bytes:
    """The inverse of `to_json`."""
    return bytes.fromhex(value["hex"]) if isinstance(value, dict) else "".join(value).encode()


def group_text(outcomes: Iterable[Outcome]) -> str:
    """The content of the file of a group."""
    entries: dict[tuple[str, bytes, bytes], list[str]] = {}
    for outcome in outcomes:
        key = (outcome.status, outcome.stdout, outcome.stderr)
        entries.setdefault(key, []).append(outcome.name)
    rows = [
        {
            "cases": names,
            "status": status,
            "stdout": to_json(stdout),
            "stderr": to_json(stderr),
        }
        for (status, stdout, stderr), names in entries.items()
    ]
    return json.dumps(rows, indent=1, ensure_ascii=False) + "\n"


def group_outcomes(text: str) -> dict[str, Outcome]:
    """The outcomes in the content of a group's file, by name."""
    rows: list[dict[str, Any]] = json.loads(text)
    return {
        name: Outcome(name, row["status"], from_json(row["stdout"]), from_json(row["stderr"]))
        for row in rows
        for name in row["cases"]
    }


def files_of(cases: Iterable[Case], outcomes: Mapping[str, Outcome]) -> dict[str, str]:
    """The files that keep `outcomes`, by name."""
    groups: dict[str, list[Outcome]] = {}
    for case in cases:
        groups.setdefault(case.group, []).append(outcomes[case.name])
    return {f"{group}.json": group_text(found) for group, found in groups.items()}


def load(group: str) -> dict[str, Outcome]:
    """What was recorded for a group, by case; empty if nothing was."""
    path = FOLDER / f"{group}.json"
    return group_outcomes(path.read_text(encoding="utf-8")) if path.exists() else {}


def keys_text(parts: Mapping[str, list[str]]) -> str:
    """The content of the file that keeps what is seen, part by part and line by line."""
    return json.dumps(parts, indent=1) + "\n"


def load_keys() -> dict[str, list[str]]:
    """What was seen on Debian's kernel."""
    loaded: dict[str, list[str]] = json.loads((FOLDER / KEYS).read_text(encoding="utf-8"))
    return loaded
