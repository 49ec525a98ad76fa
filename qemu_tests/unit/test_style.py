"""How the kernel's sources look, in the repository and in every kind of rendered tree.

clang-format looks after the C files (.ci/run); what it does not see, or does not know, is here.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from builder.config.load import load_config
from builder.config.step import STEPS
from builder.tree.render import render_tree

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = 100
TREES = {
    **{step: f"kernel.step={step}" for step in STEPS},
    **{f"checks, {step}": f"programs.suite=checks kernel.step={step}" for step in STEPS},
    "linux, 4 CPUs, random page": "kernel.step=linux cpu.count=4 vsyscall.address=random",
    "processes, 4 CPUs, random page": "kernel.step=processes cpu.count=4 vsyscall.address=random",
    "4 CPUs": "kernel.step=robust cpu.count=4",
    "per-switch": "kernel.step=robust sysenter.stack=per-switch",
    "esp0-word": "kernel.step=robust sysenter.stack=esp0-word",
    "random page": "kernel.step=robust vsyscall.address=random",
    "no I/O bitmap": "kernel.step=robust tss.io_bitmap=false",
    "checks, 4 CPUs": "kernel.step=robust programs.suite=checks cpu.count=4",
    "exec": "kernel.step=linux host.streams=true programs.suite=none tss.io_bitmap=false",
    "exec, traced, 2 CPUs": (
        "kernel.step=linux host.streams=true host.trace=true programs.suite=none cpu.count=2"
    ),
}
SOURCES = ("kernel_src", "templates")
# Columns of a code line in NASM: a comment stands here, or further on behind a longer instruction.
COMMENT_COLUMN = 44
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`")
MNEMONIC = (
    r"(?:mov|push|pop|add|sub|and|or|xor|cmp|test|inc|dec|jmp|j[a-z]{1,2}|call|ret|int|iretd|hlt)\b"
)


@cache
def files_of(origin: str) -> dict[str, str]:
    """The text files of a folder of the repository, or of the tree rendered for a name of TREES."""
    if origin in SOURCES:
        paths = sorted(path for path in (ROOT / origin).rglob("*") if path.is_file())
        return {path.relative_to(ROOT).as_posix(): path.read_text() for path in paths}
    config = load_config(None, TREES[origin].split())
    return {path: data.decode() for path, data in render_tree(config).items()}


def lines_of(origin: str) -> Iterator[tuple[str, str]]:
    """Each line, with the `path:number` to report it by."""
    for path, text in files_of(origin).items():
        for number, line in enumerate(text.split("\n"), 1):
            yield f"{path}:{number}", line


def is_make(place: str) -> bool:
    name = place.partition(":")[0].removesuffix(".j2").rpartition("/")[2]
    return name == "Makefile" or name.endswith(".mk")


def is_nasm(place: str) -> bool:
    return place.partition(":")[0].removesuffix(".j2").endswith((".asm", ".inc"))


def code_and_comment(line: str) -> tuple[str, str]:
    """A line of NASM without its strings, cut at its comment."""
    plain = QUOTED.sub(lambda match: "q" * len(match[0]), line)
    code, mark, comment = plain.partition(";")
    return code, mark + comment


@pytest.mark.parametrize("origin", [*SOURCES, *TREES])
def test_lines_fit_the_columns(origin: str) -> None:
    assert [place for place, line in lines_of(origin) if len(line) > COLUMNS] == []


@pytest.mark.parametrize("origin", [*SOURCES, *TREES])
def test_tabs_are_only_in_makefiles(origin: str) -> None:
    assert [place for place, line in lines_of(origin) if "\t" in line and not is_make(place)] == []


@pytest.mark.parametrize("origin", [*SOURCES, *TREES])
def test_no_line_ends_in_blanks(origin: str) -> None:
    assert [place for place, line in lines_of(origin) if line != line.rstrip()] == []


@pytest.mark.parametrize("origin", [*SOURCES, *TREES])
def test_files_end_in_one_newline(origin: str) -> None:
    # A part that only some kernels fill may be empty in the others.
    texts = {path: text for path, text in files_of(origin).items() if text}
    assert [path for path, text in texts.items() if not re.search(r"[^\n]\n\Z", text)] == []


@pytest.mark.parametrize("origin", [*SOURCES, *TREES])
def test_nasm_has_one_instruction_on_a_line(origin: str) -> None:
    found = []
    for place, line in lines_of(origin):
        if is_nasm(place) and not line.startswith(("%", "{")):
            code, _ = code_and_comment(line)
            # Nor behind a label, nor behind another.
            if re.search(rf"^[%.\w]+:\s*{MNEMONIC}|^\s+{MNEMONIC}.*\s{MNEMONIC}", code):
                found.append(place)
    assert found == []


@pytest.mark.parametrize("origin", TREES)
def test_comments_behind_instructions_stand_in_one_column(origin: str) -> None:
    found = []
    for place, line in lines_of(origin):
        code, comment = code_and_comment(line)
        if is_nasm(place) and comment and code.startswith("    ") and code.strip():
            at = max(COMMENT_COLUMN, len(code.rstrip()) + 1)
            if len(code) != at:
                found.append(place)
    assert found == []


@pytest.mark.parametrize("origin", TREES)
def test_sources_begin_with_their_path(origin: str) -> None:
    found = []
    for path, text in files_of(origin).items():
        mark = "/* " if path.endswith((".c", ".h")) else "; "
        is_source = path.endswith((".c", ".h", ".asm", ".inc"))
        if is_source and not text.startswith(f"{mark}{path}: "):
            found.append(path)
    assert found == []


@pytest.mark.parametrize("origin", TREES)
def test_the_first_sentence_is_whole_on_the_first_line(origin: str) -> None:
    # It is what README.md of the tree says of the file.
    found = []
    for path, text in files_of(origin).items():
        first = text.partition("\n")[0]
        is_source = path.endswith((".c", ".h", ".asm", ".inc"))
        if is_source and not re.search(r"[.?](?: \*/)?$|[.?] ", first):
            found.append(path)
    assert found == []
