"""`tinygate exec`: streams, statuses and strings are those of a program of this system."""

from __future__ import annotations

import hashlib
import os
import random
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from builder.boot.patience import BACKSTOP_S
from builder.linux.cpio import File, Symlink, pack
from qemu_tests.linux.exec_kit import Exec

MEGABYTES = random.Random(4).randbytes(3 << 20) + bytes(range(256))
FIFO, DEVICE = 1, 2  # st_mode >> 12
ENOTTY = -25


# ---- how it ends ----


@pytest.mark.parametrize("status", [0, 1, 42, 126, 127, 128, 255])
def test_the_exit_status_is_the_programs(exec_: Exec, status: int) -> None:
    assert exec_.probed("exit", str(status)).returncode == status


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_a_signal_adds_128(exec_: Exec, number: int) -> None:
    assert exec_.probed("kill", str(number)).returncode == 128 + number


def test_a_crash_is_sigsegv_and_nothing_is_said(exec_: Exec) -> None:
    done = exec_.probed("crash")
    assert (done.returncode, done.stdout, done.stderr) == (128 + signal.SIGSEGV, b"", b"")


def test_the_program_has_a_parent_that_takes_its_orphans(exec_: Exec) -> None:
    done = exec_.probed("family")
    echild = -10
    assert (done.returncode, done.stdout.split()) == (0, [b"1", b"1", b"%d" % echild, b"0", b"0"])


@pytest.mark.parametrize("cpu", ["coreduo", "pentium2,-sep"])
def test_the_page_that_is_called_can_be_moved(exec_: Exec, cpu: str) -> None:
    assert exec_.run("--cpu", cpu, exec_.probe, "move").returncode == 0


def test_the_cpu_has_sse2(exec_: Exec) -> None:
    done = exec_.probed("sse2")
    assert (done.returncode, done.stderr) == (0, b"")


SIGILLS = {
    "sse2": "CPU pentium2,-sep has no `paddq xmm0, xmm0` (SSE2); --cpu max has all that QEMU has",
    "illegal": "`ud2` is there to be refused, by CPU pentium2,-sep as by any: the program gives up",
    "avx": "CPU pentium2,-sep has no `vaddps ymm0, ymm0, ymm1` (AVX); no --cpu has: the kernel does"
    " not keep the registers of AVX. Build it without",
    f"kill {int(signal.SIGILL)}": "no instruction did it, it was sent",
}


@pytest.mark.parametrize("parent", [[], ["child"]], ids=["the program", "what it starts"])
@pytest.mark.parametrize("word", SIGILLS)
def test_of_sigill_a_line_names_instruction_cpu_and_option(
    exec_: Exec, word: str, parent: list[str]
) -> None:
    done = exec_.run("--cpu", "pentium2,-sep", exec_.probe, *parent, *word.split())
    assert (done.returncode, done.stdout) == (128 + signal.SIGILL, b"")
    (line,) = done.stderr.decode().splitlines()
    pid = 3 if parent else 2
    who = rf"tinygate exec: {exec_.probe.name[:15]} \(pid {pid}\): SIGILL at 0x8[0-9a-f]+: "
    assert re.sub(who, "", line) == SIGILLS[word]


def test_the_cpu_that_has_all_runs_what_others_refuse(exec_: Exec) -> None:
    done = exec_.run("--cpu", "max", exec_.probe, "ssse3")
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_status_that_looks_like_sigill_is_none(exec_: Exec) -> None:
    done = exec_.probed("exit", str(128 + signal.SIGILL))
    assert (done.returncode, done.stderr) == (128 + signal.SIGILL, b"")


def test_a_program_that_needs_more_memory_than_there_is_is_killed(exec_: Exec) -> None:
    assert exec_.probed("touch", "100").returncode == 128 + signal.SIGKILL
    assert exec_.run("--memory", "192", exec_.probe, "touch", "100").returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_the_command_is_for_the_program(exec_: Exec, number: int) -> None:
    with exec_.start(exec_.probe, "pause") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"waiting\n"
        process.send_signal(number)
        assert process.wait(BACKSTOP_S) == 128 + number


def test_killed_outright_it_leaves_no_emulator(exec_: Exec) -> None:
    with exec_.start(exec_.probe, "pause") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"waiting\n"
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert len(children) == 1
        process.kill()
    deadline = time.monotonic() + BACKSTOP_S
    while _runs(children[0]):
        assert time.monotonic() < deadline


