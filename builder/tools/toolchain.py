"""Finds the programs that tinygate needs: where, which version, and whether they can do their part.

A tool is judged by trying it, not by its name: a compiler counts if it and a linker can make a
freestanding 32-bit ELF file, without libgcc and without a C library. Standard library only, because
bootstrap.py uses this before any package is installed. How to install what is missing: packages.py.
"""

import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from builder.errors import ToolError
from builder.tools import packages
from builder.tools.tool import (
    BOCHS,
    CHROMIUM,
    COMPILER,
    COMPILER_NAMES,
    CROSS_PREFIXES,
    DOSBOX_X,
    GDB,
    HOST_COMPILER,
    LINKER,
    MAKE,
    NASM,
    NODE,
    NPM,
    OBJCOPY,
    PLAIN_SPECS,
    QEMU,
    Runner,
    Tool,
    ToolSpec,
    Version,
    find_tool,
    first_line,
    judge,
    run_tool,
    version_of,
)

__all__ = [
    "BOCHS",
    "CHROMIUM",
    "DOSBOX_X",
    "GDB",
    "MAKE",
    "NASM",
    "NODE",
    "NPM",
    "QEMU",
    "Compiler",
    "Tool",
    "find_compiler",
    "find_tool",
    "identity",
    "require",
    "survey",
]


@dataclass(frozen=True)
class Compiler:
    """A C compiler that was seen to make freestanding 32-bit ELF files, with its binutils."""

    command: tuple[str, ...]
    version: Version
    ld: str
    objcopy: str

    @property
    def make_value(self) -> str:
        """`command` as the value of make's CC."""
        return shlex.join(self.command)


# ---- the compiler and its linker, judged together ----

# Only headers that a freestanding compiler brings itself, and nothing that would call libgcc.
TRIAL_SOURCE = """\
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
_Static_assert(sizeof(void *) == 4, "32-bit code is needed");
static uint32_t trial_table[4] = {1, 2, 3, 4};
uint32_t trial_start(uint32_t index);
uint32_t trial_start(uint32_t index) { return trial_table[index & 3u] * index; }
"""
# What the kernel's own linker scripts need, and not every `ld` has.
TRIAL_SCRIPT = """\
PHDRS { text PT_LOAD FILEHDR PHDRS FLAGS(5); data PT_LOAD FLAGS(6); }
SECTIONS
{
    . = 0x00100000 + SIZEOF_HEADERS;
    .text : { *(.text .text.*) } :text
    . += 0xc0000000;
    .data ALIGN(4096) : AT(ADDR(.data) - 0xc0000000) { *(.data .data.*) } :data
    /DISCARD/ : { *(.comment) *(.note .note.*) *(.eh_frame) }
}
"""
TRIAL_LINK = (
    *("-m", "elf_i386", "-n", "--gc-sections", "-z", "noexecstack", "--build-id=none"),
    *("-T", "trial.ld", "-e", "trial_start"),
)
TRIAL_FLAGS = (
    "-std=gnu11",
    "-O2",
    "-ffreestanding",
    "-fno-pic",
    "-fno-stack-protector",
    "-march=i486",
)
# Where `ld` is one that cannot (mold, or that of another machine), and where there is only LLVM.
OTHER_BINUTILS = {"ld": ("ld.bfd", "ld.lld"), "objcopy": ("llvm-objcopy",)}
CROSS_GCC = re.compile(r"(.+-)gcc(?:-[\d.]+)?")  # such as i686-linux-gnu-gcc-13


def compiler_commands(cc: str | None = None) -> list[tuple[str, ...]]:
    """The commands to try, best first: `cc` or $CC alone if given, else the known names.

    Raises:
        ToolError: `cc` (or $CC) is not a command line.
    """
    given = cc or os.environ.get("CC", "")
    if given.strip():
        try:
            words = tuple(shlex.split(given))
        except ValueError as error:
            raise ToolError("CC is not a command", where=given, why=str(error)) from None
        return [words, (*words, "-m32"), (*words, "--target=i386")]
    cross = [(f"{prefix}gcc",) for prefix in CROSS_PREFIXES]
    return [*cross, ("gcc", "-m32"), ("clang", "--target=i386")]


