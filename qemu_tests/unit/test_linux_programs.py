"""The test programs: the table of what is run, and how a program is compiled and kept."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from builder.errors import BuildError, DebianUnavailableError, ToolError
from builder.linux.debian import PACKAGES, Unpacked
from qemu_tests.linux import expectations, fetched, keys, record
from qemu_tests.linux.build_programs import PROGRAMS, Compiler, build_program, build_runner
from qemu_tests.linux.cases import Case, cases
from qemu_tests.linux.initramfs import APPLETS, NEEDED, list_text
from qemu_tests.linux.libcs import LIBCS, Libc, compiler_arguments, find_libc

SCRIPTS = PROGRAMS.parent / "scripts"
# A C library of nothing: the program brings its own start.
BARE = Libc("bare", (), ("-static", "-fno-pie", "-no-pie"), (), (), ())
SOURCE = """#include "answer.h"
void _start(void)
{
    __asm__ volatile("int $0x80" : : "a"(1), "b"(ANSWER));
}
"""


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of its own, and an empty cache."""
    monkeypatch.setenv("TINYGATE_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "answer.h").write_text("#define ANSWER 42\n")
    (folder / "small.c").write_text(SOURCE)
    return folder / "small.c"


def test_a_program_is_compiled_once_and_kept(source: Path) -> None:
    program = build_program(source, BARE, {}, Compiler())
    assert program.name.startswith("small-bare-") and os.access(program, os.X_OK)
    assert program.read_bytes()[:5] == b"\x7fELF\x01"
    before = program.stat()
    assert build_program(source, BARE, {}, Compiler()) == program
    assert program.stat() == before
    assert [path.name for path in program.parent.iterdir()] == [program.name]


@pytest.mark.parametrize("name", ["small.c", "answer.h"])
def test_a_change_makes_another_program(source: Path, name: str) -> None:
    before = build_program(source, BARE, {}, Compiler())
    path = source.parent / name
    path.write_text(path.read_text().replace("42", "43") + "/* changed */\n")
    assert build_program(source, BARE, {}, Compiler()) != before


def test_another_version_of_a_package_makes_another_program(source: Path) -> None:
    with_headers = Libc("bare", ("some/headers",), BARE.flags, (), ())
    one, two = (
        {"some": Unpacked("some", "some", version, source.parent)} for version in ("1", "2")
    )
    programs = {build_program(source, with_headers, each, Compiler()) for each in (one, two, one)}
    assert len(programs) == 2


@pytest.mark.parametrize(
    ("old", "new"), [("ANSWER)", "NOTHING)"), ("void _start", "int unused(int x) {}\nvoid _start")]
)
def test_errors_and_warnings_are_refused(source: Path, old: str, new: str) -> None:
    source.write_text(SOURCE.replace(old, new))
    with pytest.raises(BuildError, match="small-bare does not compile cleanly") as caught:
        build_program(source, BARE, {}, Compiler(werror=True))
    assert "small.c" in caught.value.why and "gcc" in caught.value.where
    assert not list((source.parents[1] / "cache" / "programs").iterdir())


def test_a_warning_is_an_error_only_where_that_is_asked_for(source: Path) -> None:
    source.write_text(SOURCE.replace("void _start", "int unused(int x) {}\nvoid _start"))
    built = build_program(source, BARE, {}, Compiler(werror=False))
    assert built.exists()
    with pytest.raises(BuildError):
        build_program(source, BARE, {}, Compiler(werror=True))


def test_a_compiler_that_is_not_there_is_a_tool_error(source: Path) -> None:
    with pytest.raises(ToolError, match="no-such-gcc"):
        build_program(source, BARE, {}, Compiler("no-such-gcc"))


def test_without_debian_tests_are_skipped_for_one_reason_that_is_looked_for_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    attempts = []

    def offline() -> None:
        attempts.append("fetch")
        raise DebianUnavailableError("what", why="no network", fix="`tinygate fetch`")

    monkeypatch.setenv("TINYGATE_CACHE", str(tmp_path))
    monkeypatch.setattr(fetched, "needed_packages", offline)
    fetched.why_not.cache_clear()
    request.addfinalizer(fetched.why_not.cache_clear)
    reasons = set()
    for names in (["sash"], ["musl-dev", "sash"]):
        with pytest.raises(pytest.skip.Exception) as caught:
            fetched.fetched(names)
        reasons.add(str(caught.value))
    assert reasons == {"needs packages of Debian 12: no network; `tinygate fetch`"}
    assert attempts == ["fetch"]
    stored = tmp_path / "debian" / "sash"
    stored.mkdir(parents=True)
    fields = {"package": "sash", "version": "3", "release": "bookworm"}
    (stored / "package.json").write_text(json.dumps(fields))
    assert fetched.fetched(["sash"])["sash"].version == "3"


def test_the_runner_is_static_and_needs_no_library(source: Path) -> None:
    assert source
    runner = build_runner(Compiler())
    done = subprocess.run(["readelf", "-lS", runner], capture_output=True, text=True, check=True)
    assert "INTERP" not in done.stdout and "DYNAMIC" not in done.stdout


def test_every_case_has_a_name_of_its_own_and_a_source() -> None:
    found = cases()
    names = [case.name for case in found]
    assert len(set(names)) == len(names)
    used = {case.program.name for case in found if case.program}
    assert used == {path.stem for path in PROGRAMS.glob("*.c")}
    scripts = {Path(case.argv[-1]).name for case in found if "/scripts/" in case.argv[-1]}
    assert scripts == {path.name for path in SCRIPTS.iterdir()}


def test_programs_of_one_group_are_the_same_program() -> None:
    groups: dict[str, set[str]] = {}
    for case in cases():
        groups.setdefault(case.group, set()).add(case.program.name if case.program else case.name)
    assert all(len(names) == 1 for names in groups.values())


def test_every_package_needed_can_be_fetched() -> None:
    assert set(NEEDED) <= {wanted.name for wanted in PACKAGES}


def test_the_applets_are_sorted_and_each_there_once() -> None:
    assert list(APPLETS) == sorted(set(APPLETS))


def test_the_list_says_what_the_runner_reads() -> None:
    case = Case("a-b", "a", ("/bin/a", "two words", ""))
    assert list_text([case]).splitlines() == [
        "test a-b",
        "arg /bin/a",
        "arg two words",
        "arg ",
        "env PATH=/bin",
        "env HOME=/",
        "env LANG=C",
        "stdin /tests/empty",
        "run",
    ]


@pytest.mark.parametrize("name", [libc.name for libc in LIBCS])
def test_the_compiler_looks_nowhere_but_into_the_packages(name: str, tmp_path: Path) -> None:
    libc = find_libc(name)
    packages = {each: Unpacked(each, each, "1", tmp_path / each) for each in libc.packages}
    arguments = compiler_arguments(libc, packages, [Path("a.c")], tmp_path / "gcc")
    assert "-nostdinc" in arguments and "-nostdlib" in arguments
    paths = [word for word in arguments if word.startswith("/")]
    assert paths and all(path.startswith(str(tmp_path)) for path in paths)


def test_a_library_comes_before_the_c_library_that_it_calls() -> None:
    plain, with_lua = find_libc("glibc"), find_libc("glibc", "lua")
    assert with_lua.libraries[1:] == plain.libraries and "lua" in with_lua.libraries[0]
    assert set(with_lua.packages) - set(plain.packages) == {"liblua5.4-dev"}
    with pytest.raises(KeyError):
        find_libc("glibc", "none")


def test_everything_that_is_run_is_recorded() -> None:
    groups = {case.group for case in cases()}
    files = {path.name for path in expectations.FOLDER.glob("*.json")}
    others = {expectations.VERSIONS, expectations.KEYS}
    assert files == {f"{group}.json" for group in groups} | others
    assert set(expectations.load_keys()) == set(keys.PARTS)
    for group in groups:
        names = {case.name for case in cases() if case.group == group}
        assert set(expectations.load(group)) == names


def test_every_program_that_a_script_calls_was_there() -> None:
    for path in expectations.FOLDER.glob("*.json"):
        if path.name != expectations.KEYS:  # there somebody types a command that there is not
            assert "not found" not in path.read_text(), path.name


def test_recording_writes_what_differs_and_removes_what_is_no_longer_made(tmp_path: Path) -> None:
    record.write({"a.json": "1", "b.json": "2"}, tmp_path)
    assert record.differences({"a.json": "1", "b.json": "3", "c.json": ""}, tmp_path) == [
        "b.json",
        "c.json",
    ]
    record.write({"a.json": "1"}, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize(("name", "status"), [("versions.json", 0), ("ids.json", 1)])
def test_a_check_is_about_what_programs_did_and_not_about_the_compiler(
    name: str, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = {path.name: path.read_text() for path in expectations.FOLDER.glob("*.json")}
    monkeypatch.setattr(record, "record", lambda *_: {**kept, name: "{}"})
    assert record.main(["--check"]) == status
    out, err = capsys.readouterr()
    assert out == ("ids.json\n" if status else "")
    assert ("versions.json" in err) is (status == 0)


def test_a_recording_that_is_not_the_same_twice_is_refused() -> None:
    record.require_same({"a": "same\n"}, {"a": "same\n"})
    with pytest.raises(Exception, match="not the same twice: b") as caught:
        record.require_same({"a": "1\n", "b": "x\n1\n"}, {"a": "1\n", "b": "x\n2\n"})
    assert str(getattr(caught.value, "why", "")) == "-1\n+2"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("@begin a\n@out 6\n", "cannot be read"),
        ("@begin a\n@out 66\n", "broke off in a"),
        ("nothing at all", "broke off in no program"),
    ],
)
def test_a_recording_that_is_not_whole_is_refused(text: str, what: str) -> None:
    with pytest.raises(Exception, match=what):
        record.whole_report(text)
