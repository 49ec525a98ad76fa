"""A kernel's file is looked at as what it says it is, whatever step the options mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.cli.choice import choose
from builder.cli.said_config import said_config
from builder.config.keys import KernelConfig
from builder.config.load import load_config
from builder.errors import UserError

INT80 = load_config(None, ("kernel.step=int80",))
OWN = ("kernel.step=robust", "cpu.count=2")


def asked(path: Path, line: str, *overrides: str) -> KernelConfig | None:
    path.write_bytes(b"\x7fELF\0" + line.encode() + b"\0")
    return said_config(path, choose(None, None, overrides), path)


def banner(config: KernelConfig) -> str:
    return f"tinygate kernel: step {config.kernel.step}, 1 cpu, config {config.digest}"


def test_a_kernel_of_another_step_is_taken_for_that(tmp_path: Path) -> None:
    found = asked(tmp_path / "kernel.elf", banner(INT80), "machine.cpu=486")
    assert found is not None
    assert (found.kernel.step, found.machine.cpu) == (INT80.kernel.step, "486")


def test_what_the_options_choose_is_known_too(tmp_path: Path) -> None:
    config = load_config(None, OWN)
    assert asked(tmp_path / "kernel.elf", banner(config), *OWN) == config


def test_what_says_nothing_or_something_unknown_is_told_apart(tmp_path: Path) -> None:
    assert asked(tmp_path / "kernel.elf", "some kernel") is None
    with pytest.raises(UserError, match="made of another configuration"):
        asked(tmp_path / "kernel.elf", f"config {'0' * 12}")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/nowhere/kernel.elf", "No such file"),
        ("/", "Is a directory"),
        ("/dev/zero", "it is a device"),
        (__file__, "it begins with 22 22 22 41"),
    ],
)
def test_what_is_no_kernel_is_a_wrong_file_of_the_user(path: str, words: str) -> None:
    with pytest.raises(UserError) as caught:
        said_config(Path(path), choose(None, None, ()), Path("given"))
    assert caught.value.where == "given" and words in caught.value.why
