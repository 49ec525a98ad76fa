"""DOSBox-X: a PC for old games, whose CPU is one more opinion; run through dosbox_x_relay.py.

Measured with DOSBox-X 2026.10.01. It has no outcome device, and no guest can end it: the serial
text alone tells how the suite went. What it does not emulate ends it with status 1 (`E_Exit`);
after a triple fault it stands still. Its BIOS tells of memory (INT 15h, E820h) from 24 MiB on.
"""

from __future__ import annotations

import sys
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
from builder.errors import UserError
from builder.tools import toolchain
from builder.tools.tool import version_text

RELAY = Path(__file__).with_name("dosbox_x_relay.py")
MEMORY_MIN_MIB = 32
# Under the names that QEMU has for them; any other name is its own.
MODELS = {
    "486": "486",
    "pentium": "pentium",
    "pentium2": "pentium_ii",
    "pentium3": "pentium_iii",
}
OWN_MODELS = (*MODELS.values(), "486_prefetch", "pentium_mmx", "ppro_slow")


class DosboxX(Silent):
    """dosbox-x, without a window."""

    name = "dosbox-x"
    program = "dosbox-x"
    abilities = Abilities(
        tells_outcome=False, counts=False, debugs=False, boots_elf=False, cpus_max=1
    )

    def require(self) -> None:
        """See `Emulator.require`."""
        toolchain.require(toolchain.DOSBOX_X)

    def installed_version(self) -> str:
        """See `Emulator.installed_version`."""
        return version_text(toolchain.require(toolchain.DOSBOX_X)["dosbox-x"].version)

    def command(
        self, machine: Machine, image: BootImage, to: Connections = ONLY_SERIAL
    ) -> list[str]:
        """See `Emulator.command`."""
        self.refuse_what_it_cannot(machine, image, to)
        model = MODELS.get(machine.cpu, machine.cpu)
        if model not in OWN_MODELS:
            raise UserError(
                f"DOSBox-X has no CPU model {machine.cpu!r}",
                where="machine.cpu",
                fix=f"choose one of {', '.join((*MODELS, *OWN_MODELS))}",
            )
        memory_mib = max(machine.memory_mib, MEMORY_MIN_MIB)
        return [sys.executable, str(RELAY), str(image.path), str(memory_mib), model]

    def explain_exit(self, status: int, control_text: str, log: str = "") -> Exit:  # noqa: ARG002
        """See `Emulator.explain_exit`."""
        return Exit(ExitKind.KILLED, -status) if status < 0 else Exit(ExitKind.ERROR)

    def seen_in(self, log: str) -> Exit | None:  # noqa: ARG002 (nothing there tells of an end)
        """See `Emulator.seen_in`."""
        return None

    def messages(self, log: str) -> str:
        """See `Emulator.messages`."""
        lines = (line for line in log.splitlines() if line.strip())
        return "\n".join(line for line in lines if not line.startswith(("LOG:", "SDL", "ALSA")))
