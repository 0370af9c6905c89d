"""One training an output: a file beside it names the process that writes there.

Conventions. ``OUTPUT.lock`` is JSON: pid, host, and when the process started, in the clock ticks of
/proc (null where there is none). The lock of a process that has ended, or whose number another
process bears now, is taken over. Of a process on another host nothing can be known: it counts as
alive. Of several processes that ``torchrun`` started the first alone takes the lock.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.io.atomic import whole_file

SETTLE = 0.5  # seconds: whoever else found the same dead owner has taken over by then


@dataclass(frozen=True)
class Owner:
    """Who trains."""

    pid: int
    host: str
    started: int | None

    def alive(self) -> bool:
        if self.host != socket.gethostname():
            return True
        now = _started(self.pid)
        return _runs(self.pid) and (now is None or self.started in (None, now))


def lock_path(output: Path) -> Path:
    return output.with_name(output.name + ".lock")


def first_process() -> bool:
    """Whether this is the only process, or the first that ``torchrun`` started."""
    return os.environ.get("RANK", "0") == "0"


def check_unlocked(output: Path) -> None:
    """Raises:
    MusicRNNError: a process that is alive trains ``output``.
    """
    path = lock_path(output)
    for _ in range(2):
        text = _text(path)
        owner = _owner(text) if text is not None else None
        if owner is not None and owner.alive():
            raise MusicRNNError(
                f"{output} is being trained by process {owner.pid} on {owner.host}: name another "
                f"file, or remove {path.name} if that training is over"
            )
        if text is None or owner is not None:
            return
        time.sleep(SETTLE)  # perhaps it is just being written


@contextmanager
def locked(output: Path) -> Generator[None]:
    """Inside, ``output`` is this process's to train.

    Raises:
        MusicRNNError: it is another's, or the lock cannot be written.
    """
    if not first_process():
        yield
        return
    path = lock_path(output)
    mine = json.dumps(asdict(Owner(os.getpid(), socket.gethostname(), _started(os.getpid()))))
    while not _created(path, mine):
        check_unlocked(output)
        with whole_file(path) as temporary:
            temporary.write_text(mine, encoding="utf-8")
        time.sleep(SETTLE)
        if _text(path) == mine:
            break
    try:
        yield
    finally:
        if _text(path) == mine:
            path.unlink(missing_ok=True)


def _created(path: Path, text: str) -> bool:
    """Whether ``path`` was not there and now is, with this text."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return False
    except OSError as error:
        raise MusicRNNError(f"cannot write {path}: {error.strerror}") from error
    return True


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise MusicRNNError(f"cannot read {path}: {error.strerror}") from error


def _owner(text: str) -> Owner | None:
    """None: the text names nobody."""
    try:
        owner = Owner(**json.loads(text))
    except (ValueError, TypeError, RecursionError):
        return None
    named = type(owner.pid) is int and 0 < owner.pid < 2**31 and type(owner.host) is str
    return owner if named else None


def _started(pid: int) -> int | None:
    """When a process started, in clock ticks since the machine did; -1 if it only waits to be
    buried, None where the system does not tell."""
    try:
        told = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return -1 if told[0] in (b"Z", b"X") else int(told[19])
    except (OSError, ValueError, IndexError):
        return None


def _runs(pid: int) -> bool:
    """Whether there is a process of this number."""
    if sys.platform == "win32":  # where os.kill(pid, 0) would end it
        import ctypes

        kernel, waits = ctypes.WinDLL("kernel32", use_last_error=True), 0x102
        process = kernel.OpenProcess(0x100000, False, pid)  # to wait for it, no more
        if not process:
            return ctypes.get_last_error() == 5  # it is there, and another user's
        alive = kernel.WaitForSingleObject(process, 0) == waits
        kernel.CloseHandle(process)
        return alive
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True
