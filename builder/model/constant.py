"""What a row of the tables of constants has: see constants.py."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Constant:
    """One name for one number, hexadecimal with at least `digits` digits; 0 means decimal."""

    name: str
    value: int
    comment: str = ""
    digits: int = 0

    @property
    def text(self) -> str:
        """The number as both languages write it."""
        return f"0x{self.value:0{self.digits}x}" if self.digits else str(self.value)

    @property
    def c_text(self) -> str:
        """The number as C writes it; hexadecimal ones are unsigned."""
        return f"{self.text}u" if self.digits else self.text


@dataclass(frozen=True)
class ConstantGroup:
    """Constants about one thing, with the place where that thing is defined."""

    title: str
    source: str
    constants: tuple[Constant, ...]


def bits(prefix: str, rows: tuple[tuple[int, str, str], ...]) -> tuple[Constant, ...]:
    """One constant for each row: number of the bit, name behind `prefix`, comment."""
    return tuple(Constant(f"{prefix}{name}", 1 << bit, comment, 8) for bit, name, comment in rows)
