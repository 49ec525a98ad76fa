"""`tinygate exec`: its words, the program that they name, and what the guest is handed."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from typer.main import get_command

from builder.errors import FileError, NotFoundError, RefusedError, UserError
from builder.linux.exec import command_line, execute, initrd, kept_kernel, program
from builder.model import host
from builder.tools.cache import cache_path

# ---- words ----


def test_defaults_and_the_programs_own_options() -> None:
    wanted = command_line.parse(["./prog", "--env", "-h"], {"TERM": "dumb"})
    assert (wanted.program, wanted.arguments) == ("./prog", ["./prog", "--env", "-h"])
    assert (wanted.memory_mib, wanted.cpus, wanted.cpu, wanted.strace) == (64, 1, "coreduo", False)
    assert wanted.environment == {"HOME": "/", "PATH": "/bin:/usr/bin", "TERM": "dumb"}


def test_every_option(tmp_path: Path) -> None:
    (tmp_path / "a:b").touch()
    words = [
        "--env",
        "A=1=2",
        "-e",
        "HERE",
        "--env=C=",
        "--file",
        "x:y",
        "--file",
        f"{tmp_path}/a:b",
    ]
    words += [
        "--initrd",
        "i",
        "--memory=128",
        "--cpus",
        "2",
        "--cpu",
        "pentium",
        "--strace",
        "--",
        "-p",
    ]
    wanted = command_line.parse(words, {"HERE": "value"})
    expected = {**command_line.FIRST_ENVIRONMENT, "A": "1=2", "HERE": "value", "C": ""}
    assert wanted.environment == expected
    assert wanted.files == [("x", "y"), (f"{tmp_path}/a:b", "")]
    assert (wanted.initrds, wanted.memory_mib, wanted.cpus) == (["i"], 128, 2)
    assert (wanted.cpu, wanted.strace, wanted.program) == ("pentium", True, "-p")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--"],
        ["--strace"],
        ["--strace=1", "p"],
        ["--nonsense", "p"],
        ["--env"],
        ["--env", "=x", "p"],
        ["--env", "NOT_SET", "p"],
        ["--file", "", "p"],
        ["--file", ":x", "p"],
        ["--file", "x:", "p"],
        ["--file", "x:/", "p"],
        ["--memory", "3", "p"],
        ["--memory", "2049", "p"],
        ["--memory", "64M", "p"],
        ["--memory", "²", "p"],
        ["--cpus", "0", "p"],
        ["--cpus", "9", "p"],
        ["--cpu", "", "p"],
        ["--cpu", "-x", "p"],
        ["--cpu", "help", "p"],
        ["--cpu", "?", "p"],
        ["--cpu", "486", "--cpus", "2", "p"],
        ["--cpus", "2", "--cpu", "pentium3,-apic", "p"],
        ["p", "x" * command_line.STRINGS_BYTES_MAX],
    ],
)
def test_bad_words_are_refused_with_advice(words: list[str]) -> None:
    with pytest.raises(UserError) as caught:
        command_line.parse(words, {})
    assert caught.value.where == "tinygate exec" and caught.value.fix


def test_help_is_asked_for_before_the_program_only() -> None:
    assert command_line.asks_for_help(["--strace", "-h"])
    assert command_line.asks_for_help(["--env", "A=1", "--help"])
    assert not command_line.asks_for_help(["--env", "-h", "p"])
    assert not command_line.asks_for_help(["p", "--help"])
    assert not command_line.asks_for_help(["--", "--help"])


def test_help_shows_the_options_that_there_are() -> None:
    from builder.cli.app import app

    command = get_command(app).commands["exec"]  # type: ignore[attr-defined]
    shown = {name for each in command.params for name in each.opts if name.startswith("-")}
    assert shown == {*command_line.VALUES, "--strace", "--help", "-h"} - {"--help", "-h"}


# ---- the program ----


def elf(
    *,
    ident: bytes = b"\x7fELF\x01\x01\x01",
    kind: int = 2,
    machine: int = 3,
    headers: tuple[tuple[int, int, int], ...] = ((1, 0, 84),),
) -> bytes:
    """An ELF file without content; `headers`: type, offset and size of each segment."""
    head = ident.ljust(16, b"\0")
    head += struct.pack("<HHIIII", kind, machine, 1, 0x8048000, 52, 0)
    head += struct.pack("<IHHHHHH", 0, 52, 32, len(headers), 0, 0, 0)
    for segment, offset, size in headers:
        head += struct.pack("<8I", segment, offset, 0, 0, size, size, 5, 4096)
    return head


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A program that is fine."""
    path = tmp_path / "prog"
    path.write_bytes(elf())
    path.chmod(0o755)
    return path


def test_a_good_program_is_read(made: Path) -> None:
    assert program.read_program(str(made)) == made.read_bytes()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "no ELF file"),
        (b"MZ", "no ELF file"),
        (b"#!/bin/sh\n", "script"),
        (b"\x7fELF\x01\x01", "cut off"),
        (elf()[:60], "damaged"),
        (elf(ident=b"\x7fELF\x02\x01\x01", machine=62), "not for the i386"),
        (elf(machine=40), "not for the i386"),
        (elf(kind=1), "no program"),
        (elf(kind=4), "no program"),
        (elf(headers=()), "no program"),
        (elf(headers=((3, 0, 4), (1, 0, 4))), "dynamically linked"),
    ],
)
def test_what_is_no_program_for_us_is_named(made: Path, content: bytes, word: str) -> None:
    made.write_bytes(content)
    with pytest.raises(RefusedError, match=word) as caught:
        program.read_program(str(made))
    assert caught.value.where == str(made) and caught.value.fix


