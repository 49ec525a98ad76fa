"""`tinygate` starts its own code, whatever else is called `builder` where Python looks."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from builder.boot.patience import BACKSTOP_S


def as_checkout(root: Path, _folder: Path) -> Path:
    return root / "builder/cli/launch"


def as_installed(root: Path, folder: Path) -> Path:
    """What pyproject.toml makes of the packages in a wheel."""
    shutil.copytree(root / "builder/cli/launch/tinygate", folder / "tinygate")
    shutil.copytree(root / "builder", folder / "tinygate" / "builder")
    for name in ("templates", "kernel_src"):
        shutil.copytree(root / name, folder / "tinygate" / "builder" / "_data" / name)
    return folder


@pytest.mark.parametrize("other", ["builder/__init__.py", "builder.py"])
@pytest.mark.parametrize("layout", [as_checkout, as_installed])
def test_another_builder_in_the_way_is_not_imported(
    project_root: Path, tmp_path: Path, layout: object, other: str
) -> None:
    assert callable(layout)
    in_the_way = tmp_path / "other"
    (in_the_way / other).parent.mkdir(parents=True)
    (in_the_way / other).write_text("raise SystemExit('another builder was imported')\n")
    place = layout(project_root, tmp_path / "installed")
    done = subprocess.run(
        [sys.executable, "-m", "tinygate", "render", "--out", "out"],
        cwd=in_the_way,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(in_the_way), str(place)])},
        capture_output=True,
        text=True,
        timeout=BACKSTOP_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (in_the_way / "out" / "kernel" / "Makefile").is_file()


def test_the_console_script_starts_from_anywhere(tmp_path: Path) -> None:
    script = Path(sys.prefix) / "bin" / "tinygate"
    if not script.exists():
        pytest.skip("tinygate is not installed in this environment: pip install --editable .")
    done = subprocess.run(
        [script, "show", "gdt"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "KERNEL_CODE" in done.stdout
