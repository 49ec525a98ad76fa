"""A page as a PDF: Chromium prints it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from builder.errors import MachineryError
from builder.tools import commands
from builder.tools.whole_file import write_whole

TIMEOUT_S = 600.0  # a book of step `linux` has over 600 pages


def print_pdf(chromium: str, page: Path, pdf: Path) -> None:
    """Print `page` into the file `pdf`.

    Args:
        chromium: Path of the program.
        page: An HTML file.
        pdf: Is written anew.

    Raises:
        MachineryError: Chromium could not.
    """
    with tempfile.TemporaryDirectory(prefix="tinygate-") as profile:
        made = Path(profile) / "book.pdf"
        command = [
            chromium,
            "--headless",
            # It refuses to run as root with its sandbox; what it opens here is ours.
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            "--disable-gpu",
            "--disable-background-networking",
            f"--user-data-dir={profile}",
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
            f"--print-to-pdf={made}",
            page.absolute().as_uri(),
        ]
        done = commands.run(command, timeout_s=TIMEOUT_S)
        if not done.ok or not made.is_file():
            raise MachineryError(
                "Chromium did not print the page",
                where=str(page),
                why=(done.stderr or done.stdout).strip()[-200:] or f"status {done.status}",
                fix=f"open {page.name} in a browser, and print it there",
            )
        write_whole(pdf, made.read_bytes())
