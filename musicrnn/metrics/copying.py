"""What of a piece occurs in the training set: runs of notes found by hashing.

Conventions. Lines and symbols are those of musicrnn.metrics.lines: two runs of n notes are the same
when their n - 1 symbols are (transposition-invariant intervals, with or without rhythm). A run of
fewer than three distinct pitches (one repeated note, a trill) is common to all music and is not
counted. Runs never cross from one piece into another.

Every run of n notes has a 64-bit hash, a polynomial modulo 2**64 with an odd base over symbols that
were scattered by splitmix64 (Steele, Lea and Flood, OOPSLA 2014). The chance that any of 1e5 runs
is wrongly found among 1e6 is below 1e-8; the longest common run is compared symbol by symbol.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.metrics.lines import Line
from musicrnn.metrics.notes import Integers

MIN_PITCHES = 3
BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that it has an inverse modulo 2**64
MAX_RUN_NOTES = 1 << 12  # the most notes looked at before and behind a common place
Hashes = NDArray[np.uint64]


@dataclass(frozen=True)
class CommonRun:
    """The longest run of notes that a piece shares with one of the training pieces."""

    notes: int
    position: int
    """The first of these notes in the piece's line, from 0."""
    source: str
    """The name of the training piece."""
    source_position: int


@dataclass(frozen=True)
class Copied:
    """How many of a piece's runs of some length occur in the training set."""

    found: int
    looked_at: int

    @property
    def share(self) -> float:
        """NaN when there was no run of that length."""
        return self.found / self.looked_at if self.looked_at else float("nan")


class CopyIndex:
    """The runs of a training set, to look pieces up in."""

    def __init__(self, lines: Iterable[tuple[str, Line]], *, rhythm: bool) -> None:
        """Take the (name, line) of every training piece, lines all of one view."""
        self.rhythm = rhythm
        self._names: list[str] = []
        begins: list[int] = [0]
        parts: list[Hashes] = []
        for name, line in lines:
            scattered = _scatter(line.symbols(rhythm=rhythm))
            border = _scatter(np.array([-1 - len(self._names)]))  # no symbol is negative
            parts += [scattered, border]
            self._names.append(name)
            begins.append(begins[-1] + len(scattered) + 1)
        self._symbols = np.concatenate(parts) if parts else np.zeros(0, dtype=np.uint64)
        self._begins = np.array(begins, dtype=np.int64)
        self._levels: dict[int, tuple[Hashes, NDArray[np.int32]]] = {}
        if len(self._symbols) >= 2**31:
            raise MusicRNNError(f"too many notes for one copy index: {len(self._symbols)}")

    def copied(self, line: Line, notes: int) -> Copied:
        """How many of the runs of ``notes`` notes of a line occur in the training set."""
        if notes < 2:
            raise MusicRNNError(f"a run has at least 2 notes, got {notes}")
        counted = _distinct_pitches(line, notes) >= MIN_PITCHES  # [number of runs]
        found = self._occurs(_scatter(line.symbols(rhythm=self.rhythm)), notes - 1)
        return Copied(int(np.count_nonzero(found & counted)), int(np.count_nonzero(counted)))

    def longest_run(self, line: Line) -> CommonRun | None:
        """The longest run of at least three distinct pitches that occurs in the training set, the
        first of equals; None when not even eight notes do.
        """
        scattered = _scatter(line.symbols(rhythm=self.rhythm))
        notes, places = 4, np.zeros(0, dtype=np.int64)
        while notes * 2 <= min(MAX_RUN_NOTES, len(line.pitch)):
            counted = _distinct_pitches(line, notes * 2) >= MIN_PITCHES
            found = np.flatnonzero(self._occurs(scattered, notes * 2 - 1) & counted)
            if not len(found):
                break
            notes, places = notes * 2, found
        best: CommonRun | None = None
        known = set(places.tolist())
        for place in sorted(known):  # every run of the longest kind contains one of these
            for source in self._sources(scattered, place, notes - 1, place - 1 in known):
                back, forth = self._common(scattered, place, source)
                if best is None or back + forth + 1 > best.notes:
                    piece = int(self._begins.searchsorted(source, side="right")) - 1
                    offset = source - back - int(self._begins[piece])
                    best = CommonRun(back + forth + 1, place - back, self._names[piece], offset)
        return best

    def _level(self, width: int) -> tuple[Hashes, NDArray[np.int32]]:
        """The sorted hashes of all runs of ``width`` symbols, and where each begins."""
        if width not in self._levels:
            hashes = _run_hashes(self._symbols, width)
            order = np.argsort(hashes, kind="stable").astype(np.int32)
            self._levels[width] = hashes[order], order
        return self._levels[width]

    def _occurs(self, scattered: Hashes, width: int) -> NDArray[np.bool_]:
        """[number of runs], which runs of ``width`` symbols the training set has."""
        hashes = _run_hashes(scattered, width)
        known, _ = self._level(width)
        if not len(known):
            return np.zeros(len(hashes), dtype=np.bool_)
        place = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
        return known[place] == hashes

    def _sources(self, scattered: Hashes, place: int, width: int, left: bool) -> list[int]:
        """Where in the training set the run of ``width`` symbols from ``place`` on begins; with
        ``left``, only where the symbol before it differs, the rest was found one place earlier."""
        value = _run_hashes(scattered[place : place + width], width)  # [1]
        known, order = self._level(width)
        low = int(known.searchsorted(value, side="left")[0])
        high = int(known.searchsorted(value, side="right")[0])
        sources = order[low:high]
        if left:
            differs = self._symbols[np.maximum(sources - 1, 0)] != scattered[place - 1]
            sources = sources[differs | (sources == 0)]
        return np.sort(sources).tolist()

    def _common(self, scattered: Hashes, place: int, source: int) -> tuple[int, int]:
        """How many symbols before, and from, ``place`` on equal those of the training set."""
        reach = min(place, source, MAX_RUN_NOTES)
        mine = scattered[place - reach : place][::-1]
        back = _equal(mine, self._symbols[source - reach : source][::-1])
        reach = min(len(scattered) - place, len(self._symbols) - source, MAX_RUN_NOTES)
        mine = scattered[place : place + reach]
        return back, _equal(mine, self._symbols[source : source + reach])


