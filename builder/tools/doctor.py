"""What `tinygate doctor` and `make doctor` say: where each tool is, what is missing, how to get it.

Standard library only, so that it also answers on a machine where the set-up could not be done.
"""

import json
import shlex
import sys
from collections.abc import Sequence
from typing import Any

from builder.errors import ExitCode, TinygateError
from builder.tools import packages
from builder.tools.tested import good_versions
from builder.tools.tool import BY_CHOICE, Need, Tool, version_text
from builder.tools.toolchain import survey

PYTHON_MINIMUM = (3, 10)
# A version that nobody tested is as welcome as any other: only one that is known to be too old is
# refused.
HEADINGS = (
    *("tool", "status", "version", "known to be good", "too old", "needed for"),
    *("found at", "what for"),
)


def python_row() -> Tool:
    """The running Python, in the form of a tool."""
    version = tuple(sys.version_info[:3])
    status = "ok" if version >= PYTHON_MINIMUM else "too old"
    found = (sys.executable,)
    return Tool("python", "runs tinygate", Need.RUN, status, found, version, PYTHON_MINIMUM)


def examine(cc: str | None = None) -> tuple[Tool, ...]:
    """Every tool, Python first. Args: cc as in toolchain.find_compiler."""
    return (python_row(), *survey(cc))


def to_install(tools: Sequence[Tool], need: Need = Need.ALL) -> tuple[str, ...]:
    """Names of the tools that a package manager should bring for `need`.

    Not other emulators: a release of a system need not have them all, and then installs nothing.
    """
    wanted = (tool for tool in tools if not tool.ok and tool.need <= need)
    return tuple(tool.name for tool in wanted if tool.name not in ("python", *BY_CHOICE))


def as_data(tools: Sequence[Tool]) -> dict[str, Any]:
    """The findings for --json."""
    missing = to_install(tools)
    return {
        "ok": status_of(tools) == ExitCode.OK,
        "install": packages.command_line(missing) if missing else "",
        "tools": [
            {
                "name": tool.name,
                "status": tool.status,
                "needed": tool.need is Need.RUN,
                "needed_for": tool.need.reason,
                "purpose": tool.purpose,
                "command": shlex.join(tool.command),
                "version": list(tool.version),
                "minimum": list(tool.minimum),
                "known_good": list(good_versions(tool.name)),
                "detail": tool.detail,
                "install": "" if tool.ok or tool.name == "python" else packages.advice([tool.name]),
            }
            for tool in tools
        ],
    }


def _row(tool: Tool) -> tuple[str, ...]:
    """A cell for each of HEADINGS."""
    return (
        tool.name,
        tool.status,
        version_text(tool.version) if tool.command else "-",
        ", ".join(good_versions(tool.name)) or "-",
        f"before {version_text(tool.minimum)}" if tool.minimum else "-",
        tool.need.reason,
        shlex.join(tool.command) or "-",
        tool.purpose,
    )


def as_text(tools: Sequence[Tool]) -> str:
    """The findings as a table in columns, then what is missing and the command that installs it."""
    rows = [HEADINGS, *map(_row, tools)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(map(str.ljust, row, widths)).rstrip()  # one line per tool
        for row in rows
    ]
    lines += [f"\n{tool.name}: {tool.detail}" for tool in tools if tool.detail]
    said: tuple[str, ...] = ()
    for need in Need:
        if (missing := to_install(tools, need)) != said:
            purpose = "everything" if need is Need.ALL else need.reason
            line = packages.advice(missing)
            lines.append(f"\nto install what is missing for {purpose}:\n  {line}")
            said = missing
    for tool in tools:
        if tool.name in BY_CHOICE and not tool.ok:
            lines.append(f"\nto have {tool.name}, where there is a package of it:")
            lines.append(f"  {packages.advice([tool.name])}")
    if all(tool.ok for tool in tools if tool.name not in BY_CHOICE):
        lines.append("\nnothing is missing")
    return "\n".join(lines)


def status_of(tools: Sequence[Tool]) -> ExitCode:
    """TOOL if no kernel can be made and booted for lack of a tool, else OK."""
    lacking = any(not tool.ok and tool.need is Need.RUN for tool in tools)
    return ExitCode.TOOL if lacking else ExitCode.OK


def main() -> int:
    """`make doctor`; its only argument is --json. Returns the exit status."""
    try:
        tools = examine()
    except TinygateError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    as_json = "--json" in sys.argv[1:]
    print(json.dumps(as_data(tools), indent=2) if as_json else as_text(tools))
    return status_of(tools)


if __name__ == "__main__":
    sys.exit(main())
