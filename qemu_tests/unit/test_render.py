"""The rendered trees: pure, tidy, and with nothing in them that they do not need."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from builder.config import load_config
from builder.errors import BuildError, FileError, UserError
from builder.model.kernel import build_model
from builder.patience import BACKSTOP_S
from builder.render import c_string, column, hexadecimal, render_tree, used_constants, write_tree
from builder.resources import data_dir

LINES_MAX = 300
# Of C and NASM in the default tree, without comments and blank lines. About 2,500 is the aim.
TREE_LINES_MAX = 3530
CONSTANT_FILES = ("include/constants.h", "include/constants.inc")

EXEC = (
    *("kernel.step=linux", "host.streams=true"),
    *("programs.suite=none", "tss.io_bitmap=false"),
)
TREES = {
    "int80": ("kernel.step=int80",),
    "int80 bare": ("kernel.step=int80", "tss.io_bitmap=false"),
    "int80 cpus": ("kernel.step=int80", "cpu.count=2"),
    "sysenter": ("kernel.step=sysenter",),
    "sysenter per-switch": ("kernel.step=sysenter", "sysenter.stack=per-switch"),
    "sysenter esp0-word": ("kernel.step=sysenter", "sysenter.stack=esp0-word", "cpu.count=8"),
    "default": (),
    "bare": ("tss.io_bitmap=false", "sysenter.stack=per-switch"),
    "random": ("vsyscall.address=random", "cpu.count=4"),
    "int80 checks": ("kernel.step=int80", "programs.suite=checks"),
    "sysenter checks": ("kernel.step=sysenter", "programs.suite=checks"),
    "checks": ("programs.suite=checks", "cpu.count=2"),
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


@pytest.fixture(scope="module")
def default_tree() -> Tree:
    return _rendered(())


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
    long = {path for path, text in tree.items() if text.count("\n") > LINES_MAX}
    # Lists with some lines for each program, of which the suite "checks" has a hundred, or for
    # each system call, of which step `linux` has more.
    lists = {"Makefile", "README.md", "kernel/programs.asm"} if "kernel/checks.h" in tree else set()
    if "vdso/clock.c" in tree:
        lists |= {"README.md", "include/constants.h", "user/include/sys.h"}
        lists |= {"sys/calls.h", "sys/table.c"}
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


def test_the_default_tree_can_be_read_in_an_evening(default_tree: Tree) -> None:
    sources = {p: t for p, t in default_tree.items() if p.endswith((".c", ".h", ".asm", ".inc"))}
    code = "\n".join(_code(path, text) for path, text in sources.items())
    assert sum(1 for line in code.split("\n") if line.strip()) <= TREE_LINES_MAX


# ---- nothing but what this kernel has ----


def test_no_option_is_left_to_the_preprocessor(tree: Tree) -> None:
    conditional = re.compile(r"^\s*[#%]\s*(if|ifdef|ifndef|elif|else)\b")
    found = [place for place, line in _lines(tree) if conditional.match(line)]
    # What depends on the size of the kernel is known to the assembler only.
    by_size = re.compile(r"boot/disk\.asm:")
    assert [place for place in found if not by_size.match(place)] == []


# Configuration -> words that may stand in no code of its tree: they belong to what it has not.
FOREIGN = {
    "int80 bare": r"(?i)sysenter|sysexit|vsyscall|sysinfo|auxv|\bmsr_|apic|\bsmp|ioperm|io_bitmap_",
    "int80": r"(?i)sysenter|sysexit|vsyscall|sysinfo|auxv|\bmsr_|apic|\bsmp",
    "sysenter": r"(?i)vsyscall|sysinfo|auxv|apic|\bsmp|per.switch|esp0.word",
    "sysenter per-switch": r"(?i)vsyscall|sysinfo|auxv|apic|\bsmp|emergency",
    "default": r"(?i)random_page|apic|\bsmp|per.switch|esp0.word|sysenter_stub"
    r"|fork|preempt|kernel_lock|fpu_|\bspace_|\barea_|files_|signal_",
    "bare": r"(?i)apic|\bsmp|emergency|ioperm|io_bitmap_",
    "random": r"(?i)\bVSYSCALL_ADDR\b",
    "processes": r"(?i)apic|\bsmp|tlb_obey|page_map\b.*process|elf_load\b.*directory",
    "processes bare": r"(?i)apic|\bsmp|ioperm|io_bitmap_",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_no_code_speaks_of_what_this_kernel_has_not(name: str) -> None:
    tree = _rendered(TREES[name])
    found = [
        f"{path}: {word}"
        for path, text in tree.items()
        if path.endswith((".c", ".h", ".asm", ".inc"))
        for word in re.findall(rf"\w*(?:{FOREIGN[name][4:]})\w*", _code(path, text), re.IGNORECASE)
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
    assert all(path.suffix == ".j2" for path in data_dir("templates").rglob("*") if path.is_file())


def test_no_plain_file_is_hidden_by_a_template_of_its_layer() -> None:
    for template in _templates():
        relative = template.relative_to(data_dir("templates")).with_suffix("")
        assert not (data_dir("kernel_src") / relative).exists(), relative


def test_every_layer_and_file_is_used_by_some_tree() -> None:
    used: set[str] = set()
    suites = ("demo", "checks")
    configs = [
        overrides if "host.streams=true" in overrides else (*overrides, f"programs.suite={s}")
        for overrides in TREES.values()
        for s in suites
    ]
    for overrides in configs:
        used |= set(build_model(load_config(None, overrides)).layers)
    there = {p.name for name in ("templates", "kernel_src") for p in data_dir(name).iterdir()}
    assert there - used <= {"_docs", "yardstick", "echo", "none"}


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
from builder.config import load_config
from builder.render import render_tree
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
        (tmp_path / name / "int80").mkdir(parents=True)
    (tmp_path / "templates" / "int80" / "a.c.j2").write_text("{{ model.no_such_thing }}\n")
    monkeypatch.setattr("builder.render.data_dir", lambda name: tmp_path / name)
    with pytest.raises(BuildError, match="no_such_thing") as caught:
        render_tree(load_config(None, ["kernel.step=int80"]))
    assert caught.value.where == "templates/*/a.c.j2"


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
