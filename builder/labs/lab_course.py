"""All labs, in the order of the course."""

from __future__ import annotations

import difflib
import sys
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from builder.errors import BuildError, UserError
from builder.labs.lab import Lab

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).parent / "course"


@cache
def labs() -> tuple[Lab, ...]:
    """Those in `course/`.

    Raises:
        BuildError: One of them says what no lab may.
    """
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.toml")))


def _read(path: Path) -> Lab:
    try:
        return Lab(name=path.stem, **tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise BuildError("is no lab", where=path.name, why=str(error)) from error


def lab_named(name: str) -> Lab:
    """The lab of that name, or whose name begins so.

    Raises:
        UserError: There is none, or there are several.
    """
    found = [lab for lab in labs() if lab.name == name]
    found = found or [lab for lab in labs() if name and lab.name.startswith(name)]
    if len(found) == 1:
        return found[0]
    names = [lab.name for lab in labs()]
    near = difflib.get_close_matches(name, names, 3, 0.5)
    raise UserError(
        "several labs begin so" if found else "there is no such lab",
        where=name,
        why=", ".join(lab.name for lab in found) if found else "",
        fix=f"did you mean {' or '.join(near)}?" if near else "`tinygate lab list` names all",
    )
