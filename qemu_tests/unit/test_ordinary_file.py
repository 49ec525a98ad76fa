"""Whatever stands where a file of the user's should be: one error that says what it is."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from builder.cli import rules_verb
from builder.errors import FileError, TinygateError, UserError
from builder.labs.classroom import course_plan
from builder.labs.classroom.course_plan import read_plan
from builder.tools.ordinary_file import read_ordinary
from builder.xray import record
from builder.xray.record import read_record

READERS: dict[str, Callable[[Path], object]] = {
    "course.toml": read_plan,
    "a record": read_record,
    "a log": rules_verb._text,
}
NOT_FILES: dict[str, Callable[[Path], object]] = {
    "nothing": lambda _path: None,
    "folder": Path.mkdir,
    "dangling link": lambda path: path.symlink_to("nowhere"),
    "link to itself": lambda path: path.symlink_to(path.name),
    "device": lambda path: path.symlink_to("/dev/zero"),
}
CONTENTS = {
    "empty": b"",
    "binary": bytes(range(256)) * 4,
    "a number": b"1" * 5000,
    "lists without end": b"[" * 100_000,
    "values without end": b"a = " + b"[" * 100_000,
    "tables without end": b'{"version":' * 50_000,
    "no list": b"{}",
    "a version of thousands of digits": b'{"version": ' + b"9" * 5000 + b"}",
    "rows that are none": b'{"version": 1, "rows": [{"place": 7}]}',
    "UTF-16": "version = 1\n".encode("utf-16"),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", NOT_FILES)
def test_what_is_no_file_is_named(tmp_path: Path, reader: str, name: str) -> None:
    path = tmp_path / "given"
    NOT_FILES[name](path)
    with pytest.raises((UserError, FileError)) as caught:
        READERS[reader](path)
    assert str(path) in caught.value.where
    assert caught.value.fix


@pytest.mark.parametrize("reader", [name for name in READERS if name != "a log"])
@pytest.mark.parametrize("name", CONTENTS)
def test_a_file_of_something_else_is_named(tmp_path: Path, reader: str, name: str) -> None:
    path = tmp_path / "given"
    path.write_bytes(CONTENTS[name])
    with pytest.raises(TinygateError) as caught:
        READERS[reader](path)
    assert str(path) in caught.value.where
    assert caught.value.fix


@pytest.mark.parametrize(
    ("reader", "module", "limit"),
    [
        ("course.toml", course_plan, "FILE_BYTES_MAX"),
        ("a record", record, "FILE_BYTES_MAX"),
        ("a log", rules_verb, "LOG_BYTES_MAX"),
    ],
)
def test_a_file_that_is_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: str, module: object, limit: str
) -> None:
    monkeypatch.setattr(module, limit, 3)
    path = tmp_path / "given"
    path.write_bytes(b"1234")
    with pytest.raises(TinygateError) as caught:
        READERS[reader](path)
    assert "more than 3 bytes" in str(caught.value)
    assert read_ordinary(path, 4) == b"1234"


def test_a_pipe_is_read_to_its_end_and_nobody_is_waited_for(tmp_path: Path) -> None:
    there, here = os.pipe()
    os.write(here, b"from a command")
    os.close(here)
    assert read_ordinary(Path(f"/dev/fd/{there}"), 100) == b"from a command"
    os.close(there)
    os.mkfifo(tmp_path / "fifo")
    assert read_ordinary(tmp_path / "fifo", 100) == b""
