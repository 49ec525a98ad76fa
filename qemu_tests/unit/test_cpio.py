"""Archives of cpio as builder/linux/cpio.py packs them; test_initrd.py unpacks them with C."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from builder.boot.patience import BACKSTOP_S
from builder.errors import UserError
from builder.linux.cpio import (
    TRAILER,
    Directory,
    Entry,
    File,
    HardLink,
    Header,
    Node,
    Symlink,
    pack,
    record,
)

EVERYTHING: list[Entry] = [
    Directory("bin", 0o755),
    File("bin/busybox", b"\x7fELF" * 1001, 0o4755, uid=1, gid=2, mtime=1_000_000_000),
    HardLink("bin/sh", "bin/busybox"),
    HardLink("bin/ls", "bin/busybox"),
    Symlink("init", "bin/busybox"),
    Directory("dev", 0o1777),
    Node("dev/console", "char", 5, 1),
    Node("dev/ram0", "block", 1, 0, 0o660),
    Node("dev/pipe", "fifo"),
    Node("dev/log", "socket", mode=0o666),
    File("empty"),
    File("nämé \udcff", b"x"),
]


def test_an_archive_byte_by_byte() -> None:
    numbers = "00000001 000081a4 00000002 00000003 00000001 00000004 00000002"
    no_devices = "00000000 " * 4
    file = f"070701{numbers} {no_devices} 00000005 00000000".replace(" ", "").encode()
    end = f"070701{'0' * 32}00000001{'0' * 48}0000000b{'0' * 8}".encode()
    archive = pack([File("name", b"ab", uid=2, gid=3, mtime=4)])
    assert archive == file + b"name\0\0" + b"ab\0\0" + end + b"TRAILER!!!\0" + b"\0\0\0"


def test_the_same_entries_give_the_same_bytes() -> None:
    assert pack(EVERYTHING) == pack(iter(EVERYTHING))
    assert pack([]) == record(Header(), TRAILER)


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ([File("")], "its name is empty or has a NUL"),
        ([File("a\0b")], "its name is empty or has a NUL"),
        ([File("\ud800")], "its name is no text"),
        ([File("é" * 2048)], "its name has 4096 bytes, and 4095 are the most"),
        ([File(TRAILER)], "this name is the end of an archive"),
        ([File("a"), Directory("a")], "two entries have this name"),
        ([Symlink("a", "")], "its target is empty or has a NUL"),
        ([Symlink("a", "t" * 4096)], "its target has 4096 bytes, and 4095 are the most"),
        ([HardLink("a", "b"), File("b")], "it is a hard link to 'b', which is no file before it"),
        ([HardLink("a", "a")], "it is a hard link to 'a', which is no file before it"),
        (
            [Directory("b"), HardLink("a", "b")],
            "it is a hard link to 'b', which is no file before it",
        ),
        ([File("a", uid=-1)], "-1 does not fit a header"),
        ([File("a", mtime=2**32)], "4294967296 does not fit a header"),
        ([Node("a", "char", 2**32)], "4294967296 does not fit a header"),
        ([File("a", mode=0o100644)], "0o100644 is no mode"),
        ([Directory("a", mode=-1)], "-0o1 is no mode"),
    ],
)
def test_what_cannot_be_packed_is_refused(entries: list[Entry], why: str) -> None:
    with pytest.raises(UserError) as caught:
        pack(entries)
    error = caught.value
    assert (error.what, error.why) == ("this cannot be packed for cpio", why)
    assert error.where.startswith(repr(entries[0].name)[:60]) or error.where == "'a'"
    assert error.fix


def test_a_long_name_is_not_shown_whole() -> None:
    with pytest.raises(UserError) as caught:
        pack([File("n" * 5000)])
    assert caught.value.where == repr("n" * 60 + "...")


def test_a_checksum_makes_it_the_other_variant() -> None:
    header = Header(mode=0o100644)
    plain, summed = record(header, "f", b"ab"), record(header, "f", b"ab", checksum=195)
    assert summed == b"070702" + plain[6:102] + b"000000c3" + plain[110:]


def test_it_loads_nothing_that_is_slow() -> None:
    code = "import sys, builder.linux.cpio; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=BACKSTOP_S, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"typer", "pydantic", "jinja2", "rich", "asyncio", "tempfile", "subprocess"}


# ---- GNU cpio, as a second opinion ----

NEEDS_CPIO = pytest.mark.skipif(not shutil.which("cpio"), reason="needs cpio: apt-get install cpio")


def cpio(*arguments: str, data: bytes, folder: Path) -> bytes:
    done = subprocess.run(
        ["cpio", "--quiet", *arguments],
        input=data,
        cwd=folder,
        capture_output=True,
        timeout=BACKSTOP_S,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout


@NEEDS_CPIO
def test_gnu_cpio_lists_what_was_packed(tmp_path: Path) -> None:
    listed = cpio("-itvn", data=pack(EVERYTHING), folder=tmp_path).decode(
        "utf-8", "surrogateescape"
    )
    words = [line.split(maxsplit=4) for line in listed.splitlines()]
    assert [(mode, links, uid, gid) for mode, links, uid, gid, *_ in words] == [
        ("drwxr-xr-x", "2", "0", "0"),
        *[("-rwsr-xr-x", "3", "1", "2")] * 3,
        ("lrwxrwxrwx", "1", "0", "0"),
        ("drwxrwxrwt", "2", "0", "0"),
        ("crw-------", "1", "0", "0"),
        ("brw-rw----", "1", "0", "0"),
        ("prw-------", "1", "0", "0"),
        ("srw-rw-rw-", "1", "0", "0"),
        *[("-rw-r--r--", "1", "0", "0")] * 2,
    ]
    assert " 5,   1 " in listed and listed.count("4004") == 1
    names = cpio("-it", data=pack(EVERYTHING), folder=tmp_path)
    wanted = "".join(f"{entry.name}\n" for entry in EVERYTHING)
    assert names.decode("utf-8", "surrogateescape") == wanted


@NEEDS_CPIO
def test_gnu_cpio_unpacks_what_was_packed(tmp_path: Path) -> None:
    entries = [
        replace(entry, uid=0, gid=0) if isinstance(entry, File) else entry
        for entry in EVERYTHING
        if not isinstance(entry, Node)
    ]
    cpio("-idm", "--no-preserve-owner", data=pack(entries), folder=tmp_path)
    assert (tmp_path / "bin/sh").samefile(tmp_path / "bin/busybox")
    assert (tmp_path / "bin/ls").read_bytes() == b"\x7fELF" * 1001
    assert (tmp_path / "init").readlink() == Path("bin/busybox")
    assert (tmp_path / "bin/busybox").stat().st_mtime == 1_000_000_000
