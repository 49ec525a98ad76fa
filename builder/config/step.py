"""The steps. In a module of their own that is quickly imported: `tinygate exec` cannot wait."""

from enum import Enum


class Step(str, Enum):
    """In order: each kernel is the one before plus a few files."""

    INT80 = "int80"
    SYSENTER = "sysenter"
    VSYSCALL = "vsyscall"
    ROBUST = "robust"
    PROCESSES = "processes"
    LINUX = "linux"

    @property
    def position(self) -> int:
        """0 for the first step."""
        return list(Step).index(self)

    def __str__(self) -> str:
        """The name as it is written in kernel.toml."""
        return self.value

    # `str` would compare by alphabet ("sysenter" > "processes"), not in the order of the lessons.
    def __lt__(self, other: str) -> bool:
        """True if this step comes before `other`."""
        return self.position < Step(other).position

    def __le__(self, other: str) -> bool:
        """True if this step is `other` or comes before it."""
        return self.position <= Step(other).position

    def __gt__(self, other: str) -> bool:
        """True if this step comes after `other`."""
        return self.position > Step(other).position

    def __ge__(self, other: str) -> bool:
        """True if this step is `other` or comes after it."""
        return self.position >= Step(other).position


STEPS = tuple(step.value for step in Step)
