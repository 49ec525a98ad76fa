"""The documentation and a rendered tree's README: what they say is true, their commands work."""

import itertools
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_group

from builder.bench import report
from builder.bench.figures import Row, Value
from builder.bench.linux_figures import MEMORY
from builder.bench.null_call import null_call, straight
from builder.cli import docs
from builder.cli.app import app
from builder.cli.guard import EXIT_CODE_HELP
from builder.config.load import load_config
from builder.config.step import Step
from builder.errors import ExitCode, UserError
from builder.model.kernel import build_model
from builder.tools import tested
from builder.tree.readme import FOLLOW, description, place, reading_order, tree_readme
from builder.tree.render import render_tree
from builder.tree.step_page import LAST_OF_THE_LESSON
from builder.tree.user_programs import check_user_program

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = docs.read_pages(ROOT)
EVERY_PAGE = "".join(PAGES.values())
README = PAGES["README.md"]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
MARKDOWN = {**PAGES, "CHANGELOG.md": CHANGELOG}
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
LAB_MAKEFILE = (ROOT / "templates/_labs/Makefile.j2").read_text()
CONFIGS = {
    "default": [],
    "int80": ["kernel.step=int80"],
    "sysenter": ["kernel.step=sysenter"],
    "robust": ["kernel.step=robust"],
    "processes": ["kernel.step=processes"],
    "linux": ["kernel.step=linux"],
    "linux, checks": ["kernel.step=linux", "programs.suite=checks", "cpu.count=2"],
    "processes, checks": ["kernel.step=processes", "programs.suite=checks", "cpu.count=2"],
    "default, checks": ["programs.suite=checks"],
    "robust, checks": [
        "kernel.step=robust",
        "programs.suite=checks",
        "cpu.count=2",
        "vsyscall.address=random",
        "sysenter.stack=esp0-word",
    ],
}
README_LINES_MAX = 150
OWN_TARGETS = ("help", "mutants", "calls", "setup", "clean", "distclean")  # no verb of tinygate
MAKE_VARIABLES = (
    *("STEP", "EMULATOR", "CONFIG", "SET", "ARGS", "QUICK", "PYTHON", "TOOLS", "CALLS", "SEED"),
)


@cache
def _tree(name: str) -> dict[str, bytes]:
    return render_tree(load_config(None, CONFIGS[name]))


def fenced(language: str, text: str) -> str:
    """All blocks of a language, one after the other."""
    return "".join(re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL))


def without_blocks(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def commands(text: str) -> Iterator[list[str]]:
    """The words of every command in sh blocks, and of `make ...` and `tinygate ...` in the text."""
    lines = fenced("sh", text).splitlines()
    lines += re.findall(r"`((?:make|tinygate) [^`]+)`", without_blocks(text))
    for line in lines:
        for part in re.split(r"&&| \| ", line):
            if words := shlex.split(part, comments=True):
                yield words


# One page says each, and often several do.
COMMANDS = [list(words) for words in dict.fromkeys(map(tuple, commands(EVERY_PAGE)))]


def links(path: str) -> list[str]:
    """What a page links to or shows, but for other places of the web."""
    text = re.sub(r"`[^`]*`", "code", without_blocks(MARKDOWN[path]))
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]


