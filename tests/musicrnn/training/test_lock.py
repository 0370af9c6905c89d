"""One training an output: whom a lock keeps away, who is dead, and that none is left behind."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.training import lock
from musicrnn.training.lock import Owner, check_unlocked, lock_path, locked
from musicrnn.training.machine import check_output
from tests.musicrnn.training.test_loop import Stop, train

HOST = socket.gethostname()
ROOT = Path(__file__).parents[3]
on_linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")


@pytest.fixture
def output(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setattr(lock, "SETTLE", 0.01)
    return tmp_path / "m.safetensors"


def write(output: Path, pid: object, host: object = HOST, started: object = None) -> str:
    text = json.dumps({"pid": pid, "host": host, "started": started})
    lock_path(output).write_text(text)
    return text


def ended() -> int:
    """The number of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_second_training_of_the_same_output_is_refused(output: Path) -> None:
    class Second:
        said = ""

        def updated(self, state, figures) -> None:
            if state.update == 2:
                owner = json.loads(lock_path(output).read_text())
                assert (owner["pid"], owner["host"]) == (os.getpid(), HOST)
                with pytest.raises(MusicRNNError) as refused:
                    train(output, overwrite=True)
                self.said = str(refused.value)
                raise KeyboardInterrupt

        def validated(self, state, figures) -> None: ...

    callback = Second()
    assert train(output, callback=callback).reason == "interrupted"
    assert callback.said == (
        f"{output} is being trained by process {os.getpid()} on {HOST}: name another file, or "
        "remove m.safetensors.lock if that training is over"
    )
    assert not lock_path(output).exists()


@pytest.mark.parametrize("said", [{}, {"overwrite": True}, {"resume": True}])
def test_it_is_said_before_any_data_are_read(output: Path, said: dict) -> None:
    write(output, os.getppid(), started=None)
    with pytest.raises(MusicRNNError, match=f"process {os.getppid()} on"):
        check_output(output, **said)


def test_of_a_process_elsewhere_nothing_is_known(output: Path) -> None:
    write(output, ended(), "far-away")
    with pytest.raises(MusicRNNError, match="on far-away"), locked(output):
        pass
    assert lock_path(output).exists()


def test_a_dead_owner_is_followed(output: Path) -> None:
    write(output, ended())
    with locked(output):
        assert json.loads(lock_path(output).read_text())["pid"] == os.getpid()
    assert not lock_path(output).exists()


@on_linux
def test_a_number_that_another_process_bears_now_is_no_owner(output: Path) -> None:
    ours = lock._started(os.getppid())
    assert ours is not None
    write(output, os.getppid(), started=ours - 1)
    check_unlocked(output)
    write(output, os.getppid(), started=ours)
    with pytest.raises(MusicRNNError, match="is being trained"):
        check_unlocked(output)


@on_linux
def test_a_process_that_only_waits_to_be_buried_is_dead(output: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        owner = Owner(process.pid, HOST, lock._started(process.pid))
        assert owner.alive()
        process.kill()
        deadline = time.monotonic() + 10
        while owner.alive() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not owner.alive()
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("hidden", [True, False])
def test_where_the_system_tells_no_start_the_number_counts(monkeypatch, hidden: bool) -> None:
    dead = ended()
    monkeypatch.setattr(lock, "_started", lambda pid: None)
    started = 5 if hidden else None  # /proc shows other users' processes to nobody
    assert Owner(os.getppid(), HOST, started).alive()
    assert not Owner(dead, HOST, started).alive()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "[" * 10**5, "null", '{"pid": 1}', '{"pid": "1", "host": "a", "started": 1}']
    + [json.dumps({"pid": p, "host": HOST, "started": None}) for p in (-1, 0, 2**40, True, 1.5)],
)
def test_a_lock_that_names_nobody_is_nobodys(output: Path, text: str) -> None:
    lock_path(output).write_text(text)
    with locked(output):
        assert json.loads(lock_path(output).read_text())["pid"] == os.getpid()
    assert not lock_path(output).exists()


def test_it_is_removed_after_an_error_and_left_when_it_is_anothers(output: Path) -> None:
    with pytest.raises(MusicRNNError, match="learning rate"):
        train(output, learning_rate=1e30, warm_up=1, updates=200)
    assert not lock_path(output).exists()
    with locked(output):
        text = write(output, 1, "another")
    assert lock_path(output).read_text() == text


def test_it_is_gone_when_a_run_ends_and_another_may_begin(output: Path) -> None:
    assert train(output, callback=Stop(2)).reason == "interrupted"
    assert not lock_path(output).exists()
    assert train(output, resume=True).reason == "finished"
    assert not lock_path(output).exists()


def test_a_lock_that_cannot_be_written_or_read_is_said(output: Path) -> None:
    with pytest.raises(MusicRNNError, match="cannot write"), locked(output / "x" / "m.safetensors"):
        pass
    lock_path(output).mkdir()
    with pytest.raises(MusicRNNError, match="cannot read"), locked(output):
        pass


def test_of_many_processes_of_torchrun_the_first_alone_locks(output: Path, monkeypatch) -> None:
    monkeypatch.setenv("RANK", "1")
    text = write(output, os.getppid())
    check_output(output)
    with locked(output):
        assert lock_path(output).read_text() == text
    assert lock_path(output).read_text() == text


@pytest.mark.parametrize("dead", [True, False])
def test_of_several_that_begin_at_once_one_trains(tmp_path: Path, dead: bool) -> None:
    output = tmp_path / "m.safetensors"
    if dead:
        write(output, ended())
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from musicrnn.errors import MusicRNNError\n"
        "from musicrnn.training.lock import locked\n"
        "print('here', flush=True)\n"
        "sys.stdin.readline()\n"
        "try:\n"
        "    with locked(Path(sys.argv[1])):\n"
        "        print('mine', flush=True)\n"
        "        sys.stdin.readline()\n"
        "except MusicRNNError as error:\n"
        "    print('refused', error, flush=True)\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(output)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(4)
    ]
    try:
        for process in processes:
            assert process.stdout.readline() == "here\n"
        for process in processes:
            process.stdin.write("\n")
            process.stdin.flush()
        said = [process.stdout.readline().split()[0] for process in processes]
        assert sorted(said) == ["mine", "refused", "refused", "refused"]
    finally:
        for process in processes:
            process.communicate("\n")
    assert not lock_path(output).exists()
