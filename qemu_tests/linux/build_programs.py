"""Compiles the test programs; each is compiled once and kept in the cache, under its digest."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from builder.boot.patience import BACKSTOP_S
from builder.errors import BuildError, ToolError
from builder.linux.debian import Unpacked
from builder.tools import commands
from builder.tools.cache import cache_dir
from qemu_tests.kit.kernels import WERROR
from qemu_tests.linux.libcs import Libc, compiler_arguments

HERE = Path(__file__).parent
PROGRAMS = HERE / "programs"
# With line and column; without them the linker passes on what dietlibc thinks of its functions.
COMPILER_WARNING = re.compile(r":\d+:\d+: warning: ")
FLAGS = ("-m32", "-std=gnu11", "-O2", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-s")
# The runner has no C library, and must not need the FPU before a kernel has switched it on.
RUNNER_FLAGS = (
    "-ffreestanding",
    "-nostdlib",
    "-static",
    "-fno-pie",
    "-no-pie",
    "-fno-stack-protector",
    "-fno-asynchronous-unwind-tables",
    "-fno-tree-loop-distribute-patterns",
    "-mgeneral-regs-only",
    "-Wl,--build-id=none",
)


@dataclass(frozen=True)
class Compiler:
    """The gcc that makes the programs.

    Attributes:
        name: What it is called.
        werror: Whether its warnings are errors.
    """

    name: str = "gcc"
    werror: bool = WERROR

    @cached_property
    def version(self) -> str:
        """What it says of itself, one line. Raises ToolError."""
        return self._ask("--version").splitlines()[0]

    @cached_property
    def headers(self) -> Path:
        """Its own headers: stddef.h and the like. Raises ToolError."""
        return Path(self._ask("-print-file-name=include").strip())

    def _ask(self, option: str) -> str:
        done = commands.run([self.name, option], timeout_s=BACKSTOP_S)
        if not done.ok or not done.stdout.strip():
            raise ToolError(
                f"`{self.name} {option}` gave no answer",
                where=done.command.shell(),
                why=done.stderr.strip(),
                fix="run `tinygate doctor`",
            )
        return done.stdout


def build_runner(compiler: Compiler) -> Path:
    """The runner that is /init. Raises ToolError and BuildError."""
    return build_bare(HERE / "runner.c", compiler)


def build_bare(source: Path, compiler: Compiler) -> Path:
    """A program of one C file without a C library. Raises ToolError and BuildError."""
    inputs = [source, *sorted(source.parent.glob("*.h"))]
    return _compiled(source.stem, compiler, [*RUNNER_FLAGS, str(source)], inputs, {})


def build_program(
    source: Path,
    libc: Libc,
    packages: Mapping[str, Unpacked],
    compiler: Compiler,
) -> Path:
    """A program of one C file, linked with `libc`.

    Args:
        source: The C file; headers beside it can be included.
        libc: The C library, and how it is linked.
        packages: At least those that `libc` needs, by name.
        compiler: The gcc to use.

    Raises:
        BuildError: It does not compile; or not without a warning, where that is asked for.
        ToolError: There is no gcc that compiles for the i386.
    """
    used = {name: packages[name] for name in libc.packages}
    arguments = compiler_arguments(libc, used, [source], compiler.headers)
    inputs = [source, *sorted(source.parent.glob("*.h"))]
    return _compiled(f"{source.stem}-{libc.name}", compiler, arguments, inputs, used)


def _compiled(
    name: str,
    compiler: Compiler,
    arguments: Sequence[str],
    inputs: Sequence[Path],
    packages: Mapping[str, Unpacked],
) -> Path:
    """The program in the cache; it is put there if it is not there yet."""
    versions = [f"{each.package} {each.version}" for each in packages.values()]
    words = [compiler.version, str(compiler.werror), *FLAGS, *arguments, *versions]
    digest = hashlib.sha256("\n".join(words).encode())
    for path in inputs:
        digest.update(path.read_bytes())
    folder = cache_dir() / "programs"
    program = folder / f"{name}-{digest.hexdigest()[:16]}"
    if program.exists():
        return program
    folder.mkdir(parents=True, exist_ok=True)
    # Two processes may be at it: each makes a file of its own, and the last one's name stands.
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        made = Path(temporary) / name
        command = [compiler.name, *FLAGS, "-o", str(made), *arguments]
        done = commands.run(command, timeout_s=BACKSTOP_S)
        if not done.ok or (compiler.werror and COMPILER_WARNING.search(done.stderr)):
            raise BuildError(
                f"{name} does not compile cleanly",
                where=done.command.shell(),
                why=done.stderr.strip()[-2000:],
            )
        made.replace(program)
    return program
