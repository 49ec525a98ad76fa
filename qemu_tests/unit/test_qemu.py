"""What QEMU is asked for and what its answers mean, without starting it."""

import contextlib
import json
import re
import socket
import threading
from pathlib import Path

import pytest

from builder.boot.emulator import (
    BootImage,
    Connections,
    CpuException,
    CpuState,
    Machine,
    Qemu,
    qemu,
)
from builder.boot.emulator.base import Counted, Exit, ExitKind
from builder.boot.emulator.control import Control
from builder.boot.emulator.qemu import parse_registers
from builder.config.load import load_config
from builder.config.step import STEPS
from builder.model.outcomes import OUTCOMES
from builder.tree.render import render_tree

KERNEL = BootImage("kernel", Path("kernel.elf"))
DISK = BootImage("disk", Path("a,b.img"))
SHUTDOWN = '{"event": "SHUTDOWN", "data": {"guest": true, "reason": "%s"}}\r\n'
REGISTERS = (
    "\r\nCPU#0\r\nEAX=0\r\nEIP=00100029 EFL=00000046 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=0\r\n"
    "DR6=ffff0ff0\r\n\r\nCPU#1\r\nEIP=0804c000 EFL=00000246 [---Z-P-] CPL=3 II=0 A20=1 SMM=0 HLT=1"
)
LOG = """check_exception old: 0xffffffff new 0xe
     7: v=0e e=0004 i=0 cpl=3 IP=0073:08048000 pc=08048000 SP=007b:bffff000 CR2=08048000
EAX=00e05bea
check_exception old: 0xffffffff new 0x6
    7: v=06 e=0000 i=0 cpl=0 IP=0008:0010002d pc=0010002d SP=0010:00006f08 env->regs[R_EAX]=00000000
check_exception old: 0xffffffff new 0xd
    8: v=0d e=0032 i=0 cpl=0 IP=0008:0010002d pc=0010002d SP=0010:00006f08 env->regs[R_EAX]=00000000
check_exception old: 0xd new 0xe
     9: v=08 e=0000 i=0 cpl=0 IP=0008:0010002d pc=0010002d SP=0010:00006f08 CR2=fffffff0
check_exception old: 0x8 new 0xd
Triple fault
CPU Reset (CPU 0)
"""


def test_command_states_everything_that_decides_what_the_guest_sees():
    line = " ".join(Qemu().command(Machine("486", 4), KERNEL))
    assert line == (
        "qemu-system-i386 -accel tcg -cpu 486 -m 4 -smp 1 -nodefaults -no-user-config"
        " -display none -no-reboot -icount shift=0,sleep=off"
        " -rtc base=2000-01-01T00:00:00,clock=vm -device isa-debug-exit,iobase=0xf4,iosize=4"
        " -chardev stdio,id=com1,signal=off -serial chardev:com1 -kernel kernel.elf"
    )


def test_disk_image_is_never_written_to_and_its_comma_is_escaped():
    assert Qemu().command(Machine(), DISK)[-1] == ("file=a,,b.img,format=raw,if=virtio,snapshot=on")


def test_cpus_run_at_the_same_time_without_icount():
    assert "-icount" not in Qemu().command(Machine(icount=False), KERNEL)
    assert "-icount" not in Qemu().command(Machine(cpus=2), KERNEL)


@pytest.mark.parametrize(("step", "count"), [*((step, 1) for step in STEPS), ("robust", 2)])
def test_a_kernel_tree_runs_itself_on_the_same_machine(step, count):
    """Its Makefile has the command once more, because it must do without tinygate."""
    tree = render_tree(load_config(None, [f"kernel.step={step}", f"cpu.count={count}"]))
    makefile = tree["Makefile"].decode().replace("\\\n", " ")
    flags = re.search(r"^QEMU_FLAGS := (.*)", makefile, re.M)[1]
    clock = re.search(r"^CLOCK :=(.*)", makefile, re.M)[1]
    line = flags.replace("$(CLOCK)", clock).split()
    ours = Qemu().command(Machine(cpus=count), DISK)
    if "-smp" not in line:  # the small kernels' do not say what QEMU makes anyway
        assert step in ("int80", "sysenter", "vsyscall")
        at = ours.index("-smp")
        assert ours[at + 1] == "1"
        del ours[at : at + 2]
    serial = ["-chardev", "stdio,id=com1,signal=off", "-serial", "chardev:com1"]
    assert line == [word for word in ours[1:-2] if word not in serial]
    drive = "format=raw,if=virtio,snapshot=on"
    assert ours[-1].endswith(drive) and f"file=disk.img,{drive}" in makefile


@pytest.mark.parametrize("serial", ["pipe", "terminal", Path("/dev/tty")])
def test_serial_line_never_goes_through_the_multiplexer(serial):
    to = Connections(serial, control_fd=9, gdb="stdio", stopped=True)
    command = Qemu().command(Machine(), KERNEL, to)
    assert not [part for part in command if "mux" in part or part.startswith("mon:")]
    assert "-nographic" not in command


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_exit_status_of_an_outcome_gives_back_its_code(outcome):
    assert Qemu().explain_exit(outcome.exit_status, "") == Exit(ExitKind.OUTCOME, outcome.code)


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (0, "", ExitKind.RESET),
        (0, SHUTDOWN % "guest-reset", ExitKind.RESET),
        (0, SHUTDOWN % "guest-shutdown", ExitKind.POWER_OFF),
        (0, SHUTDOWN % "host-signal", ExitKind.KILLED),
        (0, SHUTDOWN % "something-new", ExitKind.KILLED),
        (1, "", ExitKind.ERROR),
        (2, "", ExitKind.ERROR),
        (-9, "", ExitKind.KILLED),
    ],
)
def test_other_exit_statuses_are_never_an_outcome(status, said, kind):
    assert Qemu().explain_exit(status, said).kind is kind


