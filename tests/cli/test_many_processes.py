"""Many pieces by several processes: what is left when one of them, or the program, is ended."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing import active_children
from pathlib import Path

import pytest
from click.testing import CliRunner

from musicrnn_cli.main import main

MANY = ("--style", "drums", "--bars", "16", "--seed", "1", "--count", "1000", "--jobs", "2")
PATIENCE = 20.0  # seconds


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_process_that_is_ended_is_told_in_one_sentence(tmp_path: Path) -> None:
    def end_one() -> None:
        wait_until(lambda: any(tmp_path.iterdir()))
        active_children()[0].kill()

    ending = threading.Thread(target=end_one)
    ending.start()
    result = CliRunner().invoke(main, ["compose", *MANY, "-o", str(tmp_path / "p.mid")])
    ending.join()
    assert result.exit_code == 1
    assert "one of 2 composing processes was ended" in result.output
    assert len(result.output.splitlines()) == 1
    wait_until(lambda: not active_children())


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux for child processes")
def test_the_processes_end_with_the_program(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "musicrnn_cli.main", "compose", *MANY]
    with subprocess.Popen([*command, "-o", str(tmp_path / "p.mid")]) as program:
        wait_until(lambda: any(tmp_path.iterdir()))
        task = Path(f"/proc/{program.pid}/task/{program.pid}")
        children = [int(child) for child in (task / "children").read_text().split()]
        program.send_signal(signal.SIGKILL)
    assert len(children) >= 2
    wait_until(lambda: not any(is_running(child) for child in children))


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False
