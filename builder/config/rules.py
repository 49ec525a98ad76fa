"""What the fields of keys.py say about themselves beside their type: step and rule."""

from dataclasses import dataclass

from pydantic.fields import FieldInfo

from builder.config.step import Step


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
