"""Ceol Rince na hEireann, Breandan Breathnach's collection of Irish dance tunes: 1,195 as MIDI.

Conventions. A piece is the melody of a file, named by the file; ``abc`` is its text, with repeats
played out. The files know no upbeats: where the last bar is cut short, so much of the first bar
comes before the first full one. Of three tracks, which some files have, the first has the melody.
Split by tune family as Nottingham is, and versions of Nottingham's tunes, if that corpus is at hand
beside this one, on the side of theirs: so models of both can be trained and tested.

Source: B. Breathnach, Ceol Rince na hEireann 1-5; files: Polifonia project.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.io.abc import parse_abc, write_abc
from musicrnn.io.metre import metre_of
from musicrnn.io.midi import read_midi
from musicrnn.score import Score, TimeSignature
from musicrnn.sources.corpus import split_by_hash
from musicrnn.sources.families import families, runs
from musicrnn.training.data import Card, Piece, Split
from musicrnn_datasets.nottingham import NOTTINGHAM


class CeolRince:
    """The corpus; ``folder`` holds the MIDI files."""

    card = Card(
        name="ceol-rince",
        title="Ceol Rince na hEireann, 1,195 Irish dance tunes",
        holds="scores",
        source="https://github.com/polifonia-project/folk_ngram_analysis",
        licence="public domain, as the corpus states",
        get="clone https://github.com/polifonia-project/folk_ngram_analysis: its cre_corpus/MIDI",
        split="by tune family (16 intervals in common), sha256 of the family; as Nottingham's",
    )

    def pieces(self, folder: Path) -> Iterator[Piece]:
        """In the order of the files' names."""
        paths = sorted(folder.glob("*.mid"))
        if not paths:
            raise MusicRNNError(f"{folder} has no *.mid, so it is not the Ceol Rince corpus")
        scores = [_melody(path) for path in paths]
        others = _beside(folder.parent / "nottingham")
        marks = [*(found for found, _ in others), *(runs(score) for score in scores)]
        found = families(marks)[len(others) :]
        for path, score, family in zip(paths, scores, found, strict=True):
            here = family - len(others)
            split = split_by_hash(paths[here].stem) if here >= 0 else others[family][1]
            text = write_abc(score)
            yield Piece(path.stem, split, partial(parse_abc, text), text)


CEOL_RINCE = CeolRince()


def _beside(folder: Path) -> list[tuple[set[tuple[int, ...]], Split]]:
    """The runs of Nottingham's tunes and their splits, where that corpus is at hand."""
    if not (folder / "abc").is_dir():
        return []
    return [(runs(piece.read()), piece.split) for piece in NOTTINGHAM.pieces(folder)]


def _melody(path: Path) -> Score:
    """A file's first track, in bars behind its upbeat."""
    score = read_midi(path)
    tracks = [track for track in score.tracks if track.notes]
    if not tracks:
        raise MusicRNNError(f"{path} has no notes")
    metre, end = score.time_signatures[0], score.end
    over = end % metre.bar_ticks(score.ticks_per_quarter)
    like = metre.numerator, metre.denominator
    short = metre_of(over / score.ticks_per_quarter, like) if over else None
    metres = (metre,)
    if short is not None and len(score.time_signatures) == 1:
        metres = (TimeSignature(0, *short), replace(metre, tick=over))
    melody = replace(tracks[0], name="", program=0)
    return replace(score, tracks=(melody,), time_signatures=metres, title="")
