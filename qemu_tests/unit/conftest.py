"""Fixtures of the unit tests that several files use."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from qemu_tests.kit.kernels import Lab
from qemu_tests.unit.debian_kit import Archive
from qemu_tests.unit.initrd.kit import Harness, build_harness


@pytest.fixture(scope="module")
def harness(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    """A process of this module's. The program is compiled once for all workers."""
    if shutil.which("gcc") is None:
        pytest.skip("needs gcc: apt-get install gcc")
    with lab.locked("initrd-harness") as folder:
        if not (folder / "harness").exists():
            folder.mkdir(exist_ok=True)
            build_harness(folder)
    made = Harness(folder / "harness", tmp_path_factory.mktemp("initrd") / "log")
    yield made
    assert made.close() == 0


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """An archive with the packages `one` and `two`, a mirror's URI, keys, and an empty cache."""
    made = Archive(tmp_path / "tools")
    made.add("one", usr__bin__one="1", usr__share__doc="d", etc__one="e")
    made.add("two", usr__lib__two="2")
    keyring = made.folder / "keyring.gpg"
    keyring.touch()
    monkeypatch.setattr("builder.linux.debian.archive.KEYRINGS", (keyring,))
    monkeypatch.setenv("PATH", f"{made.folder}:{os.environ['PATH']}")
    monkeypatch.setenv("TINYGATE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("TINYGATE_DEBIAN_MIRROR", raising=False)
    return made
