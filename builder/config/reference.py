"""The documentation of kernel.toml, made from the fields of keys.py."""

import json
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from builder.config.keys import KernelConfig, Section
from builder.config.rules import Rule, since
from builder.config.step import Step


@dataclass(frozen=True)
class Key:
    """One key of kernel.toml with its field."""

    section: str
    name: str
    info: FieldInfo

    @property
    def dotted(self) -> str:
        """The key as --set takes it."""
        return f"{self.section}.{self.name}"

    @property
    def since(self) -> Step:
        """The first step that the key applies to."""
        return since(self.info)

    @property
    def allowed(self) -> str:
        """What the value may be, in words that fit after "must be"."""
        if rule := next((m.text for m in self.info.metadata if isinstance(m, Rule)), ""):
            return rule
        kind: Any = self.info.annotation
        while get_origin(kind) in (Annotated, Union, UnionType):
            kind = get_args(kind)[0]
        if get_origin(kind) is Literal:
            return "one of " + ", ".join(get_args(kind))
        if isinstance(kind, type) and issubclass(kind, Enum):
            return "one of " + ", ".join(member.value for member in kind)
        if kind is bool:
            return "true or false"
        low = next(m.ge for m in self.info.metadata if hasattr(m, "ge"))
        high = next(m.le for m in self.info.metadata if hasattr(m, "le"))
        return f"a whole number from {low} to {high}"

    @property
    def takes_text(self) -> bool:
        """True if the value is a string, so that `--set machine.cpu=486` needs no quotes."""
        return isinstance(self.info.default, str)


def sections() -> dict[str, type[Section]]:
    """The tables of kernel.toml by name, in their order."""
    found = {}
    for name, info in KernelConfig.model_fields.items():
        assert isinstance(info.annotation, type) and issubclass(info.annotation, Section)
        found[name] = info.annotation
    return found


def keys() -> Iterator[Key]:
    """Every key of kernel.toml, in the order of the file."""
    for section, model in sections().items():
        for name, info in model.model_fields.items():
            yield Key(section, name, info)


@dataclass(frozen=True)
class ReferenceRow:
    """One line of the configuration reference."""

    key: str
    allowed: str
    default: str  # as TOML
    steps: str  # the steps where the key applies, in order
    meaning: str


def _toml(value: object) -> str:
    """`value` as TOML; for strings, numbers, booleans and lists of them JSON's form is TOML's."""
    return json.dumps(value, ensure_ascii=False)


def reference_rows() -> tuple[ReferenceRow, ...]:
    """The configuration reference, one row for each key."""
    return tuple(
        ReferenceRow(
            key=key.dotted,
            allowed=key.allowed,
            default=_toml(key.info.default),
            steps=", ".join(step.value for step in Step if step >= key.since),
            meaning=key.info.description or "",
        )
        for key in keys()
    )


def json_schema() -> dict[str, Any]:
    """JSON Schema of kernel.toml, for editors that complete and check TOML."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema"
    } | KernelConfig.model_json_schema()


def default_toml() -> str:
    """A kernel.toml with every key at its default and explained: the one at the project's root."""
    lines = [
        "# What kernel to make. Every key is here with its default; a key left out has it too."
    ]
    for section, model in sections().items():
        lines += ["", f"# {model.__doc__}", f"[{section}]"]
        for key in (key for key in keys() if key.section == section):
            since = "" if key.since is Step.INT80 else f" From step {key.since} on."
            text = f"{key.info.description} Must be {key.allowed}.{since}"
            lines += textwrap.wrap(
                text, 98, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False
            )
            lines.append(f"{key.name} = {_toml(key.info.default)}")
    return "\n".join(lines) + "\n"
