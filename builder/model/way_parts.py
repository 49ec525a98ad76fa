"""The way into the kernel and back, in nine parts: numbers of pictures, comments and records."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WayPart:
    """One of them."""

    number: int
    title: str


WAY: tuple[WayPart, ...] = (
    WayPart(1, "the call"),
    WayPart(2, "what a stub saves for SYSENTER"),
    WayPart(3, "the instruction that enters the kernel"),
    WayPart(4, "how the kernel stack is found"),
    WayPart(5, "`struct pt_regs`"),
    WayPart(6, "the sixth argument"),
    WayPart(7, "the call by the table"),
    WayPart(8, "the way back"),
    WayPart(9, "what the stub restores"),
)
