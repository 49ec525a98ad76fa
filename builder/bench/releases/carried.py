"""What a chroot is given of this machine: how its programs reach the network.

pip and apt do not know in a chroot what they know outside: proxies, certificates, indexes. The
variables and pip's settings are handed over as variables, apt's as a file. Where a value is the
path of a file or folder of this machine, it is to be seen inside under HOST, and the value says so.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from builder.tools import commands

HOST = "/mnt/host"
ASK_TIMEOUT_S = 60.0
NAMES = re.compile(
    r"(https?|ftp|all|no)_proxy|SSL_CERT_(FILE|DIR)|(REQUESTS|CURL)_CA_BUNDLE|PIP_\w+"
    r"|TINYGATE_(TIMEOUT_SCALE|DEBIAN_MIRROR)",
    re.IGNORECASE,
)
# What is about the machine or about one run of pip, and not about where its packages come from.
PIP_LEFT_OUT = {
    *("PIP_CACHE_DIR", "PIP_CONFIG_FILE", "PIP_LOG", "PIP_TARGET", "PIP_PREFIX", "PIP_USER"),
    *("PIP_ROOT", "PIP_SRC", "PIP_PYTHON", "PIP_REQUIRE_VIRTUALENV"),
}
# Which lists apt fetches is the machine's own affair, and so are programs that it starts.
APT_PASSED_ON = re.compile(
    r"Acquire::(https?|ftp|Check-|M(ax|in)-ValidTime|Retries|ForceIPv)(?!.*Auto-?Detect)"
    r'\S* ".+";',
    re.IGNORECASE,
)
# A path in a value: alone, behind another, in quotes, or as a file: address.
PATH_IN_VALUE = re.compile(r"""(?<![^\s"])(file://)?(/[^\s"]*)""")


def variables(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables for a chroot, with this machine's own paths in them."""
    found = {name: value for name, value in environ.items() if NAMES.fullmatch(name)}
    found = {**pip_settings(_pip_config()), **found}
    return {name: value for name, value in sorted(found.items()) if name not in PIP_LEFT_OUT}


def _pip_config() -> str:
    # Its files are this user's, this Python's and the machine's: pip knows which of them count.
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"]
    return commands.run(command, timeout_s=ASK_TIMEOUT_S).stdout


def pip_settings(text: str) -> dict[str, str]:
    """What `pip config list` prints, as the variables that say the same.

    A line is section.key='value', and value as Python writes it; of the sections those count that
    are for all of pip's verbs, or for `install`.
    """
    found = {}
    for line in text.splitlines():
        match = re.fullmatch(r"(global|install|:env:)\.([\w-]+)=(['\"].*['\"])", line)
        if match:
            name = "PIP_" + match[2].upper().replace("-", "_")
            found[name] = " ".join(str(ast.literal_eval(match[3])).split())
    return found


def inside(values: Mapping[str, str]) -> tuple[dict[str, str], tuple[Path, ...]]:
    """`values` with the paths that there are on this machine as they are to be seen inside.

    Returns:
        The values, and the folders that have to be mounted below HOST for that. These are whole
        file systems: an index of packages may point to files beside it.
    """
    mounts: dict[Path, None] = {}

    def move(match: re.Match[str]) -> str:
        path = Path(match[2])
        if not path.exists():
            return match[0]
        mounts[mount_point(path)] = None
        return f"{match[1] or ''}{HOST}{match[2]}"

    moved = {name: PATH_IN_VALUE.sub(move, value) for name, value in values.items()}
    return moved, tuple(sorted(mounts))


def mount_point(path: Path) -> Path:
    """Where the file system that `path` is on is mounted."""
    path = path.resolve()
    while not path.is_mount():
        path = path.parent
    return path


def apt_settings() -> str:
    """What this machine's apt knows of how to reach archives, as a file of settings."""
    done = commands.run(["apt-config", "dump"], env={"LC_ALL": "C"}, timeout_s=ASK_TIMEOUT_S)
    return apt_lines(done.stdout.splitlines())


def apt_lines(lines: Iterable[str]) -> str:
    """Those of the lines of `apt-config dump` that say so."""
    return "".join(f"{line}\n" for line in lines if APT_PASSED_ON.fullmatch(line))
