"""A program that trains, ended from outside at any moment and resumed, makes the same file."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from musicrnn.training.lock import lock_path
from musicrnn.training.run_state import run_path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing can be asked to end there")
ROOT = Path(__file__).parents[3]
CODE = """
import sys
from pathlib import Path
from tests.musicrnn.training.test_loop import train

class Watcher:
    def updated(self, state, figures): print(state.update, flush=True)
    def validated(self, state, figures): pass

outcome = train(Path(sys.argv[1]), callback=Watcher(), resume="resume" in sys.argv, updates=120,
                average=0.9, patience=1000)
sys.exit(outcome.exit_code)
"""


def begin(output: Path, *words: str) -> subprocess.Popen:
    folders = (ROOT, ROOT / "datasets", ROOT / "cli")
    return subprocess.Popen(
        [sys.executable, "-c", CODE, str(output), *words],
        stdout=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": os.pathsep.join(map(str, folders)),
        },
    )


def end(output: Path, number: int, at: int, wait: float, *words: str) -> int:
    """The exit code of a program that got a signal a moment after so many updates."""
    process = begin(output, *words)
    try:
        for line in process.stdout:
            if int(line) >= at:
                break
        time.sleep(wait)
        process.send_signal(number)
        process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    return process.returncode


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    output = tmp_path_factory.mktemp("whole") / "m.safetensors"
    process = begin(output)
    process.communicate()
    assert process.returncode == 0
    return output


@pytest.mark.parametrize(
    "numbers",
    [
        (signal.SIGTERM, signal.SIGTERM),
        (signal.SIGHUP, signal.SIGKILL) if hasattr(signal, "SIGHUP") else (),
    ],
)
def test_killed_and_resumed_it_is_the_same_to_the_byte(
    whole: Path, tmp_path: Path, numbers: tuple[int, ...]
) -> None:
    draw, output = random.Random(sum(numbers)), tmp_path / "m.safetensors"
    for turn, number in enumerate(numbers):
        at, words = 40 * turn + draw.randrange(11, 40), ["resume"] if turn else []
        code = end(output, number, at, draw.uniform(0, 0.02), *words)
        assert code == (-number if number == signal.SIGKILL else 128 + number)
        assert run_path(output).exists()
        assert lock_path(output).exists() == (number == signal.SIGKILL)
    process = begin(output, "resume")
    told, _ = process.communicate()
    assert (process.returncode, told.split()[-1]) == (0, "120")
    assert output.read_bytes() == whole.read_bytes()
    assert not lock_path(output).exists()


def test_a_second_signal_ends_a_program_in_the_midst_of_an_update(tmp_path: Path) -> None:
    code = CODE.replace("print(state.update, flush=True)", "print(state.update, flush=True); w()")
    code = code.replace("import sys\n", "import sys, time\ndef w(): time.sleep(60)\n", 1)
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "m.safetensors")],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        assert process.stdout.readline() == b"1\n"
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 143
    finally:
        process.kill()
        process.communicate()
    assert not any(tmp_path.iterdir())
