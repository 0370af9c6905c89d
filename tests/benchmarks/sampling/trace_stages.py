"""Runs ``musicrnn`` in this process and notes how long each stage took, from outside.

    python tests/benchmarks/sampling/trace_stages.py REPORT.json compose --style pop -o x.mid

Functions are wrapped once the import that brought their module has ended; nothing in the library
knows of it. The report holds ``began`` and ``ended`` (seconds since 1970, of this script), seconds
by stage in ``stages``, each without the stages inside it, and in ``missing`` what was to be wrapped
and is not there.
"""

from __future__ import annotations

import time

BEGAN = time.time()  # before anything else is imported

import builtins  # noqa: E402
import functools  # noqa: E402
import json  # noqa: E402
import runpy  # noqa: E402
import sys  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

IMPORTS, REST = "imports", "the rest"
WATCHED = {  # what is wrapped: module, name -> stage
    ("musicrnn_cli.composing", "load_model"): "model read",
    ("musicrnn.sampling.sample_function", "engine_for"): "engine made",
    ("numba.core.dispatcher", "Dispatcher.compile"): "compiled code loaded",
    ("musicrnn.sampling.sampler", "_draw"): "tokens drawn",
    ("musicrnn.tokens.beat", "BeatTokenizer.decode"): "decoded",
    ("musicrnn.io.save", "write_midi"): "MIDI written",
    ("musicrnn.synth.mix", "Mix.next"): "sound rendered",
    ("musicrnn.io.audio", "write_blocks"): "WAV written",
}
STAGES = tuple(WATCHED.values())


class Clock:
    """Seconds by stage; while an inner stage runs, the outer one stands still."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self.running = [REST]
        self.since = time.perf_counter()

    def enter(self, stage: str) -> None:
        self._count()
        self.running.append(stage)

    def leave(self) -> None:
        self._count()
        self.running.pop()

    def _count(self) -> None:
        now = time.perf_counter()
        stage = self.running[-1]
        self.spent[stage] = self.spent.get(stage, 0.0) + now - self.since
        self.since = now

    def timed(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            self.enter(stage)
            try:
                return function(*args, **kwargs)
            finally:
                self.leave()

        return run


def watch(clock: Clock) -> list[str]:
    """Time all imports from now on, and what they bring; a list of what is found missing."""
    plain = builtins.__import__
    waiting = dict(WATCHED)
    missing: list[str] = []

    def importing(*args: Any, **kwargs: Any) -> Any:
        if clock.running[-1] == IMPORTS:
            return plain(*args, **kwargs)
        clock.enter(IMPORTS)
        try:
            module = plain(*args, **kwargs)
        finally:
            clock.leave()
        for module_name, name in [key for key in waiting if key[0] in sys.modules]:
            stage = waiting.pop((module_name, name))
            owner: Any = sys.modules[module_name]
            *outer, last = name.split(".")
            for part in outer:
                owner = getattr(owner, part, None)
            if hasattr(owner, last):
                setattr(owner, last, clock.timed(getattr(owner, last), stage))
            else:
                missing.append(f"{module_name}.{name}")
        return module

    builtins.__import__ = importing
    return missing


def main() -> None:
    report, *arguments = sys.argv[1:]
    sys.argv = ["musicrnn", *arguments]
    clock = Clock()
    missing = watch(clock)
    try:
        runpy.run_module("musicrnn_cli.main", run_name="__main__")
    finally:
        clock.enter(REST)  # counts what ran until here
        told = {
            "began": BEGAN,
            "ended": time.time(),
            "stages": clock.spent,
            "missing": missing,
        }
        Path(report).write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
