"""README.md and the README of a rendered tree: what they say is true, and their commands work."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from typer.main import get_group

from builder import docs
from builder.bench import report
from builder.bench.figures import Row, Value
from builder.bench.linux_figures import MEMORY
from builder.cli.app import app
from builder.cli.guard import EXIT_CODE_HELP
from builder.config import load_config
from builder.elfcheck import check_user_program
from builder.errors import ExitCode, UserError
from builder.model.kernel import build_model
from builder.reading import description, reading_order, tree_readme
from builder.render import render_tree
from builder.step import Step

ROOT = Path(__file__).resolve().parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
CONFIGS = {
    "default": [],
    "int80": ["kernel.step=int80"],
    "sysenter": ["kernel.step=sysenter", "sysenter.stack=per-switch"],
    "processes": ["kernel.step=processes"],
    "linux": ["kernel.step=linux"],
    "linux, checks": ["kernel.step=linux", "programs.suite=checks", "cpu.count=2"],
    "processes, checks": ["kernel.step=processes", "programs.suite=checks", "cpu.count=2"],
    "checks": [
        "programs.suite=checks",
        "cpu.count=2",
        "vsyscall.address=random",
        "sysenter.stack=esp0-word",
    ],
}
OWN_TARGETS = ("help", "setup", "clean", "distclean")  # no verb of tinygate
MAKE_VARIABLES = ("STEP", "CONFIG", "SET", "ARGS", "QUICK", "PYTHON")


@cache
def _tree(name: str) -> dict[str, bytes]:
    return render_tree(load_config(None, CONFIGS[name]))


def fenced(language: str, text: str = README) -> str:
    """All blocks of a language, one after the other."""
    return "".join(re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL))


def commands(text: str = README) -> Iterator[list[str]]:
    """The words of every command in sh blocks, and of `make ...` and `tinygate ...` in the text."""
    lines = fenced("sh", text).splitlines()
    outside = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    lines += re.findall(r"`((?:make|tinygate) [^`]+)`", outside)
    for line in lines:
        for part in re.split(r"&&", line):
            if words := shlex.split(part, comments=True):
                yield words


COMMANDS = list(commands())


def makefile_targets(text: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9]+):", text, re.MULTILINE))


def check_tinygate(words: list[str]) -> None:
    """The verb is there and takes these arguments, if there are any; nothing is run."""
    if words == ["--install-completion"]:
        assert app._add_completion
        return
    command = get_group(app).commands[words[0]]
    if len(words) > 1:
        command.make_context(words[0], words[1:])


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_in_readme_can_be_given(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name, *rest = words
    monkeypatch.chdir(ROOT)
    if name == "tinygate":
        check_tinygate(rest)
    elif name == "make":
        given = dict(word.split("=", 1) for word in rest if "=" in word)
        (target,) = [word for word in rest if "=" not in word]
        assert target in makefile_targets(MAKEFILE)
        assert set(given) <= set(MAKE_VARIABLES)
        overrides = [f"kernel.step={given['STEP']}"] if "STEP" in given else []
        load_config(None, overrides + shlex.split(given.get("SET", "").replace('"', '\\"')))
        if target not in OWN_TARGETS:
            check_tinygate([target, *shlex.split(given.get("ARGS", ""))])
    else:
        assert name in ("cd", "gcc"), f"{name}: a command that no test tries"


def test_there_are_commands_to_try() -> None:
    assert ["make", "run"] in COMMANDS and ["make", "test"] in COMMANDS
    assert len(COMMANDS) > 15


@pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc: apt-get install gcc")
def test_the_program_in_readme_is_one_that_the_kernel_loads(tmp_path: Path) -> None:
    (tmp_path / "mine.c").write_text(fenced("c"), encoding="utf-8")
    (line,) = [words for words in COMMANDS if words[0] == "gcc"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr
    check_user_program((tmp_path / "mine").read_bytes(), "mine")


def test_the_rendered_parts_of_readme_are_current() -> None:
    assert docs.render_readme(README) == README, "run `python -m builder.docs`"


def test_readme_is_short_enough_to_be_read() -> None:
    assert README.count("\n") <= 517


def test_the_figures_of_the_bench_go_between_their_markers() -> None:
    text = docs.render_readme(README, "| figure |\n")
    assert "<!-- begin figures -->\n\n| figure |\n\n<!-- end figures -->" in text
    assert docs.render_readme(text) == text


def test_the_figures_beside_debians_kernel_have_markers_of_their_own() -> None:
    figures = report.markdown([Row(MEMORY, Value(4), Value(33))], report.BESIDE_DEBIAN)
    text = docs.render_readme(README, figures)
    assert f"<!-- begin figures-linux -->\n\n{figures}\n<!-- end figures-linux -->" in text
    assert "| null call through the page, guest instructions | 59 | 47 |" in text


@pytest.mark.parametrize(
    "text", ["", "<!-- begin x -->\n", "<!-- begin x -->\n<!-- end x -->\n" * 2]
)
def test_markers_that_are_not_there_once_are_an_error(text: str) -> None:
    with pytest.raises(UserError, match="markers"):
        docs.put_part(text, "x", "y")


def test_a_part_may_hold_what_a_regular_expression_would_read() -> None:
    text = docs.put_part("<!-- begin x -->\nold\n<!-- end x -->", "x", r"\1 \g<0>")
    assert text == "<!-- begin x -->\n\n\\1 \\g<0>\n<!-- end x -->"


def test_a_bar_in_a_cell_is_no_column() -> None:
    assert docs.table(("a",), [("x|y",)]) == "| a |\n| --- |\n| x\\|y |\n"


def test_docs_writes_what_has_changed_and_check_only_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "README.md").write_text(
        README.replace("| 0 | done", "| 7 | done"), encoding="utf-8"
    )
    monkeypatch.setattr(docs, "checkout_dir", lambda: tmp_path)
    assert docs.main(["--check"]) == 1
    assert "README.md: out of date" in capsys.readouterr().out
    assert not (tmp_path / "docs").exists()
    assert docs.main([]) == 0
    assert "docs/way.svg: written" in capsys.readouterr().out
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == README
    assert docs.main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_docs_takes_the_figures_from_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    (tmp_path / "figures").write_text("| n |\n", encoding="utf-8")
    monkeypatch.setattr(docs, "checkout_dir", lambda: tmp_path)
    assert docs.main(["--figures", str(tmp_path / "figures")]) == 0
    assert "| n |" in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_every_exit_code_is_documented() -> None:
    assert set(ExitCode) <= {code for code, _ in EXIT_CODE_HELP}


def test_every_step_is_explained() -> None:
    for step in Step:
        assert f"| `{step}` |" in README


def test_every_picture_is_shown() -> None:
    shown = re.findall(r"\]\((docs/[^)]+)\)", README)
    assert sorted(shown) == sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.svg"))


def test_every_file_that_readme_names_is_there() -> None:
    named = re.findall(r"`((?:[a-z_]+/)+[a-z0-9_]+\.(?:asm|c|h|py|inc))`", README)
    assert len(named) > 8
    for path in named:
        assert path in _tree("default") or (ROOT / path).is_file(), path


def test_the_boot_in_readme_is_of_the_default_kernel() -> None:
    assert f"config {load_config(None, ()).digest}" in fenced("text")


@pytest.mark.parametrize("text", [README, CHANGELOG], ids=["README", "CHANGELOG"])
def test_nothing_of_the_workshop_shows(text: str) -> None:
    assert not re.search(
        r"/work\b|/tmp\b|/home\b|\bsessions?\b|shared folder|\bTODO\b", text, re.IGNORECASE
    )


def test_the_changelog_knows_this_version() -> None:
    from builder import __version__

    assert f"## [{__version__}]" in CHANGELOG


# ---- the README of a rendered tree ----


def readme_of(name: str) -> str:
    return tree_readme(build_model(load_config(None, CONFIGS[name])), _tree(name)).decode()


@pytest.mark.parametrize("name", CONFIGS)
def test_every_file_of_a_tree_is_named_once_and_explained(name: str) -> None:
    folders = reading_order(_tree(name))
    named = [(folder.path, file.name) for folder in folders for file in folder.files]
    assert len(named) == len(set(named))
    shown = set()
    for folder in folders:
        for file in folder.files:
            assert file.text, f"{folder.path}/{file.name} does not say what it is"
            stem = file.name.partition(",")[0]
            prefix = "" if folder.path == "." else f"{folder.path}/"
            shown |= {prefix + stem} | ({prefix + stem[:-1] + "h"} if "," in file.name else set())
    expected = {
        path
        for path in _tree(name)
        if not path.endswith(".md") and not path.startswith("user/bin/")
    }
    assert shown == expected


@pytest.mark.parametrize("name", CONFIGS)
def test_the_commands_in_a_trees_readme_are_in_its_makefile(name: str) -> None:
    targets = makefile_targets(_tree(name)["Makefile"].decode())
    for words in commands(readme_of(name)):
        assert words[0] == "make"
        assert {word for word in words[1:] if "=" not in word} <= targets


@pytest.mark.parametrize("name", CONFIGS)
def test_a_trees_readme_names_its_system_calls_and_no_others(name: str) -> None:
    model = build_model(load_config(None, CONFIGS[name]))
    rows = re.findall(r"^- (\d+), `", readme_of(name), re.MULTILINE)
    assert rows == [str(call.number) for call in model.syscalls]


@pytest.mark.parametrize("name", CONFIGS)
def test_the_files_that_a_trees_readme_proposes_to_change_are_there(name: str) -> None:
    for path in re.findall(r"^- In `([^`]+)`", readme_of(name), re.MULTILINE):
        assert path in _tree(name)


def test_what_begins_a_folder_is_there() -> None:
    from builder.reading import FOLDERS

    every = set().union(*map(_tree, CONFIGS))
    for folder, _, first in FOLDERS:
        for name in first:
            assert (name if folder == "." else f"{folder}/{name}") in every


def test_a_header_is_named_with_its_c_file() -> None:
    files = {"lib/a.c": b"/* lib/a.c: one. */", "lib/a.h": b"", "lib/b.h": b"/* lib/b.h: two. */"}
    (folder,) = reading_order(files)
    assert [(file.name, file.text) for file in folder.files] == [("a.c, .h", "one"), ("b.h", "two")]


def test_a_folder_without_a_place_in_the_order_is_noticed() -> None:
    with pytest.raises(AssertionError, match="nowhere"):
        reading_order({"nowhere/file.c": b""})


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b"/* a/b.c: what it is. */\nint x;", "what it is"),
        (b"; a/b.asm: one thing. And another.\n", "one thing"),
        (b"# a/b.mk: see SDM 3A 6.15 for more\n", "see SDM 3A 6.15 for more"),
        (b"int main(void);\n", ""),
        (b"", ""),
        (b"\x7fELF\x01\x01\xff", ""),
    ],
)
def test_a_file_says_what_it_is_in_its_first_sentence(line: bytes, text: str) -> None:
    assert description(line) == text
