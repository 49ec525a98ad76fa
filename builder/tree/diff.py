"""What one rendered tree has that another has not: the lesson of a step. Pure."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from builder.tree.readme import place

Tree = Mapping[str, bytes]


@dataclass(frozen=True)
class FileChange:
    """One file that differs between two trees."""

    path: str
    kind: str  # "new", "removed" or "changed"
    added: int  # lines
    removed: int  # lines
    lines: tuple[str, ...]  # the unified diff, without line ends


KINDS = ("new", "removed", "changed")


def _lines(data: bytes | None) -> list[str] | None:
    """Lines of a text file; None if it is none (a program in ELF)."""
    try:
        return [] if data is None else data.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        return None


def _change(path: str, old: bytes | None, new: bytes | None, names: tuple[str, str]) -> FileChange:
    kind = "new" if old is None else "removed" if new is None else "changed"
    before, after = _lines(old), _lines(new)
    if before is None or after is None:
        return FileChange(path, kind, 0, 0, (f"{kind} binary file {path}",))
    from_name = "/dev/null" if old is None else f"{names[0]}/{path}"
    to_name = "/dev/null" if new is None else f"{names[1]}/{path}"
    lines = tuple(difflib.unified_diff(before, after, from_name, to_name, lineterm=""))
    body = lines[2:]
    added = sum(line.startswith("+") for line in body)
    removed = sum(line.startswith("-") for line in body)
    return FileChange(path, kind, added, removed, lines)


def compare(old: Tree, new: Tree, names: tuple[str, str] = ("a", "b")) -> tuple[FileChange, ...]:
    """The files that differ, in reading order."""
    return tuple(
        _change(path, old.get(path), new.get(path), names)
        for path in sorted({*old, *new}, key=place)
        if old.get(path) != new.get(path)
    )


def without(text: str, tree: Tree) -> dict[str, bytes]:
    """`tree` with `text` blotted out: a configuration's digest would make every file differ."""
    return {path: data.replace(text.encode(), b"." * len(text)) for path, data in tree.items()}


def stat_lines(changes: Iterable[FileChange]) -> list[str]:
    """One line for each file and a sum."""
    changes = tuple(changes)
    width = max((len(change.path) for change in changes), default=0)
    lines = [
        f"{change.kind:8} {change.path:{width}}  +{change.added} -{change.removed}"
        for change in changes
    ]
    counts = [f"{sum(c.kind == kind for c in changes)} {kind}" for kind in KINDS]
    added, removed = sum(c.added for c in changes), sum(c.removed for c in changes)
    return [*lines, f"{', '.join(counts)} files; {added} lines added, {removed} removed"]
