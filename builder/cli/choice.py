"""From --config, --step, --set and --out to what is built and where. Standard library only."""

import difflib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from builder.config.step import STEPS
from builder.errors import UserError
from builder.image import stamp
from builder.tools import resources, toolchain

CONFIG_NAME = "kernel.toml"  # config.py has it too, but importing that takes 0.1 s
BUILD_DIR = Path("build")


@dataclass(frozen=True)
class Choice:
    """What the user asked for."""

    config: Path | None  # None: no kernel.toml here, every key at its default
    overrides: tuple[str, ...]
    out: Path

    def request(self, cc: str = "") -> stamp.Request:
        """What decides the result of a build, to compare with the last one's."""
        environment = {**os.environ, "CC": cc} if cc else os.environ
        return stamp.Request(
            config=self.config,
            overrides=self.overrides,
            sources=(
                resources.PACKAGE_DIR,
                resources.data_dir("templates"),
                resources.data_dir("kernel_src"),
            ),
            tools=toolchain.identity(environment),
        )

    def arguments(self) -> list[str]:
        """The options that make the same choice again."""
        words = ["--config", str(self.config)] if self.config else []
        for override in self.overrides:
            words += ["--set", override]
        return [*words, "--out", str(self.out)]


def choose(
    config: Path | None = None,
    step: str | None = None,
    overrides: Sequence[str] = (),
    out: Path | None = None,
) -> Choice:
    """The choice that the options make.

    kernel.toml of the current folder is used if there is one. The output folder is build/<name>,
    where <name> is the step's name if one is given, else the configuration file's, and "default"
    for kernel.toml.

    Raises:
        UserError: There is no such step, or it is given twice.
    """
    if step is not None and step not in STEPS:
        near = difflib.get_close_matches(step, STEPS, n=1)
        raise UserError(
            "there is no such step",
            where=f"step {step}",
            why=f"the steps are {', '.join(STEPS)}",
            fix=f"did you mean {near[0]}?" if near else "choose one of these",
        )
    if step is not None and any(
        text.partition("=")[0].strip() == "kernel.step" for text in overrides
    ):
        raise UserError(
            "the step is given twice",
            where=f"--step {step}",
            why="--step is short for --set kernel.step",
            fix="leave one of the two out",
        )
    if config is None and Path(CONFIG_NAME).is_file():
        config = Path(CONFIG_NAME)
    stem = "" if config is None or config.name == CONFIG_NAME else config.stem
    name = "-".join(part for part in (stem, step) if part) or "default"
    chosen = (f"kernel.step={step}",) if step is not None else ()
    return Choice(config, (*chosen, *overrides), out or BUILD_DIR / Path(name).name)
