"""A kernel's tree built once more, in a folder of its own, so that everything in it has a name.

The kernel that `tinygate image` builds has no source lines for its assembly (NASM's debug
information names the folder it ran in, and the same tree is to give the same bytes anywhere), and
its programs are stripped. Here only the assembly is assembled again, into the same machine code.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from builder.errors import BuildError
from builder.image.build import PLAIN_MAKE, make_command
from builder.tools import commands

# For make: objects that are there were made with the right options, whatever obj/tools says.
_PROGRAMS = "user/"
_AS_THEY_ARE = ("-o", "obj/tools")


class Built(Protocol):
    """A kernel with names.

    Attributes:
        tree: Folder of the sources; one that does not exist if there are none.
        kernel: Its ELF file.
    """

    tree: Path
    kernel: Path

    def program(self, name: str) -> Path | None:
        """File of a program with its names; None if there is none."""


class OnlyKernel:
    """A kernel's file alone: it has the names that are in it."""

    def __init__(self, kernel: Path) -> None:
        """See `Built`."""
        self.kernel = kernel
        self.tree = kernel.parent / "kernel"

    def program(self, _: str) -> Path | None:
        """None: nobody knows where its programs are."""
        return None


class NamedBuild:
    """A copy of a built tree; `kernel` has names and lines of all that runs in ring 0."""

    def __init__(self, tree: Path, folder: Path) -> None:
        """Copy the tree and make its kernel.

        Args:
            tree: A rendered tree that make has been run in.
            folder: Gets the copy.

        Raises:
            BuildError: make could not.
            ToolError: make, a compiler or NASM is missing.
        """
        self.tree = folder / "kernel"
        shutil.copytree(tree, self.tree, symlinks=True)
        self.kernel = folder / "kernel.elf"
        command = make_command(self.tree, jobs=2, cc=None, verbose=False)
        nasm = next(word for word in command if word.startswith("NASM="))
        self._command = [word for word in command if word not in (nasm, "image")]
        self._command += [f"{nasm} -g -F dwarf"]
        if has_lines(self.tree / "kernel.elf"):
            self._command += _AS_THEY_ARE
        assembly = sorted(str(path.relative_to(self.tree)) for path in self.tree.rglob("*.asm"))
        # What programs are made of, when one is asked for: not for a kernel that has them stripped.
        self._of_programs = [path for path in assembly if path.startswith(_PROGRAMS)]
        self._make(
            *_as_new(path for path in assembly if path not in self._of_programs), "kernel.elf"
        )
        shutil.copy(self.tree / "kernel.elf", self.kernel)

    def program(self, name: str) -> Path | None:
        """The program's file with its names; None if it is none of the tree's."""
        path = self.tree / "user/bin" / name
        if not path.is_file() or not (self.tree / f"user/{name}.c").is_file():
            return None
        self._make("STRIP=", *_as_new(("user/program.ld", *self._of_programs)), f"user/bin/{name}")
        return path

    def _make(self, *words: str) -> None:
        done = commands.run([*self._command, *words], env=PLAIN_MAKE)
        if not done.ok:
            raise BuildError(
                "the kernel could not be built with source lines",
                where=str(self.tree),
                why=(done.stderr or done.stdout).strip(),
            )


def _as_new(paths: Iterable[str]) -> list[str]:
    """For make: take these files for changed."""
    return [word for path in paths for word in ("-W", path)]


def has_lines(kernel: Path) -> bool:
    """Was it compiled with debug information?"""
    try:
        return b".debug_line\0" in kernel.read_bytes()
    except OSError:
        return False
