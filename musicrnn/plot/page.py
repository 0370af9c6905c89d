"""One self-contained HTML page: a piano roll that plays, from any folder, without a network.

Conventions. The sound (MP3) and the MIDI file travel inside the page as data URIs; times in the
page's data are whole milliseconds. The page forbids itself every request by its content security
policy, follows the reader's light or dark setting, and is worked by mouse, touch or keyboard: space
plays and pauses, the arrows move by a beat, with shift by a bar.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from importlib.resources import files

from musicrnn.plot.lanes import chord_symbol, coloured_tracks, facts, lanes_of, section_marks
from musicrnn.plot.svg import escaped
from musicrnn.score import Score


def page(score: Score, *, mp3: bytes, midi: bytes, caption: str = "") -> str:
    """The page for a score, its rendered sound and its MIDI file.

    Raises:
        MusicRNNError: the score has no notes, or is too large to be drawn.
    """
    title = score.title.strip()[:200] or "Untitled"
    legend = "".join(
        f'<li><span style="background:{colour}"></span>{escaped(name)}</li>'
        for _, name, colour in coloured_tracks(score)
    )
    parts = {
        "title": escaped(title),
        "facts": escaped(facts(score, caption)),
        "legend": legend,
        "file": escaped("".join(c if c.isalnum() or c in " -_" else "_" for c in title)[:80]),
        "mp3": b64encode(mp3).decode("ascii"),
        "midi": b64encode(midi).decode("ascii"),
        "data": _script_safe(_roll(score)),
    }
    folder = files("musicrnn.plot")

    def part(marker: re.Match[str]) -> str:
        name = marker[1]
        return parts[name] if name in parts else (folder / name).read_text("utf-8")

    # All markers at once, not one after the other: a title may hold a marker.
    return re.sub(r"\{\{(.+?)\}\}", part, (folder / "page.html").read_text("utf-8"))


def _roll(score: Score) -> dict[str, object]:
    lanes = lanes_of(score)
    notes = sorted(
        [
            _ms(score, note.start),
            _ms(score, note.start + note.duration),
            lanes.row(note.pitch, track.is_drum),
            note.velocity,
            index,
        ]
        for index, (track, _, _) in enumerate(coloured_tracks(score))
        for note in track.notes
    )
    bars: list[int] = []
    beats: list[int] = []
    lines = score.bar_lines()
    for (tick, signature), stop in zip(score.bars(), lines[1:], strict=True):
        bar = signature.bar_ticks(score.ticks_per_quarter)
        bars.append(_ms(score, tick))
        beats += [
            _ms(score, at)
            for count in range(1, signature.numerator)
            if (at := tick + count * bar // signature.numerator) < stop
        ]
    key = next(iter(score.keys), None)
    chords = [
        [_ms(score, chord.tick), chord_symbol(chord, key)]
        for chord in score.chords
        if chord.tick < max(score.end, 1)
    ]
    return {
        "rows": lanes.count,
        "pitches": lanes.pitches,
        "labels": [lanes.label(row) for row in range(lanes.count)],
        "black": [int(lanes.is_black(row)) for row in range(lanes.count)],
        "colours": [colour for _, _, colour in coloured_tracks(score)],
        "notes": notes,
        "bars": bars,
        "beats": beats,
        "chords": chords,
        "sections": [[_ms(score, tick), name] for tick, name in section_marks(score)],
        "end": _ms(score, max(score.end, lines[-1])),
    }


def _ms(score: Score, tick: int) -> int:
    return round(score.seconds_at(tick) * 1000)


def _script_safe(data: object) -> str:
    """JSON that no title or name can turn into markup."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
