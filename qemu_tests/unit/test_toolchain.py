"""Finding tools, judging them by trying, and installing packages only with leave."""

import os
import shlex
import shutil
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from builder.errors import ExitCode, ToolError
from builder.tools import doctor, packages, toolchain
from builder.tools import tool as toolspecs
from builder.tools.packages import Consent, Manager, install, managers
from builder.tools.tool import Need, ToolSpec, find_tool, version_of
from builder.tools.toolchain import Compiler, require, try_compiler

APT = managers("x86_64")[0]


def fake_tool(folder: Path, name: str, body: str) -> Path:
    """A shell script that plays a tool."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("CC", raising=False)
    return folder


# ---- versions ----


@pytest.mark.parametrize(
    ("spec", "text", "version"),
    [
        (toolspecs.NASM, "NASM version 2.16.01 compiled on Jan  1 2023", (2, 16, 1)),
        (toolspecs.NASM, "NASM version 2.14", (2, 14)),
        (toolspecs.MAKE, "GNU Make 4.3\nBuilt for x86_64-pc-linux-gnu", (4, 3)),
        (
            toolspecs.QEMU,
            "QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)",
            (7, 2, 22),
        ),
        (toolspecs.GDB, "GNU gdb (Debian 13.1-3) 13.1", (13, 1)),
        (toolspecs.GDB, "GNU gdb (Ubuntu 12.1-0ubuntu1~22.04.2) 12.1\nCopyright", (12, 1)),
        (toolspecs.LINKER, "GNU ld (GNU Binutils for Debian) 2.40", (2, 40)),
        (toolspecs.LINKER, "Debian LLD 14.0.6 (compatible with GNU linkers)", (14, 0, 6)),
        (toolspecs.CLANG, "Debian clang version 14.0.6", (14, 0, 6)),
        (toolspecs.MAKE, "bmake 20200710", ()),
    ],
)
def test_version_is_read_as_numbers(spec: ToolSpec, text: str, version: tuple[int, ...]) -> None:
    assert version_of(text, spec.version_pattern) == version


def test_versions_compare_as_numbers(tools: Path) -> None:
    spec = ToolSpec("x", "does x", ("x",), minimum=(2, 10))
    fake_tool(tools, "x", "echo version 2.9")
    assert find_tool(spec).status == "too old"
    fake_tool(tools, "x", "echo version 2.10")
    assert find_tool(spec).ok
    fake_tool(tools, "x", "echo version 10.0")
    assert find_tool(spec).ok


# ---- finding ----


def test_missing_tool(tools: Path) -> None:
    assert tools.is_dir()
    tool = find_tool(toolspecs.NASM)
    assert (tool.status, tool.path) == ("missing", "")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("exit 1", "no output"),
        ("echo hello", "hello"),
        ("echo version 2.16; exit 3", "version 2.16"),
    ],
)
def test_tool_that_does_not_say_its_version(tools: Path, body: str, word: str) -> None:
    fake_tool(tools, "nasm", body)
    tool = find_tool(toolspecs.NASM)
    assert tool.status == "unusable"
    assert word in tool.detail


def test_tool_that_is_no_program(tools: Path) -> None:
    (tools / "nasm").write_bytes(b"\0\1\2\3")
    (tools / "nasm").chmod(0o755)
    tool = find_tool(toolspecs.NASM)
    assert tool.status == "unusable"
    assert "cannot be started" in tool.detail


def test_tool_that_hangs(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolspecs, "TIMEOUT_S", 0.05)
    fake_tool(tools, "nasm", "while :; do :; done")
    tool = find_tool(toolspecs.NASM)
    assert tool.status == "unusable"
    assert "said nothing" in tool.detail


def test_tool_without_the_capability(tools: Path) -> None:
    fake_tool(
        tools,
        "qemu-system-i386",
        'test "$1" = --version && echo version 7.2.0 || { echo no such; false; }',
    )
    tool = find_tool(toolspecs.QEMU)
    assert tool.status == "unusable"
    assert "isa-debug-exit" in tool.detail and "no such" in tool.detail


def test_second_name_is_taken_if_the_first_is_of_no_use(tools: Path) -> None:
    fake_tool(tools, "make", "echo bmake")
    fake_tool(tools, "gmake", "echo GNU Make 4.4")
    assert find_tool(toolspecs.MAKE).path == str(tools / "gmake")


def test_require_names_all_that_is_missing_and_the_command(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "find_manager", lambda: APT)
    fake_tool(tools, "make", "echo GNU Make 3.81")
    with pytest.raises(ToolError) as caught:
        require(toolspecs.NASM, toolspecs.MAKE, toolspecs.QEMU)
    text = str(caught.value)
    assert "nasm is missing" in text and "make is too old" in text and "4.0 or later" in text
    assert (
        "apt-get install -y --no-install-recommends nasm make qemu-system-x86" in caught.value.fix
    )
    assert caught.value.exit_code == ExitCode.TOOL


# ---- the compiler ----

GCC = shutil.which("gcc")
needs_gcc = pytest.mark.skipif(not GCC, reason="gcc is missing: apt-get install gcc")


@needs_gcc
def test_real_compiler_passes_the_trial() -> None:
    compiler = toolchain.find_compiler()
    assert compiler.version > (4,)
    assert Path(compiler.ld).exists() and Path(compiler.objcopy).exists()
    assert shlex.split(compiler.make_value) == list(compiler.command)


@needs_gcc
def test_compiler_for_another_machine_is_refused() -> None:
    assert "cannot compile for i386" in str(try_compiler(["gcc", "-m64"]))


def test_compiler_without_binutils(tools: Path) -> None:
    fake_tool(tools, "gcc", "exit 0")
    assert "binutils" in str(try_compiler(["gcc"]))


def test_compiler_that_writes_nothing(tools: Path) -> None:
    for name in ("gcc", "ld", "objcopy"):
        fake_tool(tools, name, "exit 0")
    assert "cannot compile" in str(try_compiler(["gcc"]))


ELF = r"\177ELF\001\001\001" + r"\000" * 9 + r"\001\000\003\000"
WRITES = {  # name of a tool -> what it does that works
    "gcc": f"test \"$1\" = --version && echo gcc 9.1.0 || printf '{ELF}' > trial.o",
    "ld": f"printf '{ELF}' > trial.elf",
    "objcopy": f"printf '{ELF}' > trial.stripped",
}


def fake_tool_chain(folder: Path, prefix: str = "", **others: str) -> None:
    """A compiler, a linker and an objcopy that work, but for those whose body is given."""
    for name, body in {**WRITES, **others}.items():
        fake_tool(folder, prefix + name, body)


def test_linker_that_cannot_link(tools: Path) -> None:
    fake_tool_chain(tools, ld="echo unrecognised emulation mode: elf_i386; exit 1")
    result = try_compiler(["gcc"])
    assert "cannot link" in str(result) and "elf_i386" in str(result)


def test_objcopy_that_cannot_strip(tools: Path) -> None:
    fake_tool_chain(tools, objcopy="echo file format not recognized; exit 1")
    result = try_compiler(["gcc"])
    assert "cannot strip" in str(result) and "not recognized" in str(result)


def test_cross_compiler_comes_before_the_native_one_and_brings_its_own_linker(tools: Path) -> None:
    for prefix in ("i686-elf-", ""):
        fake_tool_chain(tools, prefix)
    compiler = toolchain.find_compiler()
    assert compiler == Compiler(
        (str(tools / "i686-elf-gcc"),),
        (9, 1, 0),
        str(tools / "i686-elf-ld"),
        str(tools / "i686-elf-objcopy"),
    )


def test_linker_of_a_cross_compiler_is_beside_it_whatever_its_version(tools: Path) -> None:
    elsewhere = tools.parent / "cross"
    elsewhere.mkdir()
    fake_tool_chain(tools, gcc="exit 1")
    fake_tool_chain(elsewhere, "i586-own-")
    (elsewhere / "i586-own-gcc").rename(elsewhere / "i586-own-gcc-13.2")
    fake_tool(tools, "ccache", 'exec "$@"')
    compiler = try_compiler(["ccache", str(elsewhere / "i586-own-gcc-13.2")])
    assert isinstance(compiler, Compiler)
    assert compiler.ld == str(elsewhere / "i586-own-ld")
    assert compiler.objcopy == str(elsewhere / "i586-own-objcopy")


def test_other_binutils_are_taken_if_the_plain_ones_are_of_no_use(tools: Path) -> None:
    fake_tool_chain(tools, ld="echo mold: unknown linker script token; exit 1")
    (tools / "objcopy").unlink()
    fake_tool(tools, "ld.lld", WRITES["ld"])
    fake_tool(tools, "llvm-objcopy", WRITES["objcopy"])
    compiler = try_compiler(["gcc"])
    assert isinstance(compiler, Compiler)
    assert compiler.ld == str(tools / "ld.lld")
    assert compiler.objcopy == str(tools / "llvm-objcopy")


def test_given_compiler_is_the_only_one_tried(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tools.is_dir()
    monkeypatch.setenv("CC", "ccache mycc -O1")
    assert toolchain.compiler_commands()[0] == ("ccache", "mycc", "-O1")
    with pytest.raises(ToolError) as caught:
        toolchain.find_compiler()
    assert "mycc" in caught.value.where and "gcc -m32" not in caught.value.why
    assert toolchain.compiler_commands("clang")[-1] == ("clang", "--target=i386")
    assert "install" not in caught.value.fix  # it is the choice that is wrong


def test_compiler_that_is_no_command_line() -> None:
    with pytest.raises(ToolError, match="not a command"):
        toolchain.find_compiler("gcc '")


def test_identity_changes_with_a_tool(tools: Path) -> None:
    before = toolchain.identity()
    fake_tool(tools, "nasm", "echo 1")
    added = toolchain.identity()
    os.utime(tools / "nasm", ns=(0, 0))
    touched = toolchain.identity()
    assert len({before, added, touched}) == 3
    assert toolchain.identity({**os.environ, "CC": "clang"}) != touched


# ---- packages ----

Calls = list[tuple[tuple[str, ...], Mapping[str, str]]]


def installer(
    statuses: Sequence[int] = (),
) -> tuple[Calls, "type[object]"]:
    """A recorder in the place of the package manager; statuses are those of its `install` calls."""
    calls: Calls = []
    left = list(statuses)

    def run(command: Sequence[str], environment: Mapping[str, str]) -> int:
        calls.append((tuple(command), environment))
        return left.pop(0) if "install" in command and left else 0

    return calls, run  # type: ignore[return-value]


def consent(**changes: object) -> Consent:
    """A user on no terminal, not root, with sudo, who has said nothing; changed by `changes`."""
    plain = {"yes": False, "ci": False, "root": False, "terminal": False, "sudo": True}

    def must_not_ask(question: str) -> bool:
        raise AssertionError(f"asked: {question}")

    return Consent(**{**plain, "ask": must_not_ask, **changes})  # type: ignore[arg-type]


@pytest.fixture
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """APT's package lists, present."""
    (tmp_path / "deb_Packages.lz4").write_text("")
    monkeypatch.setattr(packages, "APT_LISTS", tmp_path)
    monkeypatch.setattr(packages, "_is_root", lambda: False)
    return tmp_path


