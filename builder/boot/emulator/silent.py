"""What the emulators have in common that take no questions while they run."""

from __future__ import annotations

from builder.boot.emulator.base import (
    ONLY_SERIAL,
    Abilities,
    BootImage,
    Connections,
    Counted,
    CpuException,
    CpuState,
    Machine,
)
from builder.boot.emulator.control import Control
from builder.errors import UserError

WHERE = "machine.emulator"


class Silent:
    """The part of `Emulator` that is the same for all that have no monitor."""

    name: str
    abilities: Abilities
    control_hello = b""

    def counted(self, machine: Machine, control: Control) -> Counted | None:  # noqa: ARG002
        """See `Emulator.counted`."""
        return None

    def is_over(self, control: Control) -> bool:  # noqa: ARG002
        """See `Emulator.is_over`."""
        return False

    def cpu_states(
        self,
        control: Control,  # noqa: ARG002
        *,
        idle: bool = False,  # noqa: ARG002
    ) -> tuple[CpuState, ...]:
        """See `Emulator.cpu_states`."""
        return ()

    def last_exceptions(self, log: str) -> tuple[CpuException, ...]:  # noqa: ARG002
        """See `Emulator.last_exceptions`."""
        return ()

    def refuse_what_it_cannot(
        self, machine: Machine, image: BootImage, to: Connections = ONLY_SERIAL
    ) -> None:
        """Raise UserError for a machine, an image or a purpose that this emulator is not for."""
        if image.kind == "kernel" and not self.abilities.boots_elf:
            raise UserError(
                f"{self.name} boots no ELF file",
                where=str(image.path),
                why="it has no Multiboot loader that this kernel can be started by",
                fix='boot the disk image: machine.boot = "disk", and no --kernel',
            )
        if machine.cpus > self.abilities.cpus_max:
            raise UserError(
                f"{self.name} has no machine with {machine.cpus} CPUs",
                where=WHERE,
                why=f"it emulates {self.abilities.cpus_max} at most",
                fix="set cpu.count to 1, or choose another emulator",
            )
        if machine.memory_mib > self.abilities.memory_mib_max:
            raise UserError(
                f"{self.name} has no machine with {machine.memory_mib} MiB",
                where="machine.memory_mib",
                why=f"it emulates {self.abilities.memory_mib_max} at most",
                fix="set machine.memory_mib to less, or choose another emulator",
            )
        if to.for_gdb and not self.abilities.debugs:
            raise UserError(
                f"gdb cannot be attached to {self.name} here",
                where=WHERE,
                why="only QEMU's gdb stub is used",
                fix='debug with machine.emulator = "qemu"',
            )
