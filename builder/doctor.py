"""What `tinygate doctor` and `make doctor` say: where each tool is, what is missing, how to get it.

Standard library only, so that it also answers on a machine where the set-up could not be done.
"""

import json
import shlex
import sys
from collections.abc import Sequence
from typing import Any

from builder import packages
from builder.errors import ExitCode, TinygateError
from builder.toolchain import survey
from builder.tools import Tool, version_text

PYTHON_MINIMUM = (3, 10)


def python_row() -> Tool:
    """The running Python, in the form of a tool."""
    version = tuple(sys.version_info[:3])
    status = "ok" if version >= PYTHON_MINIMUM else "too old"
    return Tool("python", "runs tinygate", True, status, (sys.executable,), version, PYTHON_MINIMUM)


def examine(cc: str | None = None) -> tuple[Tool, ...]:
    """Every tool, Python first. Args: cc as in toolchain.find_compiler."""
    return (python_row(), *survey(cc))


def to_install(tools: Sequence[Tool], *, optional: bool = True) -> tuple[str, ...]:
    """Names of the tools that a package manager should bring."""
    wanted = (tool for tool in tools if not tool.ok and (tool.needed or optional))
    return tuple(tool.name for tool in wanted if tool.name != "python")


def as_data(tools: Sequence[Tool]) -> dict[str, Any]:
    """The findings for --json."""
    missing = to_install(tools)
    return {
        "ok": all(tool.ok or not tool.needed for tool in tools),
        "install": packages.command_line(missing) if missing else "",
        "tools": [
            {
                "name": tool.name,
                "status": tool.status,
                "needed": tool.needed,
                "purpose": tool.purpose,
                "command": shlex.join(tool.command),
                "version": list(tool.version),
                "minimum": list(tool.minimum),
                "detail": tool.detail,
                "install": "" if tool.ok or tool.name == "python" else packages.advice([tool.name]),
            }
            for tool in tools
        ],
    }


def as_text(tools: Sequence[Tool]) -> str:
    """The findings as a table in columns, then what is missing and the command that installs it."""
    rows = [("tool", "status", "version", "found at", "what for")]
    for tool in tools:
        status = tool.status if tool.ok or tool.needed else f"{tool.status} (optional)"
        version = version_text(tool.version) if tool.command else "-"
        rows.append((tool.name, status, version, shlex.join(tool.command) or "-", tool.purpose))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(map(str.ljust, row, widths)).rstrip()  # one line per tool
        for row in rows
    ]
    lines += [f"\n{tool.name}: {tool.detail}" for tool in tools if tool.detail]
    for label, optional in (("needed", False), ("all", True)):
        if missing := to_install(tools, optional=optional):
            lines.append(f"\nto install what is missing ({label}):\n  {packages.advice(missing)}")
    if all(tool.ok for tool in tools):
        lines.append("\nnothing is missing")
    return "\n".join(lines)


def status_of(tools: Sequence[Tool]) -> ExitCode:
    """TOOL if a needed tool is missing, else OK."""
    return ExitCode.OK if all(tool.ok or not tool.needed for tool in tools) else ExitCode.TOOL


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
