"""Fixtures of the unit tests that several files use."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from qemu_tests.initrd_kit import Harness, build_harness


@pytest.fixture(scope="module")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    if shutil.which("gcc") is None:
        pytest.skip("needs gcc: apt-get install gcc")
    made = Harness(build_harness(tmp_path_factory.mktemp("initrd")))
    yield made
    assert made.close() == 0
