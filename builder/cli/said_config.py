"""Of which configuration a kernel's file was made, by its first line of output."""

import re
from pathlib import Path

from builder.cli.choice import Choice
from builder.config.keys import KernelConfig
from builder.config.load import load_config
from builder.config.step import STEPS
from builder.errors import FileError, UserError

_BANNER = re.compile(rb"step ([a-z0-9]+), \d+ cpus?, config ([0-9a-f]{12})|config ([0-9a-f]{12})")
_SUITES = ("demo", "checks")


def said_config(kernel: Path, choice: Choice, where: Path) -> KernelConfig | None:
    """The configuration that the kernel says it was made of.

    Args:
        kernel: Its ELF file.
        choice: What the options choose, which is tried first.
        where: What the user has named.

    Returns:
        That; None if it says nothing.

    Raises:
        FileError: It cannot be read.
        UserError: It is one that is not known here.
    """
    try:
        said = _BANNER.search(kernel.read_bytes())
    except OSError as error:
        raise FileError(
            f"cannot read the file: {error.strerror}",
            where=str(where),
            fix="name a kernel.elf as `tinygate build` makes it",
        ) from error
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