INSTALL_NASM = ("apt-get", "install", "-y", "--no-install-recommends", "nasm")


@pytest.mark.parametrize(
    ("user", "prefix"),
    [
        ({"root": True}, ()),
        ({"yes": True}, ("sudo", "-n")),
        ({"ci": True}, ("sudo", "-n")),
        ({"yes": True, "terminal": True}, ("sudo",)),
        ({"terminal": True, "ask": lambda question: "nasm" in question}, ("sudo",)),
    ],
)
def test_installs_with_leave(lists: Path, user: dict[str, object], prefix: tuple[str, ...]) -> None:
    assert lists.is_dir()
    calls, run = installer()
    install(["nasm"], consent(**user), manager=APT, run=run)  # type: ignore[arg-type]
    ((command, environment),) = calls
    assert command[: len(prefix)] == prefix
    assert command[-5:] == INSTALL_NASM
    assert environment["DEBIAN_FRONTEND"] == "noninteractive"
    # sudo drops the environment
    assert not prefix or "DEBIAN_FRONTEND=noninteractive" in command


@pytest.mark.parametrize(
    "user",
    [
        {},
        {"terminal": True, "ask": lambda _question: False},
        {"yes": True, "sudo": False},
        {"ci": True, "sudo": False},
    ],
)
def test_prints_the_command_without_leave(lists: Path, user: dict[str, object]) -> None:
    assert lists.is_dir()
    calls, run = installer()
    with pytest.raises(ToolError) as caught:
        install(["nasm", "gdb"], consent(**user), manager=APT, run=run)  # type: ignore[arg-type]
    assert calls == []
    assert caught.value.fix == "sudo " + shlex.join([*INSTALL_NASM, "gdb"])
    assert caught.value.exit_code == ExitCode.TOOL


