"""Debian's kernel: found in its package, booted, and its end told from a failure; the cache."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from builder.errors import EmulatorError, ExitCode, FileError
from builder.linux.debian import Unpacked
from builder.linux.debian.debian_kernel import boot_command, boot_debian, kernel_file
from builder.tools.cache import cache_dir
from builder.tools.commands import TimedOutError

Call = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"TINYGATE_CACHE": "/a", "XDG_CACHE_HOME": "/b"}, Path("/a")),
        ({"XDG_CACHE_HOME": "/b"}, Path("/b/tinygate")),
        ({"XDG_CACHE_HOME": "relative"}, Path.home() / ".cache" / "tinygate"),
        ({}, Path.home() / ".cache" / "tinygate"),
        ({"TINYGATE_CACHE": "here"}, Path.cwd() / "here"),
    ],
)
def test_the_cache_is_where_the_user_wants_it(environ: dict[str, str], folder: Path) -> None:
    assert cache_dir(environ) == folder


def test_the_kernel_is_the_one_of_its_package(tmp_path: Path) -> None:
    boot = tmp_path / "kernel" / "root" / "boot"
    boot.mkdir(parents=True)
    package = Unpacked("linux-image-686", "linux-image-6", "6", boot.parent)
    with pytest.raises(FileError) as caught:
        kernel_file(package)
    assert f"remove {tmp_path / 'kernel'} and run `tinygate fetch`" in str(caught.value)
    (boot / "vmlinuz-6").touch()
    (boot / "config-6").touch()
    assert kernel_file(package) == boot / "vmlinuz-6"
    (boot / "vmlinuz-7").touch()
    with pytest.raises(FileError):
        kernel_file(package)


@pytest.fixture
def qemu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a shell script in QEMU's place."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def put(script: str) -> None:
        (tmp_path / "qemu-system-i386").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "qemu-system-i386").chmod(0o755)

    return put


def test_what_the_guest_printed_comes_back_with_plain_line_ends(
    qemu: Callable[[str], None],
) -> None:
    qemu(r"printf 'one\r\ntwo\n'")
    assert boot_debian(Path("k"), Path("i")) == "one\ntwo\n"


def test_an_emulator_that_fails_is_an_error_with_its_own_words(
    qemu: Callable[[str], None],
) -> None:
    qemu("echo no such option >&2; exit 1")
    with pytest.raises(EmulatorError) as caught:
        boot_debian(Path("k"), Path("i"))
    assert "no such option" in caught.value.why
    assert "-initrd i" in caught.value.where


def test_a_guest_that_does_not_end_is_ended(
    qemu: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    qemu("sleep 600")
    monkeypatch.setattr("builder.linux.debian.debian_kernel.BACKSTOP_S", 0.2)
    with pytest.raises(TimedOutError):
        boot_debian(Path("k"), Path("i"))


def test_the_kernel_keeps_its_own_messages_off_the_serial_line() -> None:
    command = boot_command(Path("kernel"), Path("ramdisk"))
    assert command[command.index("-kernel") + 1] == "kernel"
    assert command[command.index("-initrd") + 1] == "ramdisk"
    assert {"console=ttyS0", "quiet", "panic=-1"} <= set(
        command[command.index("-append") + 1].split()
    )
    assert "-no-reboot" in command


def test_recording_needs_a_checkout(tinygate: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builder.tools.resources.checkout_dir", lambda: None)
    code, _, err = tinygate("record")
    assert code == ExitCode.USAGE and "there are no test programs here" in err