def _runs(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # it may go while it is read
        return False


# ---- streams ----


def test_every_byte_comes_through_in_its_place(exec_: Exec) -> None:
    done = exec_.probed("cat", given=MEGABYTES)
    assert (done.returncode, done.stderr) == (0, b"")
    assert hashlib.sha1(done.stdout).digest() == hashlib.sha1(MEGABYTES).digest()


def test_it_waits_for_nothing_but_the_next_line(exec_: Exec) -> None:
    with exec_.start(exec_.probe, "cat") as process:
        assert process.stdin is not None and process.stdout is not None
        for number in range(5):
            line = b"%d\n" % number
            process.stdin.write(line)
            assert process.stdout.read(10) == line
        process.stdin.close()
        assert process.wait(BACKSTOP_S) == 0


def test_a_slow_reader_gets_all_of_it(exec_: Exec, tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(MEGABYTES)
    with (
        (tmp_path / "data").open("rb") as file,
        exec_.start(exec_.probe, "cat", stdin=file) as process,
    ):
        assert process.stdout is not None
        # Until all on the way is full: the place in the file is the command's, too.
        while file.seek(0, os.SEEK_CUR) < 1 << 17:
            pass
        got = b""
        while piece := process.stdout.read(4097):
            got += piece
    assert got == MEGABYTES


def test_a_reader_that_goes_away_is_sigpipe(exec_: Exec) -> None:
    with exec_.start(exec_.probe, "spam") as process:
        assert process.stdout is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.wait(BACKSTOP_S) == 128 + signal.SIGPIPE


def test_a_disk_that_is_full_is_an_error_of_write(exec_: Exec) -> None:
    with Path("/dev/full").open("wb") as full:
        assert exec_.run(exec_.probe, "spam", stdout=full).returncode == 28  # ENOSPC


def test_the_only_write_of_a_program_hears_of_its_error(exec_: Exec) -> None:
    with Path("/dev/full").open("wb") as full:
        done = exec_.run(exec_.probe, "once", stdout=full)
    assert (done.returncode, done.stderr) == (0o120, b"x")  # EBADF: standard input; ENOSPC; written


def test_what_is_closed_here_is_closed_there(exec_: Exec) -> None:
    script = f"{' '.join(exec_.words(exec_.probe))} once <&- >&-"
    done = subprocess.run(["sh", "-c", script], env=exec_.env, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0o110, b"", b"x")


def test_what_it_does_not_read_is_left(exec_: Exec, tmp_path: Path) -> None:
    (tmp_path / "lines").write_bytes(b"1\n2\n3\n")
    with (tmp_path / "lines").open("rb", buffering=0) as file:
        assert exec_.run(exec_.probe, "cat", "2", stdin=file).stdout == b"1\n"
        assert file.read() == b"2\n3\n"


def test_output_and_errors_to_one_place_keep_their_order(exec_: Exec) -> None:
    done = exec_.run(exec_.probe, "turns", stderr=subprocess.STDOUT)
    assert done.stdout == b"ab" * 25


def test_output_and_errors_apart(exec_: Exec) -> None:
    done = exec_.probed("turns")
    assert (done.stdout, done.stderr) == (b"a" * 25, b"b" * 25)


def test_appending_to_a_file_that_others_append_to(exec_: Exec, tmp_path: Path) -> None:
    words = " ".join(exec_.words(exec_.probe))
    script = f"(echo before; {words}; echo behind) > {tmp_path}/out"
    subprocess.run(["sh", "-c", script], check=True, env=exec_.env, timeout=BACKSTOP_S)
    assert (tmp_path / "out").read_text() == "before\nhello\nbehind\n"


def test_a_pipe_is_a_pipe_and_no_terminal(exec_: Exec) -> None:
    done = exec_.probed("kinds")
    assert [*map(int, done.stdout.split())] == [FIFO, ENOTTY] * 3


def test_the_null_device_is_a_device(exec_: Exec) -> None:
    done = exec_.run(exec_.probe, "kinds", stdin=subprocess.DEVNULL)
    assert [*map(int, done.stdout.split())][:2] == [DEVICE, ENOTTY]


@pytest.mark.parametrize(("given", "ready", "read"), [(b"abc", 1, 3), (b"", 1, 0)])
def test_polling_tells_what_there_is(exec_: Exec, given: bytes, ready: int, read: int) -> None:
    assert [*map(int, exec_.probed("ready", given=given).stdout.split())] == [ready, read]


def test_polling_tells_that_there_is_nothing(exec_: Exec) -> None:
    with exec_.start(exec_.probe, "ready") as process:
        assert process.stdout is not None
        assert process.stdout.readline().split() == [b"0", b"-11"]  # EAGAIN
        assert process.stdin is not None
        process.stdin.close()


# ---- strings and files ----


def test_arguments_arrive_as_they_are(exec_: Exec) -> None:
    words = ["a b", "", "\"'", "\n", "--", "--env", "\udcff\udc80", "x" * 100_000]
    done = exec_.run("--env", "A=b c=d", "--env", "B=", "--", exec_.probe, "strings", *words)
    parts = done.stdout.split(b"\0")
    count = len(words) + 2
    assert parts[:count] == [*map(os.fsencode, (str(exec_.probe), "strings", *words))]
    assert {b"A=b c=d", b"B=", b"HOME=/"} <= set(parts[count:])


def test_a_thousand_arguments(exec_: Exec) -> None:
    words = [str(number) for number in range(20_000)]
    done = exec_.run(exec_.probe, "strings", *words)
    assert done.stdout.split(b"\0")[2 : 2 + len(words)] == [word.encode() for word in words]


def test_files_are_where_they_are_here_or_where_it_is_said(exec_: Exec, tmp_path: Path) -> None:
    # The probe runs itself by the names that it has there.
    copy = tmp_path / "copy"
    copy.write_bytes(exec_.probe.read_bytes())
    copy.chmod(0o755)
    archive = tmp_path / "more.cpio"
    archive.write_bytes(pack([File("in-archive", b"x"), Symlink("link", "in-archive")]))
    options = ("--file", f"{copy}:/there/probe", "--file", tmp_path, "--initrd", archive)
    done = exec_.run("--strace", *options, copy, "strings")
    assert done.returncode == 0, done.stderr.decode()


# ---- several at once ----


def test_two_at_once(exec_: Exec) -> None:
    processes = [exec_.start(exec_.probe, "cat") for _ in range(2)]
    for number, process in enumerate(processes):
        out, _ = process.communicate(b"%d" % number, timeout=BACKSTOP_S)
        assert (out, process.returncode) == (b"%d" % number, 0)


def test_several_cpus(exec_: Exec) -> None:
    assert exec_.run("--cpus", "2", exec_.probe).stdout == b"hello\n"
