"""Makes the initial RAM disk: the runner as /init, its list, the programs and the shells."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from builder.linux import debian
from builder.linux.cpio import Directory, Entry, File, Node, Symlink, pack
from builder.linux.debian import Unpacked
from qemu_tests.linux.build_programs import PROGRAMS, Compiler, build_program, build_runner
from qemu_tests.linux.cases import ENVIRONMENT, Case
from qemu_tests.linux.libcs import LIBCS, LIBRARIES, find_libc
from qemu_tests.linux.odd_archive import BEFORE, ZEROS, odd_archive

HERE = Path(__file__).parent
FETCHED_PROGRAMS = {
    "busybox-static": "bin/busybox",
    "bash-static": "bin/bash-static",
    "zsh-static": "bin/zsh-static",
    "sash": "bin/sash",
}
# The names by which the scripts call busybox.
APPLETS = (HERE / "applets").read_text(encoding="utf-8").split()
FOLDERS = ("bin", "dev", "tests", "tests/bin", "tests/scripts", "tmp")
BUILDS = (*LIBCS, *(find_libc("glibc", library) for library in LIBRARIES))
NEEDED = tuple(dict.fromkeys([*FETCHED_PROGRAMS, *(p for each in BUILDS for p in each.packages)]))


def needed_packages() -> dict[str, Unpacked]:
    """The packages that the programs are made of. Raises DebianUnavailableError."""
    return debian.fetch(debian.named(NEEDED))


def list_text(cases: Sequence[Case]) -> str:
    """What runner.c reads from /tests/list."""
    lines: list[str] = []
    for case in cases:
        lines.append(f"test {case.name}")
        lines += [f"arg {word}" for word in case.argv]
        lines += [f"env {variable}" for variable in ENVIRONMENT]
        lines += ["stdin /tests/empty", "run"]
    return "".join(f"{line}\n" for line in lines)


def make_initramfs(
    cases: Sequence[Case],
    packages: Mapping[str, Unpacked],
    compiler: Compiler,
    *,
    packed: bool = False,
) -> bytes:
    """The RAM disk that runs `cases`; the same bytes for the same inputs.

    Args:
        cases: What is run, in this order.
        packages: At least those that `cases` need, by name.
        compiler: What makes the programs.
        packed: By gzip, as distributions do it; a guest needs longer to unpack it than to run most
            programs.

    Raises:
        BuildError: A program does not compile.
        ToolError: There is no gcc that compiles for the i386.
    """
    entries = [*_system(cases, packages, compiler), *_tests(cases, packages, compiler)]
    archive = pack(entries) + odd_archive()
    return ZEROS + (gzip.compress(archive, compresslevel=1, mtime=0) if packed else archive)


def _system(
    cases: Sequence[Case], packages: Mapping[str, Unpacked], compiler: Compiler
) -> Iterator[Entry]:
    """The runner, devices, busybox, and those of the other shells that a case begins with."""
    yield File("init", build_runner(compiler).read_bytes(), 0o755)
    yield from (Directory(path) for path in FOLDERS)
    yield from BEFORE
    yield Node("dev/console", "char", 5, 1, 0o666)
    yield Node("dev/null", "char", 1, 3, 0o666)
    yield Node("dev/zero", "char", 1, 5, 0o666)
    started = {case.argv[0] for case in cases} | {"/bin/busybox"}
    wanted = {package: path for package, path in FETCHED_PROGRAMS.items() if f"/{path}" in started}
    for package, path in wanted.items():
        data = (packages[package].root / path).read_bytes()
        yield File(path, data, 0o755)
    yield from (Symlink(f"bin/{applet}", "busybox") for applet in APPLETS)


def _tests(
    cases: Sequence[Case], packages: Mapping[str, Unpacked], compiler: Compiler
) -> Iterator[Entry]:
    yield File("tests/empty", b"")
    yield File("tests/list", list_text(cases).encode())
    for script in sorted((HERE / "scripts").glob("*")):
        yield File(f"tests/scripts/{script.name}", script.read_bytes())
    for case in cases:
        if case.program:
            libc = find_libc(case.libc, case.program.library)
            program = build_program(PROGRAMS / f"{case.program.name}.c", libc, packages, compiler)
            yield File(f"tests/bin/{case.name}", program.read_bytes(), 0o755)
