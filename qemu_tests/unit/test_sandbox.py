"""The sandbox: what a command in it sees, what it may use up, and how its end is told."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from builder.boot.effort import EffortMeter
from builder.errors import ToolError
from builder.tools.sandbox import Limits, Sandbox, find_sandbox, no_sandbox
from qemu_tests.kit.sandbox import sandbox_or_skip

LIMITS = Limits(cpu_s=5, memory_bytes=1 << 28, file_bytes=1 << 16)


def run(script: str, **places: list[Path]) -> subprocess.CompletedProcess[str]:
    command = sandbox_or_skip().command(["sh", "-c", script], LIMITS, **places)  # type: ignore[arg-type]
    return subprocess.run(command, capture_output=True, text=True)


def test_there_is_nothing_of_the_machine_in_it(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    found = run(f"ls -A / /tmp /dev; cat {tmp_path}/secret /etc/passwd /proc/version; env")
    words = set(found.stdout.split())
    assert not words & {"home", "root", "var", "proc", "sys", "secret", "zero", "mem"}
    assert {"usr", "null"} <= words
    assert found.stderr.count("No such file") == 3
    assert "PYTEST" not in found.stdout and "HOME=" not in found.stdout


def test_it_has_no_network_and_no_capabilities() -> None:
    script = """
        for try in 'mount -t tmpfs x /tmp' 'mount -o remount,rw /usr' 'chroot / true' \
            'mknod /tmp/disk b 8 0' 'touch /usr/bin/x' 'ip link set lo down'; do
            $try && echo "$try"
        done
        exec 3<>/dev/tcp/127.0.0.1/22 && echo network
    """
    assert run(script).stdout == ""
    inside = run("grep -h ^Cap /proc/self/status", own_processes=True).stdout  # type: ignore[arg-type]
    assert {line.split()[1] for line in inside.splitlines()[:4]} == {"0" * 16}


def test_what_it_may_read_it_may_not_write(tmp_path: Path) -> None:
    for name in ("reads", "writes"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").write_text(name)
    reads, writes = tmp_path / "reads", tmp_path / "writes"
    script = f"cat {reads}/a {writes}/a; echo x > {writes}/b; echo x > {reads}/b"
    found = run(script, reads=[reads], writes=[writes])
    assert found.stdout == "readswrites"
    assert (found.returncode != 0, (writes / "b").exists(), (reads / "b").exists()) == (
        *(True, True, False),
    )


@pytest.mark.parametrize(
    ("script", "by"),
    [
        ("while :; do :; done", signal.SIGKILL),
        ("kill -SEGV $$", signal.SIGSEGV),
    ],
    ids=["time", "crash"],
)
def test_a_signal_is_told_as_one(script: str, by: signal.Signals) -> None:
    sandbox = sandbox_or_skip()
    short = Limits(cpu_s=1, memory_bytes=None, file_bytes=1 << 16)
    status = subprocess.run(sandbox.command(["sh", "-c", script], short)).returncode
    assert sandbox.status(status) in (-by, -signal.SIGXCPU)


def test_a_file_or_memory_that_is_too_large_is_not_had(tmp_path: Path) -> None:
    found = run(f"head -c 1000000 /dev/null > {tmp_path}/a; yes > {tmp_path}/b", writes=[tmp_path])
    assert found.returncode != 0
    assert (tmp_path / "b").stat().st_size == LIMITS.file_bytes
    assert run("tail -c 1000000000 /dev/null; awk 'BEGIN {while (1) x = x x \"xxxxxxxx\"}'").stderr


def test_a_program_from_elsewhere_brings_its_folder(tmp_path: Path) -> None:
    tool = tmp_path / "cross" / "bin" / "tool"
    tool.parent.mkdir(parents=True)
    tool.write_text('#!/bin/sh\ncat "$(dirname "$0")/../lib/part"\n')
    tool.chmod(0o755)
    (tmp_path / "cross/lib").mkdir()
    (tmp_path / "cross/lib/part").write_text("found")
    sandbox = sandbox_or_skip()
    for argv in ([str(tool)], ["sh", "-c", str(tool), f"CC={tool} -m32"]):
        done = subprocess.run(sandbox.command(argv, LIMITS), capture_output=True, text=True)
        assert done.stdout == "found", done.stderr


def test_without_it_the_limits_hold() -> None:
    command = no_sandbox().command(["sh", "-c", "ulimit -t; ulimit -f"], LIMITS)
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout.split() == ["5", str(LIMITS.file_bytes // 512)]
    assert no_sandbox().status(137) == 137


def test_its_work_is_that_of_the_command() -> None:
    """bubblewrap itself only waits."""
    command = sandbox_or_skip().command(["sh", "-c", "while :; do :; done"], LIMITS)
    process = subprocess.Popen(command)
    try:
        meter = EffortMeter(process.pid)
        while meter.read().cpu_s < 0.2:  # pytest's own timeout ends it otherwise
            assert process.poll() is None, "it was ended by its limit, unseen"
    finally:
        process.kill()
        process.wait()


def test_one_that_linux_forbids_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo "bubblewrap 0.8.0" && exit\n'
        'echo "bwrap: No permissions to create new namespace"; exit 1\n'
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(ToolError, match="cannot make one here") as caught:
        find_sandbox()
    assert "No permissions" in caught.value.why and "--no-sandbox" in caught.value.fix


def test_folders_of_ours_are_hidden_where_the_system_is(tmp_path: Path) -> None:
    inside = Path("/usr/lib/tinygate-test")
    command = Sandbox("bwrap", (inside, tmp_path)).command(["true"], LIMITS)
    assert command[command.index(str(inside)) - 1] == "--tmpfs"
    assert str(tmp_path) not in command