def test_what_is_no_file_is_named(made: Path) -> None:
    made.chmod(0o644)
    fifo = made.with_name("fifo")
    os.mkfifo(fifo)
    for path, word in ((made, "executed"), (made.parent, "folder"), (fifo, "ordinary")):
        with pytest.raises(RefusedError, match=word):
            program.read_program(str(path))
    for path in (made / "below", made.with_name("absent"), Path("/")):
        with pytest.raises((NotFoundError, RefusedError)):
            program.read_program(str(path))
    with pytest.raises(NotFoundError):
        program.read_program("a\0b")


# ---- what the guest is handed ----


@pytest.mark.parametrize(
    ("path", "there"),
    [("./a", "a"), ("/tmp//a/", "tmp/a"), ("../../a", "a"), ("x/../y", "y"), ("a/b", "a/b")],
)
def test_places_in_the_guest(path: str, there: str) -> None:
    assert initrd.guest_path(path) == there


def strings_at(block: bytes, offset: int) -> list[bytes]:
    """What the kernel reads: an array of offsets of strings."""
    found = []
    while place := int.from_bytes(block[offset : offset + 4], "little"):
        found.append(block[place : block.index(b"\0", place)])
        offset += 4
    return found


def test_strings_are_handed_over_as_they_are() -> None:
    words = ["./p", "", "a b", "\udcff", "=" * 70_000]
    wanted = command_line.parse(["--env", "A=\udcfe", *words], {})
    block = initrd.start_block(wanted, (1, 2, 3), (24, 80))
    fields = host.offsets(host.START_FIELDS)
    at = {n: int.from_bytes(block[p : p + 4], "little") for n, p in fields.items()}
    assert block[:12] == struct.pack("<3I", 1, 2, 3)
    assert (at["rows"], at["columns"]) == (24, 80)
    assert block[at["path"] :].startswith(b"/p\0")
    assert strings_at(block, at["arguments"]) == [os.fsencode(word) for word in words]
    assert b"A=\xfe" in strings_at(block, at["environment"])
    assert at["arguments"] % 4 == at["environment"] % 4 == 0


# ---- the kernel's folder ----


def test_a_change_of_any_source_counts(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "f").write_bytes(b"1")
    (tmp_path / "__pycache__").mkdir()
    before = kept_kernel.fingerprint([str(tmp_path)])
    (tmp_path / "__pycache__" / "x.pyc").touch()
    assert kept_kernel.fingerprint([str(tmp_path)]) == before
    (tmp_path / "a" / "f").write_bytes(b"22")
    assert kept_kernel.fingerprint([str(tmp_path)]) != before


def test_a_kernel_counts_only_with_its_stamp(tmp_path: Path) -> None:
    folder = str(tmp_path)
    assert not kept_kernel.is_current(folder, "print")
    (tmp_path / kept_kernel.STAMP_NAME).write_text("print")
    assert not kept_kernel.is_current(folder, "print")
    (tmp_path / kept_kernel.ELF_NAME).write_bytes(b"kernel")
    (tmp_path / kept_kernel.STAMP_NAME).write_text(kept_kernel.stamp(folder, "print"))
    assert kept_kernel.is_current(folder, "print") and not kept_kernel.is_current(folder, "other")
    (tmp_path / kept_kernel.ELF_NAME).write_bytes(b"kern")  # the disk was full
    assert not kept_kernel.is_current(folder, "print")


def test_without_a_home_no_folder_is_called_tilde(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.path.expanduser", lambda path: path)  # as it is then
    with pytest.raises(FileError, match="no folder") as caught:
        cache_path({})
    assert "TINYGATE_CACHE" in caught.value.fix


def test_a_name_cannot_make_the_terminal_do_things() -> None:
    text = str(NotFoundError("is not there", where="a\n\x1b[31mé"))
    assert text == "a\\n\\x1b[31mé: is not there"
    text = str(NotFoundError("no \x1b]0;", why="line\n\tline \x07", fix="\x9b1m"))
    assert text == "no \\x1b]0;\n  why: line\n\tline \\x07\n  fix: \\x9b1m"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            OSError(24, "Too many open files"),
            "error: tinygate exec: the system refused\n  why: Too",
        ),
        (OSError(2, "No such file", "/x"), "error: /x: the system refused\n  why: No such file\n"),
        (KeyError("x"), "bug: KeyError: 'x', at test_exec_words.py:"),
    ],
)
def test_what_else_goes_wrong_is_told_with_its_place(
    error: Exception, text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> int:
        raise error

    monkeypatch.setattr(execute, "_run", fail)
    assert execute.run(["program"]) == 125
    said = capsys.readouterr().err
    assert said.startswith(text) and "\n  fix: " in said


def test_each_kind_of_kernel_has_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TINYGATE_CACHE", str(tmp_path))
    kinds = {kept_kernel.folder_of(cpus, strace) for cpus in (1, 2) for strace in (False, True)}
    assert len(kinds) == 4 and all(each.startswith(str(tmp_path)) for each in kinds)
