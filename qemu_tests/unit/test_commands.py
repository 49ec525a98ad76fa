"""Processes: what comes back, what is refused, and that nothing is left running."""

import os
import select
import shutil
import signal
import subprocess
import sys
import threading

import pytest

from builder.boot.patience import BACKSTOP_S
from builder.errors import MachineryError, ToolError
from builder.tools import commands

# A shell that starts a child of its own and says its id: ending the shell alone would not do.
SLEEPERS = ["sh", "-c", "sleep 600 & echo $!; wait"]


def gone(pid):
    """True if no such process runs; waits for it to go, up to pytest's own timeout."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([fd], [], [], BACKSTOP_S)[0])
    finally:
        os.close(fd)


def test_run_gives_back_output_status_and_both_streams_apart():
    done = commands.run(["sh", "-c", "cat; echo err >&2; exit 3"], stdin="hello\n")
    assert (done.status, done.stdout, done.stderr, done.ok) == (3, "hello\n", "err\n", False)


def test_run_never_reads_the_terminal_and_sets_folder_and_environment(tmp_path):
    done = commands.run(["sh", "-c", "cat; pwd; echo $COLOUR"], cwd=tmp_path, env={"COLOUR": "red"})
    assert done.stdout == f"{tmp_path}\nred\n"


def test_missing_program_is_a_tool_error_that_says_what_to_do():
    with pytest.raises(ToolError) as caught:
        commands.run(["no-such-program", "x"])
    assert "no-such-program" in caught.value.what
    assert "doctor" in caught.value.fix
    with pytest.raises(ToolError):
        commands.start(["./no-such-program"], commands.Pipes())


def test_command_that_takes_too_long_is_ended_with_its_children(tmp_path):
    note = tmp_path / "pid"
    timeout_s = 0.25
    while not (note.exists() and note.read_text()):  # on a busy machine it did not come so far
        timeout_s *= 2
        with pytest.raises(commands.TimedOutError, match="did not end within"):
            commands.run(["sh", "-c", f"sleep 600 & echo $! > {note}; wait"], timeout_s=timeout_s)
    assert gone(int(note.read_text()))


def test_leaving_the_with_block_ends_the_whole_group():
    with (
        pytest.raises(RuntimeError, match="test"),
        commands.start(SLEEPERS, commands.Pipes()) as process,
    ):
        child = int(process.popen.stdout.readline())
        raise RuntimeError("test")
    assert gone(child)
    assert process.popen.returncode == -signal.SIGKILL


def test_ctrl_c_ends_a_command_and_its_children(tmp_path):
    note = tmp_path / "pid"
    os.mkfifo(note)

    def interrupt():
        note.read_text()  # returns once the command has said that it runs
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    script = f"sleep 600 & echo $! > {tmp_path / 'child'}; echo up > {note}; wait"
    with pytest.raises(KeyboardInterrupt):
        commands.run(["sh", "-c", script])
    thread.join()
    assert gone(int((tmp_path / "child").read_text()))


@pytest.mark.parametrize(
    "begin", [commands.run, lambda argv: commands.start(argv, commands.Pipes())]
)
def test_ctrl_c_in_the_moment_of_starting_leaves_nothing(monkeypatch, begin):
    started = []
    real = subprocess.Popen

    def strike(*arguments, **options):
        started.append(real(*arguments, **options))
        signal.raise_signal(signal.SIGINT)
        return started[0]

    monkeypatch.setattr(subprocess, "Popen", strike)
    with pytest.raises(KeyboardInterrupt):
        begin(["sleep", "600"])
    assert started[0].returncode in (-signal.SIGTERM, -signal.SIGKILL)


@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv (apt: util-linux)")
def test_process_ends_even_if_tinygate_is_killed():
    code = (
        "import sys\nfrom builder.tools import commands\n"
        "script = ['sh', '-c', 'echo $$; exec sleep 600']\n"
        "p = commands.start(script, commands.Pipes(stdout=None, stderr=None))\n"
        "sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with parent:
        child = int(parent.stdout.readline())
        parent.kill()
    assert gone(child)


def test_dry_run_records_paste_able_lines_and_starts_nothing(tmp_path):
    shown = []
    with commands.use(commands.DryRunner(shown.append)) as runner:
        assert commands.is_dry_run()
        done = commands.run(["touch", tmp_path / "a b"], cwd=tmp_path, env={"LANG": "C x"})
        assert commands.foreground(["gdb"]) == 0
        with pytest.raises(MachineryError, match="dry run"):
            commands.start(["qemu"], commands.Pipes())
    assert done.ok
    assert not list(tmp_path.iterdir())
    assert shown == [
        f"(cd {tmp_path} && LANG='C x' touch '{tmp_path}/a b')",
        "gdb",
        "qemu",
    ]
    assert len(runner.commands) == 3
    assert not commands.is_dry_run()
    subprocess.run(shown[0], shell=True, check=True)
    assert (tmp_path / "a b").exists()


def test_tail_keeps_only_the_end_of_a_long_log():
    tail = commands.Tail(10)
    with commands.start(
        ["sh", "-c", f"(yes | head -c 300000; printf END) > /dev/fd/{tail.fd}"],
        commands.Pipes(keep_fds=(tail.fd,)),
    ) as process:
        tail.follow()
        assert process.wait(BACKSTOP_S) == 0
    assert tail.text() == "\ny\ny\ny\nEND"
