"""The table of rules, the logs that its kernel prints, and what is said of them."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from builder.boot.rulebook import known, matrix, trial
from builder.boot.rulebook.alone import LINES_MAX, alone, can_stand_alone, letter
from builder.boot.rulebook.guest import SKIPS_MARK, leave_out, make_guest, version_of
from builder.boot.rulebook.images import iso_image, write_images
from builder.boot.rulebook.known import Known, Place
from builder.boot.rulebook.seen import How, read_log
from builder.errors import UserError
from builder.model.rule import FIELDS, VECTORS, Mode, Rule
from builder.model.rule_table import RULES

SEEN = re.compile(
    r"(?:done|ran|entered|interrupt [0-9a-f]+|(?:"
    + "|".join(map(re.escape, VECTORS))
    + r")(?:\([0-9a-f]+\))?)(?: in cs (?:[0-9a-f]+|v86))?(?: [a-z0-9]+=[0-9a-f]+)*"
    r"(?:; (?:db|irq) (?:code|entry|setup|task)\+[0-9a-f]+(?: dr6=[0-9a-f]+)?)*"
)
NAMES = [rule.name for rule in RULES]


def log_of(seen: dict[str, str], *, sep: bool = True, end: bool = True) -> str:
    """A serial log in which the rules did what `seen` says, and else what is expected."""
    features = "383fbff" if sep else "383f3ff"
    lines = [
        "SeaBIOS",
        f"tinygate kernel: rules, version {version_of(RULES)}",
        f"# cpu: GenuineIntel sig=673 edx={features}",
        "KTAP version 1",
        f"1..{len(RULES)}",
    ]
    has = ("msr", "sep", "tsc") if sep else ("msr", "tsc")
    for number, rule in enumerate(RULES, start=1):
        text = seen.get(rule.name) or (*rule.expected_on(has), "#UD in cs 8")[0]
        lines += [f"# {rule.name}", f"ok {number} - {rule.name}: {text}"]
    lines += [f"suite finished: {len(RULES)} passed, 0 failed"] if end else []
    return "\n".join(lines) + "\n"


# ---- the table ----


def test_there_are_rules_of_all_groups() -> None:
    assert len(RULES) >= 150
    assert len(set(NAMES)) == len(NAMES)
    wanted = {"msr", "enter", "exit", "tss", "task", "io", "rf", "flags", "sti", "tf", "dr", "v86"}
    assert wanted | {"real"} <= {rule.group for rule in RULES}
    assert {rule.mode for rule in RULES} == set(Mode)


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_row_can_be_rendered_and_read(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z0-9]+\.[a-z0-9-]+", rule.name)
    assert rule.sentence and not rule.sentence.endswith(".")
    assert re.match(r"(1|2A|2B|3A|3B) \S", rule.sdm)
    assert set(rule.show) | set(rule.fault_show) <= set(FIELDS)
    assert rule.needs in ("", "sep", "msr", "tsc")
    assert rule.expected
    for text in (*rule.expected, *rule.without):
        assert SEEN.fullmatch(text), text
        assert text.split()[0].split("(")[0] not in ("#DF",)


def test_no_rule_is_there_twice() -> None:
    def what(rule: Rule) -> tuple[object, ...]:
        return rule.mode, rule.setup, rule.code, rule.entry, rule.show, rule.fault_show

    assert len({what(rule) for rule in RULES}) >= len(RULES) - 5  # one instruction, two lessons


def test_what_is_known_is_of_this_table() -> None:
    for place, row in known.load().items():
        assert row.rules == version_of(RULES), f"{place}: run `tinygate rules --record` again"
        assert set(row.deviations) | set(row.stops) <= set(NAMES)
        assert not set(row.deviations) & set(row.stops)
        for rule in RULES:
            if rule.name in row.deviations:
                assert row.deviations[rule.name] not in rule.expected or rule.needs


# ---- the guest ----


def test_a_rule_can_be_left_out_of_an_image(tmp_path: Path) -> None:
    guest = make_guest(RULES, tmp_path)
    for image in (guest.disk, guest.elf):
        before = image.read_bytes()
        after = leave_out(before, {1, 3}, len(RULES))
        at = before.index(SKIPS_MARK) + len(SKIPS_MARK)
        assert before.count(SKIPS_MARK) == 1
        assert [i for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b] == [
            at + 1,
            at + 3,
        ]


def test_the_same_table_gives_the_same_files(tmp_path: Path) -> None:
    first = {path.name: path.read_bytes() for path in write_images(RULES, tmp_path / "a")}
    again = {path.name: path.read_bytes() for path in write_images(RULES, tmp_path / "b")}
    assert first == again
    assert sorted(first) == ["README.md", "expected.txt", "rules.elf", "rules.img", "rules.iso"]
    assert version_of(RULES) in first["README.md"].decode()


def test_the_cd_has_a_boot_catalog_whose_checksum_is_0(tmp_path: Path) -> None:
    iso = iso_image(make_guest(RULES, tmp_path))
    record = iso[17 * 2048 :]
    assert record[:6] == b"\0CD001" and record[7:30] == b"EL TORITO SPECIFICATION"
    catalog = iso[int.from_bytes(record[71:75], "little") * 2048 :][:64]
    words = [int.from_bytes(catalog[i : i + 2], "little") for i in range(0, 32, 2)]
    assert sum(words) & 0xFFFF == 0 and catalog[32] == 0x88


# ---- one rule alone ----

ALONE = [
    (rule, row.deviations[rule.name])
    for row in known.load().values()
    if row.place.cpu == "pentium3"
    for rule in RULES
    if rule.name in row.deviations and can_stand_alone(rule, row.deviations[rule.name])
]


def test_many_deviations_can_be_shown_by_a_boot_sector() -> None:
    assert len({rule.name for rule, _ in ALONE}) >= 18


@pytest.mark.parametrize(("rule", "seen"), ALONE, ids=[rule.name for rule, _ in ALONE])
def test_a_rule_alone_is_a_boot_sector_of_few_lines(rule: Rule, seen: str, tmp_path: Path) -> None:
    text = alone(rule, {})
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(";")]
    code = [line for line in lines if not line.endswith(":")]  # labels have lines of their own
    assert len(code) <= LINES_MAX
    assert letter(seen) not in map(letter, rule.expected)
    (tmp_path / "one.asm").write_text(text)
    image = tmp_path / "one.img"
    subprocess.run(["nasm", "-f", "bin", "-o", image, tmp_path / "one.asm"], check=True)
    assert image.stat().st_size == 512 and image.read_bytes()[-2:] == b"\x55\xaa"


@pytest.mark.parametrize("name", ["enter.eip-unmapped", "task.call", "v86.str", "real.sysenter"])
def test_what_needs_more_than_a_boot_sector_says_so(name: str) -> None:
    rule = next(rule for rule in RULES if rule.name == name)
    with pytest.raises(UserError, match="needs more than a boot sector has"):
        alone(rule)


# ---- logs ----


def test_a_log_that_keeps_all_rules_has_no_deviation() -> None:
    column = trial.judged_elsewhere(RULES, log_of({}), "pc")
    assert not column.deviations and not column.stops
    assert {cell.how for cell in column.cells.values()} == {How.HOLDS}


def test_without_sep_other_things_are_expected_or_none() -> None:
    column = trial.judged_elsewhere(RULES, log_of({}, sep=False), "pc")
    assert not column.deviations
    assert column.cells["enter.ring3"].seen == "#UD in cs 1b"
    assert column.cells["msr.cs-all-bits"].how is How.NOT_OBSERVABLE


def test_a_pentium_pro_has_no_sep_whatever_it_says() -> None:
    text = log_of({}).replace("sig=673", "sig=619")
    assert "sep" not in read_log(text, RULES).features
    assert "sep" in read_log(log_of({}), RULES).features
    assert "sep" in read_log(text.replace("GenuineIntel", "AuthenticAMD"), RULES).features


def test_a_vendor_may_have_blanks_in_its_name() -> None:
    log = read_log(log_of({}).replace("GenuineIntel", "Geode by NSC"), RULES)
    assert log.cpu == "Geode by NSC 673" and "sep" in log.features


def test_a_deviation_is_named_with_what_was_seen() -> None:
    column = trial.judged_elsewhere(RULES, log_of({"enter.csmsr-1": "entered cs=0 ss=8"}), "pc")
    assert column.deviations == {"enter.csmsr-1": "entered cs=0 ss=8"}
    text = matrix.as_text(RULES, [column])
    assert "entered cs=0 ss=8   [1]" in text
    assert f"{len(RULES) - 1} holds, 1 deviates" in text


def test_a_log_that_breaks_off_stops_at_the_rule_that_was_begun() -> None:
    whole = log_of({})
    cut = whole[: whole.index("ok 40 - ")]
    column = trial.judged_elsewhere(RULES, cut, "pc")
    assert list(column.stops) == [NAMES[39]]
    assert column.cells[NAMES[39]].how is How.STOPS
    assert column.cells[NAMES[40]].how is How.NO_RESULT


@pytest.mark.parametrize("loops", [1, 3])
def test_a_machine_that_begins_anew_at_a_rule_is_no_good_whatever_it_says_then(loops: int) -> None:
    whole = log_of({})
    text = whole[: whole.index("ok 40 - ")] * loops + whole[: whole.index("ok 7 - ")]
    log = read_log(text, RULES)
    assert log.ended_at == (NAMES[39],) and not log.finished
    again = whole.replace(f"ok 40 - {NAMES[39]}: ", f"ok 40 - {NAMES[39]} # SKIP left out\n# ")
    column = trial.judged_elsewhere(RULES, text + again, "pc")
    assert column.log.finished and not column.stops
    assert trial.faults(column) == ("pc: rules without a result: 1",)


@pytest.mark.parametrize("last", ["suite finished", "ok 374", "ok 40 - ", "# cpu"])
def test_a_log_that_was_cut_off_is_never_a_pass(tmp_path: Path, last: str) -> None:
    log, whole = tmp_path / "pc.log", log_of({})
    log.write_text(whole)
    assert _call("--log", str(log))[0] == 0
    log.write_text(whole[: whole.index(last)])
    assert _call("--log", str(log))[0] == 1


@pytest.mark.parametrize("text", ["", "hello\n", log_of({}).replace(version_of(RULES), "00000000")])
def test_another_log_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        read_log(text, RULES)


@pytest.mark.parametrize(
    ("old", "new"), [("\n", "\r\n"), ("\n", "\r\r\n"), ("SeaBIOS\n", "\x1b[2J")]
)
def test_crlf_is_as_good_as_lf_and_noise_may_stand_before_the_banner(old: str, new: str) -> None:
    assert read_log(log_of({}).replace(old, new), RULES) == read_log(log_of({}), RULES)


def test_a_log_that_powershell_has_written_can_be_read(tmp_path: Path) -> None:
    log = tmp_path / "pc.log"
    log.write_text(log_of({}), encoding="utf-16")
    assert _call("--log", str(log))[0] == 0


def test_two_boots_that_differ_in_a_rule_do_not_keep_it() -> None:
    """Whichever comes last."""
    good, bad = log_of({}), log_of({"dr.gd": "done"})
    for text in (good + bad, bad + good):
        column = trial.judged_elsewhere(RULES, text, "pc")
        assert set(column.deviations) == {"dr.gd"}
        assert column.deviations["dr.gd"] in ("done; db code+0 dr6=2000 or done",
                                              "done or done; db code+0 dr6=2000")  # fmt: skip
    assert not trial.judged_elsewhere(RULES, good + good, "pc").deviations


DAMAGES = {
    "without what the CPU is": ("# cpu: GenuineIntel sig=673 edx=383fbff\n", ""),
    "noise in what the CPU is": ("# cpu: Gen", "# c\x00\nGen"),
    "a line lost": ("ok 12 - ", "ok 12\n"),
    "a line begun twice": ("ok 12 - ", "ok 12 - ok 12 - "),
    "a number of another rule": ("ok 12 - ", "ok 13 - "),
    "noise behind a result": ("#UD in cs 1b\n", "#UD in cs 1b?\n"),
    "a line broken": ("#UD in cs 1b\n", "#UD in c\ns 1b\n"),
    "other counts": ("suite finished: ", "suite finished: 1"),
}


@pytest.mark.parametrize(("old", "new"), DAMAGES.values(), ids=[*DAMAGES])
def test_a_damaged_log_is_never_a_pass(old: str, new: str) -> None:
    text = log_of({})
    assert old in text
    column = trial.judged_elsewhere(RULES, text.replace(old, new, 1), "pc")
    assert trial.faults(column)


@pytest.mark.parametrize("sep", [True, False])
def test_a_log_that_does_not_say_which_cpu_it_is_of_is_not_judged(sep: bool) -> None:
    text = re.sub(r"# cpu: .*\n", "", log_of({}, sep=sep))
    column = trial.judged_elsewhere(RULES, text, "pc")
    assert How.HOLDS not in {cell.how for cell in column.cells.values()}
    assert any("nothing can be judged" in line for line in trial.faults(column))


def test_logs_of_two_machines_or_of_two_versions_in_one_are_refused() -> None:
    with pytest.raises(UserError, match="a log of several machines: GenuineIntel 673, no CPUID"):
        read_log(log_of({}) + re.sub("# cpu: .*", "# cpu: no CPUID", log_of({})), RULES)
    old = log_of({}).replace(version_of(RULES), "00000000")
    for text in (log_of({}) + old, old + log_of({})):
        with pytest.raises(UserError, match="a log of other rules: 00000000"):
            read_log(text, RULES)


# ---- what is known ----


def test_what_is_new_gone_or_other_is_named() -> None:
    place = Place("pc", "1", "x")
    now = {"enter.ring3": "ran", "exit.ring3": "ran", "rf.ud": "done"}
    column = replace(trial.judged_elsewhere(RULES, log_of(now), "pc"), place=place)
    before = Known(place, "2026-01-01", "1", version_of(RULES), {"exit.ring3": "ran",
                   "rf.ud": "other", "rf.gp": "ran"})  # fmt: skip
    lines = trial.changes(column, before)
    assert len(lines) == 3
    assert any("enter.ring3: a new deviation: ran" in line for line in lines)
    assert any("rf.gp: is kept, and was not" in line for line in lines)
    assert any("rf.ud: done; it was other" in line for line in lines)
    same = replace(before, deviations=now)
    assert trial.changes(column, same) == ()


def test_what_is_known_can_be_written_and_read(tmp_path: Path) -> None:
    row = Known(Place("a", "1", "b"), "2026-01-01", "1.2", "0", {"x.y": "ran"}, {"z.z": "hang"})
    known.save([row], tmp_path / "known.json")
    assert known.load(tmp_path / "known.json") == {row.place: row}


# ---- the verb ----


def _call(*words: str) -> tuple[int, str]:
    from builder.cli.app import app

    result = CliRunner().invoke(app, ["rules", *words], catch_exceptions=False)
    return result.exit_code, result.stdout


def test_a_log_from_elsewhere_is_judged(tmp_path: Path) -> None:
    log, page = tmp_path / "pc.log", tmp_path / "page.html"
    log.write_text(log_of({"dr.gd": "done"}))
    code, out = _call("--log", str(log), "--json", "--html", str(page))
    data = json.loads(out)
    assert code == 1 and len(data["rules"]) == len(RULES)
    assert data["news"] == ["pc.log: rules not kept: 1"]
    bad = [row["rule"] for row in data["rules"] if row["cells"][0]["how"] != "holds"]
    assert bad == ["dr.gd"]
    html = page.read_text()
    assert html.count("<tr data-how") == len(RULES) and "deviates: done" in html


def test_an_unknown_emulator_is_a_usage_error() -> None:
    assert _call("--emulator", "simics")[0] == 2


def test_a_rule_is_printed_as_a_boot_sector() -> None:
    code, out = _call("--guest", "enter.csmsr-1")
    assert code == 0 and "sysenter" in out and "seen:     entered cs=0 ss=8 (" in out
    assert "qemu 7.2 pentium3" in out
    assert _call("--guest", "enter.nothing")[0] == 2


def test_a_log_that_is_none_is_a_usage_error(tmp_path: Path) -> None:
    log = tmp_path / "x"
    log.write_text("nothing")
    assert _call("--log", str(log))[0] == 2
    assert _call("--log", str(tmp_path / "none"))[0] == 2