def _binutils(name: str, command: Sequence[str]) -> list[str]:
    """Each `ld` or `objcopy`: the one of a cross compiler, the plain one, others."""
    named = [(Path(word), CROSS_GCC.fullmatch(Path(word).name)) for word in command]
    own = [str(path.with_name(match[1] + name)) for path, match in named if match]
    plain = [prefix + name for prefix in ("", *CROSS_PREFIXES)]
    found = (shutil.which(each) for each in (*own, *plain, *OTHER_BINUTILS[name]))
    return list(dict.fromkeys(path for path in found if path))


def _is_elf32_i386(path: Path) -> bool:
    """True if `path` is an ELF32 file for EM_386 (3), little-endian."""
    try:
        head = path.read_bytes()[:20]
    except OSError:
        return False
    return head[:6] == b"\x7fELF\x01\x01" and head[18:20] == b"\x03\x00"


def _first_good(
    paths: Sequence[str], arguments: Sequence[str], made: Path, run: Runner
) -> tuple[str, str]:
    """The first of `paths` that makes the file `made`, and why those before it did not."""
    said: list[str] = []
    for path in paths:
        made.unlink(missing_ok=True)
        done = run((path, *arguments), made.parent)
        if done.status == 0 and _is_elf32_i386(made):
            return path, "; ".join(said)
        said.append(f"{path}: {first_line(done.text)}")
    return "", "; ".join(said)


def try_compiler(command: Sequence[str], run: Runner = run_tool) -> "Compiler | str":
    """Compile, link and strip a small file; the compiler, or one line that says why it is none."""
    path = shutil.which(command[0])
    if path is None:
        return "not found"
    full = (path, *command[1:])
    lds, objcopies = _binutils("ld", command), _binutils("objcopy", command)
    if not lds or not objcopies:
        return "no ld and objcopy (binutils) beside it"
    with tempfile.TemporaryDirectory(prefix="tinygate-trial-") as name:
        folder = Path(name)
        (folder / "trial.c").write_text(TRIAL_SOURCE)
        (folder / "trial.ld").write_text(TRIAL_SCRIPT)
        done = run((*full, *TRIAL_FLAGS, "-c", "trial.c", "-o", "trial.o"), folder)
        if done.status != 0 or not _is_elf32_i386(folder / "trial.o"):
            return f"cannot compile for i386: {first_line(done.text)}"
        link = (*TRIAL_LINK, "-o", "trial.elf", "trial.o")
        ld, why = _first_good(lds, link, folder / "trial.elf", run)
        if not ld:
            return f"cannot link for i386: {why}"
        strip = ("-S", "trial.elf", "trial.stripped")
        objcopy, why = _first_good(objcopies, strip, folder / "trial.stripped", run)
        if not objcopy:
            return f"cannot strip for i386: {why}"
    version = version_of(run((*full, "--version"), None).text, r"(\d+(?:\.\d+)+)(?![\w.+-]*\))")
    return Compiler(full, version, ld, objcopy)


def find_compiler(cc: str | None = None, run: Runner = run_tool) -> Compiler:
    """The first C compiler that passes the trial.

    Args:
        cc: A command to use instead of $CC and of the search, such as "clang --target=i386".
        run: Replaced in tests.

    Raises:
        ToolError: None passes; the message says what was tried and how to install one.
    """
    found, tried = _search_compiler(cc, run)
    if found:
        return found
    chosen = cc or os.environ.get("CC", "")
    raise ToolError(
        "no C compiler for freestanding 32-bit x86 was found",
        where=chosen,
        why="; ".join(tried),
        fix="name another, or none: then one is looked for"
        if chosen
        else packages.advice(("cc", "ld")),
    )


