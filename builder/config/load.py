"""kernel.toml and --set -> a frozen KernelConfig, or one ConfigError that says what to mend.

Every error names the file (or --set), the key, the value and the rule. The keys are in keys.py.
"""

import difflib
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from builder.config.keys import KernelConfig
from builder.config.reference import (
    Key,
    ReferenceRow,
    default_toml,
    json_schema,
    keys,
    reference_rows,
    sections,
)
from builder.errors import ConfigError, FileError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = [
    "CONFIG_NAME",
    "KernelConfig",
    "ReferenceRow",
    "default_toml",
    "json_schema",
    "load_config",
    "reference_rows",
]

CONFIG_NAME = "kernel.toml"
FILE_BYTES_MAX = 64 * 1024  # a kernel.toml has a few hundred bytes; more is the wrong file
VALUE_SHOWN_MAX = 60
OVERRIDE = "--set"

Tables = dict[str, Any]


def load_config(path: Path | None, overrides: Sequence[str] = ()) -> KernelConfig:
    """Read `path`, apply `overrides` over it, and check the whole.

    Args:
        path: A kernel.toml; None takes the default of every key.
        overrides: "KEY=VALUE" with a dotted key; VALUE is a TOML value, or else a bare string. A
            later one wins over an earlier one.

    Returns:
        The configuration. With other folders it compares unequal, but its digest is the same.

    Raises:
        ConfigError: The file or an override breaks a rule.
        FileError: The file exists but cannot be read.
    """
    tables = _parse_file(path) if path is not None else {}
    origin = str(path) if path is not None else "built-in defaults"
    overridden = {_apply_override(tables, text) for text in overrides}
    try:
        config = KernelConfig.model_validate(tables)
    except ValidationError as error:
        raise _explain(error.errors()[0], origin, overridden) from None
    except RecursionError as error:  # dotted keys nest tables without end, and no parser minds
        raise _beyond_bounds(origin, error) from None
    config._folder = path.parent if path is not None else Path()
    return config


# ---- the file ----


def _read(path: Path) -> str:
    """The text of `path`; any failure is an error with a reason of its own."""
    where = str(path)
    try:
        if path.is_dir():
            raise ConfigError(
                "is a folder, not a file", where=where, fix=f"try {path / CONFIG_NAME}"
            )
        if path.exists() and not path.is_file():
            raise ConfigError("is not an ordinary file", where=where, fix="name a TOML file")
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigError(
            "there is no such file", where=where, fix="name an existing file with --config"
        ) from None
    except OSError as error:
        raise FileError("cannot be read", where=where, why=str(error.strerror)) from None
    except ValueError as error:  # a NUL in the path
        raise ConfigError("is not a usable path", where=repr(where), why=str(error)) from None
    if len(data) > FILE_BYTES_MAX:
        raise ConfigError(
            "is too large",
            where=where,
            why=f"a kernel.toml has at most {FILE_BYTES_MAX} bytes",
            fix="check that --config names the right file",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            where=f"{where}:{line}",
            why="TOML files are UTF-8",
            fix="save the file as UTF-8",
        ) from None


def _parse_file(path: Path) -> Tables:
    """The tables of the TOML file at `path`, not yet checked."""
    text = _read(path)
    try:
        tables: Tables = tomllib.loads(text)
        return tables
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        found = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
        line = found[1] if found and found[1] else str(text.rstrip().count("\n") + 1)
        reason = message[: found.start()] if found else message
        twice = any(word in reason for word in ("overwrite", "twice", "Duplicate", "immutable"))
        raise ConfigError(
            f"not valid TOML: {reason}",
            where=f"{path}:{line}",
            why="a table or a key may stand only once" if twice else "",
            fix="remove one of the two" if twice else "mend that line",
        ) from None
    except (
        ValueError,
        RecursionError,
    ) as error:  # a number of thousands of digits, endless nesting
        raise _beyond_bounds(str(path), error) from None


def _beyond_bounds(origin: str, error: Exception) -> ConfigError:
    return ConfigError(
        "a value in the file is beyond all bounds", where=origin, why=str(error), fix="shorten it"
    )


# ---- --set ----


def _apply_override(tables: Tables, text: str) -> str:
    """Put one "KEY=VALUE" into `tables`; the dotted key."""
    name, equals, value = text.partition("=")
    name = name.strip()
    if not equals or not name:
        raise ConfigError(
            f"{shown(text)} is not KEY=VALUE",
            where=OVERRIDE,
            fix="write it as in --set cpu.count=2; make's SET begins another at each blank",
        )
    key = next((key for key in keys() if key.dotted == name), None)
    if key is None and name in sections():
        raise ConfigError(
            "is a table, not a key",
            where=f"{OVERRIDE} {name}",
            fix="name one of its keys: " + ", ".join(k.dotted for k in keys() if k.section == name),
        )
    if key is None:
        raise _unknown_key(name.split("."), OVERRIDE)
    table = tables.setdefault(key.section, {})
    if not isinstance(table, dict):
        raise _not_a_table(key.section, table, CONFIG_NAME)
    table[key.name] = _override_value(key, value)
    return name


