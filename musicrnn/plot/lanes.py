"""The rows of a piano roll: which row a note lies in, what the rows and tracks are called.

Conventions. Row 0 is the highest pitch; one row a semitone, then one for each drum that is played.
Colours are ``#rrggbb``, one a track, whatever plays it; tracks without notes have neither row nor
colour.
"""

from __future__ import annotations

from dataclasses import dataclass

from musicrnn.errors import MusicRNNError, counted
from musicrnn.score import Chord, Key, Score, Track
from musicrnn.spelling import fifths_of_key, root_name

MAX_DRAWN_NOTES = 50_000
MAX_DRAWN_BARS = 10_000
MAX_MARK = 16  # letters of a section's name

# Told apart by the colour-blind too: after Tol (2021), "bright" and "vibrant".
COLOURS = (
    "#3a6fd8", "#e8743b", "#1f9e89", "#b5479b", "#c99700", "#d1495b", "#3d9bc1", "#6f7d3c",
)  # fmt: skip

FAMILIES = (
    "Piano", "Chromatic percussion", "Organ", "Guitar", "Bass", "Strings", "Ensemble", "Brass",
    "Reed", "Pipe", "Synth lead", "Synth pad", "Synth effects", "Folk instrument", "Percussive",
    "Sound effects",
)  # fmt: skip

DRUM_NAMES = {
    35: "Kick 2", 36: "Kick", 37: "Side stick", 38: "Snare", 39: "Clap", 40: "Snare 2",
    41: "Floor tom 2", 42: "Hi-hat", 43: "Floor tom", 44: "Pedal hat", 45: "Low tom",
    46: "Open hat", 47: "Mid tom", 48: "Mid tom 2", 49: "Crash", 50: "High tom", 51: "Ride",
    52: "China", 53: "Ride bell", 54: "Tambourine", 55: "Splash", 56: "Cowbell", 57: "Crash 2",
    58: "Vibraslap", 59: "Ride 2", 69: "Cabasa", 70: "Maracas", 75: "Claves",
}  # fmt: skip

_SYMBOLS = {
    "maj": "", "min": "m", "dim": "dim", "aug": "aug", "sus2": "sus2", "sus4": "sus4", "7": "7",
    "maj7": "maj7", "min7": "m7", "dim7": "dim7", "hdim7": "m7b5", "maj6": "6", "min6": "m6",
}  # fmt: skip


@dataclass(frozen=True)
class Lanes:
    """The rows of one score's roll."""

    high: int  # the pitch of row 0
    pitches: int  # rows of pitches, 0 for drums alone
    drums: tuple[int, ...]  # the drums played, from high to low

    @property
    def count(self) -> int:
        return self.pitches + len(self.drums)

    def row(self, pitch: int, is_drum: bool) -> int:
        return self.pitches + self.drums.index(pitch) if is_drum else self.high - pitch

    def label(self, row: int) -> str:
        """``C4`` for a C (middle C), a drum's name, or nothing."""
        if row >= self.pitches:
            drum = self.drums[row - self.pitches]
            return DRUM_NAMES.get(drum, f"Drum {drum}")
        pitch = self.high - row
        return f"C{pitch // 12 - 1}" if pitch % 12 == 0 else ""

    def is_black(self, row: int) -> bool:
        return row < self.pitches and (self.high - row) % 12 in (1, 3, 6, 8, 10)


def lanes_of(score: Score) -> Lanes:
    """The rows that a score needs, at least an octave if it has pitches at all.

    Raises:
        MusicRNNError: the score has no notes, or too many notes or bars to be drawn.
    """
    if score.note_count == 0:
        raise MusicRNNError("there is nothing to draw: the score has no notes")
    if score.note_count > MAX_DRAWN_NOTES:
        raise MusicRNNError(
            f"a picture may have {MAX_DRAWN_NOTES} notes, the score {score.note_count}"
        )
    bars = bar_count(score)
    if bars > MAX_DRAWN_BARS:
        raise MusicRNNError(
            f"a picture may have {MAX_DRAWN_BARS} bars, the score has {bars} "
            "(a stray late note is the likely cause)"
        )
    pitched = [n.pitch for track in score.tracks if not track.is_drum for n in track.notes]
    played = {n.pitch for track in score.tracks if track.is_drum for n in track.notes}
    drums = tuple(sorted(played, reverse=True))
    if not pitched:
        return Lanes(127, 0, drums)
    low, high = min(pitched) - 1, max(pitched) + 1
    missing = max(0, 13 - (high - low + 1))
    low, high = max(0, low - missing // 2), min(127, high + (missing + 1) // 2)
    return Lanes(high, high - low + 1, drums)


def bar_count(score: Score) -> int:
    """``len(score.bars())``, counted without making them: a hostile score has billions."""
    count = 0
    stops = [*(signature.tick for signature in score.time_signatures[1:]), score.end]
    for signature, stop in zip(score.time_signatures, stops, strict=True):
        ticks = min(score.end, stop) - signature.tick
        count += max(0, -(-ticks // signature.bar_ticks(score.ticks_per_quarter)))
    return max(1, count)


def coloured_tracks(score: Score) -> list[tuple[Track, str, str]]:
    """Every track with notes, its name, numbered where others have the same, and its colour."""
    sounding = [track for track in score.tracks if track.notes]
    names = [track_name(track) for track in sounding]
    found: list[tuple[Track, str, str]] = []
    for index, (track, name) in enumerate(zip(sounding, names, strict=True)):
        number = f" {names[: index + 1].count(name)}" if names.count(name) > 1 else ""
        found.append((track, name + number, track_colour(index)))
    return found


def track_colour(index: int) -> str:
    """One of COLOURS, darker each time that they are all taken."""
    turn, place = divmod(index, len(COLOURS))
    channels = (int(COLOURS[place][at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(channel * 0.6**turn):02x}" for channel in channels)


def section_marks(score: Score) -> list[tuple[int, str]]:
    """Where each section that sounds begins, in ticks, and its name, shortened."""
    ends = max(score.end, 1)
    return [(each.tick, each.name[:MAX_MARK]) for each in score.sections if each.tick < ends]


def track_name(track: Track) -> str:
    """The track's own name, or the family of its instrument."""
    if track.name.strip():
        return track.name.strip()[:40]
    return "Drums" if track.is_drum else FAMILIES[track.program // 8]


def chord_symbol(chord: Chord, key: Key | None = None) -> str:
    """``Am7``: as a lead sheet in the key writes it; nothing for no chord."""
    if chord.root < 0:
        return ""
    fifths, minor = (0, False) if key is None else (fifths_of_key(key.tonic, key.minor), key.minor)
    return root_name(chord.root, fifths, minor) + _SYMBOLS.get(chord.quality, chord.quality)


def facts(score: Score, caption: str = "") -> str:
    """``pop · G major · 96 bpm · 4/4 · 16 bars · 0:40``: the line under the title."""
    seconds = round(score.seconds)
    parts = [
        caption,
        score.keys[0].name if score.keys else "",
        f"{score.tempos[0].bpm:.0f} bpm",
        score.metre.name,
        counted(bar_count(score), "bar"),
        f"{seconds // 60}:{seconds % 60:02d}",
    ]
    return " · ".join(part for part in parts if part)
