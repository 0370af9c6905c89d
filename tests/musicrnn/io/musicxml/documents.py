"""Small MusicXML documents that the tests make."""

from musicrnn.io.musicxml import score_from_musicxml
from musicrnn.score import Score

QUARTERS = "<attributes><divisions>2</divisions></attributes>"


def note(pitch: str, duration: int, more: str = "") -> str:
    """``C4``, ``F#5``, ``rest``; ``more`` follows the duration."""
    if pitch == "rest":
        return f"<note><rest/><duration>{duration}</duration>{more}</note>"
    alter = {"#": "<alter>1</alter>", "b": "<alter>-1</alter>"}.get(pitch[1:-1], "")
    said = f"<pitch><step>{pitch[0]}</step>{alter}<octave>{pitch[-1]}</octave></pitch>"
    return f"<note>{said}<duration>{duration}</duration>{more}</note>"


def part(*measures: str, name: str = "P1") -> str:
    """A part of measures; each is a bar's content, divisions 2 of a quarter in the first."""
    first, *others = measures
    contents = [QUARTERS + first, *others]
    numbered = (
        f'<measure number="{n}">{content}</measure>' for n, content in enumerate(contents, start=1)
    )
    return f'<part id="{name}">{"".join(numbered)}</part>'


def document(*parts: str, part_list: str = "") -> bytes:
    """A score of parts, with a part list of one nameless part unless another is given."""
    listed = part_list or '<score-part id="P1"><part-name>Tune</part-name></score-part>'
    head = f'<?xml version="1.0"?><score-partwise version="4.0"><part-list>{listed}</part-list>'
    return (head + "".join(parts) + "</score-partwise>").encode()


def score_of(*measures: str, part_list: str = "") -> Score:
    """The score of one part of measures."""
    return score_from_musicxml(document(part(*measures), part_list=part_list))


def heard(score: Score) -> list[tuple[float, int, float]]:
    """(start, pitch, quarters) of every note, in quarters."""
    ticks = score.ticks_per_quarter
    return sorted(
        (note.start / ticks, note.pitch, note.duration / ticks)
        for track in score.tracks
        for note in track.notes
    )


def pitches(score: Score) -> list[int]:
    """In the order in which they begin."""
    return [pitch for _, pitch, _ in heard(score)]