def _override_value(key: Key, text: str) -> object:
    """`text` as a TOML value, or itself where it is none or where the key takes text."""
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise ConfigError(
            f"{shown(text)} is not UTF-8", where=f"{OVERRIDE} {key.dotted}", fix="write it as UTF-8"
        )
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    if set(parsed) != {"value"} or (key.takes_text and not isinstance(parsed["value"], str)):
        return text
    return parsed["value"]


# ---- errors ----


def shown(value: object) -> str:
    """`value` as it stands in a message: as TOML where that is near, and never long."""
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else None
    if text is None:
        try:
            # A table or list may be huge or hold anything; repr is safe for all of them.
            text = repr(list(value) if isinstance(value, tuple) else value)
        except (
            ValueError,
            RecursionError,
        ):  # an integer of thousands of digits has no decimal form
            text = "a value beyond all bounds"
    return _shortened(text)


def _shortened(text: str) -> str:
    return text if len(text) <= VALUE_SHOWN_MAX else f"{text[: VALUE_SHOWN_MAX - 4]} ..."


def _unknown_key(path: Sequence[str], origin: str) -> ConfigError:
    """The error for a key or table that does not exist, with the nearest one that does."""
    section, *rest = path
    last = ".".join(rest)
    name = ".".join(path)
    known = [key.dotted for key in keys()]
    near = [dotted for dotted in known if dotted.partition(".")[2] == (last or section)]
    if not near and rest:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    elif not near:
        tables = difflib.get_close_matches(section, list(sections()), n=1, cutoff=0.5)
        near = [f"[{table}]" for table in tables]
    fix = f"did you mean {near[0]}?" if near else "remove it"
    return ConfigError(
        "unknown key" if rest else "unknown table",
        where=f"{origin}: {_shortened('.'.join(_as_toml(part) for part in path))}",
        why="known are " + ", ".join(known if rest else sections()),
        fix=f"write it without the quotes: {section}" if not rest and section in known else fix,
    )


def _as_toml(part: str) -> str:
    """A part of a dotted key as TOML has it: in quotes if it needs them."""
    if re.fullmatch(r"[A-Za-z0-9_-]+", part):
        return part
    return json.dumps(part, ensure_ascii=not part.isprintable())


def _not_a_table(section: str, value: object, origin: str) -> ConfigError:
    return ConfigError(
        f"{shown(value)} is not a table",
        where=f"{origin}: {section}",
        why=f"[{section}] is a table of keys",
        fix=f"write [{section}] on a line of its own, and its keys below",
    )


def _explain(detail: ErrorDetails, origin: str, overridden: set[str]) -> ConfigError:
    """Pydantic's first complaint as a ConfigError."""
    context = detail.get("ctx", {})
    if detail["type"] == "combination":
        name = context["key"]
        source = OVERRIDE if name in overridden else origin
        return ConfigError(
            f"{shown(context['value'])} is not possible here",
            where=f"{source}: {name}",
            why=context["rule"],
            fix=context["fix"],
        )
    path = [str(part) for part in detail["loc"]]
    name = ".".join(path[:2])
    source = OVERRIDE if name in overridden else origin
    if detail["type"] == "extra_forbidden":
        return _unknown_key(path[:2], source)
    key = next((key for key in keys() if key.dotted == name), None)
    if key is None:
        return _not_a_table(name, detail["input"], source)
    reason = f"{context['error']}; " if "error" in context else ""
    return ConfigError(
        f"{shown(detail['input'])} is not allowed",
        where=f"{source}: {name}",
        why=f"{reason}it must be {key.allowed}",
        fix=_nearest_value(key, detail["input"]),
    )


def _nearest_value(key: Key, value: object) -> str:
    """What to write instead: the nearest allowed word, or the default."""
    if isinstance(value, str) and key.allowed.startswith("one of "):
        words = key.allowed.removeprefix("one of ").split(", ")
        if near := difflib.get_close_matches(value, words, n=1, cutoff=0.5):
            return f'did you mean "{near[0]}"?'
    if isinstance(value, str) and key.allowed.startswith("a list of "):
        text = json.dumps([word.strip(" \"'") for word in value.strip("[] ").split(",")])
        if len(text) <= VALUE_SHOWN_MAX:
            return f"a list is {text}; on a command line '{key.dotted}={text}'"
    default = next(row.default for row in reference_rows() if row.key == key.dotted)
    return f"the default is {default}"