def test_updates_first_when_there_are_no_lists(lists: Path) -> None:
    (lists / "deb_Packages.lz4").unlink()
    calls, run = installer()
    install(["nasm"], consent(root=True), manager=APT, run=run)  # type: ignore[arg-type]
    assert [command[:2] for command, _ in calls] == [("apt-get", "update"), ("apt-get", "install")]


def test_updates_and_tries_again_when_lists_are_stale(lists: Path) -> None:
    assert lists.is_dir()
    calls, run = installer([100, 0])
    install(["nasm"], consent(root=True), manager=APT, run=run)  # type: ignore[arg-type]
    assert [command[1] for command, _ in calls] == ["install", "update", "install"]


def test_installer_that_fails(lists: Path) -> None:
    assert lists.is_dir()
    _, run = installer([100, 100])
    with pytest.raises(ToolError, match="installing nasm failed") as caught:
        install(["nasm"], consent(root=True), manager=APT, run=run)  # type: ignore[arg-type]
    assert "100" in caught.value.why


def test_nothing_to_install_does_nothing() -> None:
    calls, run = installer()
    install([], consent(), manager=APT, run=run)  # type: ignore[arg-type]
    assert calls == []


def test_homebrew_never_gets_sudo() -> None:
    calls, run = installer()
    brew = next(manager for manager in managers("arm64") if manager.program == "brew")
    install(["cc"], consent(yes=True), manager=brew, run=run)  # type: ignore[arg-type]
    assert calls[0][0] == ("brew", "install", "i686-elf-gcc")


