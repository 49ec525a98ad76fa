"""Which package may import which: what each says of itself in its first lines, and no circles.

An import inside a function counts like one at the top of its file: it comes late, and goes the same
way.
"""

import ast
import re
from collections.abc import Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILDER = ROOT / "builder"
LAUNCH = BUILDER / "cli" / "launch"  # starts the package from outside, and is no part of it
FOR_ALL = ("builder", "builder.errors")  # the version, and what everything can end with
NAMES_AT_THE_TOP_MAX = 12
PERMISSION = re.compile(r"It may import ([^.]+(?:\.\w[^.]*)*)\.")


def _module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {
    _module_of(path): path for path in sorted(BUILDER.rglob("*.py")) if LAUNCH not in path.parents
}
PACKAGES = [name for name, path in FILES.items() if path.name == "__init__.py"]


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(FILES[module].read_text())


def package_of(module: str) -> str:
    return module if module in PACKAGES else module.rpartition(".")[0]


def imported(tree: ast.Module) -> set[str]:
    """The modules of ours that it imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, "a relative import has no name to look for"
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {name if name in FILES else node.module for name in whole}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name for name in names if name.partition(".")[0] == "builder"}


def permitted(package: str) -> set[str]:
    """The packages that `package` says it may import, with their whole names."""
    said = PERMISSION.search(" ".join((ast.get_docstring(tree_of(package)) or "").split()))
    assert said, f"{FILES[package]} does not say what it may import"
    if said[1] == "no other package":
        return set()
    return {f"builder.{name}" for name in re.split(r", | and ", said[1])}


def uses(package: str) -> dict[str, list[str]]:
    """Package that is imported -> what of it by which module of `package`."""
    found: dict[str, list[str]] = {}
    for module in FILES:
        if package_of(module) == package:
            for target in imported(tree_of(module)):
                if target not in FOR_ALL and package_of(target) != package:
                    found.setdefault(package_of(target), []).append(f"{module} -> {target}")
    return found


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """Names that need each other in a circle; none if there is no circle."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


INNER = [package for package in PACKAGES if package != "builder"]


@pytest.mark.parametrize("package", INNER)
def test_a_package_imports_what_it_says_and_nothing_else(package: str) -> None:
    found, may = uses(package), permitted(package)
    against = [use for target, lines in found.items() if target not in may for use in lines]
    assert against == [], "another direction, or another sentence in its __init__.py"
    assert may <= set(found), "a permission that nobody uses"


def test_packages_need_each_other_in_no_circle() -> None:
    assert circle({package: permitted(package) for package in INNER}) == []


def test_modules_import_each_other_in_no_circle() -> None:
    graph = {}
    for module in FILES:
        targets = imported(tree_of(module))
        # An import runs the packages around its target, too; those around the importer run already.
        around = {target.rsplit(".", n)[0] for target in targets for n in range(target.count("."))}
        outside = {name for name in targets | around if not f"{module}.".startswith(f"{name}.")}
        graph[module] = outside
    assert circle(graph) == []


def test_few_names_are_at_the_top() -> None:
    pythons_own = ("__init__.py", "__main__.py", "__pycache__", "_data")
    names = {path.name for path in BUILDER.iterdir() if path.name not in pythons_own}
    assert len(names) <= NAMES_AT_THE_TOP_MAX


def test_no_two_modules_have_one_name() -> None:
    """So that a name says which one is meant."""
    names = [module.rpartition(".")[2] for module in FILES if module != "builder.__main__"]
    assert sorted({name for name in names if names.count(name) > 1}) == []
