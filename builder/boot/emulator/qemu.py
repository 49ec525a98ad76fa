"""QEMU: its command line, its exit statuses, its monitor (QMP) and its exception log.

Measured with QEMU 7.2, 10.0 and 11.1: a guest's write of `code` to the outcome device ends it with
status `code << 1 | 1`; a reset under -no-reboot ends it with 0, as does a power-off; a missing
kernel file or a wrong option with 1. A QMP command that lies in the socket before QEMU starts is
answered before the guest's first instruction, and the last event then tells a reset from a
power-off, at no cost in time.

With QEMU 7.2, 10.0 and 11.1, `query-replay` says how many instructions have been executed, exactly
and without any replay, wherever -icount is on (else 0), and `rtc-time` is the guest's clock in
whole seconds. Both are answered within a millisecond, also while the guest runs, and change nothing
in it. A halted CPU does not count; its clock jumps from timer to timer, hundreds of seconds in one.

QEMU 7.2 that is asked something while it goes down after a reset or a power-off sleeps for ever, as
often as not; 10.0 and 11.1 do not. SIGTERM wakes it, and it ends as it would have.
"""

from __future__ import annotations

import json
import re
from calendar import timegm
from collections.abc import Mapping
from itertools import takewhile
from pathlib import Path
from typing import Any

from builder.boot.emulator.base import (
    ONLY_SERIAL,
    Abilities,
    BootImage,
    Connections,
    Counted,
    CpuException,
    CpuState,
    Exit,
    ExitKind,
    Machine,
    Serial,
)
from builder.boot.emulator.control import Control
from builder.model.outcomes import OUTCOME_PORT
from builder.tools import toolchain
from builder.tools.tool import version_text

# QMP answers in a millisecond. A QEMU that does not answer the last question is hung itself; the
# others are asked again, and meanwhile nobody reads the serial line.
LAST_ANSWER_TIMEOUT_S = 30.0
ANSWER_TIMEOUT_S = 1.0
LOOKS_AT_IDLE = 200  # at most; a tick is found being handled once or twice in a row
START = (2000, 1, 1, 0, 0, 0)  # of the guest's clock, if that counts instructions
_CLOCK = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}".format(*START)

_KIND_OF_SHUTDOWN = {
    "guest-reset": ExitKind.RESET,
    "guest-shutdown": ExitKind.POWER_OFF,
    "guest-panic": ExitKind.POWER_OFF,
    "host-signal": ExitKind.KILLED,
    "host-error": ExitKind.ERROR,
}
_SHUTDOWN = re.compile(r'"event": "SHUTDOWN".*?"reason": "([a-z-]+)"')
_CPU = re.compile(
    r"CPU#(?P<index>\d+).*?EIP=(?P<eip>[0-9a-f]+) EFL=(?P<efl>[0-9a-f]+)"
    r".*?CPL=(?P<cpl>\d).*?HLT=(?P<hlt>\d)",
    re.DOTALL,
)
# `     1: v=0e e=0002 i=0 cpl=0 IP=0008:0010002d pc=0010002d SP=0010:00006f08 CR2=fffffff0`
_EXCEPTION = re.compile(
    r"^ *\d+: v=(?P<v>[0-9a-f]+) e=(?P<e>[0-9a-f]+) i=[01] cpl=(?P<cpl>\d) IP=[0-9a-f]+:[0-9a-f]+"
    r" pc=(?P<pc>[0-9a-f]+) SP=\S+(?: CR2=(?P<cr2>[0-9a-f]+))?",
    re.MULTILINE,
)
SHOWN_EXCEPTIONS = 4  # the first fault, those on the way to its handler, and the double fault


