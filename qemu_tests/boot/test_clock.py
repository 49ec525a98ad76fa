"""What time it is: what asking costs, whether the clock is right, and where debuggers find it."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import datetime, timezone
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from builder.boot.emulator import Connections, Machine, Qemu
from builder.boot.patience import BACKSTOP_S
from builder.boot.run import debug_command
from builder.image.build import make_command
from builder.image.vdso_check import Vdso
from builder.model import memory
from builder.model.budgets import VSYSCALL_STUBS
from builder.tools import commands
from qemu_tests.kit.kernels import WERROR, Kernel, Lab, value_of

LINUX = "kernel.step=linux"
CALL_INSTRUCTIONS_MAX = 60  # of clock_gettime() without a system call, CALL and RET among them
ERROR_MAX_NS = 2000  # half a second by the clock and by the TSC, which is exact


@pytest.fixture(scope="session")
def clock_program(lab: Lab) -> Path:
    """A folder with the program `clock`."""
    folder = lab.root / "clock"
    with lab.locked("clock"):
        folder.mkdir(exist_ok=True)
        source = Path(__file__).with_name("clock.c")
        flags = "-m32 -march=i586 -static -nostdlib -ffreestanding -fno-pie -no-pie -O2"
        argv = ["gcc", *flags.split(), "-fno-stack-protector", "-o", str(folder / "clock")]
        subprocess.run([*argv, str(source)], check=True, timeout=BACKSTOP_S)
    return folder


def _vdso(kernel: Kernel) -> Vdso:
    return Vdso((kernel.tree / "obj/vdso/vdso.so").read_bytes())


def _kernel(lab: Lab, folder: Path, address: str) -> Kernel:
    """A kernel with the program, which is told where its functions are."""
    names = ("__vdso_clock_gettime", "__vdso_gettimeofday")
    bare = lab.kernel(LINUX, "programs.suite=none", f"vsyscall.address={address}")
    vdso = _vdso(bare)
    places = ",".join(f'"{vdso.look_up(name, "LINUX_2.6"):x}"' for name in names)
    own = ("programs.suite=none", 'programs.files=["clock"]', f"programs.args=[{places}]")
    return lab.kernel(LINUX, *own, f"vsyscall.address={address}", folder=folder)


@pytest.mark.parametrize("address", ["fixed", "random"])
def test_asking_for_the_time_costs_few_instructions(
    lab: Lab, clock_program: Path, address: str
) -> None:
    result = lab.boot(_kernel(lab, clock_program, address), f"clock-{address}")
    assert result.verdict.passed, result.explain()
    empty = int(value_of(result, r"^nothing (\d+)$")) - 2  # CALL and RET count
    for clock in ("monotonic", "realtime"):
        cost = int(value_of(result, rf"^{clock} (\d+)$")) - empty
        assert 20 < cost <= CALL_INSTRUCTIONS_MAX, result.explain()


def test_the_clock_runs_as_fast_as_it_should(lab: Lab, clock_program: Path) -> None:
    result = lab.boot(_kernel(lab, clock_program, "fixed"), "clock-rate")
    slept = [int(n) for n in re.findall(r"^slept (\d+)$", result.transcript.text, re.MULTILINE)]
    errors = [int(n) for n in re.findall(r"^error (-?\d+)$", result.transcript.text, re.MULTILINE)]
    assert len(slept) == len(errors) == 3, result.explain()
    assert all(500_000_000 <= time <= 525_000_000 for time in slept), result.explain()
    assert all(abs(error) <= ERROR_MAX_NS for error in errors), result.explain()


@pytest.mark.parametrize(
    "date",
    [
        "2000-01-01T00:00:00",
        "2000-02-29T23:59:57",
        "2023-03-01T12:34:56",
        "2024-02-28T00:00:00",
        "2024-12-31T23:59:50",
        "2038-01-19T03:14:00",
        "2037-08-09T10:11:12",
    ],
)
def test_the_time_of_day_is_read_once_at_the_start(
    lab: Lab, clock_program: Path, date: str
) -> None:
    kernel = _kernel(lab, clock_program, "fixed")
    serial = lab.root / f"clock-{date}.serial"
    command = Qemu().command(Machine(), kernel.image("kernel"), Connections(serial))
    at = command.index("-rtc") + 1
    command[at] = f"base={date},clock=vm"
    subprocess.run(command, timeout=BACKSTOP_S, check=False, stdin=subprocess.DEVNULL)
    found = re.findall(r"^seconds (\d+)$", serial.read_text(), re.MULTILINE)
    wanted = datetime.fromisoformat(date).replace(tzinfo=timezone.utc).timestamp()
    assert len(found) == 1
    assert 0 <= int(found[0]) - wanted <= 2


# ---- debuggers ----


def _with_names(kernel: Kernel, tree: Path, program: str) -> Path:
    """A program of a kernel's, linked again in a copy of its tree, this time with its names."""
    shutil.copytree(kernel.tree, tree)
    (tree / program).unlink()
    make = make_command(tree, jobs=1, cc=None, verbose=False, werror=WERROR, debug=False)
    done = commands.run([*make[:-1], "STRIP=", program], timeout_s=BACKSTOP_S)
    assert done.ok, done.stdout + done.stderr
    return tree / program


@pytest.mark.skipif(shutil.which("gdb") is None, reason="needs gdb: apt-get install gdb")
@pytest.mark.parametrize("cpu", ["pentium3", "486"])
def test_gdb_finds_the_vdso_in_memory_and_the_caller_behind_it(
    lab: Lab, cpu: str, tmp_path: Path
) -> None:
    kernel = lab.kernel(LINUX)
    program = _with_names(kernel, tmp_path / "kernel", "user/bin/hello")
    stub = memory.FIXED_VSYSCALL_ADDR + memory.VDSO_STUB
    back = stub + VSYSCALL_STUBS[0].return_offset
    where = ("bt", "frame 1", 'printf "caller %x %x %x\\n", $pc, $esp, $ecx', "frame 0")
    gdb_commands = [
        "continue",
        f"add-symbol-file-from-memory {memory.FIXED_VSYSCALL_ADDR:#x}",
        *where,
        *("stepi", *where) * 4,
        f"hbreak *{back:#x}",
        "continue",
        *where,
        *("stepi", *where) * 3,
        "kill",
    ]
    gdb = debug_command(
        Machine(cpu), kernel.image("kernel"), program, [f"*{stub:#x}"],
        serial_path="/dev/null", gdb_commands=gdb_commands,
    )  # fmt: skip
    done = subprocess.run(
        [gdb[0], "-batch", *gdb[1:]],
        capture_output=True, text=True, timeout=BACKSTOP_S, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    text = done.stdout + done.stderr
    frames = re.findall(r"^#0  .*\n#1  .*", text, re.MULTILINE)
    assert len(frames) == 9, text
    assert all(
        re.search(r" in __kernel_vsyscall \(\)\n#1 .* in system_call ", f) for f in frames
    ), text
    callers = re.findall(r"^caller (\w+) (\w+) (\w+)$", text, re.MULTILINE)
    assert len(callers) == 9 and len(set(callers)) == 1, text
    with program.open("rb") as file:
        assert ELFFile(file).get_machine_arch() == "x86"
