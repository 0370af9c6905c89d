"""Which track of a file is which voice."""

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.score import Note, Score, Track, make_score
from musicrnn.tokens.parts import grid_of, named_track, silent_stretches, top_line, voice_tracks
from tests.musicrnn.four_voices import NAMES, random_score


def track(name: str, *pitches: int, drum: bool = False) -> Track:
    notes = tuple(Note(480 * i, p, 480, 80) for i, p in enumerate(pitches))
    return Track(notes, name=name, is_drum=drum)


def score(*tracks: Track) -> Score:
    return make_score(480, tracks)


def told(wanted: list[str], *tracks: Track) -> dict[str, str]:
    return {v: t.name for v, t in voice_tracks(score(*tracks), NAMES, wanted).items()}


def test_by_name_then_by_height() -> None:
    named = [track("Bass 1", 80), track("T", 70), track("alto", 60), track("Soprano", 50)]
    assert told(list(NAMES), *named) == dict(
        zip(NAMES, ["Soprano", "alto", "T", "Bass 1"], strict=True)
    )
    four = [track("x", 40), track("y", 70), track("z", 60), track("w", 50)]
    assert told(["alto", "bass"], *four) == {"alto": "z", "bass": "x"}
    assert told(["alto", "bass"], *four[:2]) == {"alto": "y", "bass": "x"}


def test_the_melody_of_many_tracks() -> None:
    band = [track("piano", 60), track("flute", 90), track("pad", 50), track("", 40),
            track("lead", 70), track("kit", 99, drum=True)]  # fmt: skip
    assert told(["soprano"], *band) == {"soprano": "lead"}
    assert told(["soprano"], *band[:4]) == {"soprano": "flute"}
    assert told(["bass"], *band) == {"bass": ""}
    assert named_track(score(*band), "2").name == "flute"
    assert named_track(score(*band), "lead").name == "lead"
    with pytest.raises(MusicRNNError, match=r"no track '9' with notes; there are 1 .piano., 2"):
        named_track(score(*band), "9")
    with pytest.raises(
        MusicRNNError, match="soprano, alto cannot be told among the 5 tracks with notes"
    ):
        told(["soprano", "alto"], *band)


def test_no_voice_at_all() -> None:
    for tracks in ([], [Track(name="empty")], [track("kit", 36, drum=True)]):
        with pytest.raises(MusicRNNError, match=r"the file has no notes(?: beside drums)?: there"):
            told(["soprano"], *tracks)


def test_voices_of_other_names_are_no_soprano() -> None:
    two = [track("Alto", 60), track("Tenor", 50)]
    with pytest.raises(MusicRNNError, match=r"called alto, tenor, none of them soprano"):
        told(["soprano"], *two)
    assert told(["alto", "tenor"], *two) == {"alto": "Alto", "tenor": "Tenor"}
    assert told(["soprano"], two[0]) == {"soprano": "Alto"}, "alone it is a melody"


def test_chords_are_no_voice_but_legato_is() -> None:
    chord = Track((Note(0, 60, 480, 80), Note(1920, 64, 480, 80), Note(1920, 67, 480, 80)))
    with pytest.raises(
        MusicRNNError, match="as the soprano, sounds several notes at once in bar 2"
    ):
        told(["soprano"], chord)
    legato = Track((Note(0, 60, 500, 80), Note(480, 64, 480, 80)), name="legato")
    assert told(["soprano"], legato) == {"soprano": "legato"}


@pytest.mark.parametrize("seed", range(3))
def test_the_grid_of_a_score(seed: int) -> None:
    piece = random_score(seed)
    positions = grid_of(piece, piece.tracks)
    assert positions.shape[1] == 4
    struck = [(positions[:, voice] < 128).sum() for voice in range(4)]
    assert struck == [len(t.notes) for t in piece.tracks]


def test_long_silence_is_told_from_short() -> None:
    positions = np.full((60, 2), 129, np.int16)
    for step in (4, 10, 40):
        positions[step, step % 2] = 60
    silent = np.flatnonzero(silent_stretches(positions))
    assert silent.tolist() == [*range(4), *range(11, 40), *range(41, 60)]


def test_a_top_line_is_what_sounds_highest() -> None:
    notes = ((0, 60, 480), (0, 64, 480), (470, 55, 480), (480, 67, 480), (960, 60, 960),
             (1200, 50, 100), (1440, 65, 480))  # fmt: skip
    chords = Track(tuple(Note(start, pitch, length, 80) for start, pitch, length in notes))
    found = [(n.start, n.pitch, n.duration) for n in top_line(chords, 480).notes]
    assert found == [(0, 64, 480), (480, 67, 480), (960, 60, 480), (1440, 65, 480)]
    one = Track(tuple(Note(480 * i, 60 + i, 490, 80) for i in range(4)))
    assert top_line(one, 480) == one, "legato stays"
