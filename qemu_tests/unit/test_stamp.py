"""The stamp that says that a build is current: never for a changed input or a damaged output."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from builder.image import stamp
from builder.image.stamp import Request


@pytest.fixture
def built(tmp_path: Path) -> tuple[Path, Request]:
    """A finished build with its stamp, and the request that made it."""
    source, out = tmp_path / "src", tmp_path / "out"
    (source / "deep").mkdir(parents=True)
    (source / "a.py").write_text("a")
    (source / "deep" / "b.c").write_text("b")
    (out / "kernel").mkdir(parents=True)
    for name in ("kernel.elf", "disk.img", "kernel/main.c"):
        (out / name).write_text(name)
    config = tmp_path / "kernel.toml"
    config.write_text("[cpu]\ncount = 1\n")
    program = tmp_path / "hello"
    program.write_text("ELF")
    request = Request(config, ("cpu.count=2",), (source,), "gcc 1 2")
    outputs = [out / "kernel.elf", out / "disk.img", out / "kernel/main.c"]
    programs = {str(program): stamp.file_digest(program)}
    stamp.write(out, stamp.request_digest(request), outputs, programs)
    return out, request


def test_finished_build_is_current(built: tuple[Path, Request]) -> None:
    assert stamp.is_current(*built)
    assert [path.name for path in built[0].iterdir() if path.name.startswith(".")] == [".current"]


@pytest.mark.parametrize(
    "change",
    [
        lambda r: replace(r, overrides=()),
        lambda r: replace(r, overrides=("cpu.count=3",)),
        lambda r: replace(r, config=None),
        lambda r: replace(r, tools="gcc 1 3"),
        lambda r: replace(r, sources=()),
    ],
)
def test_another_request_is_not_current(
    built: tuple[Path, Request], change: Callable[[Request], Request]
) -> None:
    out, request = built
    assert not stamp.is_current(out, change(request))


def same_size_and_time(path: Path, text: str) -> None:
    """Change a file's content behind the back of everything that only looks at size and time."""
    before = path.stat()
    assert len(text) == before.st_size
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("src/a.py", "x"),
        ("src/deep/b.c", "x"),
        ("kernel.toml", "[cpu]\ncount = 2\n"),
        ("hello", "FLE"),
        ("out/kernel.elf", "kernel.elg"),
        ("out/disk.img", "disk.imh"),
        ("out/kernel/main.c", "kernel/main.d"),
    ],
)
def test_changed_file_is_seen_even_with_the_old_size_and_time(
    built: tuple[Path, Request], tmp_path: Path, name: str, text: str
) -> None:
    same_size_and_time(tmp_path / name, text)
    assert not stamp.is_current(*built)


@pytest.mark.parametrize(
    "name", ["src/a.py", "kernel.toml", "hello", "out/kernel.elf", "out/disk.img", "out/.current"]
)
def test_deleted_file_is_seen(built: tuple[Path, Request], tmp_path: Path, name: str) -> None:
    (tmp_path / name).unlink()
    assert not stamp.is_current(*built)


def test_cut_output_is_seen(built: tuple[Path, Request]) -> None:
    (built[0] / "disk.img").write_text("disk")
    assert not stamp.is_current(*built)


def test_output_that_became_a_folder_is_seen(built: tuple[Path, Request]) -> None:
    (built[0] / "disk.img").unlink()
    (built[0] / "disk.img").mkdir()
    assert not stamp.is_current(*built)


def test_new_source_file_is_seen_and_bytecode_is_not(built: tuple[Path, Request]) -> None:
    source = built[1].sources[0]
    (source / "__pycache__").mkdir()
    (source / "__pycache__" / "a.pyc").write_text("x")
    (source / "a.pyc").write_text("x")
    assert stamp.is_current(*built)
    (source / "c.c").write_text("")
    assert not stamp.is_current(*built)


def test_touched_source_is_still_current(built: tuple[Path, Request]) -> None:
    os.utime(built[1].sources[0] / "a.py")
    assert stamp.is_current(*built)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null", "\0", '{"request": 1}', "[" * 99999])
def test_damaged_stamp_is_not_current(built: tuple[Path, Request], text: str) -> None:
    (built[0] / stamp.STAMP_NAME).write_text(text)
    assert not stamp.is_current(*built)


def test_stamp_without_outputs_is_not_current(built: tuple[Path, Request]) -> None:
    out, request = built
    stamp.write(out, stamp.request_digest(request), [], {})
    assert not stamp.is_current(out, request)


def test_output_that_was_never_made_is_not_current(built: tuple[Path, Request]) -> None:
    out, request = built
    stamp.write(out, stamp.request_digest(request), [out / "never"], {})
    assert not stamp.is_current(out, request)


def test_forgotten_build_is_not_current(built: tuple[Path, Request]) -> None:
    stamp.forget(built[0])
    assert not stamp.is_current(*built)
    stamp.forget(built[0])


def test_no_half_written_stamp_is_left(
    built: tuple[Path, Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    stamp.forget(built[0])
    monkeypatch.setattr("json.dump", full)
    with pytest.raises(OSError, match="No space"):
        stamp.write(built[0], "x", [], {})
    assert sorted(path.name for path in built[0].iterdir()) == ["disk.img", "kernel", "kernel.elf"]


def test_without_a_stamp_nothing_is_read(
    built: tuple[Path, Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    out, request = built
    stamp.forget(out)
    monkeypatch.setattr(stamp, "request_digest", lambda _: pytest.fail("reads all sources"))
    assert not stamp.is_current(out, request)
