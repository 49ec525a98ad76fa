"""Sets a fresh checkout up: system packages, .venv, Python packages. Run by the Makefile.

Run as `python3 -m builder.tools.bootstrap` with the system's Python, before any package is
installed: standard library only. It may be stopped at any point and run again. A .venv counts only
if its stamp, which is written last, says so; one without is remade.

Pythons older than the one we need must be able to read this file, so that they give a sentence and
no syntax error: no f-strings, no new syntax, new types only as strings, no imports from the package
before the check.
"""

import sys

PYTHON_NEEDED = (3, 10)


def check_python(version: "tuple[int, ...]", name: str) -> str:
    """What is wrong with a Python of `version`, for the user; empty if nothing."""
    if version[:2] >= PYTHON_NEEDED:
        return ""
    text = (
        "{0} is Python {1}.{2}, and tinygate needs {3}.{4} or later\n"
        "  fix: name a later one, for example: make PYTHON=python3.11 run"
    )
    return text.format(name, version[0], version[1], PYTHON_NEEDED[0], PYTHON_NEEDED[1])


if __name__ == "__main__":
    complaint = check_python(sys.version_info[:2], sys.executable)
    if complaint:
        sys.stderr.write("error: " + complaint + "\n")
        sys.exit(3)  # ExitCode.TOOL

    from builder.tools.venv_setup import main

    sys.exit(main(sys.argv[1:]))
