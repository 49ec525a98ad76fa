"""The options that several verbs share, each described once."""

from pathlib import Path
from typing import Annotated

import typer

from builder.errors import UserError


def complete_step(incomplete: str) -> list[str]:
    """Names of steps, for the shell's completion."""
    from builder.config.step import STEPS

    return [name for name in STEPS if name.startswith(incomplete)]


def complete_key(incomplete: str) -> list[str]:
    """KEY= for --set, for the shell's completion."""
    from builder.config.reference import reference_rows

    return [f"{row.key}=" for row in reference_rows() if row.key.startswith(incomplete)]


def require_emulator(name: str) -> None:
    """Raise UserError unless there is one of that name."""
    from builder.boot.emulator import EMULATORS

    if name not in EMULATORS:
        raise UserError(
            f"there is no emulator {name!r}",
            where="--emulator",
            fix=f"choose of {', '.join(EMULATORS)}",
        )


Config = Annotated[
    Path | None,
    typer.Option("--config", help="Configuration file [default: kernel.toml, if there is one]."),
]
Step = Annotated[
    str | None,
    typer.Option("--step", help="Short for --set kernel.step=...", autocompletion=complete_step),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change one key, such as cpu.count=2; may be given again.",
        autocompletion=complete_key,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", help="Output folder [default: build/ and the configuration's name]."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, errors too.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only print the commands, ready to be pasted.")
]
Verbose = Annotated[
    bool, typer.Option("-v", "--verbose", help="Show what tools print; tracebacks of bugs.")
]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", "-j", min=1, max=1024, help="Compilers at once [default: the CPUs]."),
]
Werror = Annotated[
    bool, typer.Option("--werror", help="Take every warning for an error, as CI does.")
]
Cc = Annotated[
    str | None, typer.Option("--cc", help='C compiler to use, such as "clang --target=i386".')
]