class Qemu:
    """qemu-system-i386 with the TCG accelerator (KVM could hide or add rules of the real CPU)."""

    name = "qemu"
    abilities = Abilities()
    program = "qemu-system-i386"
    control_hello = b'{"execute": "qmp_capabilities"}\n'

    def require(self) -> None:
        """See `Emulator.require`."""
        toolchain.require(toolchain.QEMU)

    def installed_version(self) -> str:
        """See `Emulator.installed_version`."""
        return version_text(toolchain.require(toolchain.QEMU)["qemu"].version)

    def command(
        self, machine: Machine, image: BootImage, to: Connections = ONLY_SERIAL
    ) -> list[str]:
        """See `Emulator.command`."""
        argv = [self.program, "-accel", "tcg", "-cpu", machine.cpu, "-m", str(machine.memory_mib)]
        argv += ["-smp", str(machine.cpus)]
        argv += ["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"]
        if machine.counts:
            shift = machine.instruction_ns.bit_length() - 1
            argv += ["-icount", f"shift={shift},sleep=off", "-rtc", f"base={_CLOCK},clock=vm"]
        argv += ["-device", f"isa-debug-exit,iobase={OUTCOME_PORT:#x},iosize=4"]
        argv += _serial(to.serial)
        if to.control_fd is not None:
            argv += ["-chardev", f"socket,id=control,fd={to.control_fd}"]
            argv += ["-qmp", "chardev:control"]  # -mon says that it is deprecated (QEMU 11.1)
        if to.gdb is not None:
            argv += ["-gdb", to.gdb]
        if to.stopped:
            argv += ["-S"]
        if to.debug_log is not None:
            argv += ["-d", "int,cpu_reset", "-D", str(to.debug_log)]
        if image.kind == "kernel":
            argv += ["-kernel", str(image.path)]
            argv += ["-initrd", str(image.initrd)] if image.initrd else []
            return [*argv, *(["-append", image.command_line] if image.command_line else [])]
        # snapshot=on: the image is opened for reading only, so that runs can share it. virtio,
        # because the BIOS takes 0.16 s longer to find an IDE disk when the clock counts
        # instructions.
        return [*argv, "-drive", f"file={_value(image.path)},format=raw,if=virtio,snapshot=on"]

    def explain_exit(self, status: int, control_text: str, log: str = "") -> Exit:  # noqa: ARG002
        """See `Emulator.explain_exit`."""
        reasons = _SHUTDOWN.findall(control_text)
        if status < 0:
            return Exit(ExitKind.KILLED, -status)
        if status == 0:
            kind = (
                _KIND_OF_SHUTDOWN.get(reasons[-1], ExitKind.KILLED) if reasons else ExitKind.RESET
            )
            return Exit(kind)
        if status > 1 and status % 2 == 1:
            return Exit(ExitKind.OUTCOME, status >> 1)
        return Exit(ExitKind.ERROR)

    def seen_in(self, log: str) -> Exit | None:  # noqa: ARG002 (it ends with its machine)
        """See `Emulator.seen_in`."""
        return None

    def messages(self, log: str) -> str:
        """See `Emulator.messages`."""
        return log

    def counted(self, machine: Machine, control: Control) -> Counted | None:
        """See `Emulator.counted`."""
        replay = _ask(control, ANSWER_TIMEOUT_S, "query-replay")
        instructions = replay.get("icount") if isinstance(replay, dict) else None
        if not isinstance(instructions, int) or instructions <= 0:
            return None
        clock = _ask(control, ANSWER_TIMEOUT_S, "qom-get", path="/machine", property="rtc-time")
        clock_s = _seconds(clock) if isinstance(clock, dict) else None
        busy_s = instructions * machine.instruction_ns / 1e9
        return Counted(instructions, None if clock_s is None else clock_s - busy_s)

    def is_over(self, control: Control) -> bool:
        """See `Emulator.is_over`."""
        return _SHUTDOWN.search(control.heard) is not None

    def cpu_states(self, control: Control, *, idle: bool = False) -> tuple[CpuState, ...]:
        """See `Emulator.cpu_states`."""
        question = {"command-line": "info registers -a"}
        states: tuple[CpuState, ...] = ()
        # A clock that counts instructions jumps over all the time in which the CPU is halted: what
        # little it does between two timers is then what is mostly seen of it.
        for look in range(LOOKS_AT_IDLE if idle else 1):
            if look:
                _ask(control, LAST_ANSWER_TIMEOUT_S, "cont")
            # Without `stop`, EIP is the one at which the running block of translated code began.
            _ask(control, LAST_ANSWER_TIMEOUT_S, "stop")
            text = _ask(control, LAST_ANSWER_TIMEOUT_S, "human-monitor-command", **question)
            states = parse_registers(str(text))
            if all(state.halted for state in states):
                break
        return states

    def last_exceptions(self, log: str) -> tuple[CpuException, ...]:
        """See `Emulator.last_exceptions`."""
        end = log.rfind("Triple fault")
        if end < 0:
            return ()  # reset by a port or by software: no exception led to it
        found = [
            CpuException(
                vector=int(match["v"], 16),
                error_code=int(match["e"], 16),
                eip=int(match["pc"], 16),
                cpl=int(match["cpl"]),
                cr2=int(match["cr2"], 16) if match["cr2"] else None,
            )
            for match in _EXCEPTION.finditer(log, 0, end)
        ]
        # An exception that comes up while another is delivered is logged with the EIP of the first.
        chain = takewhile(lambda each: each.eip == found[-1].eip, reversed(found))
        return tuple(chain)[:SHOWN_EXCEPTIONS][::-1]


def _ask(control: Control, wait_s: float, command: str, /, **arguments: str) -> Any:
    """The answer to a QMP command; None if it is refused, or does not come within `wait_s`."""
    # By its name the answer to a question that was given up is not taken for the one to this.
    name = control.next_name()
    question = {"execute": command, "arguments": arguments, "id": name}
    if not control.say(json.dumps(question).encode() + b"\n"):
        return None
    while (line := control.next_line(wait_s)) is not None:
        try:
            answer = json.loads(line)
        except ValueError:
            return None
        if isinstance(answer, dict) and answer.get("id") == name:
            return answer.get("return")
    return None


def _seconds(clock: Mapping[str, Any]) -> int | None:
    """Seconds since START, from a `struct tm`; None for one that is none, as a guest may set it."""
    try:
        date = clock["tm_year"] + 1900, clock["tm_mon"] + 1, clock["tm_mday"]
        time = clock["tm_hour"], clock["tm_min"], clock["tm_sec"]
        return timegm((*date, *time)) - timegm(START)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def parse_registers(text: str) -> tuple[CpuState, ...]:
    """CPU states from the monitor's `info registers -a`."""
    return tuple(
        CpuState(
            index=int(match["index"]),
            eip=int(match["eip"], 16),
            cpl=int(match["cpl"]),
            eflags=int(match["efl"], 16),
            halted=match["hlt"] == "1",
        )
        for match in _CPU.finditer(text)
    )


def _serial(serial: Serial) -> list[str]:
    """COM1. Never QEMU's multiplexer, which swallows Ctrl-A and the byte after it."""
    if serial == "pipe":
        backend = "stdio,id=com1,signal=off"
    elif serial == "terminal":
        backend = "stdio,id=com1,signal=on"
    else:
        backend = f"file,id=com1,path={_value(Path(serial))}"
    return ["-chardev", backend, "-serial", "chardev:com1"]


def _value(path: Path) -> str:
    """A path as the value of a QEMU option: a comma is written twice, `a:b` is no protocol."""
    text = str(path).replace(",", ",,")
    return f"./{text}" if ":" in text and not path.is_absolute() else text
