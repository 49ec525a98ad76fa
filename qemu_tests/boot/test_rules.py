"""The rules on the emulators that are here: what is known of them, and no more and no less."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from builder.boot.emulator import EMULATORS
from builder.boot.patience import Limit
from builder.boot.rulebook import known, trial
from builder.boot.rulebook.alone import alone, letter
from builder.boot.rulebook.guest import DISK_BYTES, Guest, make_guest
from builder.boot.rulebook.images import write_images
from builder.boot.rulebook.seen import How, read_log
from builder.errors import ToolError
from builder.model.rule_table import RULES
from qemu_tests.kit.guests import run_to_end
from qemu_tests.kit.kernels import Lab

PLACES = [(name, cpu) for name, cpus in trial.CPUS.items() for cpu in cpus]
QEMU = "qemu-system-i386 -accel tcg -cpu pentium3 -m 16 -nodefaults -display none -no-reboot"
OUTCOME = "-device isa-debug-exit,iobase=0xf4,iosize=4 -serial stdio"


@pytest.fixture(scope="session")
def guest(lab: Lab) -> Guest:
    with lab.locked("rules") as folder:
        return make_guest(RULES, folder)


@pytest.mark.parametrize(("name", "cpu"), PLACES, ids=[f"{name}-{cpu}" for name, cpu in PLACES])
def test_what_is_known_of_an_emulator_is_what_it_does(
    guest: Guest, tmp_path: Path, name: str, cpu: str
) -> None:
    try:
        EMULATORS[name].require()
    except ToolError as error:
        pytest.skip(f"{error.what}: {error.fix}")
    place, _ = trial.place_of(EMULATORS[name], cpu)
    before = known.load().get(place)
    if before is None:
        pytest.skip(f"nothing is known of {place}: tinygate rules --record")
    column = trial.try_rules(RULES, guest, name, cpu, tmp_path, before)
    assert trial.changes(column, before) == ()
    assert column.boots == 1


@pytest.mark.parametrize(
    "medium", ["-kernel {}/rules.elf", "-drive file={}/rules.img,format=raw,snapshot=on",
               "-cdrom {}/rules.iso"], ids=["elf", "disk", "cd"])  # fmt: skip
def test_every_image_runs_the_same_rules(tmp_path: Path, medium: str) -> None:
    write_images(RULES, tmp_path)
    run = run_to_end(f"{QEMU} {OUTCOME} {medium.format(tmp_path)}".split(), Limit(cpu_s=20))
    log = read_log(run.text, RULES)
    assert run.status == 33 and log.finished
    assert list(log.seen) == [rule.name for rule in RULES]
    with_disk = known.load().get(trial.place_of(EMULATORS["qemu"], "pentium3")[0])
    if with_disk:
        column = trial.judged_elsewhere(RULES, run.text, "qemu")
        assert column.deviations == with_disk.deviations


def test_a_rule_that_ends_the_machine_is_named_and_left_out(guest: Guest, tmp_path: Path) -> None:
    """v86 does not know two dozen of them; here it is forgotten that two are known."""
    try:
        EMULATORS["v86"].require()
    except ToolError as error:
        pytest.skip(f"{error.what}: {error.fix}")
    place, _ = trial.place_of(EMULATORS["v86"], "pentium3")
    before = known.load()[place]
    forgotten = list(before.stops)[:2]
    stops = {name: words for name, words in before.stops.items() if name not in forgotten}
    less = known.Known(place, before.date, before.build, before.rules, before.deviations, stops)
    column = trial.try_rules(RULES, guest, "v86", "pentium3", tmp_path, less)
    assert column.boots == 1 + len(forgotten)
    assert {name: column.stops[name] for name in forgotten} == {
        name: before.stops[name] for name in forgotten
    }
    assert all(column.cells[name].how is How.STOPS for name in forgotten)
    assert column.deviations == before.deviations
    assert len(trial.changes(column, less)) == len(forgotten)


def test_a_rule_alone_shows_what_the_kernel_saw(tmp_path: Path) -> None:
    """On QEMU: one rule that it does not keep, and one that it keeps."""
    here = known.load().get(trial.place_of(EMULATORS["qemu"], "pentium3")[0])
    if here is None:
        pytest.skip("nothing is known of this QEMU: tinygate rules --record")
    for name in ("enter.csmsr-1", "tss.ltr-null", "enter.csmsr-0", "misc.ud2"):
        rule = next(rule for rule in RULES if rule.name == name)
        seen = here.deviations.get(name, rule.expected[0])
        source, image = tmp_path / f"{name}.asm", tmp_path / f"{name}.img"
        source.write_text(alone(rule))
        subprocess.run(["nasm", "-f", "bin", "-o", image, source], check=True)
        with image.open("r+b") as file:
            file.truncate(DISK_BYTES)
        disk = f"-drive file={image},format=raw,snapshot=on"
        run = run_to_end(f"{QEMU} -serial stdio {disk}".split(), Limit(cpu_s=1, asleep_s=0.5))
        assert run.text == letter(seen), name  # it halts, and is ended