def test_registers_of_each_cpu_are_found():
    assert parse_registers(REGISTERS) == (
        CpuState(0, 0x100029, 0, 0x46, halted=False),
        CpuState(1, 0x804C000, 3, 0x246, halted=True),
    )
    assert parse_registers("") == ()


@contextlib.contextmanager
def monitor(*answers):
    """A QEMU that gives these answers, each a function of the question; says what it was asked."""
    ours, theirs = socket.socketpair()
    heard = []

    def listen():
        with theirs, theirs.makefile("rwb") as lines:
            for answer in answers:
                heard.append(json.loads(lines.readline()))
                lines.write(answer(heard[-1]))
                lines.flush()

    thread = threading.Thread(target=listen)
    thread.start()
    with ours:
        yield Control(ours), heard
    thread.join()


def returns(value, before=b""):
    return lambda question: (
        before + json.dumps({"return": value, "id": question["id"]}).encode() + b"\r\n"
    )


def refuses(question):
    error = {"class": "CommandNotFound", "desc": "The command query-replay has not been found"}
    return json.dumps({"error": error, "id": question["id"]}).encode() + b"\r\n"


def test_machine_is_stopped_before_its_registers_are_asked_for():
    with monitor(returns({}, b'{"event": "STOP"}\n'), returns(REGISTERS)) as (control, heard):
        states = Qemu().cpu_states(control)
    assert [state.eip for state in states] == [0x100029, 0x804C000]
    assert [question["execute"] for question in heard] == ["stop", "human-monitor-command"]


def test_an_idle_machine_is_not_looked_at_in_the_middle_of_a_tick():
    halted = REGISTERS.replace("HLT=0", "HLT=1")
    looks = [returns({}), returns(REGISTERS), returns({})] * 2 + [returns({}), returns(halted)]
    with monitor(*looks) as (control, heard):
        assert all(state.halted for state in Qemu().cpu_states(control, idle=True))
    assert [question["execute"] for question in heard][2::3] == ["cont", "cont"]


# As QEMU 7.2, 10.0 and 11.1 give them, of a guest that has slept for 67 seconds.
REPLAY = {"icount": 5665367, "mode": "none"}
CLOCK = {"tm_year": 100, "tm_mon": 0, "tm_mday": 1, "tm_hour": 0, "tm_min": 1, "tm_sec": 7}


def test_instructions_and_idle_seconds_are_read_from_a_machine_that_counts():
    with monitor(returns(REPLAY), returns(CLOCK)) as (control, heard):
        assert Qemu().counted(Machine(), control) == Counted(5665367, 67 - 0.005665367)
    assert [question["execute"] for question in heard] == ["query-replay", "qom-get"]


def test_machine_that_does_not_count_has_no_figures():
    with monitor(returns({"icount": 0, "mode": "none"})) as (control, _):
        assert Qemu().counted(Machine(), control) is None
    with monitor(refuses) as (control, _):  # before QEMU 5.2
        assert Qemu().counted(Machine(), control) is None


@pytest.mark.parametrize("clock", [None, {}, {**CLOCK, "tm_mon": 40}, {**CLOCK, "tm_sec": "x"}])
def test_machine_without_a_clock_that_makes_sense_has_instructions_only(clock):
    with monitor(returns(REPLAY), returns(clock)) as (control, _):
        assert Qemu().counted(Machine(), control) == Counted(5665367, None)


def test_an_answer_that_comes_late_is_not_taken_for_the_next_one(monkeypatch):
    monkeypatch.setattr(qemu, "ANSWER_TIMEOUT_S", 0.01)
    ours, theirs = socket.socketpair()
    with ours, theirs, theirs.makefile("rb") as questions:
        control = Control(ours)
        assert Qemu().counted(Machine(), control) is None
        late = json.loads(questions.readline())["id"]
        theirs.sendall(json.dumps({"return": REPLAY, "id": late}).encode() + b"\n")
        assert Qemu().counted(Machine(), control) is None
        assert f'"icount": {REPLAY["icount"]}' in control.heard


def test_what_is_said_between_two_answers_is_kept_for_the_end():
    with monitor(returns(REPLAY, (SHUTDOWN % "guest-shutdown").encode())) as (control, _):
        Qemu().counted(Machine(), control)
        assert Qemu().explain_exit(0, control.heard).kind is ExitKind.POWER_OFF


def test_machine_is_over_once_it_has_been_said():
    with monitor(returns(REPLAY, (SHUTDOWN % "guest-reset").encode())) as (control, _):
        assert not Qemu().is_over(control)
        Qemu().counted(Machine(), control)
        assert Qemu().is_over(control)


def test_monitor_that_is_gone_or_talks_nonsense_gives_no_figures():
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours:
        assert Qemu().cpu_states(Control(ours)) == ()
        assert Qemu().counted(Machine(), Control(ours)) is None
    ours, theirs = socket.socketpair()
    theirs.sendall(b"not json\n" * 3)
    with ours, theirs:
        assert Qemu().cpu_states(Control(ours)) == ()
        assert Qemu().counted(Machine(), Control(ours)) is None


def test_exceptions_of_a_triple_fault_are_those_of_its_own_chain():
    assert Qemu().last_exceptions(LOG) == (
        CpuException(0x06, 0, 0x10002D, 0),
        CpuException(0x0D, 0x32, 0x10002D, 0),
        CpuException(0x08, 0, 0x10002D, 0, cr2=0xFFFFFFF0),
    )


def test_reset_without_a_triple_fault_has_no_exceptions():
    assert Qemu().last_exceptions(LOG.replace("Triple fault\n", "")) == ()
