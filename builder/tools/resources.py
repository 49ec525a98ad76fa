"""Where the project's own data is: beside the package in a checkout, inside it in a wheel."""

from pathlib import Path

from builder.errors import FileError

PACKAGE_DIR = Path(__file__).resolve().parents[1]
CHECKOUT_DIR = PACKAGE_DIR.parent


def data_dir(name: str) -> Path:
    """The folder `name`: "templates", "kernel_src" or "docs", of which a wheel has only the steps.

    Raises:
        FileError: It is neither in the checkout nor in the installed package.
    """
    for folder in (PACKAGE_DIR / "_data" / name, CHECKOUT_DIR / name):
        if folder.is_dir():
            return folder
    raise FileError(
        f"the folder {name} is missing",
        where=str(PACKAGE_DIR),
        why="the installation is not whole",
        fix="install tinygate again, or restore the checkout with git",
    )


def checkout_dir() -> Path | None:
    """The root of the checkout that this package runs from; None if it runs from a wheel."""
    return CHECKOUT_DIR if (CHECKOUT_DIR / "qemu_tests").is_dir() else None
