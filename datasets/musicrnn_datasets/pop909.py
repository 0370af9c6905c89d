"""POP909 (Wang et al. 2020): 909 pop songs arranged for piano, laid onto their annotated beats.

Conventions. The ticks of the files are not on the beat, so every time goes through seconds to the
beats of ``beat_midi.txt`` and comes back as 480 ticks a beat: a score's bars, beats and sixteenths
are the music's. Tick 0 is the bar in which the first note sounds. Tracks keep their names MELODY,
BRIDGE and PIANO; velocities, small timing and lengths are the player's.

``beat_midi.txt``: a line a beat: seconds, whether it is strong (every second beat in 4/4, every
first in 3/4), whether it begins a bar of four. A song is in 3/4 where most strong beats are three
apart (29 songs), otherwise in 4/4. A bar line that comes early or late is a real bar of 1 to 5
beats: chords change on the annotated bar lines more often (61 %) than on unbroken fours (57 %).
Where humans labelled the song's phrases (:mod:`musicrnn_datasets.pop909_structure`, the folder
``pop909-structure`` beside this corpus; 902 songs) the bars are theirs instead, and the sections
the first labeller's: 0.4 % of all bars are odd then, 2.7 % by the marks alone.
The tempo is the mean until a bar is more than 5 % from it (in 787 songs it never is).

``chord_midi.txt``: begin, end, chord; inversions lose their bass, sus4(b7) and minmaj7 their
seventh.
``key_audio.txt``: begin, end, key, heard in the recording: a change stands on the nearest bar line.

Source: Wang et al., POP909: A Pop-song Dataset for Music Arrangement Generation, ISMIR 2020.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import read_midi
from musicrnn.score import (
    CHORD_QUALITIES,
    PITCH_CLASSES,
    Chord,
    Key,
    Note,
    Score,
    Section,
    Track,
    make_score,
)
from musicrnn.sources.corpus import split_by_hash
from musicrnn.training.data import Card, Piece
from musicrnn_datasets.beats import BeatGrid, beat_grid, marked_bars
from musicrnn_datasets.pop909_structure import LabelledBars, labelled_bars

TICKS_PER_QUARTER = 480

_SIMPLER = {"sus4(b7)": "sus4", "minmaj7": "min"}
_TONICS = {name: tonic for tonic, name in enumerate(PITCH_CLASSES)} | {
    "Db": 1, "D#": 3, "Gb": 6, "G#": 8, "A#": 10, "Cb": 11,
}  # fmt: skip


class Pop909:
    """The corpus; ``folder`` holds a folder for each song number."""

    card = Card(
        name="pop909",
        title="POP909: pop songs arranged for piano",
        holds="scores",
        source="https://github.com/music-x-lab/POP909-Dataset",
        licence="MIT",
        get="clone https://github.com/music-x-lab/POP909-Dataset: its POP909",
        split="none official: sha256 of the song number, 80/10/10",
    )

    def pieces(self, folder: Path) -> Iterator[Piece]:
        for song in sorted(folder.iterdir()):
            if song.is_dir() and song.name.isdigit():
                yield Piece(song.name, split_by_hash(song.name), partial(read_song, song))


POP909 = Pop909()


def read_song(song: Path, *, labeller: int = 1) -> Score:
    """One song from its folder, e.g. ``pop909/001``, in the time of its beats.

    labeller: 1 or 2, the human whose sections it has; the bars are the same but in one song.

    Raises:
        MusicRNNError: a file is missing or broken, or the song has no note.
    """
    played = read_midi(song / f"{song.name}.mid")
    if played.note_count == 0:
        raise MusicRNNError(f"{song.name}.mid has no note")
    table = np.array([line[:3] for line in _lines(song / "beat_midi.txt")], dtype=np.float64)
    if len(table) < 4:
        raise MusicRNNError(
            f"beat_midi.txt of {song.name} has {len(table)} beats, at least 4 needed"
        )
    first = played.seconds_at(min(track.notes[0].start for track in played.tracks))
    seconds = table[:, 0]
    metre, lines = marked_bars(np.flatnonzero(table[:, 1]), np.flatnonzero(table[:, 2]))
    labels = _labels(song, played, seconds, labeller, metre)
    if labels is not None:
        metre, lines = labels.beats_a_bar, labels.lines
    grid = beat_grid(
        seconds,
        lines=lines,
        metre=metre,
        sounding=(first, played.seconds),
        ticks_per_beat=TICKS_PER_QUARTER,
    )
    seconds_knots, tick_knots = _tempo_knots(played)
    tracks: list[Track] = []
    for track in played.tracks:
        rows = np.array(
            [(n.start, n.start + n.duration, n.pitch, n.velocity) for n in track.notes], np.int64
        )
        ticks = grid.ticks(np.interp(rows[:, :2], tick_knots, seconds_knots))
        starts = ticks[:, 0]
        lengths = np.maximum(1, ticks[:, 1] - starts)
        columns = (starts, rows[:, 2], lengths, rows[:, 3])
        order = np.lexsort(columns[::-1])
        notes = tuple(map(Note, *(column[order].tolist() for column in columns)))
        tracks.append(Track(notes, track.program, name=track.name))
    return make_score(
        TICKS_PER_QUARTER,
        tracks,
        tempos=grid.tempos,
        time_signatures=grid.time_signatures,
        keys=_keys(song / "key_audio.txt", grid),
        chords=_chords(song / "chord_midi.txt", grid),
        title=f"POP909 {song.name}",
        sections=[] if labels is None else _sections(labels, grid.ticks_of(lines), grid),
    )


def _labels(
    song: Path, played: Score, seconds: NDArray[np.float64], labeller: int, metre: int
) -> LabelledBars | None:
    melody = [note for track in played.tracks if track.name == "MELODY" for note in track.notes]
    times = np.array([played.seconds_at(note.start) for note in melody])
    return labelled_bars(
        song.parent.parent / "pop909-structure" / song.name,
        np.interp(times, seconds, np.arange(len(seconds))),
        np.array([note.pitch for note in melody], dtype=np.int64),
        metre=metre,
        labeller=labeller,
    )


def _sections(labels: LabelledBars, lines: NDArray[np.int64], grid: BeatGrid) -> Iterator[Section]:
    """lines: [bars + 1], the ticks of the labels' bar lines, the first of all perhaps below 0."""
    ticks = lines[list(labels.first_bars)].tolist()
    if ticks[0] > 0 and labels.names[0] == "i":
        ticks[0] = 0
    elif ticks[0] > 0:
        yield Section(0, "i")
    for name, tick, end in zip(labels.names, ticks[:-1], ticks[1:], strict=True):
        if end > 0 and tick < grid.last_tick:
            yield Section(max(0, tick), name)
    bar = labels.beats_a_bar * TICKS_PER_QUARTER
    if labels.names[-1] != "o" and ticks[-1] + bar < grid.last_tick:
        yield Section(ticks[-1], "o")


