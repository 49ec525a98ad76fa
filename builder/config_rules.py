"""What the fields of config_model.py say about themselves beside their type: step and rule."""

from dataclasses import dataclass
from enum import Enum

from pydantic.fields import FieldInfo


class Step(str, Enum):
    """The kernels that grow, in order: each one is the one before plus a few files."""

    INT80 = "int80"
    SYSENTER = "sysenter"
    VSYSCALL = "vsyscall"
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


@dataclass(frozen=True)
class Since:
    """The step that brings a key in; it applies to that step and to the ones after it."""

    step: Step


@dataclass(frozen=True)
class Rule:
    """What is allowed, in words, where the type alone does not say it."""

    text: str


def since(info: FieldInfo) -> Step:
    """The first step that the key of this field applies to."""
    return next((mark.step for mark in info.metadata if isinstance(mark, Since)), Step.INT80)