def test_every_manager_knows_every_tool() -> None:
    names = [tool.name for tool in toolchain.survey()] + ["venv"]
    nowhere = {("brew", "debootstrap"), ("brew", "chromium"), ("pacman", "bochs")}
    nowhere |= {("brew", "bubblewrap")}  # Linux makes its sandbox
    for machine in ("x86_64", "aarch64"):
        for manager in managers(machine):
            lacks = {name for name in names if not manager.packages([name])}
            assert {(manager.program, name) for name in lacks} <= nowhere


def test_debian_elsewhere_than_on_x86_gets_the_cross_compiler() -> None:
    foreign: Manager = managers("aarch64")[0]
    assert foreign.packages(["cc", "ld", "objcopy"]) == (
        "gcc-i686-linux-gnu",
        "binutils-i686-linux-gnu",
    )


def test_unknown_system_gets_the_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "find_manager", lambda: None)
    with pytest.raises(ToolError) as caught:
        install(["nasm", "qemu"], consent(root=True))
    assert "nasm qemu-system-x86" in caught.value.fix


# ---- doctor ----


def test_doctor_says_what_is_missing_and_how_to_get_it(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "find_manager", lambda: APT)
    fake_tool(tools, "nasm", "echo NASM version 2.13.02")
    found = doctor.examine()
    text = doctor.as_text(found)
    assert doctor.status_of(found) == ExitCode.TOOL
    assert "too old" in text and "2.13.2" in text and "2.14 or later is needed" in text
    assert "gcc -m32: not found" in text
    assert (
        "apt-get install -y --no-install-recommends gcc binutils nasm make qemu-system-x86\n"
        in text
    )
    data = doctor.as_data(found)
    assert data["ok"] is False
    assert {tool["name"]: tool["status"] for tool in data["tools"]}["nasm"] == "too old"