def _search_compiler(cc: str | None, run: Runner) -> tuple[Compiler | None, list[str]]:
    tried: list[str] = []
    for command in compiler_commands(cc):
        result = try_compiler(command, run)
        if isinstance(result, Compiler):
            return result, tried
        tried.append(f"{shlex.join(command)}: {result}")
    return None, tried


# ---- the compiler for this machine ----

# The opposite: headers of the C library, and a program that starts. On Debian the library is a
# package of its own, which the compiler's only recommends.
HOST_TRIAL_SOURCE = """\
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void)
{
    uint32_t *word = malloc(sizeof *word);
    if (!word || printf("%zu\\n", strlen("trial")) < 0)
        return 1;
    free(word);
    return fflush(stdout);
}
"""


def find_host_compiler(run: Runner = run_tool) -> Tool:
    """The C compiler for this machine; ok if it makes a program that runs."""
    tool = find_tool(HOST_COMPILER, run)
    if not tool.ok:
        return tool
    with tempfile.TemporaryDirectory(prefix="tinygate-trial-") as name:
        folder = Path(name)
        (folder / "trial.c").write_text(HOST_TRIAL_SOURCE)
        done = run((*tool.command, "-std=gnu11", "-o", "trial", "trial.c"), folder)
        if done.status != 0:
            why = f"cannot compile with the C library: {first_line(done.text)}"
            return replace(tool, status="unusable", detail=why)
        done = run((str(folder / "trial"),), folder)
        if done.status != 0:
            why = f"what it compiles does not run: {first_line(done.text)}"
            return replace(tool, status="unusable", detail=why)
    return tool


# ---- all of them ----


def survey(cc: str | None = None, run: Runner = run_tool) -> tuple[Tool, ...]:
    """Every tool, needed or not, as `tinygate doctor` shows them."""
    found, tried = _search_compiler(cc, run)
    spec = COMPILER
    if found:
        compiler = Tool(spec.name, spec.purpose, spec.need, "ok", found.command, found.version)
    else:
        compiler = Tool(spec.name, spec.purpose, spec.need, "missing", detail="; ".join(tried))
    rest = []
    for spec, path in ((LINKER, found and found.ld), (OBJCOPY, found and found.objcopy)):
        rest.append(judge(spec, path, run) if path else find_tool(spec, run))
    host = find_host_compiler(run)
    return (compiler, *rest, host, *(find_tool(spec, run) for spec in PLAIN_SPECS))


def require(*specs: ToolSpec, run: Runner = run_tool) -> dict[str, Tool]:
    """The tools of `specs` by name.

    Raises:
        ToolError: At least one is missing, too old or unusable; all of those are named.
    """
    tools = {spec.name: find_tool(spec, run) for spec in specs}
    bad = [tool for tool in tools.values() if not tool.ok]
    if bad:
        raise ToolError(
            "; ".join(
                f"{spec.names[0]} is {tools[spec.name].status}"
                for spec in specs
                if not tools[spec.name].ok
            ),
            where=", ".join(tool.path for tool in bad if tool.path),
            why="; ".join(tool.detail or f"it {tool.purpose}" for tool in bad),
            fix=packages.advice([tool.name for tool in bad]),
        )
    return tools


def identity(environment: Mapping[str, str] | None = None) -> str:
    """Text that changes when a build tool is replaced, added or removed; starts no process.

    Used to tell whether a finished build is still current.
    """
    environment = os.environ if environment is None else environment
    given = environment.get("CC", "")
    search = environment.get("PATH")
    names = [*COMPILER_NAMES, *NASM.names, *MAKE.names, *given.split()[:1]]
    names += [prefix + name for prefix in ("", *CROSS_PREFIXES) for name in ("ld", "objcopy", "as")]
    names += [name for others in OTHER_BINUTILS.values() for name in others]
    lines = [f"CC={given}"]
    for name in names:
        if path := shutil.which(name, path=search):
            status = Path(path).stat()
            lines.append(f"{path} {status.st_size} {status.st_mtime_ns}")
    return "\n".join(lines)
