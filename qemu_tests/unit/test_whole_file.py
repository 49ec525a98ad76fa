"""What is written is there whole, or what was there before is."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from builder.cli import ui
from builder.errors import FileError
from builder.tools.whole_file import write_whole

LIMIT_BYTES = 4096
# To the kernel, and to us, this is the same as a disk that is full behind so many bytes.
WRITER = f"""
import resource, sys
from pathlib import Path
from builder.tools.whole_file import write_whole
resource.setrlimit(resource.RLIMIT_FSIZE, ({LIMIT_BYTES}, {LIMIT_BYTES}))
try:
    write_whole(Path(sys.argv[1]), b"n" * int(sys.argv[2]))
except OSError as error:
    sys.exit(error.strerror)
"""


def write(path: Path, size: int, root: Path) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-c", WRITER, str(path), str(size)]
    return subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("old", [None, b"", b"what was there"])
def test_a_disk_that_is_full_takes_nothing_away(
    tmp_path: Path, project_root: Path, old: bytes | None
) -> None:
    path = tmp_path / "file"
    if old is not None:
        path.write_bytes(old)
    done = write(path, LIMIT_BYTES + 1, project_root)
    assert (done.returncode, done.stderr) == (1, "File too large\n")
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == (
        {} if old is None else {"file": old}
    )
    assert write(path, LIMIT_BYTES, project_root).returncode == 0
    assert path.read_bytes() == b"n" * LIMIT_BYTES
    assert [*tmp_path.iterdir()] == [path]


def test_mode_and_longest_name_stay(tmp_path: Path) -> None:
    path = tmp_path / ("n" * os.pathconf(tmp_path, "PC_NAME_MAX"))
    path.write_text("old")
    path.chmod(0o640)
    write_whole(path, "née")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == ("née".encode(), 0o640)


def test_a_new_file_has_the_mode_that_files_have(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    write_whole(tmp_path / "new", b"")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_link_stays_one_and_leads_to_what_is_new(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    (tmp_path / "link").symlink_to("file")
    write_whole(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text() == "new"


def test_a_pipe_gets_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    heard: list[str] = []
    reader = threading.Thread(target=lambda: heard.append((tmp_path / "pipe").read_text()))
    reader.start()
    write_whole(tmp_path / "pipe", "new")
    reader.join()
    assert heard == ["new"]
    assert (tmp_path / "pipe").is_fifo()


def test_a_command_says_so_and_leaves_the_file(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("old")
    _, hard = limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT_BYTES, hard))
    try:
        with pytest.raises(FileError, match="File too large"):
            ui.write_text(path, "n" * (LIMIT_BYTES + 1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_text() == "old"