def test_missing_optional_tools_are_no_failure() -> None:
    for need, word in ((Need.TEST, "make test"), (Need.ALL, "optional")):
        tool = toolspecs.Tool("gdb", "make debug", need, "missing")
        assert doctor.status_of([doctor.python_row(), tool]) == ExitCode.OK
        assert word in doctor.as_text([tool])
    tool = toolspecs.Tool("qemu", "boots", Need.RUN, "missing")
    assert doctor.status_of([doctor.python_row(), tool]) == ExitCode.TOOL


def test_doctor_says_what_each_purpose_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "find_manager", lambda: APT)
    monkeypatch.setattr(packages, "_is_root", lambda: True)
    missing = {"nasm": Need.RUN, "gdb": Need.TEST, "host-cc": Need.TEST}
    text = doctor.as_text([toolspecs.Tool(name, "", missing[name], "missing") for name in missing])
    assert "for make run:\n  apt-get install -y --no-install-recommends nasm\n" in text
    assert text.endswith(
        "for make test:\n  apt-get install -y --no-install-recommends nasm gdb gcc libc6-dev"
    )


def test_doctor_names_the_versions_known_to_be_good_and_refuses_none_that_is_not(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        doctor, "good_versions", lambda name: ("2.16.1", "3.1") if name == "nasm" else ()
    )
    fake_tool(tools, "nasm", "echo NASM version 99.1")
    tool = find_tool(toolspecs.NASM)
    assert tool.ok
    (line,) = [line for line in doctor.as_text([tool]).splitlines() if line.startswith("nasm")]
    assert line.split("  ")[:1] == ["nasm"] and "99.1" in line
    assert "2.16.1, 3.1" in line and "before 2.14" in line
    assert doctor.as_data([tool])["tools"][0]["known_good"] == ["2.16.1", "3.1"]


# ---- the compiler for this machine ----


@pytest.mark.skipif(GCC is None, reason="gcc is missing: apt-get install gcc libc6-dev")
def test_a_compiler_for_this_machine_is_tried() -> None:
    tool = toolchain.find_host_compiler()
    assert tool.ok and tool.version and tool.need is Need.TEST


def test_a_compiler_without_a_c_library_is_none(tools: Path) -> None:
    said = "trial.c:1:10: fatal error: stdint.h: No such file or directory"
    fake_tool(tools, "gcc", f"[ $# = 1 ] && echo gcc 12.2.0 || {{ echo '{said}' >&2; exit 1; }}")
    tool = toolchain.find_host_compiler()
    assert (tool.status, tool.version) == ("unusable", (12, 2, 0))
    assert "stdint.h: No such file" in tool.detail


def test_a_compiler_whose_programs_do_not_run_is_none(tools: Path) -> None:
    program = "printf '#!/bin/sh\\nexit 3\\n' > trial; /bin/chmod +x trial"
    fake_tool(tools, "gcc", f"[ $# = 1 ] && echo gcc 12.2.0 || {{ {program}; }}")
    tool = toolchain.find_host_compiler()
    assert tool.status == "unusable" and "does not run" in tool.detail


def test_what_no_package_brings_is_not_installed() -> None:
    calls, run = installer()
    brew = next(manager for manager in managers("arm64") if manager.program == "brew")
    with pytest.raises(ToolError, match="debootstrap"):
        install(["debootstrap"], consent(yes=True), manager=brew, run=run)  # type: ignore[arg-type]
    assert calls == []
