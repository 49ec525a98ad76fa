"""What is kept of the kernels' trees: a manifest of each step, and the text of what is rendered.

    golden/<step>/files.txt       each file of the tree: path, the layer that it is from, SHA-256
    golden/<first step>/rendered/ the files that are made from templates
    golden/<step>/rendered/       what is different in them from the step before: <path>.diff

The files of kernel_src/ are there for everybody to read: of them the manifest is enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from hashlib import sha256
from pathlib import Path

import pytest

from builder.tree.render import write_tree

MANIFEST = "files.txt"
RENDERED = "rendered"
FROM_TEMPLATES = "templates/"
LINES_SHOWN = 200
RENEW = "if this is what you meant: pytest qemu_tests/unit/test_golden.py --update-golden"
_SAME = re.compile(r"@@ (\d+) as before")


@dataclass(frozen=True)
class TreeFile:
    """A file of a kernel's tree. `layer` is the folder that it is from, such as templates/int80."""

    layer: str
    data: bytes

    @property
    def is_rendered(self) -> bool:
        return self.layer.startswith(FROM_TEMPLATES)


Tree = Mapping[str, TreeFile]  # by path


def _rendered(tree: Tree) -> dict[str, str]:
    return {path: file.data.decode() for path, file in tree.items() if file.is_rendered}


def delta(old: str, new: str) -> str:
    """The lines that differ, as in a unified diff, but placed by what is between them: line numbers
    would change with every line before them. Empty if all lines are the same.
    """
    before, after = old.splitlines(), new.splitlines()
    lines: list[str] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            lines += [f"-{line}" for line in before[start:end]]
            lines += [f"+{line}" for line in after[new_start:new_end]]
        elif end < len(before) or new_end < len(after):
            said = [line.strip() for line in before[start:end] if line.strip()]
            lines.append(" ".join([f"@@ {end - start} as before, up to:", *said[-1:]]))
    return "".join(f"{line}\n" for line in lines)


def applied(old: str, difference: str) -> str:
    """`new`, if `difference` is delta(old, new) and it ends with a line end; else anything."""
    before, lines, at = old.splitlines(), [], 0
    for line in difference.splitlines():
        same = _SAME.match(line)
        count = int(same[1]) if same else 0
        lines += before[at : at + count]
        lines += [line[1:]] if line.startswith("+") else []
        at += count + line.startswith("-")
    return "".join(f"{line}\n" for line in [*lines, *before[at:]])


def golden_files(tree: Tree, before: Tree | None) -> dict[str, bytes]:
    """What is kept of `tree`, below the step's folder; `before` is the tree of the step before."""
    manifest = (
        f"{path} {file.layer} {sha256(file.data).hexdigest()}\n"
        for path, file in sorted(tree.items())
    )
    files = {MANIFEST: "".join(manifest).encode()}
    old = _rendered(before or {})
    for path, text in _rendered(tree).items():
        if before is None:
            files[f"{RENDERED}/{path}"] = text.encode()
        elif difference := delta(old.get(path, ""), text):
            files[f"{RENDERED}/{path}.diff"] = difference.encode()
    return files


def kept_texts(folders: Iterable[Path]) -> dict[str, str]:
    """The rendered files that are kept of the last of these steps; the first is the first step.

    Only those that are what their manifest says: no damaged text is taken for the old one.
    """
    texts: dict[str, str] = {}
    for folder in folders:
        old, texts = texts, {}
        for path, layer, digest in _rows(folder / MANIFEST):
            whole, difference = folder / RENDERED / path, folder / RENDERED / f"{path}.diff"
            text = (
                _text(whole) if whole.is_file() else applied(old.get(path, ""), _text(difference))
            )
            if layer.startswith(FROM_TEMPLATES) and sha256(text.encode()).hexdigest() == digest:
                texts[path] = text
    return texts


def _rows(manifest: Path) -> list[list[str]]:
    return [words for words in map(str.split, _text(manifest).splitlines()) if len(words) == 3]


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _text(path: Path) -> str:
    return (_bytes(path) or b"").decode(errors="backslashreplace")


def files_below(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in found}


def _diff(name: str, old: str, new: str) -> list[str]:
    ends = (f"golden/{name}", f"now/{name}")
    lines = list(unified_diff(old.splitlines(), new.splitlines(), *ends, lineterm="", n=1))
    return lines or [f"{name}: another end of a line, or of the file, or no file"]


def differences(
    folder: Path, wanted: Mapping[str, bytes], old: Mapping[str, str], new: Mapping[str, str]
) -> list[str]:
    """How the files below `folder` are not `wanted`, in lines; none if they are.

    Args:
        folder: Golden files.
        wanted: What they should be, by path.
        old: The rendered text that the golden files stand for, by the path in the tree.
        new: The text that is rendered now. Where it differs from `old` that is shown, and not how
            one diff differs from another.
    """
    names = sorted(files_below(folder) | set(wanted))
    wrong = [name for name in names if _bytes(folder / name) != wanted.get(name)]
    missing = {_path_in_tree(name) for name in wrong if not (folder / name).is_file()}
    if not wrong:
        return []
    changed = {path for path in {*old, *new} if old.get(path) != new.get(path)}
    texts = {path for path in changed if path in old or path in missing}
    lines: list[str] = []
    for name in wrong:
        if _path_in_tree(name) not in texts:
            now = wanted.get(name, b"").decode()
            lines += _diff(f"{folder.name}/{name}", _text(folder / name), now)
    for path in sorted(texts):
        lines += _diff(f"{folder.name}/{path}", old.get(path, ""), new.get(path, ""))
    return lines


def _path_in_tree(name: str) -> str:
    """Of a golden file that is kept of a rendered one; else a name that no such file has."""
    return name.removeprefix(f"{RENDERED}/").removesuffix(".diff") if "/" in name else f"/{name}"


def compare(
    folder: Path,
    wanted: Mapping[str, bytes],
    old: Mapping[str, str],
    new: Mapping[str, str],
    *,
    update: bool,
) -> None:
    """Fail if there are differences(), with them; or, to `update`, make `folder` be `wanted`."""
    if update:
        write_tree(wanted, folder)
        (folder / ".files").unlink()
        for name in files_below(folder) - set(wanted):
            (folder / name).unlink()
    elif lines := differences(folder, wanted, old, new):
        more = [f"... and {len(lines) - LINES_SHOWN} lines more"][: len(lines) > LINES_SHOWN]
        pytest.fail("\n".join([*lines[:LINES_SHOWN], *more, RENEW]), pytrace=False)


def compare_step(
    golden: Path, steps: Sequence[str], tree: Tree, before: Tree | None, *, update: bool
) -> None:
    """compare() for the last of `steps`, whose tree this is."""
    folders = [golden / step for step in steps]
    wanted = golden_files(tree, before)
    compare(folders[-1], wanted, kept_texts(folders), _rendered(tree), update=update)
