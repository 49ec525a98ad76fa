"""docs/dangers.md names kernels without a guard, and files: all of them must be there."""

from __future__ import annotations

import re
from pathlib import Path

from qemu_tests.boot.test_every_instruction import UNGUARDED
from qemu_tests.boot.test_random_calls import DAMAGED
from qemu_tests.defects.checks import DEFECTS

SPANS = re.compile(r"`([^`\n]+)`")
NO_KERNELS = {"esp0-word"}


def kernels() -> set[str]:
    names = [kernel.name for kernel in UNGUARDED] + [row[0] for row in DAMAGED]
    return {name.replace(" ", "-") for name in names} | {str(defect) for defect in DEFECTS}


def test_every_kernel_that_is_named_is_tried(project_root: Path) -> None:
    spans = set(SPANS.findall((project_root / "docs/dangers.md").read_text()))
    named = {span for span in spans if re.fullmatch(r"[\w.']+(-[\w.']+)+", span)} - NO_KERNELS
    assert len(named) > 12
    assert named <= kernels(), named - kernels()


def test_every_test_that_is_named_is_there(project_root: Path) -> None:
    spans = set(SPANS.findall((project_root / "docs/dangers.md").read_text()))
    tests = {span for span in spans if span.startswith("qemu_tests/boot/")}
    assert len(tests) == 3
    assert all((project_root / test).is_file() for test in tests)
