"""Damaged archives in one boot: the kernel lives, and every page comes back (a sample).

Damaged ELF files are an attack like others: attacks/elves.c, see test_attacks.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.errors import ToolError
from qemu_tests.kit.kernels import Lab
from qemu_tests.linux import fuzz

COUNT = 200


@pytest.mark.parametrize("what", fuzz.ARCHIVES)
def test_damaged_archives_do_no_harm(lab: Lab, tmp_path: Path, what: str) -> None:
    try:
        wrong = fuzz.run(what, lab, tmp_path, seed=1, first=0, count=COUNT)
    except ToolError as error:
        pytest.skip(str(error))
    assert not wrong, f"{wrong}\n{fuzz.replay(what, 1, 0, COUNT)}"


@pytest.mark.parametrize(
    ("what", "text", "well"),
    [
        ("archives", "# fuzz: 3 unpacked, 1 refused, 0 pages lost\n@finished\n", True),
        ("archives", "# fuzz: 3 unpacked, 1 refused, 1 pages lost\n@finished\n", False),
        ("packed", "# fuzz: 2 unpacked, 1 refused, 0 pages lost\n@finished\n", False),
        ("packed", "# fuzz: 3 unpacked, 1 refused, 0 pages lost\npanic\n", False),
        ("elves", "@end elves exit=0 pages=0\n@finished\n", True),
        ("elves", "@end elves exit=0 pages=1\n@finished\n", False),
        ("elves", "@end elves signal=9 pages=0\n@finished\n", False),
        ("elves", "", False),
    ],
)
def test_what_is_well(what: str, text: str, well: bool) -> None:
    assert fuzz.is_well(what, text, 3) is well
