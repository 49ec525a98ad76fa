"""`tinygate exec --strace`: each call, decoded, with its way into the kernel."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from builder.linux import debian
from builder.tools.resources import data_dir
from qemu_tests.linux.build_programs import PROGRAMS, Compiler, build_program
from qemu_tests.linux.exec_kit import Exec
from qemu_tests.linux.fetched import fetched
from qemu_tests.linux.libcs import find_libc

COUNTS = re.compile(r"^calls: (\d+) by sysenter, (\d+) by int 0x80$", re.MULTILINE)


@pytest.fixture(scope="module", autouse=True)
def kernel(exec_: Exec) -> None:
    """Build the kernel that traces, so that no test sees that said."""
    assert exec_.run("--strace", exec_.probe).returncode == 0


def traced(exec_: Exec, *words: str | Path, given: bytes = b"") -> tuple[bytes, str]:
    """Standard output and the trace."""
    done = exec_.run("--strace", *words, given=given)
    return done.stdout, done.stderr.decode()


def counts(text: str) -> tuple[int, int]:
    found = COUNTS.search(text)
    assert found, text
    return int(found[1]), int(found[2])


def by_gate(text: str) -> tuple[int, int]:
    """How many lines there are of each."""
    lines = text.splitlines()
    return (
        sum(line.startswith("sysenter  ") for line in lines),
        sum(line.startswith("int 0x80  ") for line in lines),
    )


def test_arguments_results_and_the_call_that_never_returns(exec_: Exec) -> None:
    out, text = traced(exec_, exec_.probe, "cat", given=b"a\n\x01\xff")
    assert out == b"a\n\x01\xff"
    assert [re.sub(" +", " ", line) for line in text.splitlines()] == [
        r'int 0x80 read(0, "a\n\1\377", 65536) = 4',
        r'int 0x80 write(1, "a\n\1\377", 4) = 4',
        r'int 0x80 read(0, "", 65536) = 0',
        "int 0x80 exit(0) = ?",
        "+++ exited with 0 +++",
        "calls: 0 by sysenter, 4 by int 0x80",
    ]


def test_both_gates_are_told_apart(exec_: Exec) -> None:
    _, text = traced(exec_, exec_.probe, "gates")
    assert [line.split("(")[0] for line in text.splitlines()][:3] == [
        "int 0x80  getpid",
        "sysenter  getpid",
        "int 0x80  exit",
    ]
    assert counts(text) == by_gate(text) == (1, 2)


def test_without_sysenter_all_calls_come_by_int80(exec_: Exec) -> None:
    _, text = traced(exec_, "--cpu", "pentium2,-sep", exec_.probe, "gates")
    assert counts(text) == by_gate(text) == (0, 3)


def test_a_call_that_a_signal_ends_is_shown(exec_: Exec) -> None:
    _, text = traced(exec_, exec_.probe, "kill", "9")
    assert re.search(r"^int 0x80  kill\(2, SIGKILL\) +=", text, re.MULTILINE), text
    assert "\n+++ killed by SIGKILL +++\ncalls: " in text


def test_signals_and_ends_stand_where_they_happen(
    exec_: Exec, libraries: Mapping[str, debian.Unpacked]
) -> None:
    program = build_program(PROGRAMS / "siginfo.c", find_libc("glibc"), libraries, Compiler())
    _, text = traced(exec_, program)
    assert re.search(
        r"  kill\((\d+), SIGUSR1\) += 0\n"
        r"--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_USER, si_pid=\1, si_uid=0} ---\n",
        text,
    ), text
    assert "--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=" in text
    assert text.splitlines()[-2].endswith("+++ exited with 0 +++")


def test_the_page_about_the_step_says_what_comes(
    exec_: Exec, libraries: Mapping[str, debian.Unpacked], tmp_path: Path
) -> None:
    page = (data_dir("docs") / "steps" / "processes-linux.md").read_text(encoding="utf-8")
    (source,) = re.findall(r"^```c\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    shown = re.findall(r"^```text\n(.*?)^```", page, re.MULTILINE | re.DOTALL)[0].splitlines()
    path = tmp_path / "late.c"
    path.write_text(source, encoding="utf-8")
    program = build_program(path, find_libc("glibc"), libraries, Compiler())
    for options, last in ((), shown[-1]), (("--cpu", "pentium2,-sep"), r"0 by sysenter, 21 by"):
        with exec_.start(*options, "--strace", program, stderr=subprocess.STDOUT) as process:
            assert process.stdin and process.stdout
            lines = []
            for line in process.stdout:
                lines.append(re.sub("0x[0-9a-f]{4,}", "ADDRESS", line.decode().rstrip("\n")))
                if "sigreturn()" in lines[-1]:  # only now there is something to read
                    process.stdin.write(b"x\n")
            assert process.wait() == 0
        if not options:
            rest = iter(lines)
            for line in shown:
                assert re.sub("0x[0-9a-f]{4,}", "ADDRESS", line) in rest, lines
            assert not any("clock_gettime" in line for line in lines)
        assert last in lines[-1], lines


@pytest.fixture(scope="session")
def libraries() -> Mapping[str, debian.Unpacked]:
    """The packages of the C libraries; fetched if they are not there yet."""
    needed = {each for name in ("glibc", "diet") for each in find_libc(name).packages}
    return fetched(sorted(needed))


@pytest.mark.parametrize(("libc", "most_by_int80"), [("glibc", 0.5), ("diet", 0.0)])
def test_c_libraries_go_through_the_page(
    exec_: Exec, libraries: Mapping[str, debian.Unpacked], libc: str, most_by_int80: float
) -> None:
    program = build_program(PROGRAMS / "hello.c", find_libc(libc), libraries, Compiler())
    out, text = traced(exec_, program)
    assert out == b"hello, world\n"
    by_sysenter, by_int80 = counts(text)
    assert by_sysenter > 0 and by_int80 <= most_by_int80 * (by_sysenter + by_int80), text
    assert re.search(r"^sysenter  write\(1, \"hello, world", text, re.MULTILINE), text
    # What comes before a library knows of the page, it must do by the old way.
    assert (libc == "glibc") == (" brk(0) " in text)
