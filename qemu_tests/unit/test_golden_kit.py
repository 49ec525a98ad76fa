"""The comparison with golden files, with trees that are made up: whatever differs is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qemu_tests.unit.golden_kit import (
    RENEW,
    Tree,
    TreeFile,
    applied,
    compare_step,
    delta,
    files_below,
)

OLD = {
    "a.c": TreeFile("kernel_src/one", b"int a;\n"),
    "gone.c": TreeFile("kernel_src/one", b"int gone;\n"),
    "list.c": TreeFile("templates/one", b"one\ntwo\nthree\n"),
    "same.h": TreeFile("templates/one", b"same\n"),
}
NEW = {
    "a.c": TreeFile("kernel_src/two", b"int a;\nint b;\n"),
    "list.c": TreeFile("templates/two", b"one\n2\nthree\n"),
    "new.h": TreeFile("templates/two", b"new\n"),
    "same.h": TreeFile("templates/one", b"same\n"),
}
CHANGE = "@@ 1 as before, up to: one\n-two\n+2\n"  # of list.c
LINES = st.lists(st.sampled_from(["", "a", "b", "@@ 1 as before", "+", "-"]), max_size=9)


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    """Golden files of the two trees."""
    _compare(tmp_path, OLD, update=True)
    _compare(tmp_path, NEW, OLD, update=True)
    return tmp_path


def _compare(golden: Path, tree: Tree, before: Tree | None = None, *, update: bool = False) -> None:
    steps = ("old", "new") if before else ("old",)
    compare_step(golden, steps, tree, before, update=update)


def _said(golden: Path, tree: Tree, before: Tree | None = None) -> list[str]:
    """The lines of the failure."""
    with pytest.raises(pytest.fail.Exception) as caught:
        _compare(golden, tree, before)
    *lines, last = str(caught.value).splitlines()
    assert last == RENEW
    return lines


def _with(tree: Tree, path: str, layer: str, data: bytes) -> Tree:
    return {**tree, path: TreeFile(layer, data)}


def test_what_is_kept_is_a_manifest_the_first_step_and_what_changes(golden: Path) -> None:
    assert files_below(golden / "old") == {"files.txt", "rendered/list.c", "rendered/same.h"}
    assert files_below(golden / "new") == {
        *("files.txt", "rendered/list.c.diff", "rendered/new.h.diff")
    }
    assert (golden / "new" / "rendered" / "list.c.diff").read_text() == CHANGE
    assert (golden / "new" / "rendered" / "new.h.diff").read_text() == "+new\n"
    _compare(golden, OLD)
    _compare(golden, NEW, OLD)


@pytest.mark.parametrize(
    ("path", "layer", "data", "said"),
    [
        ("a.c", "kernel_src/one", b"int A;\n", "+a.c kernel_src/one "),
        ("a.c", "kernel_src/two", b"int a;\n", "+a.c kernel_src/two "),
        ("a.c", "templates/one", b"int a;\n", "+a.c templates/one "),
        ("b.c", "kernel_src/one", b"", "+b.c kernel_src/one "),
        ("b.c", "templates/one", b"b\n", "+b"),
        ("list.c", "templates/one", b"one\n2\nthree\n", "+2"),
        ("list.c", "templates/one", b"one\ntwo\nthree", "+list.c templates/one "),
        ("list.c", "templates/one", b"one\r\ntwo\nthree\n", "+list.c templates/one "),
        ("list.c", "templates/two", b"one\ntwo\nthree\n", "+list.c templates/two "),
        ("list.c", "kernel_src/one", b"one\ntwo\nthree\n", "+list.c kernel_src/one "),
    ],
)
def test_any_other_byte_file_or_layer_is_found(
    golden: Path, path: str, layer: str, data: bytes, said: str
) -> None:
    assert any(line.startswith(said) for line in _said(golden, _with(OLD, path, layer, data)))


@pytest.mark.parametrize("path", OLD)
def test_a_file_that_is_lost_is_found(golden: Path, path: str) -> None:
    lost = {name: file for name, file in OLD.items() if name != path}
    assert any(line.startswith(f"-{path} ") for line in _said(golden, lost))


@pytest.mark.parametrize("path", NEW)
def test_a_later_step_is_compared_as_strictly(golden: Path, path: str) -> None:
    layer, data = NEW[path].layer, NEW[path].data
    lost = {name: file for name, file in NEW.items() if name != path}
    trees = [_with(NEW, path, layer, b"!" + data), _with(NEW, path, f"{layer}-more", data), lost]
    for tree in trees:
        assert any(line.startswith(f"-{path} {layer} ") for line in _said(golden, tree, OLD))


def test_a_change_in_both_steps_is_shown_as_text_in_both(golden: Path) -> None:
    old = _with(OLD, "list.c", "templates/one", b"ONE\ntwo\nthree\n")
    new = _with(NEW, "list.c", "templates/two", b"ONE\n2\nthree\n")
    for lines in (_said(golden, old), _said(golden, new, old)):
        assert lines[-5:][2:] == ["-one", "+ONE", lines[-1]]
        assert not any("as before" in line for line in lines)


def test_no_diff_of_diffs_is_shown_where_the_text_can_be(golden: Path) -> None:
    new = _with(NEW, "list.c", "templates/two", b"one\n2 2\nthree\n")
    assert _said(golden, new, OLD)[-4:] == [" one", "-2", "+2 2", " three"]
    more = _with(NEW, "more.h", "templates/two", b"more\n")
    assert _said(golden, more, OLD)[-1] == "+more"


@pytest.mark.parametrize("name", ["rendered/stale.c", "rendered/same.h.diff", "stale"])
def test_a_golden_file_too_many_or_too_few_is_found(golden: Path, name: str) -> None:
    for content in ("stale\n", ""):
        (golden / "new" / name).write_text(content)
        assert any(f"new/{name}" in line for line in _said(golden, NEW, OLD))
        (golden / "new" / name).unlink()
    for file in files_below(golden / "new"):
        kept = (golden / "new" / file).read_bytes()
        (golden / "new" / file).unlink()
        assert _said(golden, NEW, OLD)
        (golden / "new" / file).write_bytes(kept)
    _compare(golden, NEW, OLD)


@pytest.mark.parametrize("damage", ["@@ x\n", "@@ 99 as before\n-\n", "<<<<<<< a\n", "\0\xff"])
def test_a_golden_file_that_is_damaged_is_shown_as_it_is(golden: Path, damage: str) -> None:
    for step, name in (("new", "rendered/list.c.diff"), ("old", "rendered/list.c")):
        path = golden / step / name
        path.write_bytes(path.read_bytes() + damage.encode("latin-1"))
        lines = _said(golden, NEW, OLD) if step == "new" else _said(golden, OLD)
        assert lines[:2] == [f"--- golden/{step}/{name}", f"+++ now/{step}/{name}"]
    (golden / "new" / "rendered" / "list.c.diff").write_bytes(
        b"@@ 1 as before, up to: one\n-two\n+2\n"
    )
    _compare(golden, NEW, OLD)  # it is not to blame for the damage in the other step


def test_what_is_updated_is_as_if_it_were_made_anew(golden: Path) -> None:
    (golden / "new" / "rendered" / "stale.c").write_text("stale\n")
    _compare(golden, OLD, update=True)
    _compare(golden, OLD, OLD, update=True)
    assert files_below(golden / "new") == {"files.txt"}
    _compare(golden, OLD, OLD)


@given(LINES, LINES)
def test_a_delta_gives_the_new_text_from_the_old(old: list[str], new: list[str]) -> None:
    before, after = ("".join(f"{line}\n" for line in lines) for lines in (old, new))
    assert applied(before, delta(before, after)) == after
    assert (delta(before, after) == "") == (before == after)
