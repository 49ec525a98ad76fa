"""Bochs: its configuration, its log, and what its exit statuses do not say.

Measured with Bochs 2.7, and where it says so with 3.0 and 3.1. Its configuration and the one line
for its debugger are here-documents of a shell line, so that a person can paste it and no file is
left. `mode=volatile` opens the image for reading only: writes go to a file that has no name any
more when the guest starts, and no lock is laid beside the image. COM1 is the standard output, byte
by byte; what Bochs says itself goes to standard error.

The guest cannot end it: port 0xf4 is not there, and every status may mean anything (1 is "panic" as
well as the shutdown port). So the serial text alone tells how the suite went; an end of the machine
is seen in the log. After a third exception 2.7 and 3.0 end with status 1, while 3.1 stands still.

2.7 starts in its debugger, always; 3.x does so only if asked, and its execute breakpoints with more
than one CPU end in a triple fault unless it is. Some models of 3.x have no local APIC.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

from builder.boot.emulator.base import (
    ONLY_SERIAL,
    Abilities,
    BootImage,
    Connections,
    Exit,
    ExitKind,
    Machine,
)
from builder.boot.emulator.silent import Silent
from builder.errors import ToolError, UserError
from builder.tools import commands, packages, toolchain
from builder.tools.tool import Version, version_text

FIRST_WITHOUT_DEBUGGER: Version = (3, 0)
FIRST_WITH_486: Version = (3, 1)
# Under the names that QEMU has for them, so that one kernel.toml fits both; any other name is
# Bochs' own.
MODELS = {
    "486": "i486dx4",
    "pentium": "pentium",
    "pentium2": "p2_klamath",
    "pentium3": "p3_katmai",
    "coreduo": "core_duo_t2400_yonah",
    "n270": "atom_n270",
    "core2duo": "core2_penryn_t9600",
    "athlon": "athlon64_clawhammer",
}
SEVERAL_CPUS_MODEL = "p4_willamette"  # instead of p3_katmai, which has no APIC in 3.x
_OPTIONS = "-q -f /dev/fd/5 -unlock"
_ASK_DEBUGGER = " -debugger -rc /dev/fd/4"
INSTRUCTIONS_PER_S = 50_000_000

_BIOS = Path("/usr/share/bochs/BIOS-bochs-latest")
_VGA_BIOS = Path("/usr/share/vgabios/vgabios.bin")
# No sound: on a machine that has none the mixer of 2.7 ended Bochs ("buffer overflow detected").
_CONFIGURATION = Template(
    """\
