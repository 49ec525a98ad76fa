"""`tinygate exec`: what cannot be run is refused in words, with a status of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from builder.boot.patience import BACKSTOP_S
from qemu_tests.linux.exec_kit import ROOT, Exec


def refused(words: Sequence[str], **environment: str) -> tuple[int, str]:
    """Status and message of the command; it must neither print nor start anything."""
    done = subprocess.run(
        [sys.executable, "-m", "builder", "exec", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        timeout=BACKSTOP_S,
    )
    assert done.stdout == ""
    assert done.stderr.startswith("error: ") and "  fix: " in done.stderr
    return done.returncode, done.stderr


def test_a_command_that_cannot_be_understood_is_125() -> None:
    assert refused(["--nonsense", "/bin/true"])[0] == 125
    assert refused([])[0] == 125


def test_a_program_that_is_not_there_is_127() -> None:
    assert refused(["/no/such/program"])[0] == 127


def test_a_program_for_another_cpu_is_126() -> None:
    status, text = refused([sys.executable])
    assert status == 126 and "64-bit program for x86-64" in text


def test_no_emulator_is_125(exec_: Exec) -> None:
    status, text = refused([str(exec_.probe)], PATH="/nowhere", TINYGATE_CACHE=str(exec_.cache))
    assert status == 125 and "qemu-system-i386 is not there" in text


def test_a_cpu_that_the_emulator_does_not_know_is_125(exec_: Exec) -> None:
    words = ["--cpu", "abacus", str(exec_.probe)]
    status, text = refused(words, TINYGATE_CACHE=str(exec_.cache))
    assert status == 125 and "abacus" in text


def test_a_cache_that_cannot_be_written_to_is_125(exec_: Exec, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    words = [str(exec_.probe)]
    status, text = refused(words, TINYGATE_CACHE=str(tmp_path / "file" / "cache"))
    assert status == 125 and "TINYGATE_CACHE" in text


def test_an_archive_that_is_damaged_is_125(exec_: Exec, tmp_path: Path) -> None:
    (tmp_path / "bad.cpio").write_bytes(b"070701" + b"zzzzzzzz" * 13)
    words = ["--initrd", str(tmp_path / "bad.cpio"), str(exec_.probe)]
    status, text = refused(words, TINYGATE_CACHE=str(exec_.cache))
    assert status == 125 and f"--initrd {tmp_path}/bad.cpio: the guest cannot unpack" in text


def test_a_path_that_the_guest_has_already_is_125(exec_: Exec) -> None:
    words = ["--file", f"{exec_.probe}:/dev", str(exec_.probe)]
    status, text = refused(words, TINYGATE_CACHE=str(exec_.cache))
    assert status == 125 and "panic" not in text and "/dev is the guest's own" in text


def test_files_that_leave_no_memory_are_125(exec_: Exec, tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(63 << 20)
    words = ["--file", str(tmp_path / "large"), str(exec_.probe)]
    status, text = refused(words, TINYGATE_CACHE=str(exec_.cache))
    assert status == 125 and "--memory 64: the guest's memory is too small" in text


def test_a_file_that_is_larger_than_the_memory_is_125(exec_: Exec, tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(100 << 20)
    words = ["--file", str(tmp_path / "large"), str(exec_.probe)]
    status, text = refused(words, TINYGATE_CACHE=str(exec_.cache))
    assert status == 125 and "--memory" in text