def anchors(text: str) -> set[str]:
    """The headings of a page as GitHub names them in links."""
    headings = re.findall(r"^#+ (.*)$", without_blocks(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def leads_somewhere(path: str, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = ((ROOT / path).parent / name).resolve() if name else ROOT / path
    if not anchor:
        return target.exists()
    return target.is_file() and anchor in anchors(target.read_text(encoding="utf-8"))


def test_a_link_that_leads_nowhere_is_seen() -> None:
    good = ["way.md", "way.svg", "reading.md#what-a-step-adds", "../README.md", "#documentation"]
    bad = ["no.md", "reading.md#no", "no.md#what-a-step-adds", "#no", "../docs.md"]
    assert [link for link in good + bad if leads_somewhere("docs/README.md", link)] == good


@cache
def rendered_pages() -> dict[str, str]:
    return docs.render_pages(PAGES)


def copy_pages(folder: Path) -> None:
    for path, text in PAGES.items():
        (folder / path).parent.mkdir(exist_ok=True, parents=True)
        (folder / path).write_text(text, encoding="utf-8")


def makefile_targets(text: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9]+):", text, re.MULTILINE))


@cache
def tinygate_group() -> Any:
    return get_group(app)


def check_tinygate(words: list[str]) -> None:
    """The verb is there and takes these arguments, if there are any; nothing is run."""
    if words == ["--install-completion"]:
        assert app._add_completion
        return
    command = tinygate_group().commands[words[0]]
    if len(words) > 1:
        command.make_context(words[0], words[1:])


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_can_be_given(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    name, *rest = words
    monkeypatch.chdir(ROOT)
    if name == "tinygate":
        check_tinygate(rest)
    elif name == "make":
        given = dict(word.split("=", 1) for word in rest if "=" in word)
        (target,) = [word for word in rest if "=" not in word]
        if target in ("check", "hint", "watch"):  # in a lab's folder
            assert target in makefile_targets(LAB_MAKEFILE)
            assert set(given) <= {"TINYGATE"}
            return
        assert target in makefile_targets(MAKEFILE)
        assert set(given) <= set(MAKE_VARIABLES)
        overrides = [f"kernel.step={given['STEP']}"] if "STEP" in given else []
        load_config(None, overrides + shlex.split(given.get("SET", "").replace('"', '\\"')))
        if target not in OWN_TARGETS:
            check_tinygate([target, *shlex.split(given.get("ARGS", ""))])
    elif name == "python":
        assert rest[0] == "-m" and find_spec(rest[1])
        assert set(rest[2:]) <= {"--figures", "-"}
    elif name == "pytest":
        assert (ROOT / rest[0]).is_file() and rest[1:] == ["--update-golden"]
    elif name == "dask":
        command = import_module(f"distributed.cli.dask_{rest[0]}").main
        known = {option for each in command.params for option in each.opts}
        assert {word for word in rest if word.startswith("--")} <= known
    elif name == ".ci/run":
        assert os.access(ROOT / name, os.X_OK)
    else:
        assert name in ("cd", "dd", "gcc", "printf", "(sleep", "sort"), (
            f"{name}: a command that no test tries"
        )


def test_there_are_commands_to_try() -> None:
    assert ["make", "run"] in COMMANDS and ["make", "test"] in COMMANDS
    assert len(COMMANDS) > 15


@pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc: apt-get install gcc")
def test_the_program_in_docs_is_one_that_the_kernel_loads(tmp_path: Path) -> None:
    page = PAGES["docs/own.md"]
    (tmp_path / "mine.c").write_text(fenced("c", page), encoding="utf-8")
    (line,) = [words for words in commands(page) if words[0] == "gcc"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr
    check_user_program((tmp_path / "mine").read_bytes(), "mine")


@pytest.mark.parametrize("path", PAGES)
def test_the_rendered_parts_of_a_page_are_current(path: str) -> None:
    assert rendered_pages()[path] == PAGES[path], "run `python -m builder.cli.docs`"


def test_readme_is_short_enough_to_be_read() -> None:
    assert README.count("\n") <= README_LINES_MAX


def test_the_figures_of_the_bench_go_between_their_markers() -> None:
    pages = docs.render_pages(PAGES, "| figure |\n")
    expected = "<!-- begin figures -->\n\n| figure |\n\n<!-- end figures -->"
    assert expected in pages["docs/figures.md"]
    assert docs.render_pages(pages) == pages


def test_the_figures_beside_debians_kernel_have_markers_of_their_own() -> None:
    figures = report.markdown([Row(MEMORY, Value(4), Value(33))], report.BESIDE_DEBIAN)
    text = docs.render_pages(PAGES, figures)["docs/figures.md"]
    assert f"<!-- begin figures-linux -->\n\n{figures}\n<!-- end figures-linux -->" in text
    ours, _, _ = PAGES["docs/figures.md"].partition("## Beside Debian's kernel")
    assert text.startswith(ours)


MARKS = "<!-- begin words -->\n<!-- end words -->\n"


@pytest.mark.parametrize(
    ("marks", "name"),
    [
        ("", "words"),
        ("<!-- begin words -->\n", "words"),
        ("<!-- end words -->\n<!-- begin words -->\n", "words"),
        (MARKS * 2, "words"),
        (MARKS + MARKS.replace("words", "word"), "word"),
    ],
)
def test_markers_that_are_not_there_once_are_an_error(marks: str, name: str) -> None:
    others = "".join(
        MARKS.replace("words", part) for part in (*docs.PARTS, *docs.FIGURES) if part != "words"
    )
    docs.check_markers({"a.md": others, "b.md": MARKS})
    with pytest.raises(UserError, match=f"markers of the part '{name}'"):
        docs.check_markers({"a.md": others, "b.md": marks})


def test_a_part_may_hold_what_a_regular_expression_would_read() -> None:
    text = docs.put_part("<!-- begin x -->\nold\n<!-- end x -->", "x", r"\1 \g<0>")
    assert text == "<!-- begin x -->\n\n\\1 \\g<0>\n<!-- end x -->"


def test_a_bar_in_a_cell_is_no_column() -> None:
    assert docs.table(("a",), [("x|y",)]) == "| a |\n| --- |\n| x\\|y |\n"


def test_docs_writes_what_has_changed_and_check_only_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy_pages(tmp_path)
    page = tmp_path / "docs" / "commands.md"
    page.write_text(page.read_text().replace("| 0 | done", "| 7 | done"), encoding="utf-8")
    monkeypatch.setattr(docs, "checkout_dir", lambda: tmp_path)
    assert docs.main(["--check"]) == 1
    assert "docs/commands.md: out of date" in capsys.readouterr().out
    assert not (tmp_path / "docs" / "way.svg").exists()
    assert docs.main([]) == 0
    assert "docs/way.svg: written" in capsys.readouterr().out
    assert docs.read_pages(tmp_path) == PAGES
    assert docs.main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_docs_takes_the_figures_from_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_pages(tmp_path)
    (tmp_path / "figures").write_text("| n |\n", encoding="utf-8")
    monkeypatch.setattr(docs, "checkout_dir", lambda: tmp_path)
    assert docs.main(["--figures", str(tmp_path / "figures")]) == 0
    assert "| n |" in docs.read_pages(tmp_path)["docs/figures.md"]


def test_every_exit_code_is_documented() -> None:
    assert set(ExitCode) <= {code for code, _ in EXIT_CODE_HELP}


def test_every_step_is_explained() -> None:
    for step in Step:
        assert f"| `{step}` |" in README


@pytest.mark.parametrize("path", MARKDOWN)
def test_every_link_leads_somewhere(path: str) -> None:
    assert [link for link in links(path) if not leads_somewhere(path, link)] == []


def test_every_page_is_reached_from_the_index() -> None:
    index = {(ROOT / "docs" / link).resolve() for link in links("docs/README.md")}
    pages = {ROOT / path for path in PAGES if path.startswith("docs/")}
    assert pages - index == {ROOT / "docs" / "README.md"}


@pytest.mark.parametrize("path", [path for path in PAGES if path.startswith("docs/")])
def test_readme_leads_to_every_page_but_those_of_the_steps(path: str) -> None:
    assert path in links("README.md") or path.startswith("docs/steps/")


def test_every_picture_is_shown() -> None:
    shown = {(ROOT / path).parent / link for path in PAGES for link in links(path)}
    assert set((ROOT / "docs").glob("*.svg")) <= shown


def test_every_file_that_is_named_is_there() -> None:
    named = set(re.findall(r"`((?:[a-z_]+/)+[a-z0-9_]+\.(?:asm|c|h|py|inc))`", EVERY_PAGE))
    assert len(named) > 8
    in_a_tree = set().union(*map(_tree, CONFIGS))
    assert {path for path in named - in_a_tree if not (ROOT / path).is_file()} == set()


def test_the_map_names_every_folder_and_no_other() -> None:
    mapped = re.findall(r"^\| `([\w./]+/)` \|", PAGES["CONTRIBUTING.md"], re.MULTILINE)
    assert {name for name in mapped if not (ROOT / name).is_dir()} == set()
    known = {name.split("/")[0] for name in mapped}
    listed = subprocess.run(
        ["git", "ls-files", "*/*"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert {line.split("/")[0] for line in listed.stdout.split("\n") if line} <= known


def test_the_boot_in_readme_is_of_the_default_kernel() -> None:
    shown = fenced("text", README)
    config = load_config(None, ())
    suite = build_model(config).suite
    assert f"config {config.digest}" in shown
    results = re.findall(r"^ok (\d+) - (.*)$", shown, re.MULTILINE)
    assert len(results) > 1
    for number, title in results:
        assert suite[int(number) - 1].title == title
    assert f"suite finished: {len(suite)} passed, 0 failed" in shown
    assert f"verdict: pass: {len(suite)} tests ok" in shown


def test_the_count_of_tests_in_readme_is_one_that_was_recorded() -> None:
    (shown,) = re.findall(r"^(\d+) passed, (\d+) skipped in (\d+) s$", README, re.MULTILINE)
    parts = [part for record in tested.load() for part in record.parts if part.tests and part.ok]
    recorded = [(part.tests.passed, part.tests.skipped, part.seconds) for part in parts]
    assert tuple(map(int, shown)) in recorded


@pytest.mark.parametrize("path", MARKDOWN)
def test_nothing_of_the_workshop_shows(path: str) -> None:
    assert not re.search(
        r"(?<!\w)/work\b|/tmp\b|/home\b|\bsessions?\b|shared folder|\bTODO\b",
        MARKDOWN[path],
        re.IGNORECASE,
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


LESSON = tuple(step.value for step in Step if step <= LAST_OF_THE_LESSON)
FOLLOWED_MAX = 8  # files that a reader has open at once


@pytest.mark.parametrize("step", LESSON)
def test_the_files_of_one_getpid_are_there_and_few(step: str) -> None:
    tree = render_tree(load_config(None, [f"kernel.step={step}"]))
    paths = [stop.path for stop in FOLLOW[step]]
    assert set(paths) <= set(tree) and len(set(paths)) == len(paths) <= FOLLOWED_MAX
    shown = re.findall(r"^(\d+)\. `([^`]+)` \(", tree["README.md"].decode(), re.MULTILINE)
    assert shown == [(str(n), path) for n, path in enumerate(paths, start=1)]


@pytest.mark.parametrize("step", LESSON)
def test_the_files_of_one_getpid_name_the_numbers_that_are_said_of_them(step: str) -> None:
    """Where a file has numbers in its comments, they are those that the README names."""
    tree = render_tree(load_config(None, [f"kernel.step={step}"]))
    numbered = 0
    for stop in FOLLOW[step]:
        text = tree[stop.path].decode()
        if in_head := re.findall(r"^;   (\d)  ", text, re.MULTILINE):
            assert stop.numbers == f"{in_head[0]} to {in_head[-1]}"
            numbered += 1
    assert numbered == 1, "the entry point has them"


def test_the_proof_has_no_such_list() -> None:
    assert set(FOLLOW) == set(LESSON)
    assert "Follow one getpid" not in readme_of("robust")


def test_what_begins_a_folder_is_there() -> None:
    from builder.tree.readme import FOLDERS

    every = set().union(*map(_tree, CONFIGS))
    for folder, _, first in FOLDERS:
        for name in first:
            assert (name if folder == "." else f"{folder}/{name}") in every


def test_a_header_is_named_with_its_c_file() -> None:
    files = {"lib/a.c": b"/* lib/a.c: one. */", "lib/a.h": b"", "lib/b.h": b"/* lib/b.h: two. */"}
    (folder,) = reading_order(files)
    assert [(file.name, file.text) for file in folder.files] == [("a.c, .h", "one"), ("b.h", "two")]


def test_a_header_that_begins_a_folder_is_named_before_its_c_file() -> None:
    files = {"proc/process.c": b"/* proc/process.c: made. */", "proc/process.h": b""}
    (folder,) = reading_order(files)
    assert [file.name for file in folder.files] == ["process.h", "process.c"]


def test_a_folder_without_a_place_in_the_order_is_noticed() -> None:
    with pytest.raises(AssertionError, match="nowhere"):
        reading_order({"nowhere/file.c": b""})


def test_reading_order_is_that_of_the_folders_then_of_their_first_files_then_of_names() -> None:
    paths = ["boot/start.asm", "cpu/gdt.c", "cpu/tss.c", "cpu/a.c", "cpu/b.c", "sys/table.c"]
    paths += ["include/structs.h", "Makefile", "kernel.ld", "README.md", "nowhere/file.c"]
    assert sorted(reversed(paths), key=place) == paths


# ---- the pages of the steps ----

STEP_PAGES = sorted(path for path in PAGES if path.startswith("docs/steps/"))
STEP_WORDS = range(300, 601)


def words_of(page: str) -> int:
    """Of the prose: without blocks, tables and headings."""
    lines = without_blocks(page).splitlines()
    return sum(len(line.split()) for line in lines if not line.startswith(("|", "#", "<!--")))


def test_each_way_from_step_to_step_has_its_page() -> None:
    for old, new in itertools.pairwise(Step):
        assert f"docs/steps/{old}-{new}.md" in STEP_PAGES


@pytest.mark.parametrize("path", STEP_PAGES)
def test_a_page_of_a_step_is_of_two_steps_that_follow_each_other(path: str) -> None:
    old, new = Path(path).stem.split("-")
    assert Step(new).position == Step(old).position + 1
    assert PAGES[path].startswith(f"# From {old} to {new}\n")
    assert words_of(PAGES[path]) in STEP_WORDS
    headings = re.findall(r"^## (.*)$", PAGES[path], re.MULTILINE)
    assert {"What to look at first", "What to try"} <= set(headings)


@pytest.mark.parametrize("path", STEP_PAGES)
def test_a_page_of_a_step_names_files_of_its_steps(path: str) -> None:
    trees = [
        render_tree(load_config(None, [f"kernel.step={step}"]))
        for step in Path(path).stem.split("-")
    ]
    named = re.findall(r"`((?:[a-z_]+/)+[a-z0-9_]+\.(?:asm|c|h|inc))`", PAGES[path])
    assert len(named) > 5
    assert set(named) <= set(trees[0]) | set(trees[1])


def test_a_null_call_is_counted_in_the_sources() -> None:
    source = """; x.asm: made up
start:                  ; here
    push eax
.inner:
    sysenter            ; comes back at the next label
    int  0x80
.back:
    pop  eax

    ret
    nop
"""
    assert straight(source, "start") == 4
    assert straight(source, ".back") == 2


def test_a_null_call_is_as_long_as_the_page_says() -> None:
    costs = [
        null_call(step, render_tree(load_config(None, [f"kernel.step={step}"]))).total
        for step in LESSON
    ]
    text = PAGES["docs/steps/sysenter-vsyscall.md"]
    assert f"| all | {' | '.join(map(str, costs))} |" in text
    assert f"That is {costs[2]}, where `int 0x80` needs {costs[0]}" in text


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


def test_calls_that_are_said_to_be_absent_are_not_there() -> None:
    text = PAGES["docs/linux.md"].partition("These calls are -ENOSYS")[2].partition("\n\n")[0]
    absent = re.findall(r"`(\w+)`", text)
    assert len(absent) > 20
    there = {call.name for call in build_model(load_config(None, CONFIGS["linux"])).syscalls}
    assert set(absent) & there == set()