def _tempo_knots(score: Score) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Seconds at the ticks between which time runs evenly."""
    ticks = [tempo.tick for tempo in score.tempos if tempo.tick <= score.end] + [score.end + 1]
    return np.array([score.seconds_at(tick) for tick in ticks]), np.array(ticks, dtype=np.int64)


def _lines(path: Path) -> list[list[str]]:
    try:
        return [line.split() for line in path.read_text().splitlines() if line.strip()]
    except OSError as error:
        raise MusicRNNError(f"cannot read {path}: {error.strerror}") from error


def _chords(path: Path, grid: BeatGrid) -> list[Chord]:
    lines = _lines(path)
    ticks = grid.beat_ticks(np.array([float(line[0]) for line in lines]))
    chords: list[Chord] = []
    for tick, (_, _, name) in zip(ticks.tolist(), lines, strict=True):
        root, _, quality = name.partition(":")
        quality = quality.split("/")[0]
        quality = _SIMPLER.get(quality, quality)
        if tick > grid.last_tick:
            break
        if root == "N":
            chords.append(Chord(max(0, tick), -1, "none"))
        elif root in _TONICS and quality in CHORD_QUALITIES:
            chords.append(Chord(max(0, tick), _TONICS[root], quality))
        else:
            raise MusicRNNError(f"{path} names a chord that is not known: {name}")
    return chords if chords and chords[0].tick == 0 else [Chord(0, -1, "none"), *chords]


def _keys(path: Path, grid: BeatGrid) -> list[Key]:
    keys: list[Key] = []
    for begin, _, name in _lines(path):
        tick = grid.bar_tick(float(begin)) if keys else 0
        root, _, mode = name.partition(":")
        if tick <= grid.last_tick:
            keys.append(Key(tick, _TONICS[root], mode == "min"))
    return keys
