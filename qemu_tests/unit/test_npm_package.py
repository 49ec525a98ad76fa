"""Packages of npm: one version, held against its hash, whole or not at all; npm is a script."""

from __future__ import annotations

import base64
import hashlib
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from builder.errors import FileError, ToolError
from builder.tools.cache import CACHE_VARIABLE
from builder.tools.npm_package import NpmPackage


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for what `npm pack` gives; without anything in it, npm has no network."""
    given, programs = tmp_path / "given", tmp_path / "bin"
    given.mkdir()
    programs.mkdir()
    script = programs / "npm"
    script.write_text(
        "#!/bin/sh\n"
        'case "$1" in --version|-v) echo 10.0.0; exit;; esac\n'
        f"cp {given}/* . 2>/dev/null && exit\n"
        "echo 'npm error code ENETUNREACH' >&2; exit 1\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    return given


def packed(folder: Path) -> NpmPackage:
    """A package in `folder`, and what is known of it."""
    archive = folder / "scope-thing-1.2.3.tgz"
    source = folder.parent / "source"
    source.mkdir()
    with tarfile.open(archive, "w:gz") as tar:
        for name in ("LICENSE", "lib/thing.js", "lib/other.js"):
            path = source / Path(name).name
            path.write_text(f"this is {name}\n")
            tar.add(path, f"package/{name}")
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    files = ("lib/thing.js", "LICENSE")
    return NpmPackage("@scope/thing", "1.2.3", digest, files, "tinygate fetch --thing")


def left(package: NpmPackage) -> list[str]:
    kept = package.folder().parent
    return sorted(path.name for path in kept.iterdir()) if kept.is_dir() else []


def test_the_files_that_are_used_are_kept_and_nothing_else(npm: Path) -> None:
    package = packed(npm)
    folder = package.fetch()
    assert folder == package.folder() and folder.name == "thing-1.2.3"
    assert sorted(path.name for path in folder.iterdir()) == ["LICENSE", "thing.js"]
    assert (folder / "thing.js").read_text() == "this is lib/thing.js\n"
    assert left(package) == ["thing-1.2.3"]
    next(npm.iterdir()).unlink()
    assert package.fetch() == folder, "npm is not asked again"


def test_another_package_than_the_one_that_was_measured_is_refused(npm: Path) -> None:
    package = replace(packed(npm), sha512="AAAA")
    with pytest.raises(ToolError, match=r"thing 1\.2\.3 is not the package that it was"):
        package.fetch()
    assert left(package) == []


def test_what_cannot_be_kept_is_said(npm: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, and no folder")
    with pytest.raises(FileError, match=r"cannot keep thing 1\.2\.3: Not a directory"):
        packed(npm).fetch()


def test_without_a_network_npm_says_why(npm: Path) -> None:
    package = packed(npm)
    next(npm.iterdir()).unlink()
    with pytest.raises(ToolError, match=r"npm did not give thing 1\.2\.3") as caught:
        package.fetch()
    assert caught.value.why == "npm error code ENETUNREACH"
    assert left(package) == []
