"""Of which configuration a kernel's file was made, by its first line of output."""

import re
from pathlib import Path

from builder.cli.choice import Choice
from builder.config.keys import KernelConfig
from builder.config.load import load_config
from builder.config.step import STEPS
from builder.errors import UserError
from builder.tools.ordinary_file import read_ordinary

_BANNER = re.compile(rb"step ([a-z0-9]+), \d+ cpus?, config ([0-9a-f]{12})|config ([0-9a-f]{12})")
_SUITES = ("demo", "checks")
FILE_BYTES_MAX = 1 << 26  # the kernel of step linux, with names and lines of all: some 2 MB
_FIX = "name a kernel.elf as `tinygate build` makes it"


def said_config(kernel: Path, choice: Choice, where: Path) -> KernelConfig | None:
    """The configuration that the kernel says it was made of.

    Args:
        kernel: Its ELF file.
        choice: What the options choose, which is tried first.
        where: What the user has named.

    Returns:
        That; None if it says nothing.

    Raises:
        UserError: It cannot be read, is no ELF file, or one that is not known here.
    """
    try:
        data = read_ordinary(kernel, FILE_BYTES_MAX)
    except OSError as error:
        raise UserError(
            "cannot read the file", where=str(where), why=str(error.strerror), fix=_FIX
        ) from error
    if data[:4] != b"\x7fELF":
        raise UserError(
            "is not an ELF file",
            where=str(where),
            why=f"it begins with {data[:4].hex(' ') or 'nothing'}",
            fix=_FIX,
        )
    said = _BANNER.search(data)
    if said is None:
        return None
    digest = (said[2] or said[3]).decode()
    tried = [load_config(choice.config, choice.overrides)]
    # The machine is no part of the digest: what is said of it holds for every kernel.
    machine = [word for word in choice.overrides if word.startswith("machine.")]
    for step in STEPS:
        for suite in _SUITES:
            words = (f"kernel.step={step}", f"programs.suite={suite}", *machine)
            tried.append(load_config(None, words))
    for config in tried:
        if config.digest == digest:
            return config
    raise UserError(
        "the kernel was made of another configuration",
        where=str(where),
        why=f"it says config {digest}, which is none of the steps', nor what the options choose",
        fix="give what it was rendered with: --config, --step, --set",
    )
