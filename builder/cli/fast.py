"""Answers `tinygate image` (or `build`) in a tenth of a second when nothing has changed.

Importing the libraries of the command line and of the configuration takes longer than finding out
that there is nothing to do, so that is found out first. Only the plainest command lines are
understood here; every other one, and every doubt, is left to the full command line.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from builder.cli.choice import Choice, choose
from builder.errors import TinygateError

FAST_VERBS = {"build": "kernel.elf", "image": "disk.img"}
OPTIONS = ("--config", "--step", "--set", "--out")


def parse(arguments: Sequence[str]) -> Choice | None:
    """The choice that a plain `image` or `build` line makes; None for every other line."""
    if not arguments or arguments[0] not in FAST_VERBS or len(arguments) % 2 == 0:
        return None
    values: dict[str, list[str]] = {option: [] for option in OPTIONS}
    for option, value in zip(arguments[1::2], arguments[2::2], strict=True):
        if option not in values:
            return None
        values[option].append(value)
    single = {name: values[name][-1] for name in ("--config", "--step", "--out") if values[name]}
    return choose(
        config=Path(single["--config"]) if "--config" in single else None,
        step=single.get("--step"),
        overrides=values["--set"],
        out=Path(single["--out"]) if "--out" in single else None,
    )


def answer(arguments: Sequence[str]) -> bool:
    """Print that the output is current, if it is; False if the full command line has to run."""
    if any(name.startswith("_TINYGATE_COMPLETE") for name in os.environ):
        return False
    from builder.image import stamp

    try:
        choice = parse(arguments)
        if choice is None or not stamp.is_current(choice.out, choice.request()):
            return False
        sys.stdout.write(f"{choice.out / FAST_VERBS[arguments[0]]} is up to date\n")
        sys.stdout.flush()
    except (TinygateError, OSError, ValueError):
        return False  # the full command line meets the same error and explains it
    return True
