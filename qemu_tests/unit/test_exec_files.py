"""`tinygate exec`: the archive of the files that the guest is given."""

from __future__ import annotations

import inspect
import os
import sys
from pathlib import Path

import pytest

from builder.errors import FileError, UserError
from builder.linux.exec import build_kept, command_line, initrd


def names(pieces: list[bytes]) -> list[str]:
    """Names in an archive, in their order."""
    data, at, found = b"".join(pieces), 0, []
    while data[at : at + 6] == b"070701":
        size, length = int(data[at + 54 : at + 62], 16), int(data[at + 94 : at + 102], 16)
        found.append(data[at + 110 : at + 110 + length - 1].decode())
        at += (110 + length + 3 & ~3) + (size + 3 & ~3)
    return found


def test_folders_come_before_what_is_in_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f" / "g").mkdir(parents=True)
    (tmp_path / "f" / "g" / "h").write_bytes(b"x")
    (tmp_path / "f" / "link").symlink_to("g/h")
    wanted = command_line.parse(["--file", "f", "--file", "f/g/h:/p/q", "./d/prog"], {})
    found = names(initrd.guest_files(wanted, b"ELF"))
    assert found == ["d", "d/prog", "f", "f/g", "f/g/h", "f/link", "p", "p/q", "TRAILER!!!"]


def test_a_folder_has_its_mode_and_its_time(tmp_path: Path) -> None:
    folder = tmp_path / "f" / "private"
    folder.mkdir(parents=True)
    folder.chmod(0o2750)
    os.utime(folder, (0, 0x12345678))
    wanted = command_line.parse(["--file", f"{tmp_path}/f:there/f", "p"], {})
    archive = b"".join(initrd.guest_files(wanted, b"ELF"))
    header = archive[archive.index(b"there/f/private\0") - 110 :]
    assert (header[14:22], header[46:54]) == (b"000045e8", b"12345678")


@pytest.mark.parametrize("option", ["--file", "--initrd"])
def test_a_file_that_is_not_there_is_named(option: str) -> None:
    with pytest.raises(UserError) as caught:
        initrd.guest_files(command_line.parse([option, "/absent", "p"], {}), b"")
    assert caught.value.where == "/absent"


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"PK")
    with pytest.raises(UserError, match="no archive"):
        initrd.guest_files(command_line.parse(["--initrd", str(tmp_path / "x"), "p"], {}), b"")


def test_links_in_a_folder_stay_links_and_one_that_is_named_is_followed(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "circle").symlink_to("..")
    (folder / "nowhere").symlink_to("absent")
    (tmp_path / "named").symlink_to("folder")
    wanted = command_line.parse(["--file", f"{tmp_path}/named:x", "p"], {})
    pieces = initrd.guest_files(wanted, b"")
    assert names(pieces) == ["p", "x", "x/circle", "x/nowhere", "TRAILER!!!"]
    assert b"absent" in b"".join(pieces)


def test_the_program_may_be_named_again_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to("file")
    path = str(tmp_path / "link")
    wanted = command_line.parse(["--file", path, "--file", path, path], {})
    assert names(initrd.guest_files(wanted, b""))[-2] == path[1:]


def test_deep_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    deep = "/".join(["d"] * 200)
    Path(deep).mkdir(parents=True)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 100)
    try:
        found = names(initrd.guest_files(command_line.parse(["--file", "d", "p"], {}), b""))
    finally:
        sys.setrecursionlimit(limit)
    assert found[-2:] == [deep, "TRAILER!!!"]


def test_a_program_whose_name_would_end_the_archive() -> None:
    wanted = command_line.parse(["./TRAILER!!!"], {})
    assert names(initrd.guest_files(wanted, b"")) == ["./TRAILER!!!", "TRAILER!!!"]


@pytest.mark.parametrize("option", ["--file", "--initrd"])
def test_what_is_larger_than_the_memory_is_not_even_read(tmp_path: Path, option: str) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(UserError, match="memory is too small") as caught:
        initrd.guest_files(command_line.parse([option, str(tmp_path / "large"), "p"], {}), b"")
    assert "--memory" in caught.value.fix


def test_where_the_kernel_cannot_be_built_the_error_names_what_exec_has(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "kernel").touch()  # in the place of a folder
    with pytest.raises(FileError) as caught:
        build_kept.build(str(tmp_path), 1, strace=False)
    assert "TINYGATE_CACHE" in caught.value.fix
