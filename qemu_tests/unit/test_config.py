"""kernel.toml and --set: what is accepted, and what each mistake says."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.config.keys import KernelConfig
from builder.config.load import load_config
from builder.config.reference import default_toml, json_schema, reference_rows
from builder.config.step import Step
from builder.errors import ConfigError, FileError

ROBUST = "kernel.step=robust"  # the first with all keys but those of host


def error_of(tmp_path: Path, text: str | bytes) -> ConfigError:
    file = tmp_path / "kernel.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert str(file) in caught.value.where
    assert caught.value.fix
    return caught.value


def set_error(*overrides: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load_config(None, overrides)
    assert "--set" in caught.value.where
    assert caught.value.fix
    return caught.value


def test_defaults() -> None:
    config = load_config(None)
    assert config == KernelConfig()
    assert (config.kernel.step, config.cpu.count, config.sysenter.stack) == (
        "vsyscall",
        1,
        "tss-end",
    )
    assert (config.machine.cpu, config.machine.memory_mib, config.machine.boot) == (
        "pentium3",
        16,
        "disk",
    )


def test_the_projects_kernel_toml_is_made_from_the_keys(project_root: Path) -> None:
    text = (project_root / "kernel.toml").read_text(encoding="utf-8")
    assert text == default_toml(), "run `python -m builder.cli.docs`"


def test_kernel_toml_with_every_key_means_the_defaults(project_root: Path) -> None:
    assert load_config(project_root / "kernel.toml").model_dump() == KernelConfig().model_dump()


def test_steps_are_in_the_order_of_the_lessons() -> None:
    assert Step.INT80 < Step.SYSENTER < Step.VSYSCALL < Step.ROBUST < Step.PROCESSES < Step.LINUX
    assert Step.VSYSCALL >= "sysenter" and not Step.SYSENTER > "vsyscall" and Step.INT80 <= "int80"
    assert f"{Step.INT80}" == str(Step.INT80) == "int80"


def test_override_wins_over_the_file_and_the_last_over_the_first(tmp_path: Path) -> None:
    file = tmp_path / "kernel.toml"
    file.write_text("[kernel]\nstep = 'robust'\n[cpu]\ncount = 2\n[tss]\nio_bitmap = false\n")
    config = load_config(file, ["cpu.count=3", "cpu.count=4"])
    assert config.cpu.count == 4
    assert config.tss.io_bitmap is False


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("machine.cpu=486", "486"),  # a number in TOML, but the key takes text
        ("machine.cpu=qemu32,-sep", "qemu32,-sep"),
        ("machine.cpu='486'", "486"),
        ("machine.cpu=pentium2,model=1,stepping=9", "pentium2,model=1,stepping=9"),
    ],
)
def test_text_needs_no_quotes_in_an_override(text: str, value: str) -> None:
    assert load_config(None, [text]).machine.cpu == value


def test_lists_in_an_override() -> None:
    config = load_config(None, [ROBUST, 'programs.files=["a", "b/c"]', 'programs.env=["A=b=c"]'])
    assert config.programs.files == ("a", "b/c")
    assert config.programs.env == ("A=b=c",)


@pytest.mark.parametrize("typed", ["mine, b.elf", "[mine,b.elf]", '["mine", b.elf]'])
def test_a_list_without_its_quotes_is_shown_with_them(typed: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(None, [f"programs.files={typed}"])
    assert 'on a command line \'programs.files=["mine", "b.elf"]\'' in caught.value.fix


def test_program_paths_start_at_the_folder_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "kernel.toml"
    file.write_text('[programs]\nfiles = ["bin/hello"]\n')
    config = load_config(file)
    assert config.folder == tmp_path
    assert config.program_paths == (tmp_path / "bin/hello",)


def test_digest_is_about_the_kernel_and_not_about_the_machine_or_the_place(tmp_path: Path) -> None:
    robust = load_config(None, [ROBUST]).digest
    assert len(robust) == 12 and int(robust, 16) >= 0
    machine = ["machine.cpu=486", "machine.memory_mib=8", "machine.boot=kernel"]
    assert load_config(None, [ROBUST, *machine]).digest == robust
    (tmp_path / "kernel.toml").write_text("")
    assert load_config(tmp_path / "kernel.toml", [ROBUST]).digest == robust
    others = [
        "kernel.step=int80",
        "cpu.count=2",
        "sysenter.stack=esp0-word",
        "tss.io_bitmap=false",
    ]
    digests = {load_config(None, [ROBUST, text]).digest for text in others}
    assert len(digests | {robust}) == len(others) + 1


def test_equal_configurations_hash_alike_and_cannot_be_changed() -> None:
    one, two = (load_config(None, [ROBUST, "cpu.count=2"]) for _ in range(2))
    assert hash(one) == hash(two)
    with pytest.raises(ValueError, match="frozen"):
        one.cpu.count = 3  # type: ignore[misc]


@pytest.mark.parametrize("count", [0, 9, -1, 10**30])
def test_number_out_of_range(tmp_path: Path, count: int) -> None:
    error = error_of(tmp_path, f"[cpu]\ncount = {count}\n")
    assert "cpu.count" in error.where
    assert str(count)[:20] in error.what
    assert "from 1 to 8" in error.why


@pytest.mark.parametrize("value", ["true", "1.0", '"1"', "[1]", "1979-05-27", "inf", "{a = 1}"])
def test_number_of_another_type(tmp_path: Path, value: str) -> None:
    assert "from 1 to 8" in error_of(tmp_path, f"[cpu]\ncount = {value}\n").why


def test_bool_of_another_type() -> None:
    assert "true or false" in set_error("tss.io_bitmap=1").why


def test_misspelt_value_names_the_nearest() -> None:
    error = set_error("kernel.step=sysentr")
    assert "'sysentr'" in error.what
    assert "int80, sysenter, vsyscall, robust, processes, linux" in error.why
    assert '"sysenter"' in error.fix


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("[cpu]\ncout = 1\n", "cpu.count"),
        ("[kernel]\ncount = 1\n", "cpu.count"),  # right key, wrong table
        ("[sysentr]\nstack = 'tss-end'\n", "[sysenter]"),
        ("step = 'int80'\n", "kernel.step"),  # right key, no table
    ],
)
def test_unknown_key_names_the_nearest(tmp_path: Path, text: str, near: str) -> None:
    error = error_of(tmp_path, text)
    assert "unknown" in error.what
    assert near in error.fix


@pytest.mark.parametrize(
    ("text", "where", "fix"),
    [
        ('"kernel.step" = "int80"\n', ': "kernel.step"', "without the quotes: kernel.step"),
        ('["käse"]\nx = 1\n', ': "käse"', "remove it"),
        ('"" = 1\n', ': ""', "remove it"),
        ('[kernel]\n"" = 1\n', ': kernel.""', "kernel.step"),
        ('[kernel]\n"a.b" = 1\n', ': kernel."a.b"', "kernel.step"),
        ('"a\\u001b[31m" = 1\n', r': "a\u001b[31m"', "remove it"),
    ],
)
def test_unknown_key_is_spelled_as_toml_has_it(
    tmp_path: Path, text: str, where: str, fix: str
) -> None:
    error = error_of(tmp_path, text)
    assert error.where.endswith(where)
    assert fix in error.fix


def test_unknown_key_in_an_override() -> None:
    error = set_error("cpu.cuont=2")
    assert "cpu.cuont" in error.where and "cpu.count" in error.fix
    assert "kernel.step" in set_error("kernel=3").fix
    assert "'=2' is not KEY=VALUE" in set_error("=2").what


@pytest.mark.parametrize("text", ["kernel = 3", "[[kernel]]\nstep = 'int80'"])
def test_table_that_is_none(tmp_path: Path, text: str) -> None:
    assert "not a table" in error_of(tmp_path, text).what


def test_override_into_something_that_is_no_table(tmp_path: Path) -> None:
    file = tmp_path / "kernel.toml"
    file.write_text("cpu = 3")
    with pytest.raises(ConfigError, match="not a table"):
        load_config(file, ["cpu.count=2"])


@pytest.mark.parametrize("step", ["int80", "sysenter", "vsyscall"])
@pytest.mark.parametrize(
    "override",
    [
        "cpu.count=2",
        "sysenter.stack=per-switch",
        "vsyscall.address=random",
        "tss.io_bitmap=false",
        "programs.args=['a']",
        "programs.env=['A=b']",
        "programs.suite=echo",
    ],
)
def test_the_small_kernels_have_no_options(step: str, override: str) -> None:
    error = set_error(f"kernel.step={step}", "programs.files=['x']", override)
    key, _, value = override.partition("=")
    assert key in error.where and value.strip("[]") in error.what
    assert f"step {step} has no " in error.why
    assert "it comes with step robust" in error.why and "robust or later" in error.fix
    load_config(None, [ROBUST, "programs.files=['x']", override])


@pytest.mark.parametrize("step", ["int80", "sysenter", "vsyscall", "robust", "processes"])
def test_key_of_the_last_step(step: str) -> None:
    error = set_error(f"kernel.step={step}", "host.streams=true", "programs.suite=none")
    assert "host.streams" in error.where and "true" in error.what
    assert f"step {step} has no " in error.why and "it comes with step linux" in error.why


@pytest.mark.parametrize("step", ["int80", "sysenter", "vsyscall"])
def test_key_of_a_later_step_at_its_default_does_no_harm(step: str) -> None:
    defaults = ["sysenter.stack=tss-end", "vsyscall.address=fixed", "tss.io_bitmap=true"]
    config = load_config(None, [f"kernel.step={step}", "cpu.count=1", *defaults])
    assert config == load_config(None, [f"kernel.step={step}"])


def test_nothing_to_run() -> None:
    assert "programs.suite" in set_error("programs.suite=none").where
    load_config(None, ["programs.suite=none", "programs.files=['a']"])


@pytest.mark.parametrize("key", ["args", "env"])
def test_strings_for_no_program(key: str) -> None:
    error = set_error(ROBUST, f"programs.{key}=['A=b']")
    assert f"programs.{key}" in error.where and "programs.files" in error.why


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ("['.hidden']", "'.hidden' is not a program name"),
        ("['a b']", "'a b' is not a program name"),
        (str(["n" * 65]), "not a program name"),
        ("['']", "not a program name"),
        ("['a/..']", "not a program name"),
        ("['a\\nb']", "not a program name"),
        ("['a', 'b/a']", "two programs"),
        (str([f"p{number}" for number in range(33)]), "too many"),
        ("[1]", "must be a list"),
    ],
)
def test_program_names(files: str, reason: str) -> None:
    assert reason in set_error(f"programs.files={files}").why


@pytest.mark.parametrize(
    ("strings", "reason"),
    [
        ("['x']", "NAME=value"),
        ("['=x']", "NAME=value"),
        ('["A=\\u0000"]', "NUL"),
        (str(["A=" + "b" * 254]), "too many"),
        (str(["A=" + "é" * 127]), "too many"),  # 255 characters would do, 256 bytes do not
        (str(["A=" + "b" * 253] * 9), "too many"),
        (str(["A=b"] * 33), "too many"),
        ("'A=b'", "must be a list"),
    ],
)
def test_program_strings(strings: str, reason: str) -> None:
    error = set_error(ROBUST, "programs.files=['a']", f"programs.env={strings}")
    assert "programs.env" in error.where and reason in error.why
    assert len(error.what) < 120


def test_longest_program_strings() -> None:
    env = "programs.env=" + str(["A=" + "b" * 253] * 8)
    load_config(None, [ROBUST, "programs.files=['a']", env])


@pytest.mark.parametrize("cpu", ["a b", "", "-sep", "a;b", "a\\n", "a'b", "x" * 201])
def test_cpu_model_is_one_word(cpu: str) -> None:
    assert "machine.cpu" in set_error(f'machine.cpu="{cpu}"').where


@pytest.mark.parametrize(
    ("chosen", "fits"),
    [
        ("kernel.step=linux", False),
        ("kernel.step=processes programs.suite=checks", False),
        ("kernel.step=robust programs.suite=checks cpu.count=5", False),
        ("kernel.step=robust programs.suite=checks cpu.count=4", True),
        ("kernel.step=robust cpu.count=8", True),
        ("kernel.step=processes cpu.count=8", True),
        ("kernel.step=vsyscall programs.suite=checks", True),
    ],
)
def test_memory_suffices(chosen: str, fits: bool) -> None:
    load_config(None, [*chosen.split(), "machine.memory_mib=4"])
    little = [*chosen.split(), f"machine.memory_mib={2 if fits else 3}"]
    if fits:
        load_config(None, little)
    else:
        error = set_error(*little)
        assert "machine.memory_mib" in error.where and "to 4 or more" in error.fix


def test_a_question_to_qemu_is_no_cpu_model() -> None:
    error = set_error("machine.cpu=help")
    assert "machine.cpu" in error.where and "list of" in error.why


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (b"[kernel]\nstep = 'int80'\nstep = 'int80'\n", 3, "only once"),
        (b"[cpu]\ncount = 1\n[cpu]\ncount = 1\n", 3, "only once"),
        (b"\ncpu = { count = 1, count = 1 }\n", 2, "only once"),
        (b"\n[cpu\n", 2, ""),
        (b"[cpu]\ncount = \n", 2, ""),
        (b"[cpu]\ncount = 'a\n", 2, ""),
        (b"# a\n# b\n# \xff\n", 3, "UTF-8"),
        (b"\xff\xfe[\0c\0", 1, "UTF-8"),
    ],
)
def test_broken_file_names_the_line(tmp_path: Path, text: bytes, line: int, reason: str) -> None:
    error = error_of(tmp_path, text)
    assert error.where.endswith(f":{line}")
    assert reason in error.why


@pytest.mark.parametrize(
    "text",
    [
        b"[cpu]\ncount = " + b"9" * 5000,
        b"[cpu]\ncount = " + b"0x" + b"f" * 5000,
        b"[cpu]\ncount = " + b"[" * 5000,
        b"#" * 70_000,
        b"[machine]\ncpu = '" + b"x" * 60_000 + b"'",
        b"a." * 3000 + b"b = 1",
        b"cpu.count" + b".a" * 9000 + b" = 1",
        b"kernel.step" + b".a" * 9000 + b" = 1",
    ],
)
def test_giant_values_give_a_short_error(tmp_path: Path, text: bytes) -> None:
    assert len(str(error_of(tmp_path, text))) < 1000


def test_byte_order_mark_and_dos_line_ends_are_fine(tmp_path: Path) -> None:
    file = tmp_path / "kernel.toml"
    file.write_bytes(b"\xef\xbb\xbf[machine]\r\nmemory_mib = 20\r\n")
    assert load_config(file).machine.memory_mib == 20


def test_missing_file_folder_and_device(tmp_path: Path) -> None:
    for path, reason in (
        (tmp_path / "no.toml", "no such file"),
        (tmp_path, "folder"),
        (Path("/dev/zero"), "not an ordinary file"),
        (Path("a\0b"), "usable path"),
    ):
        with pytest.raises(ConfigError, match=reason):
            load_config(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything: run it as another user")
def test_unreadable_file(tmp_path: Path) -> None:
    file = tmp_path / "kernel.toml"
    file.write_text("")
    file.chmod(0)
    with pytest.raises(FileError, match="cannot be read"):
        load_config(file)


@pytest.mark.parametrize("text", ["", "cpu.count", "=1", "cpu", "machine.cpu=\udc80"])
def test_override_that_is_none(text: str) -> None:
    set_error(text)


def test_override_cannot_smuggle_a_second_key_in() -> None:
    assert "vsyscall.address" in set_error("vsyscall.address='random'\nstep='int80'").where


KEYS = st.sampled_from([row.key for row in reference_rows()])
VALUES = st.one_of(
    st.text(max_size=20),
    st.integers().map(str),
    st.sampled_from(["int80", "sysenter", "random", "checks", "none", "true", "['a']", "['A=1']"]),
)


@given(st.lists(st.tuples(KEYS, VALUES), max_size=4))
def test_any_overrides_load_or_give_one_config_error(pairs: list[tuple[str, str]]) -> None:
    try:
        config = load_config(None, [f"{key}={value}" for key, value in pairs])
    except ConfigError as error:
        assert error.where and error.fix and len(str(error)) < 1000
        assert any(key in error.where for key, _ in pairs)
    else:
        assert KernelConfig.model_validate(config.model_dump()) == config


@given(data=st.binary(max_size=200))
def test_any_file_loads_or_gives_a_config_error(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_bytes(data)
    try:
        load_config(file)
    except ConfigError as error:
        assert str(file) in error.where


def test_reference_has_every_key_with_its_facts() -> None:
    rows = {row.key: row for row in reference_rows()}
    assert rows["cpu.count"].allowed == "a whole number from 1 to 8"
    assert rows["sysenter.stack"].allowed == "one of per-switch, esp0-word, tss-end"
    assert rows["sysenter.stack"].steps == "robust, processes, linux"
    assert rows["host.trace"].steps == "linux"
    assert rows["programs.files"].steps.startswith("int80, sysenter, vsyscall, robust")
    assert rows["tss.io_bitmap"].default == "true"
    assert all(row.meaning.endswith(".") for row in rows.values())


def test_schema_knows_every_key() -> None:
    text = json.dumps(json_schema())
    assert all(row.key.partition(".")[2] in text for row in reference_rows())
    assert '"additionalProperties": false' in text