megs: $megs
cpu: model=$model, count=$cpus, ips=$ips, reset_on_triple_fault=0, ignore_bad_msrs=0
romimage: file=$bios
vgaromimage: file=$vga_bios
ata0-master: type=disk, path="$disk", mode=volatile, journal=$journal
boot: disk
display_library: rfb, options="timeout=0"
sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy
com1: enabled=1, mode=file, dev=$serial
log: -
panic: action=fatal
error: action=report
clock: sync=none, time0=1000000000
"""
)
# `00000000000i[SYS   ] bx_pc_system_c::Reset(HARDWARE) called`: the first number is the time, which
# is 0 for the one with which every machine begins.
_RESET = re.compile(
    r"^0*[1-9]\d*\w\[[^]]*\] bx_pc_system_c::Reset\(|3rd \(\d+\) exception", re.MULTILINE
)
_SHUTDOWN = re.compile(r"Shutdown port: shutdown requested")
_FOR_PEOPLE = re.compile(r"^\d+[ep]\[|^[^\d=]")
_NOISE = re.compile(
    r"^ALSA |^<bochs:|^Next at t=|^\(0\) |^Bochs is exiting|notify called, but no "
    r"|^ +(Bochs x86 Emulator|Built from|Timestamp:)"
)


@cache
def _installed() -> Version:
    """Version of the Bochs on PATH; that of the oldest known if there is none."""
    return toolchain.find_tool(toolchain.BOCHS).version or (2, 7)


@dataclass(frozen=True)
class Bochs(Silent):
    """bochs, without a window; `version` is what the command line is for, None: what is on PATH."""

    version: Version | None = None

    name = "bochs"
    program = "bochs"
    abilities = Abilities(
        tells_outcome=False, counts=False, debugs=False, boots_elf=False, memory_mib_max=2048
    )

    def require(self) -> None:
        """See `Emulator.require`."""
        toolchain.require(toolchain.BOCHS)
        if missing := [path for path in (_BIOS, _VGA_BIOS) if not path.is_file()]:
            raise ToolError(
                "there is no BIOS for Bochs",
                where=str(missing[0]),
                fix=_advice(),
            )

    def installed_version(self) -> str:
        """See `Emulator.installed_version`."""
        return version_text(toolchain.require(toolchain.BOCHS)["bochs"].version)

    def command(
        self, machine: Machine, image: BootImage, to: Connections = ONLY_SERIAL
    ) -> list[str]:
        """See `Emulator.command`."""
        self.refuse_what_it_cannot(machine, image, to)
        place = "/dev/fd/3" if isinstance(to.serial, str) else str(to.serial)
        version = self.version or _installed()
        _refuse_486(machine, version)
        configuration = _configuration(machine, image, place)
        options, here = _OPTIONS, f"5<<'END'\n{configuration}END\n"
        if version < FIRST_WITHOUT_DEBUGGER or machine.cpus > 1:
            options += " -rc /dev/fd/4" if version < FIRST_WITHOUT_DEBUGGER else _ASK_DEBUGGER
            here = f"4<<'GO' 5<<'END'\nc\nq\nGO\n{configuration}END\n"
        return ["sh", "-c", f"exec {self.program} {options} 3>&1 1>&2 {here}"]

    def require_debugger(self) -> None:
        """Raise ToolError if it is not installed, or was built without its debugger."""
        self.require()
        if not _knows_debugger(self.program):
            raise ToolError(
                "this Bochs has no debugger",
                where=str(toolchain.require(toolchain.BOCHS)["bochs"].path),
                why="`bochs --help` knows no -rc",
                fix=f"build it with --enable-debugger, or take Debian's: {_advice()}",
            )

    def debugger_command(self, machine: Machine, image: BootImage, serial: Path) -> list[str]:
        """The command line with which its debugger takes commands on stdin, and answers on stdout.

        Args:
            machine: The machine to emulate.
            image: What to boot.
            serial: File that gets what the guest prints.

        Raises:
            ToolError: It is not installed, or was built without a debugger.
            UserError: It cannot have that machine or image.
        """
        self.require_debugger()
        self.refuse_what_it_cannot(machine, image)
        options = _OPTIONS
        if (self.version or _installed()) >= FIRST_WITHOUT_DEBUGGER:
            options += " -debugger"
        configuration = _configuration(machine, image, str(serial))
        return ["sh", "-c", f"exec {self.program} {options} 5<<'END'\n{configuration}END\n"]

    def explain_exit(self, status: int, control_text: str, log: str = "") -> Exit:  # noqa: ARG002
        """See `Emulator.explain_exit`."""
        if status < 0:
            return Exit(ExitKind.KILLED, -status)
        return self.seen_in(log) or Exit(ExitKind.ERROR)

    def seen_in(self, log: str) -> Exit | None:
        """See `Emulator.seen_in`."""
        if _RESET.search(log):
            return Exit(ExitKind.RESET)
        return Exit(ExitKind.POWER_OFF) if _SHUTDOWN.search(log) else None

    def messages(self, log: str) -> str:
        """See `Emulator.messages`."""
        lines = (line for line in log.splitlines() if _FOR_PEOPLE.search(line))
        return "\n".join(line for line in lines if not _NOISE.search(line))


def _advice() -> str:
    return packages.advice(["bochs"])


@cache
def _knows_debugger(program: str) -> bool:
    """Is it a build that reads debugger commands?"""
    said = commands.run([program, "--help"])
    return "-rc " in said.stdout + said.stderr


def _configuration(machine: Machine, image: BootImage, serial: str) -> str:
    """Its configuration file. Raises UserError for a path that this cannot name."""
    if unfit := re.search(r'[",]|[^ -~]', str(image.path)):
        raise UserError(
            f"Bochs cannot be told a path with {unfit[0]!r} in it",
            where=str(image.path),
            why="its configuration knows no quoting",
            fix="put the image into another folder",
        )
    return _CONFIGURATION.substitute(
        megs=machine.memory_mib,
        model=_model(machine),
        cpus=machine.cpus,
        ips=INSTRUCTIONS_PER_S,
        bios=_BIOS,
        vga_bios=_VGA_BIOS,
        disk=image.path,
        journal=Path(tempfile.gettempdir()) / "tinygate-bochs",
        serial=serial,
    )


def _refuse_486(machine: Machine, version: Version) -> None:
    if MODELS.get(machine.cpu) == "i486dx4" and version < FIRST_WITH_486:
        raise UserError(
            f"Bochs {version_text(version)} has no CPU model {machine.cpu!r}",
            where="machine.cpu",
            why=f"it came with Bochs {version_text(FIRST_WITH_486)}",
            fix="choose pentium, which has no SYSENTER either",
        )


def _model(machine: Machine) -> str:
    """Its name for the CPU. Raises UserError for one that can only be QEMU's."""
    if machine.cpus > 1 and machine.cpu == "pentium3":
        return SEVERAL_CPUS_MODEL
    if not re.fullmatch(r"[a-z0-9_]+", machine.cpu):
        raise UserError(
            f"Bochs has no CPU model {machine.cpu!r}",
            where="machine.cpu",
            why="it knows whole models, without features to switch on or off",
            fix=f"choose one of {', '.join(MODELS)}, or of `bochs --help cpu`",
        )
    return MODELS.get(machine.cpu, machine.cpu)
