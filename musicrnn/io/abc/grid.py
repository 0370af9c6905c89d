"""The scores that ABC can say exactly, and the nearest of them to any score.

Conventions. Notes, chords, keys and tempos stand on a grid of 1/24 of a quarter (thirty-second
notes, and triplets down to thirty-second triplets); metres change at barlines, and a bar that a
change cuts short has its own metre. Within a track a pitch sounds once at a time: a second one ends
the first. Every note has the velocity of abc.VELOCITY, tempos are whole quarters a minute, names
and titles are one printable line. Pedals, tracks without notes, and what changes after the last
note are left out. A pitched score without a key gets the one that fits it best.
"""

from __future__ import annotations

from collections.abc import Callable

from musicrnn.errors import MusicRNNError
from musicrnn.io.abc.bars import metre_of
from musicrnn.io.abc.chord import CANONICAL
from musicrnn.io.abc.fields import MAX_BPM, MIN_BPM
from musicrnn.io.abc.key import estimated_key
from musicrnn.io.abc.read import TICKS_PER_QUARTER, VELOCITY
from musicrnn.io.abc.voice import MAX_VOICES
from musicrnn.score import Chord, Key, Note, Score, Tempo, TimeSignature, Track, make_score

GRID_TICKS = TICKS_PER_QUARTER // 24
SIXTY_FOURTH = TICKS_PER_QUARTER // 16
MAX_VOICE_BARS = 20_000  # times voices


def quantize_abc(score: Score) -> Score:
    """The nearest score that :func:`musicrnn.io.abc.write.write_abc` says exactly; idempotent.

    Raises:
        MusicRNNError: more than 64 tracks with notes, or more than 20000 bars in them.
    """
    scale = TICKS_PER_QUARTER / score.ticks_per_quarter

    def snap(tick: int, grid: int = GRID_TICKS) -> int:
        return round(tick * scale / grid) * grid

    if score.end / score.ticks_per_quarter > 50_000:
        quarters = score.end // score.ticks_per_quarter
        raise MusicRNNError(f"ABC is written for 50000 quarters at most, got {quarters}")
    tracks = [_track(track, snap) for track in score.tracks if track.notes]
    if len(tracks) > MAX_VOICES:
        raise MusicRNNError(f"ABC is written with {MAX_VOICES} voices at most, got {len(tracks)}")
    tracks = tracks or [Track()]
    end = max((n.start + n.duration for track in tracks for n in track.notes), default=0)
    result = make_score(
        TICKS_PER_QUARTER,
        tracks,
        tempos=[
            Tempo.from_bpm(snap(tempo.tick), min(MAX_BPM, max(MIN_BPM, round(tempo.bpm))))
            for tempo in score.tempos
            if tempo.tick == 0 or snap(tempo.tick) < end
        ],
        time_signatures=_whole_bars(
            [
                TimeSignature(snap(s.tick, SIXTY_FOURTH), s.numerator, s.denominator)
                for s in score.time_signatures
            ],
            end,
        ),
        keys=[Key(snap(k.tick), k.tonic, k.minor) for k in score.keys if snap(k.tick) < end]
        or _fitting_key(tracks),
        chords=[
            Chord(snap(c.tick), c.root, c.quality)
            for c in score.chords
            if snap(c.tick) < end and (c.quality in CANONICAL or c.root < 0)
        ],
        title=_one_line(score.title),
    )
    if (bars := len(result.bars()) * len(tracks)) > MAX_VOICE_BARS:
        raise MusicRNNError(f"ABC is written for {MAX_VOICE_BARS} bars of all voices, got {bars}")
    return result


def _track(track: Track, snap: Callable[[int], int]) -> Track:
    ends: dict[int, int] = {}  # pitch -> index of its last note in notes
    notes: list[Note] = []
    for note in track.notes:
        start = snap(note.start)
        end = max(start + GRID_TICKS, snap(note.start + note.duration))
        if note.pitch in ends:
            index = ends[note.pitch]
            last = notes[index]
            if start == last.start:
                end = max(end, last.start + last.duration)
                notes[index] = Note(start, note.pitch, end - start, VELOCITY)
                continue
            length = min(last.duration, start - last.start)
            notes[index] = Note(last.start, last.pitch, length, VELOCITY)
        ends[note.pitch] = len(notes)
        notes.append(Note(start, note.pitch, end - start, VELOCITY))
    program = 0 if track.is_drum else track.program
    return Track(tuple(sorted(notes)), program, track.is_drum, _one_line(track.name))


def _one_line(text: str) -> str:
    kept = "".join(c if c.isprintable() and c not in '%\\"' else " " for c in text)
    return " ".join(kept.split())[:100].strip()


def _whole_bars(signatures: list[TimeSignature], end: int) -> list[TimeSignature]:
    """The signatures, each at a barline: what comes earlier makes its bar shorter, and where no
    metre has that length it moves to the bar's beginning."""
    placed: list[TimeSignature] = []
    for signature in signatures:
        tick = signature.tick
        if tick >= end and tick > 0:
            continue
        if placed:
            last = placed[-1]
            over = (tick - last.tick) % last.bar_ticks(TICKS_PER_QUARTER)
            if over:
                metre = metre_of(over / TICKS_PER_QUARTER, (last.numerator, last.denominator))
                if metre is None:
                    tick -= over
                else:
                    placed.append(TimeSignature(tick - over, *metre))
        placed.append(TimeSignature(tick, signature.numerator, signature.denominator))
    return placed


def _fitting_key(tracks: list[Track]) -> list[Key]:
    weights = [0.0] * 12
    for track in tracks:
        for note in track.notes:
            if not track.is_drum:
                weights[note.pitch % 12] += note.duration
    return [Key(0, *estimated_key(weights))] if any(weights) else []
