"""The command line on bad input and in bad moments: one message, one exit code, nothing left."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from builder.boot.patience import BACKSTOP_S
from builder.errors import ExitCode
from qemu_tests.kit.kernels import Lab
from qemu_tests.unit.test_elf_check import program

Tool = Callable[..., subprocess.Popen[str]]


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    def assert_one_message(self, code: ExitCode) -> None:
        """It failed with `code` and said once what is wrong and what to do, without a traceback."""
        assert self.code == code, self
        assert self.err.count("error: ") == 1, self
        assert "  fix: " in self.err and "Traceback" not in self.err + self.out, self


@pytest.fixture
def tinygate_process(project_root: Path, tmp_path: Path) -> Iterator[Tool]:
    """Starts the command line in a process group of its own, as a shell does."""
    started: list[subprocess.Popen[str]] = []

    def start(
        *arguments: str, path: str = "", before: tuple[str, ...] = ()
    ) -> subprocess.Popen[str]:
        environment = {**os.environ, "PYTHONPATH": str(project_root)}
        environment["PATH"] = path or environment["PATH"]
        process = subprocess.Popen(
            [*before, sys.executable, "-m", "builder", *arguments],
            cwd=tmp_path, env=environment, start_new_session=True, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def run_tinygate(tinygate_process: Tool) -> Callable[..., Done]:
    """The command line to its end."""

    def run(*arguments: str, path: str = "", before: tuple[str, ...] = ()) -> Done:
        process = tinygate_process(*arguments, path=path, before=before)
        out, err = process.communicate(timeout=BACKSTOP_S)
        return Done(process.returncode, out, err)

    return run


# ---- programs of the user's ----

PROGRAMS = {
    "text": (b"hello\n", "it is not an ELF file"),
    "empty": (b"", "it is not an ELF file"),
    "x86-64": (program(e_class=2, machine=62), ""),
    "dyn": (program(e_type=3), "its type is ET_DYN"),
    "interp": (program(kinds=(3, 1)), "it wants a dynamic linker"),
    "truncated": (program()[:-1], "reaches beyond the file"),
    "kernel": (program(vaddr=0xC0100000), "is not between"),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that_the_kernel_cannot_run(
    name: str, tmp_path: Path, run_tinygate: Callable[..., Done]
) -> None:
    data, why = PROGRAMS[name]
    (tmp_path / "prog").write_bytes(data)
    done = run_tinygate("image", "--set", 'programs.files=["prog"]', "--out", "out")
    done.assert_one_message(ExitCode.USAGE)
    assert "prog: is not a program that the kernel can run" in done.err
    assert why in done.err
    assert not (tmp_path / "out" / "kernel.elf").exists()


# ---- damaged images ----


def _flip(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :]


DISKS: dict[str, tuple[Callable[[bytes], bytes], str]] = {  # with a loader that checks it
    "kernel": (lambda data: _flip(data, 20_000), "the kernel is damaged"),
    "loader": (lambda data: _flip(data, 1000), "the boot loader is damaged"),
    "boot-sector": (lambda data: _flip(data, 100), "the boot loader is damaged"),
    "no-signature": (lambda data: _flip(data, 511), "the disk image has no boot signature"),
    "truncated": (lambda data: data[:12_288], "the disk image is truncated"),
    "zeros": (lambda data: bytes(len(data)), "the disk image has no boot signature"),
}
FLAT_DISKS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "no-signature": DISKS["no-signature"],
    "truncated": (lambda data: data[:4096], "the disk image is truncated"),
    "zeros": DISKS["zeros"],
}
DAMAGED = [
    *(("int80", *row) for row in FLAT_DISKS.values()),
    *(("robust", *row) for row in DISKS.values()),
]


@pytest.mark.parametrize(
    ("step", "damage", "what"),
    DAMAGED,
    ids=[*(f"flat-{name}" for name in FLAT_DISKS), *DISKS],
)
def test_a_damaged_disk_image_does_not_pass_and_the_damage_is_named(
    lab: Lab, step: str, damage: Callable[[bytes], bytes], what: str, tmp_path: Path,
    run_tinygate: Callable[..., Done],
) -> None:  # fmt: skip
    (tmp_path / "disk.img").write_bytes(damage(lab.kernel(f"kernel.step={step}").disk.read_bytes()))
    done = run_tinygate("run", "--step", step, "--image", "disk.img")
    assert done.code == ExitCode.VERDICT, done
    assert what in done.err and "Traceback" not in done.err, done
    assert "verdict: pass" not in done.out


@pytest.mark.parametrize("step", ["vsyscall", "robust"])
@pytest.mark.parametrize("size", [0, 3, 60, 4096, 8000])
def test_a_kernel_that_is_cut_off_does_not_pass(
    lab: Lab, size: int, step: str, tmp_path: Path, run_tinygate: Callable[..., Done],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("TINYGATE_TIMEOUT_SCALE", "0.1")  # what is left of it may start and hang
    (tmp_path / "kernel.elf").write_bytes(lab.kernel(f"kernel.step={step}").elf.read_bytes()[:size])
    done = run_tinygate("run", "--step", step, "--image", "kernel.elf")
    assert done.code in (ExitCode.VERDICT, ExitCode.EMULATOR, ExitCode.FILES), done
    assert done.err and "Traceback" not in done.err and "verdict: pass" not in done.out


# ---- the disk is full ----

UNSHARE = ("unshare", "--map-root-user", "--mount")


@pytest.mark.parametrize("size_kib", [64, 300, 1000, 1500, 2000, 2600])
def test_a_full_disk_leaves_nothing_that_could_be_taken_for_a_kernel(
    tmp_path: Path, run_tinygate: Callable[..., Done], size_kib: int
) -> None:
    out = tmp_path / "small"
    out.mkdir()
    mount = f"mount -t tmpfs -o size={size_kib}k none {out}"
    if subprocess.run([*UNSHARE, "sh", "-c", mount], check=False, capture_output=True).returncode:
        pytest.skip("this system lets nobody mount a tmpfs: unshare --map-root-user --mount")
    # What is in a mount of its own can only be looked at from inside.
    script = f'{mount} && {{ "$@"; code=$?; ls -A {out}/o >&2; exit $code; }}'
    done = run_tinygate(
        "image", "--out", str(out / "o"), before=(*UNSHARE, "sh", "-c", script, "sh")
    )
    done.assert_one_message(ExitCode.FILES)
    left = done.err.splitlines()[-1] if "\n" in done.err else ""
    assert "kernel.elf" not in left and "disk.img" not in left, done


# ---- Ctrl-C ----


def _assert_interrupted(process: subprocess.Popen[str]) -> Done:
    out, err = process.communicate(timeout=BACKSTOP_S)
    done = Done(process.returncode, out, err)
    assert done.code == ExitCode.INTERRUPTED, done
    assert done.err.strip().splitlines()[-1] == "interrupted", done
    assert "Traceback" not in out + err and "error" not in err, done
    return done


def test_ctrl_c_in_the_middle_of_a_build(
    tmp_path: Path, tinygate_process: Tool, wrapped: Callable[[str, str], tuple[str, Path]]
) -> None:
    # The compiler begins to write an object and then never ends.
    body = (
        'case "$*" in *-c*mm/paging.c*)\n'
        '  for last; do case "$last" in *.o) echo half > "$last";; esac; done\n'
        '  exec 9> "$FIFO"; echo here >&9; exec cat /dev/zero > /dev/null;;\n'
        'esac\nexec "$REAL" "$@"'
    )
    path, fifo = wrapped("gcc", body)
    process = tinygate_process("image", "--out", "out", path=path)
    with fifo.open() as alive:
        assert alive.readline() == "here\n"
        os.killpg(process.pid, signal.SIGINT)
        _assert_interrupted(process)
        assert alive.read() == "", "the compiler is gone"
    assert not (tmp_path / "out" / "kernel.elf").exists()
    # make removed the half object, so that the next build is whole.
    again = tinygate_process("image", "--out", "out")
    _, err = again.communicate(timeout=BACKSTOP_S)
    assert again.returncode == 0, err
    assert (tmp_path / "out" / "kernel.elf").exists()


def test_two_at_once_in_one_folder_take_turns(tmp_path: Path, tinygate_process: Tool) -> None:
    (tmp_path / "out").mkdir()
    with (tmp_path / "out" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = tinygate_process("build", "--step", "int80", "--out", "out")
        assert process.stderr is not None
        assert "waiting for it to end" in process.stderr.readline()
        assert not (tmp_path / "out" / "kernel").exists()
    assert process.communicate(timeout=BACKSTOP_S)[1] == ""
    assert process.returncode == 0 and (tmp_path / "out" / "kernel.elf").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "killed"])
def test_an_end_in_the_middle_of_a_boot_leaves_no_emulator(
    number: signal.Signals,
    tinygate_process: Tool,
    wrapped: Callable[[str, str], tuple[str, Path]],
) -> None:
    # Only the boot is watched: before it, QEMU is asked for its version.
    body = 'case "$*" in *-serial*) exec 9> "$FIFO"; echo here >&9;; esac\nexec "$REAL" "$@"'
    path, fifo = wrapped("qemu-system-i386", body)
    echo = ("run", "--step", "robust", "--set", "programs.suite=echo", "--out", "out")
    process = tinygate_process(*echo, path=path)
    assert process.stdout is not None
    with fifo.open() as alive:
        assert alive.readline() == "here\n"
        lines = iter(process.stdout.readline, "")
        assert any(line.startswith("echo: type lines") for line in lines)  # now it waits for input
        os.killpg(process.pid, number)
        if number == signal.SIGINT:
            _assert_interrupted(process)
        assert alive.read() == "", "QEMU is gone"


# ---- tools ----


def _path_without(folder: Path, *names: str) -> str:
    """A PATH with all programs of this machine but `names`."""
    folder.mkdir()
    for place in reversed(os.environ["PATH"].split(":")):
        for program_path in Path(place).glob("*"):
            link = folder / program_path.name
            if program_path.name not in names:
                link.unlink(missing_ok=True)
                link.symlink_to(program_path)
    return str(folder)


@pytest.mark.parametrize(
    ("tool", "verb", "package"),
    [
        ("nasm", "image", "nasm"),
        ("make", "image", "make"),
        ("qemu-system-i386", "run", "qemu-system-x86"),
    ],
)
def test_a_missing_tool_is_named_with_the_command_that_installs_it(
    tool: str, verb: str, package: str, tmp_path: Path, run_tinygate: Callable[..., Done]
) -> None:
    done = run_tinygate(
        verb, "--out", "out", path=_path_without(tmp_path / "bin", tool, f"g{tool}")
    )
    done.assert_one_message(ExitCode.TOOL)
    assert re.search(rf"{tool}.* missing", done.err), done.err
    assert re.search(rf"install .*{package}", done.err), done.err


def test_a_tool_that_is_too_old_is_named_with_the_version_that_is_needed(
    tmp_path: Path, run_tinygate: Callable[..., Done]
) -> None:
    path = _path_without(tmp_path / "bin", "nasm")
    old = tmp_path / "bin" / "nasm"
    old.write_text('#!/bin/sh\necho "NASM version 2.05 compiled on Jan  1 2009"\n')
    old.chmod(0o755)
    done = run_tinygate("image", "--out", "out", path=path)
    done.assert_one_message(ExitCode.TOOL)
    assert "nasm is too old" in done.err and "2.14 or later" in done.err


# ---- names that mean something to somebody else ----


@pytest.mark.parametrize("name", ["$(touch made)", 'a"b', "a:b", "a$HOME"])
def test_a_folder_of_any_name_builds_and_boots_the_same_kernel(
    lab: Lab, tmp_path: Path, run_tinygate: Callable[..., Done], name: str
) -> None:
    done = run_tinygate("run", "--step", "int80", "--out", name)
    assert done.code == ExitCode.OK, done
    disk = lab.kernel("kernel.step=int80").disk.read_bytes()
    assert (tmp_path / name / "disk.img").read_bytes() == disk
    assert not list(tmp_path.rglob("made"))


def test_a_fifo_is_no_configuration_and_no_program(
    tmp_path: Path, run_tinygate: Callable[..., Done]
) -> None:
    os.mkfifo(tmp_path / "fifo")
    run_tinygate("image", "--config", "fifo").assert_one_message(ExitCode.USAGE)
    done = run_tinygate("image", "--set", "programs.files=['fifo']")
    done.assert_one_message(ExitCode.USAGE)


def test_the_flags_of_a_make_around_us_are_not_ours(
    run_tinygate: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAKEFLAGS", "n")
    assert run_tinygate("image", "--step", "int80", "--out", "out").code == ExitCode.OK


def test_a_standard_stream_that_is_closed_is_no_bug(tinygate_process: Tool) -> None:
    process = tinygate_process("show", "gdt", before=("sh", "-c", 'exec "$@" >&-', "sh"))
    _, err = process.communicate(timeout=BACKSTOP_S)
    assert process.returncode == 0 and err == ""
