"""The rendered trees: pure, tidy, and with nothing in them that they do not need."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from builder.bench.lines import step_lines
from builder.boot.patience import BACKSTOP_S
from builder.config.load import load_config
from builder.config.step import STEPS
from builder.errors import BuildError, FileError, UserError
from builder.model.budgets import LINES_MAX
from builder.model.kernel import build_model
from builder.model.layers import folder_of
from builder.tools.resources import data_dir
from builder.tree.render import (
    c_string,
    column,
    hexadecimal,
    render_tree,
    used_constants,
    write_tree,
)

FILE_LINES_MAX = 300
CONSTANT_FILES = ("include/constants.h", "include/constants.inc")

EXEC = (
    *("kernel.step=linux", "host.streams=true"),
    *("programs.suite=none", "tss.io_bitmap=false"),
)
TREES = {
    "int80": ("kernel.step=int80",),
    "sysenter": ("kernel.step=sysenter",),
    "vsyscall": ("kernel.step=vsyscall",),
    "int80 checks": ("kernel.step=int80", "programs.suite=checks"),
    "sysenter checks": ("kernel.step=sysenter", "programs.suite=checks"),
    "vsyscall checks": ("kernel.step=vsyscall", "programs.suite=checks"),
    "robust": ("kernel.step=robust",),
    "robust cpus": ("kernel.step=robust", "cpu.count=2"),
    "per-switch": ("kernel.step=robust", "sysenter.stack=per-switch"),
    "esp0-word": ("kernel.step=robust", "sysenter.stack=esp0-word", "cpu.count=8"),
    "bare": ("kernel.step=robust", "tss.io_bitmap=false", "sysenter.stack=per-switch"),
    "random": ("kernel.step=robust", "vsyscall.address=random", "cpu.count=4"),
    "echo": ("kernel.step=robust", "programs.suite=echo"),
    "checks": ("kernel.step=robust", "programs.suite=checks", "cpu.count=2"),
    "processes": ("kernel.step=processes",),
    "processes cpus": ("kernel.step=processes", "cpu.count=4", "vsyscall.address=random"),
    "processes bare": ("kernel.step=processes", "tss.io_bitmap=false"),
    "linux": ("kernel.step=linux",),
    "linux cpus": ("kernel.step=linux", "cpu.count=4", "vsyscall.address=random"),
    "linux bare": ("kernel.step=linux", "tss.io_bitmap=false", "programs.suite=none"),
    "linux checks": ("kernel.step=linux", "programs.suite=checks", "cpu.count=2"),
    "exec": EXEC,
    "exec trace": (*EXEC, "host.trace=true", "cpu.count=2"),
    "processes checks": ("kernel.step=processes", "programs.suite=checks", "cpu.count=2"),
}
Tree = dict[str, str]


def _rendered(overrides: tuple[str, ...]) -> Tree:
    return {path: data.decode() for path, data in render_tree(load_config(None, overrides)).items()}


@pytest.fixture(scope="module", params=[*TREES.values()], ids=[*TREES])
def tree(request: pytest.FixtureRequest) -> Tree:
    return _rendered(request.param)


def _lines(tree: Tree) -> Iterator[tuple[str, str]]:
    """Every line of code with its place, `path:number`; README.md is text."""
    for path, text in tree.items():
        if path == "README.md":
            continue
        for number, line in enumerate(text.split("\n"), start=1):
            yield f"{path}:{number}", line


def _code(path: str, text: str) -> str:
    """C or NASM without comments and strings."""
    comment = r";[^\n]*" if path.endswith((".asm", ".inc")) else r"/\*.*?\*/"
    return re.sub(rf'{comment}|"[^"\n]*"', " ", text, flags=re.DOTALL)


# ---- form ----


def test_no_file_is_too_long(tree: Tree) -> None:
    long = {path for path, text in tree.items() if text.count("\n") > FILE_LINES_MAX}
    # Lists with some lines for each program, of which the suite "checks" has a hundred, or for
    # each system call, of which step `linux` has more.
    lists = {"Makefile", "README.md", "kernel/programs.asm"} if "kernel/checks.h" in tree else set()
    if "vdso/clock.c" in tree:
        lists |= {"README.md", "include/constants.h", "user/include/sys.h"}
        lists |= {"sys/calls.h", "sys/table.c"}
        # Each is one thing: to split it takes more lines than the step's budget has left.
        lists |= {"proc/futex.c", "sys/sockets.c"}
    assert long <= lists


def test_every_byte_is_ascii_and_no_line_ends_in_cr(tree: Tree) -> None:
    assert [place for place, line in _lines(tree) if not line.isascii() or "\r" in line] == []


def test_every_file_says_first_what_it_is(tree: Tree) -> None:
    starts = {".c": "/* ", ".h": "/* ", ".asm": "; ", ".inc": "; ", ".ld": "/* ", ".map": "/* "}
    for path, text in tree.items():
        if path == "README.md":
            continue
        opening = starts.get(PurePosixPath(path).suffix, "# ")
        assert text.startswith(f"{opening}{path}: "), path


def test_nothing_was_left_by_the_templates(tree: Tree) -> None:
    left = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|\bUndefined\b|<built-in|\bNone\b|object at 0x")
    found = [place for place, line in _lines(tree) if left.search(line)]
    allowed = re.compile(r"\}\}[;,)]|\{\{")  # nested C initialisers
    lines = dict(_lines(tree))
    assert [place for place in found if not allowed.search(lines[place])] == []


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_no_larger_than_its_budget(step: str) -> None:
    size = step_lines(step)
    assert size.lines <= size.budget


def test_every_budget_is_of_a_step() -> None:
    assert tuple(LINES_MAX) == STEPS


# ---- nothing but what this kernel has ----


def test_no_option_is_left_to_the_preprocessor(tree: Tree) -> None:
    conditional = re.compile(r"^\s*[#%]\s*(if|ifdef|ifndef|elif|else)\b")
    found = {place: line for place, line in _lines(tree) if conditional.match(line)}
    # What depends on the size of the kernel is known to the assembler only; and a loop of NASM's
    # makes the small kernels' entry points.
    allowed = re.compile(r"boot/(disk|bootsect)\.asm:|entry/traps\.asm:\d+%if .* >> vector\b")
    assert [place for place, line in found.items() if not allowed.match(place + line)] == []


# Configuration -> words that may stand in no code of its tree: they belong to what it has not.
MANY_CPUS = r"apic|\bsmp|per.switch|esp0.word"
# What begins with robust: options, several programs at once, interrupts, input.
PROOF = (
    rf"{MANY_CPUS}|\bcpus\b|ioperm|io_bitmap|double_fault|timer|irq|\bpic_"
    r"|sched_yield|sys_read\b|queue|random_page"
)
PROCESSES = r"fork|preempt|kernel_lock|fpu_|\bspace_|\barea_|files_|signal_"
FOREIGN = {
    "int80": rf"sysenter|sysexit|vsyscall|sysinfo|auxv|\bmsr_|emergency|{PROOF}|{PROCESSES}",
    "sysenter": rf"vsyscall|sysinfo|auxv|emergency|{PROOF}|{PROCESSES}",
    "vsyscall": rf"{PROOF}|{PROCESSES}",
    "robust": rf"random_page|{MANY_CPUS}|sysenter_stub|{PROCESSES}",
    "robust cpus": rf"per.switch|esp0.word|{PROCESSES}",
    "per-switch": r"apic|\bsmp|emergency",
    "bare": r"apic|\bsmp|emergency|ioperm|io_bitmap_",
    "random": r"\bVSYSCALL_ADDR\b",
    "processes": r"apic|\bsmp|tlb_obey|page_map\b.*process|elf_load\b.*directory",
    "processes bare": r"apic|\bsmp|ioperm|io_bitmap_",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_no_code_speaks_of_what_this_kernel_has_not(name: str) -> None:
    tree = _rendered(TREES[name])
    found = [
        f"{path}: {word}"
        for path, text in tree.items()
        if path.endswith((".c", ".h", ".asm", ".inc"))
        for word in re.findall(rf"\w*(?:{FOREIGN[name]})\w*", _code(path, text), re.IGNORECASE)
    ]
    # The CPU's feature bits are shown by name, whether the kernel uses them or not.
    assert [each for each in found if "CPUID_" not in each] == []


def test_every_constant_is_used_by_its_language(tree: Tree) -> None:
    for header, suffixes in zip(CONSTANT_FILES, ((".c", ".h"), (".asm", ".inc")), strict=True):
        users = (_code(p, text) for p, text in tree.items() if p.endswith(suffixes) and p != header)
        words = {word for text in users for word in re.findall(r"\w+", text)}
        names = re.findall(r"^[#%]define (\w+)", tree[header], re.MULTILINE)
        assert names, header
        assert [name for name in names if name not in words] == [], header


def test_every_constant_that_nasm_uses_is_defined(tree: Tree) -> None:
    """The compiler finds those of C; NASM would take them for symbols of other files."""
    known = re.findall(r"^%define (\w+)", "\n".join(tree.values()), re.MULTILINE)
    known += re.findall(r"^(\w+)\s+equ\b", "\n".join(tree.values()), re.MULTILINE)
    known += re.findall(r"^%(?:macro|assign) (\w+)", "\n".join(tree.values()), re.MULTILINE)
    for path, text in tree.items():
        if path.endswith((".asm", ".inc")) and not path.startswith("boot/"):
            words = set(re.findall(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b", _code(path, text)))
            local = set(re.findall(r"^\s*(?:extern|global) (\w+)", text, re.MULTILINE))
            assert words - set(known) - local == set(), path


def test_every_included_file_is_there(tree: Tree) -> None:
    standard = {"stdarg.h", "stddef.h", "stdint.h"}
    for path, text in tree.items():
        quoted = re.findall(r'^[#%]include "([^"]+)"', text, re.MULTILINE)
        assert set(quoted) <= set(tree), path
        assert set(re.findall(r"^#include <([^>]+)>", text, re.MULTILINE)) <= standard, path


def test_every_header_is_included(tree: Tree) -> None:
    everything = "\n".join(tree.values())
    headers = [path for path in tree if path.endswith((".h", ".inc"))]
    assert [path for path in headers if f'include "{path}"' not in everything] == []


def test_no_header_is_included_twice_by_a_file(tree: Tree) -> None:
    for path, text in tree.items():
        includes = re.findall(r"^[#%]include (.+)$", text, re.MULTILINE)
        assert len(includes) == len(set(includes)), path


def test_no_two_sources_make_the_same_object(tree: Tree) -> None:
    sources = [PurePosixPath(path) for path in tree if path.endswith((".c", ".asm"))]
    objects = [path.with_suffix(".o") for path in sources]
    assert len(objects) == len(set(objects))


def test_the_tree_tells_nothing_of_where_and_when_it_was_made(tree: Tree) -> None:
    private = re.compile(rf"{re.escape(str(Path.home()))}/|/tmp/|\b20[0-9]{{2}}-[0-9]{{2}}-")
    found = [place for place, line in _lines(tree) if private.search(line)]
    assert [place for place in found if not place.startswith("Makefile")] == []


# ---- templates ----


def _templates() -> list[Path]:
    return sorted(data_dir("templates").rglob("*.j2"))


@pytest.mark.parametrize("path", _templates(), ids=lambda p: "/".join(p.parts[-3:]))
def test_templates_keep_to_the_rules(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"default\(|is defined|is undefined|\{%-|-%\}|\{\{-|-\}\}", text)
    depth = 0
    for word in re.findall(r"\{% *(if|endif)\b", text):
        depth += 1 if word == "if" else -1
        assert depth <= 2, "nested conditions: a variant is a file"


def test_templates_are_named_after_what_they_make() -> None:
    # The style and the script of a page are written as they are; so is a page without a table.
    as_they_are = (".css", ".js", ".md")
    files = [path for path in data_dir("templates").rglob("*") if path.is_file()]
    docs = data_dir("templates") / "_docs"
    others = [path for path in files if path.suffix != ".j2"]
    assert all(path.is_relative_to(docs) and path.suffix in as_they_are for path in others)


def test_no_plain_file_is_hidden_by_a_template_of_its_layer() -> None:
    for template in _templates():
        relative = template.relative_to(data_dir("templates")).with_suffix("")
        assert not (data_dir("kernel_src") / relative).exists(), relative


def test_every_layer_and_file_is_used_by_some_tree() -> None:
    used: set[str] = set()
    for overrides in TREES.values():
        used |= set(build_model(load_config(None, overrides)).layers)
        if "host.streams=true" not in overrides:
            checks = load_config(None, (*overrides, "programs.suite=checks"))
            used |= set(build_model(checks).layers)
    folders = (
        *(f"{folder_of(layer)}/" for layer in used),
        "_docs/",
        "_labs/",
        "yardstick/",
        "rules/",
    )
    files = [
        path.relative_to(data_dir(name)).as_posix()
        for name in ("templates", "kernel_src")
        for path in data_dir(name).rglob("*")
        if path.is_file()
    ]
    assert [file for file in files if not file.startswith(folders)] == []


# ---- filters ----


def test_filters() -> None:
    assert column("ab", 4) == "ab  "
    assert (hexadecimal(255, 8), hexadecimal(16)) == ("0x000000ff", "0x10")
    assert c_string('a"b\\c?\n\x7f') == r'"a\042b\134c\077\012\177"'
    assert c_string("ä0") == r'"\303\2440"'


def test_used_constants_drops_names_and_empty_groups() -> None:
    groups = build_model(load_config(None)).constants
    kept = used_constants(groups, "x = PAGE_SIZE + XPAGE_USER;")
    assert [c.name for group in kept for c in group.constants] == ["PAGE_SIZE"]


# ---- purity ----

DIGESTS = """
import hashlib, sys
from builder.config.load import load_config
from builder.tree.render import render_tree
for overrides in sys.argv[1:]:
    for path, data in render_tree(load_config(None, overrides.split())).items():
        print(path, hashlib.sha256(data).hexdigest())
