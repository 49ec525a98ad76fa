"""The first module of the console script `tinygate`: finds tinygate's own `builder`, and starts it.

Others call a package `builder` too, and one of those in PYTHONPATH, or installed beside tinygate,
would be imported in place of ours. This name is ours alone: in a checkout the set-up puts only the
folder `builder/cli/launch/` where Python looks, and an installed package holds `builder` inside.
"""

import os
import sys

__all__ = ["folder_of_builder", "main"]


def folder_of_builder() -> str:
    """The folder in which `builder` is: this one if it is installed; in a checkout, its root."""
    here = os.path.dirname(os.path.abspath(__file__))
    if os.path.isdir(os.path.join(here, "builder")):
        return here
    return os.path.normpath(os.path.join(here, *[os.pardir] * 4))


def main() -> None:
    """Run the command line of this process; ends it."""
    sys.path.insert(0, folder_of_builder())
    from builder.cli import main as start

    start()
