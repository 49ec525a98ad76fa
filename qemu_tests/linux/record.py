"""Records what Linux lets the programs do: boots Debian's i386 kernel and writes expected/*.json.

    tinygate record             records; the files that are no longer made are removed
    tinygate record --check     records again and compares; status 1 if a program did otherwise

What is seen on the terminal while somebody types is recorded in expected/keys.json.

Every recording is made twice: on a machine whose clock counts instructions, and on one with two
CPUs and a real clock. What depends on time, or on which process is first, is likely to differ
between the two, and is refused.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import unified_diff
from pathlib import Path

from builder.cli import ui
from builder.cli.guard import run_guarded
from builder.errors import ExitCode, MachineryError
from builder.linux import debian
from builder.linux.debian.debian_kernel import COMMAND_LINE, MACHINE, boot_debian, kernel_file
from builder.linux.shell.userland import PACKAGE as BUSYBOX
from builder.linux.shell.userland import make_userland
from qemu_tests.linux import expectations, keys
from qemu_tests.linux.build_programs import Compiler
from qemu_tests.linux.cases import Case, cases
from qemu_tests.linux.initramfs import make_initramfs, needed_packages
from qemu_tests.linux.results import Report, ReportError, parse

KERNEL = "linux-image-686"


def record(wanted: Sequence[Case], compiler: Compiler) -> dict[str, str]:
    """Boot and run `wanted`; the files to keep, by name.

    Raises:
        DebianUnavailableError: A package is missing and cannot be fetched.
        BuildError: A program does not compile.
        MachineryError: Not every program came to an end, or one did not do the same twice.
    """
    packages = {**needed_packages(), **debian.fetch(debian.named([KERNEL]))}
    with tempfile.TemporaryDirectory(prefix="tinygate-record-") as folder:
        initramfs = Path(folder) / "initramfs.gz"
        initramfs.write_bytes(make_initramfs(wanted, packages, compiler, packed=True))
        kernel = kernel_file(packages[KERNEL])
        counted, free = (
            whole_report(boot_debian(kernel, initramfs, machine)).outcomes
            for machine in (MACHINE, replace(MACHINE, icount=False, cpus=2))
        )
        typed = record_keys(kernel, packages, Path(folder))
    files = {**expectations.files_of(wanted, counted), expectations.KEYS: typed[0]}
    free_files = {**expectations.files_of(wanted, free), expectations.KEYS: typed[1]}
    require_same(files, free_files)
    files[expectations.VERSIONS] = versions_text(packages, compiler)
    return files


def record_keys(kernel: Path, packages: Mapping[str, debian.Unpacked], folder: Path) -> list[str]:
    """Two recordings of what is seen: with a CPU, and with two."""
    initrd = folder / "shell.cpio"
    initrd.write_bytes(make_userland(packages[BUSYBOX]))
    machine = replace(MACHINE, icount=False)  # keys come when they come
    return [
        expectations.keys_text(keys.play_all(each, kernel, initrd, COMMAND_LINE))
        for each in (machine, replace(machine, cpus=2))
    ]


def require_same(first: Mapping[str, str], second: Mapping[str, str]) -> None:
    """Raise MachineryError with the lines that two recordings do not share, if there are any."""
    changing = [name for name in first if first[name] != second[name]]
    if changing:
        pairs = ((first[name].splitlines(), second[name].splitlines()) for name in changing)
        lines = (line for pair in pairs for line in unified_diff(*pair, lineterm="", n=0))
        raise MachineryError(
            f"not the same twice: {', '.join(changing)}",
            why="\n".join(line for line in lines if not line.startswith(("---", "+++", "@@"))),
            fix="let them print nothing that depends on time, chance or process numbers",
        )


def versions_text(packages: Mapping[str, debian.Unpacked], compiler: Compiler) -> str:
    """What the recording was made with."""
    versions = {each.package: each.version for each in packages.values()}
    fields = {"compiler": compiler.version, "packages": dict(sorted(versions.items()))}
    return json.dumps(fields, indent=1) + "\n"


def write(files: Mapping[str, str], folder: Path = expectations.FOLDER) -> None:
    """Make `folder` hold `files` and no other JSON."""
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.json"):
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def differences(files: Mapping[str, str], folder: Path = expectations.FOLDER) -> list[str]:
    """The names of the files that `folder` has otherwise, has not, or has too many."""
    have = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    return sorted(name for name in {*have, *files} if have.get(name) != files.get(name))


def whole_report(text: str) -> Report:
    """The report of a boot in which every program ended."""
    try:
        report = parse(text)
    except ReportError as error:
        raise MachineryError("the report cannot be read", why=str(error)) from error
    if not report.finished:
        raise MachineryError(
            f"the recording broke off in {report.running or 'no program'}",
            why=report.failure or f"the serial line ended with: {text[-500:]}",
            fix="see which program is at fault: programs must come to an end",
        )
    return report


def main(arguments: Sequence[str]) -> int:
    """See the module's description; returns the exit status."""

    def body() -> int:
        files = record(cases(), Compiler())
        changed = differences(files)
        is_check = "--check" in arguments
        if is_check and expectations.VERSIONS in changed:
            changed.remove(expectations.VERSIONS)  # another compiler is no other behaviour
            ui.say(
                f"not made with what {expectations.VERSIONS} names: {files[expectations.VERSIONS]}"
            )
        for name in changed:
            print(name)
        if is_check:
            return ExitCode.VERDICT if changed else ExitCode.OK
        write(files)
        ui.say(f"{len(files)} files in {expectations.FOLDER}, {len(changed)} of them changed")
        return ExitCode.OK

    return run_guarded(body)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