def _equal(one: Hashes, other: Hashes) -> int:
    """Length of the common beginning of two arrays of one length."""
    different = np.flatnonzero(one != other)
    return int(different[0]) if len(different) else len(one)


def pool(parts: Sequence[Copied]) -> Copied:
    """Several pieces counted as one: every run weighs the same."""
    return Copied(sum(p.found for p in parts), sum(p.looked_at for p in parts))


def _scatter(symbols: Integers) -> Hashes:
    """splitmix64 of every symbol."""
    mixed = symbols.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _run_hashes(scattered: Hashes, width: int) -> Hashes:
    """The hash of every run of ``width`` symbols, in order: Horner's rule over all runs at once."""
    if len(scattered) < width:
        return np.zeros(0, dtype=np.uint64)
    hashes, done = scattered, 1
    for bit in bin(width)[3:]:  # runs of twice the width are two runs side by side
        second = hashes[done:]
        hashes = hashes[: len(second)] * np.uint64(pow(int(BASE), done, 2**64)) + second
        done *= 2
        if bit == "1":
            last = scattered[done:]
            hashes = hashes[: len(last)] * BASE + last
            done += 1
    return hashes


def _distinct_pitches(line: Line, notes: int) -> Integers:
    """[number of runs of that many notes], the distinct pitches of each."""
    if len(line.pitch) < notes:
        return np.zeros(0, dtype=np.int64)
    runs = np.sort(np.lib.stride_tricks.sliding_window_view(line.pitch, notes), axis=1)
    return 1 + np.count_nonzero(np.diff(runs, axis=1), axis=1)
