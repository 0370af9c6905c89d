"""A program that trains, ended from outside at any moment and resumed, makes the same file.

Each program is a process of its own, forked from a server that has imported torch once.
"""

import multiprocessing
import os
import random
import signal
import sys
import time
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from musicrnn.training.lock import lock_path
from musicrnn.training.run_state import run_path
from tests.musicrnn.training.test_loop import train

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing can be asked to end there")


class Sending:
    """A callback that sends the number of every update, and then rests."""

    def __init__(self, there: Connection, rest: float) -> None:
        self.there, self.rest = there, rest

    def updated(self, state, figures) -> None:
        self.there.send(state.update)
        time.sleep(self.rest)

    def validated(self, state, figures) -> None:
        pass


def program(there: Connection, output: Path, resume: bool, rest: float) -> None:
    callback = Sending(there, rest)
    outcome = train(
        output, callback=callback, resume=resume, updates=120, average=0.9, patience=1000
    )
    sys.exit(outcome.exit_code)


def begin(
    output: Path, *, resume: bool = False, rest: float = 0.0
) -> tuple[BaseProcess, Connection]:
    """A program that trains, and where the numbers of its updates arrive."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=program, args=(there, output, resume, rest))
    process.start()
    there.close()
    return process, here


def finish(process: BaseProcess, here: Connection) -> tuple[int | None, int]:
    """The exit code of a program that ends by itself, and its last update."""
    last = 0
    try:
        while True:
            last = here.recv()
    except EOFError:
        process.join()
    return process.exitcode, last


def end(output: Path, number: int, *, at: int, wait: float, resume: bool) -> int | None:
    """The exit code of a program that got a signal a moment after so many updates."""
    process, here = begin(output, resume=resume)
    try:
        while here.recv() < at:
            pass
        time.sleep(wait)
        os.kill(process.pid, number)
        process.join(60)
    finally:
        process.kill()
        process.join()
    return process.exitcode


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    output = tmp_path_factory.mktemp("whole") / "m.safetensors"
    assert finish(*begin(output)) == (0, 120)
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
        at = 40 * turn + draw.randrange(11, 40)
        code = end(output, number, at=at, wait=draw.uniform(0, 0.02), resume=turn > 0)
        assert code == (-number if number == signal.SIGKILL else 128 + number)
        assert run_path(output).exists()
        assert lock_path(output).exists() == (number == signal.SIGKILL)
    assert finish(*begin(output, resume=True)) == (0, 120)
    assert output.read_bytes() == whole.read_bytes()
    assert not lock_path(output).exists()


def test_a_second_signal_ends_a_program_in_the_midst_of_an_update(tmp_path: Path) -> None:
    process, here = begin(tmp_path / "m.safetensors", rest=60)
    try:
        assert here.recv() == 1
        os.kill(process.pid, signal.SIGTERM)
        time.sleep(0.3)
        assert process.is_alive()
        os.kill(process.pid, signal.SIGTERM)
        process.join(20)
        assert process.exitcode == 143
    finally:
        process.kill()
        process.join()
    assert not any(tmp_path.iterdir())
