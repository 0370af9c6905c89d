"""A primer: what a model hears of it, and the piece that goes on from it.

Conventions. A model hears the last HEARD_BARS bars, counted to the end of the tracks that its
tokens hold. What is written is the primer as it is, in its own ticks or an exact multiple of them,
but its drums as General MIDI has them (musicrnn.drum_kit); drums alone have no key. Behind it stand
the new notes: in the track of the same name, else of the same instrument, else in one of their own.
Where tracks that are not heard go on for longer, the new music comes whole bars later, behind them.
Places in a piece of bars are told in quarters, in others in seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from math import lcm

from musicrnn.drum_kit import EDGES
from musicrnn.errors import MusicRNNError
from musicrnn.score import MAX_TICK, Note, Score, Track, make_score
from musicrnn.score_ticks import finer, since
from musicrnn.tokens import Tokenizer

HEARD_BARS = 64
MATCHED_NOTES = 8  # of a track, by whose pitches it is found again


class Primer:
    """``whole``, of which the model hears ``heard``; ``bars`` come before what its tokens tell."""

    def __init__(self, whole: Score, tokenizer: Tokenizer) -> None:
        self.whole = whole = replace(whole, tracks=tuple(map(_sounding, whole.tracks)))
        self.tokenizer = tokenizer
        self._tracks = [track for track in whole.tracks if _is_held(track, tokenizer)]
        ends = [n.start + n.duration for track in self._tracks for n in track.notes]
        lines = [tick for tick, _ in whole.bars(max(ends, default=whole.end))]
        self.bars = max(0, len(lines) - HEARD_BARS)
        self.start = lines[self.bars] if self.bars else 0
        self.heard = since(whole, self.start)

    @property
    def is_long(self) -> bool:
        """Whether some of it is not heard."""
        return self.start > 0

    def keeps_metres(self, prompt: Sequence[int]) -> bool:
        """Whether the tokens of a prompt have the metres that are heard."""
        told = self.tokenizer.decode(prompt)
        here, there = ([m.name for m in s.time_signatures] for s in (told, self.heard))
        return here == there

    def joined(self, prompt: Sequence[int], piece: Score) -> tuple[Score, int]:
        """The primer and what ``piece``, decoded, has beyond the prompt; and how many bars that is
        later than in ``piece``."""
        told = self.tokenizer.decode(prompt)
        times = 1
        if self.tokenizer.has_bars:
            times = lcm(self.whole.ticks_per_quarter, piece.ticks_per_quarter)
            times //= self.whole.ticks_per_quarter
        if self.whole.ticks_per_quarter * times > 2**15 - 1 or self.whole.end * times > MAX_TICK:
            times = 1
        return _Joint(self, told, piece, finer(self.whole, times)).score()

    def first(self, told: Score) -> tuple[Note, Note]:
        """A note of what the tokens tell, and the same note in the whole."""
        tracks = [replace(t, notes=tuple(n for n in t.notes if n.start >= self.start))
                  for t in self._tracks]  # fmt: skip
        tracks = [track for track in tracks if track.notes]
        for track in tracks:  # of several tracks, tokens may hold one
            if _beginning(track) == _beginning(told.tracks[0]):
                return told.tracks[0].notes[0], track.notes[0]
        earliest = [min(track.notes[0] for track in part) for part in (told.tracks, tracks)]
        return earliest[0], earliest[1]


class _Joint:
    """Where a piece of the tokens lies behind its primer, ``whole`` in the ticks of the result."""

    def __init__(self, primer: Primer, told: Score, piece: Score, whole: Score) -> None:
        self.primer, self.told, self.piece, self.whole = primer, told, piece, whole
        self.bars_told = primer.tokenizer.has_bars
        told_note, note = primer.first(told)
        self.times = whole.ticks_per_quarter // primer.whole.ticks_per_quarter
        self.later = 0  # ticks
        self.offset: float = 0
        self.offset = note.start * self.times - self._place(told_note.start)
        lines = whole.bar_lines()
        near = min(lines, key=lambda line: abs(line - self.offset))
        if self.bars_told and abs(near - self.offset) < whole.ticks_per_quarter / 4:
            self.offset = near
        self.bars = sum(line < self.offset for line in lines)
        self._make_room()

    def _place(self, tick: int) -> float:
        """The tick in the result of one in the tokens' piece."""
        if self.bars_told:
            ticks = tick * self.whole.ticks_per_quarter / self.piece.ticks_per_quarter
        else:
            last = self.whole.tempos[-1].microseconds_per_quarter * 1e-6
            ticks = self.piece.seconds_at(tick) / last * self.whole.ticks_per_quarter
        return ticks + self.offset + self.later

    def _make_room(self) -> None:
        lines = self.told.bar_lines()
        end, bar = self._place(lines[-1]), self._place(lines[-1]) - self._place(lines[-2])
        if not self.bars_told:
            end, bar = self._place(self.told.end), 1
        last = max(n.start for track in self.whole.tracks for n in track.notes)
        if last >= end:
            bars = int((last - end) // bar) + 1
            self.later = round(bars * bar)
            self.bars += bars if self.bars_told else 0

    def score(self) -> tuple[Score, int]:
        def at(tick: int) -> int:
            return round(self._place(tick))

        told, piece, whole = self.told, self.piece, self.whole
        tempos = [t for t in piece.tempos[1:] if t not in told.tempos] if self.bars_told else []
        metres = set(piece.time_signatures) - set(told.time_signatures)
        chords = set(piece.chords) - set(told.chords)
        tracks = self._tracks()
        pitched = any(track.notes and not track.is_drum for track in tracks)
        joined = make_score(
            whole.ticks_per_quarter,
            tracks,
            tempos=[*whole.tempos, *(replace(t, tick=at(t.tick)) for t in tempos)],
            time_signatures=[
                *whole.time_signatures,
                *(replace(m, tick=at(m.tick)) for m in sorted(metres) if self.bars_told),
            ],
            keys=(whole.keys or piece.keys[:1]) if pitched else (),  # a groove has none
            chords=[*whole.chords, *(replace(c, tick=at(c.tick)) for c in sorted(chords))],
            title=whole.title,
            sections=whole.sections,
        )
        return joined, self.bars

    def _tracks(self) -> list[Track]:
        tracks = list(self.whole.tracks)
        taken: set[int] = set()
        for track in self.piece.tracks:
            new = self._new_notes(track)
            if not new:
                continue
            home = next((i for i in _alike(track, self.whole.tracks) if i not in taken), None)
            if home is None:
                tracks.append(replace(track, notes=new))
                continue
            taken.add(home)
            tracks[home] = replace(tracks[home], notes=tuple(sorted((*tracks[home].notes, *new))))
        return tracks

    def _new_notes(self, track: Track) -> tuple[Note, ...]:
        before = {
            (note.start, note.pitch)
            for old in self.told.tracks
            if (old.program, old.is_drum, old.name) == (track.program, track.is_drum, track.name)
            for note in old.notes
        }
        found: list[Note] = []
        for note in track.notes:
            if (note.start, note.pitch) not in before:
                start, end = self._place(note.start), self._place(note.start + note.duration)
                length = max(1, round(end) - round(start))
                found.append(replace(note, start=round(start), duration=length))
        return tuple(sorted(found))


def _sounding(track: Track) -> Track:
    """A drum track as General MIDI has it, of two strokes on one drum at once the louder."""
    if not has_edges(track):
        return track
    found: dict[tuple[int, int], Note] = {}
    for note in track.notes:
        stroke = replace(note, pitch=EDGES.get(note.pitch, note.pitch))
        before = found.setdefault((stroke.start, stroke.pitch), stroke)
        found[stroke.start, stroke.pitch] = max(before, stroke, key=lambda each: each.velocity)
    return replace(track, notes=tuple(sorted(found.values())))


def has_edges(track: Track) -> bool:
    """Whether a drum track has strokes on the edge of a hi-hat, as Roland's kits send them."""
    return track.is_drum and any(note.pitch in EDGES for note in track.notes)


def _alike(track: Track, tracks: Sequence[Track]) -> list[int]:
    """The tracks that are played as this one, those of its name first; of other names none."""
    name = track.name.strip().casefold()
    named = [t.name.strip().casefold() for t in tracks]
    same = [i for i, t in enumerate(tracks) if t.is_drum == track.is_drum]
    found = [i for i in same if name and named[i] == name]
    for i in same:
        played = track.is_drum or tracks[i].program == track.program
        if played and i not in found and not (name and named[i]):
            found.append(i)
    return found


def _is_held(track: Track, tokenizer: Tokenizer) -> bool:
    """Whether the tokens hold notes of such a track."""
    if track.notes:
        one = Note(0, track.notes[0].pitch, 480, track.notes[0].velocity)
        with suppress(MusicRNNError):
            tokenizer.quantize(make_score(480, [replace(track, notes=(one,), pedals=())]))
            return True
    return False


def _beginning(track: Track) -> tuple[int, ...]:
    return tuple(note.pitch for note in track.notes[:MATCHED_NOTES])
