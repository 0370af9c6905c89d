"""Being asked to end while training: noted, and obeyed after the update that is under way.

Conventions. SIGINT is Ctrl-C; SIGTERM comes from ``kill``, from schedulers and from machines that
shut down, SIGHUP from a terminal that closes. A program that a signal ends exits with 128 + its
number.
"""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType
from typing import Any

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no SIGHUP
ENDING = tuple(int(getattr(signal, name)) for name in _NAMES if hasattr(signal, name))
ECHO = 1.0  # seconds: a terminal that closes, and systemd, send SIGHUP after another signal


class Interrupt:
    """Inside, the first of ``signals`` is noted and a second one ends the program at once.

    Ctrl-C ends it by KeyboardInterrupt, the others by SystemExit(128 + number). A SIGHUP within a
    second of the first is the same wish once more. Outside the main thread, where Python delivers
    no signals, it does nothing.
    """

    def __init__(self, *signals: int) -> None:
        self.signal: int | None = None  # the one that was noted
        self._signals = signals or (signal.SIGINT,)
        self._noted = 0.0
        self._before: dict[int, Any] = {}

    @property
    def asked(self) -> bool:
        return self.signal is not None

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():
            for number in self._signals:
                # nohup stays obeyed; SIGINT is ignored by all that a script starts with "&", and a
                # `kill -INT` is meant all the same
                if number == signal.SIGINT or signal.getsignal(number) != signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self.note)
        return self

    def __exit__(self, *error: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, signal.SIG_DFL if before is None else before)

    def note(self, number: int, frame: FrameType | None = None) -> None:
        """What is done when signal ``number`` comes."""
        if self.signal is None:
            self.signal, self._noted = number, time.monotonic()
        elif number == signal.SIGINT:
            raise KeyboardInterrupt
        elif number == signal.SIGTERM or time.monotonic() - self._noted > ECHO:
            raise SystemExit(128 + number)