"""


def _digests(root: Path, folder: Path, seed: str) -> str:
    folder.mkdir()
    environment = {
        **os.environ,
        "PYTHONHASHSEED": seed,
        "PYTHONPATH": str(root),
        "HOME": str(folder),
    }
    argv = [sys.executable, "-c", DIGESTS, *(" ".join(overrides) for overrides in TREES.values())]
    done = subprocess.run(
        argv,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=BACKSTOP_S,
        check=True,
    )
    return done.stdout


def test_two_folders_and_two_hash_seeds_give_the_same_bytes(
    project_root: Path, tmp_path: Path
) -> None:
    one = _digests(project_root, tmp_path / "a", "1")
    assert one.count("\n") > 100 * len(TREES) / 2
    assert one == _digests(project_root, tmp_path / "another folder", "4242")


# ---- user's programs, broken templates ----


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "kernel.toml").write_text('[programs]\nfiles = ["gone"]\n')
    with pytest.raises(UserError) as caught:
        render_tree(load_config(tmp_path / "kernel.toml"))
    assert str(tmp_path / "gone") in caught.value.where
    assert caught.value.why == "No such file or directory"


# What other CPUs may be changing at the same time.
COMMON = r"\bgroup\b|clock_|time_now|limit_of|file_of|process_(?:find|next)|inode|space->"


@pytest.mark.parametrize("step", ["processes", "linux"])
def test_what_a_call_without_the_kernel_lock_uses_is_the_callers_own(step: str) -> None:
    overrides = (f"kernel.step={step}",)
    code = "\n".join(text for path, text in _rendered(overrides).items() if path.endswith(".c"))
    calls = build_model(load_config(None, overrides)).syscalls
    names = [call.name for call in calls if call.is_private]
    bodies = {
        name: body.group(1)
        for name in names
        if (body := re.search(rf"^long sys_{name}\([^;{{]*\)\n\{{\n(.*?)^\}}", code, re.M | re.S))
    }
    assert "getpid" in bodies
    assert {name for name, body in bodies.items() if re.search(COMMON, body)} == set()


def test_a_template_with_a_name_that_does_not_exist_is_a_build_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("templates", "kernel_src"):
        (tmp_path / name / "steps" / "int80").mkdir(parents=True)
    (tmp_path / "templates" / "steps" / "int80" / "a.c.j2").write_text(
        "{{ model.no_such_thing }}\n"
    )
    monkeypatch.setattr("builder.tree.render.data_dir", lambda name: tmp_path / name)
    with pytest.raises(BuildError, match="no_such_thing") as caught:
        render_tree(load_config(None, ["kernel.step=int80"]))
    assert caught.value.where == "templates/**/a.c.j2"


# ---- writing ----


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    files = {"a/b.c": b"1\n", "c.h": b"2\n"}
    assert write_tree(files, tmp_path) == 2
    before = {path: (tmp_path / path).stat().st_mtime_ns for path in files}
    os.utime(tmp_path / "c.h", ns=(1, 1))
    assert write_tree(files, tmp_path) == 0
    assert (tmp_path / "c.h").stat().st_mtime_ns == 1
    assert write_tree({**files, "c.h": b"3\n"}, tmp_path) == 1
    assert (tmp_path / "c.h").read_bytes() == b"3\n"
    assert (tmp_path / "a/b.c").stat().st_mtime_ns == before["a/b.c"]
    assert (tmp_path / "a/b.c").stat().st_mode & 0o777 == 0o644


def test_what_no_longer_belongs_goes_with_its_object(tmp_path: Path) -> None:
    write_tree({"a/b.c": b"1\n", "c.h": b"2\n"}, tmp_path)
    (tmp_path / "obj/a").mkdir(parents=True)
    (tmp_path / "obj/a/b.o").touch()
    (tmp_path / "own-notes.txt").touch()
    assert write_tree({"c.h": b"2\n"}, tmp_path) == 1
    assert not (tmp_path / "a/b.c").exists() and not (tmp_path / "obj/a/b.o").exists()
    assert (tmp_path / "own-notes.txt").exists(), "a file that is not ours"


def test_a_folder_in_the_way_is_a_file_error_and_leaves_no_half_file(tmp_path: Path) -> None:
    (tmp_path / "a.c").mkdir()
    with pytest.raises(FileError) as caught:
        write_tree({"a.c": b"1\n"}, tmp_path)
    assert "a.c" in caught.value.where
    assert [path.name for path in tmp_path.iterdir()] == ["a.c"]


def test_a_file_in_the_way_of_a_folder_is_a_file_error(tmp_path: Path) -> None:
    (tmp_path / "cpu").touch()
    with pytest.raises(FileError):
        write_tree({"cpu/a.c": b"1\n"}, tmp_path)
