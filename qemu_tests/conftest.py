"""Fixtures that more than one folder of tests uses."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from builder.boot.patience import timeout_scale
from qemu_tests.kit.kernels import Lab, session_folder

pytest_plugins = ["qemu_tests.suite.plugin"]  # how the tests are run
ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --update-golden."""
    parser.addoption(
        "--update-golden", action="store_true", help="rewrite the golden files instead of comparing"
    )


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give each test as much more time as its waits have: TINYGATE_TIMEOUT_SCALE."""
    if timeout_scale() == 1:
        return
    own = item.get_closest_marker("timeout")
    seconds = float(own.args[0] if own else item.config.getini("timeout"))
    item.add_marker(pytest.mark.timeout(seconds * timeout_scale()), append=False)


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """True if golden files are to be rewritten."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """Builds and boots kernels, each configuration once a session."""
    return Lab(session_folder(tmp_path_factory))


@pytest.fixture
def project_root() -> Path:
    """The root of the checkout."""
    return ROOT


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the current one."""
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def wrapped(tmp_path: Path) -> Callable[[str, str], tuple[str, Path]]:
    """A shell script in front of a program; both hold a FIFO open while they live."""

    def wrap(name: str, body: str) -> tuple[str, Path]:
        folder, fifo = tmp_path / "wrapped", tmp_path / "alive"
        folder.mkdir()
        os.mkfifo(fifo)
        real = shutil.which(name)
        assert real, name
        (folder / name).write_text(f"#!/bin/sh\nREAL={real}\nFIFO={fifo}\n{body}\n")
        (folder / name).chmod(0o755)
        return f"{folder}:{os.environ['PATH']}", fifo

    return wrap


@pytest.fixture
def tinygate(empty_folder: Path) -> Callable[..., tuple[int, str, str]]:  # noqa: ARG001 (it goes there)
    """The command line, in this process and an empty folder: words -> (code, stdout, stderr)."""
    from builder.cli.app import app

    def call(*arguments: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, [*arguments], catch_exceptions=False)
        return result.exit_code, result.stdout, result.stderr

    return call
