"""How the calls of unmodified programs come in, counted by gate; the same output everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from builder.model.budgets import VSYSCALL_STUBS
from qemu_tests.linux.build_programs import PROGRAMS, Compiler, build_program
from qemu_tests.linux.exec_kit import Exec
from qemu_tests.linux.fetched import fetched
from qemu_tests.linux.libcs import LIBCS, Libc
from qemu_tests.linux.test_exec_strace import counts

WITHOUT_SYSENTER = ("--cpu", "pentium2,-sep")
MACHINES = ((), ("--cpus", "2"), ("--cpus", "4"), WITHOUT_SYSENTER)
# What a library does before it has read AT_SYSINFO; dietlibc and klibc begin with that.
EARLY_CALLS = {"glibc": 7, "glibc-pie": 7, "musl": 2, "musl-pie": 2, "diet": 0, "klibc": 0}


@pytest.fixture(scope="module")
def programs() -> Mapping[str, Path]:
    """files.c, which makes more than a hundred calls, with each C library."""
    needed = {package for libc in LIBCS for package in libc.packages}
    packages = fetched(sorted(needed))
    source = PROGRAMS / "files.c"
    return {libc.name: build_program(source, libc, packages, Compiler()) for libc in LIBCS}


@pytest.mark.parametrize("libc", LIBCS, ids=lambda libc: libc.name)
def test_nearly_all_come_by_sysenter_where_there_is_one(
    exec_: Exec, programs: Mapping[str, Path], libc: Libc
) -> None:
    outputs, totals = set(), set()
    for machine in MACHINES:
        done = exec_.run("--strace", *machine, programs[libc.name])
        by_sysenter, by_int80 = counts(done.stderr.decode())
        if machine == WITHOUT_SYSENTER:
            assert by_sysenter == 0
        else:
            assert by_int80 <= EARLY_CALLS[libc.name] and by_sysenter > 100
        outputs.add((done.returncode, done.stdout))
        totals.add(by_sysenter + by_int80)
    assert len(outputs) == 1 and len(totals) == 1


@pytest.mark.parametrize("machine", MACHINES, ids=lambda words: " ".join(words) or "1 CPU")
def test_a_program_that_knows_no_page_comes_by_int80(exec_: Exec, machine: tuple[str, ...]) -> None:
    done = exec_.run("--strace", *machine, exec_.probe, "cat", given=b"text")
    assert done.stdout == b"text"
    assert counts(done.stderr.decode()) == (0, 4)


@pytest.mark.parametrize(
    ("machine", "symbol"), [((), "vsyscall_sysenter"), (WITHOUT_SYSENTER, "vsyscall_int80")]
)
def test_the_page_holds_the_bytes_that_linux_has(
    exec_: Exec, machine: tuple[str, ...], symbol: str
) -> None:
    (stub,) = [stub for stub in VSYSCALL_STUBS if stub.symbol == symbol]
    assert exec_.run(*machine, exec_.probe, "page").stdout.startswith(stub.code)
