"""Performance events, case by case."""

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.score import Note, Pedal, Score, Tempo, Track, make_score
from musicrnn.tokens.performance import PerformanceTokenizer
from musicrnn.tokens.protocol import END, START, Controls

PIANO = PerformanceTokenizer()


def words(tokenizer: PerformanceTokenizer, score: Score) -> str:
    return " ".join(tokenizer.vocabulary[i] for i in tokenizer.encode(score).tolist())


def ids(tokenizer: PerformanceTokenizer, text: str) -> list[int]:
    return [tokenizer.vocabulary.index(word) for word in text.split()]


def notes(score: Score) -> list[tuple[int, int, int, int]]:
    (track,) = score.tracks
    return [(n.start, n.pitch, n.duration, n.velocity) for n in track.notes]


def test_the_events_of_a_chord_and_a_long_note() -> None:
    score = make_score(
        480,
        [Track((Note(960, 60, 480, 82), Note(960, 64, 480, 82), Note(1440, 67, 1248, 10)))],
        tempos=[Tempo(0, 500_000)],
    )
    assert words(PIANO, score) == (
        "start velocity_20 note_on_60 note_on_64 time_shift_50 note_off_60 note_off_64 "
        "velocity_2 note_on_67 time_shift_100 time_shift_30 note_off_67 end"
    )
    assert notes(PIANO.quantize(score)) == [(0, 60, 50, 82), (0, 64, 50, 82), (50, 67, 130, 10)]


def test_a_tempo_change_becomes_time() -> None:
    score = make_score(
        100,
        [Track((Note(0, 60, 100, 64), Note(100, 62, 100, 64)))],
        tempos=[Tempo(0, 500_000), Tempo(100, 1_000_000)],
    )
    assert [(n[0], n[2]) for n in notes(PIANO.quantize(score))] == [(0, 50), (50, 100)]


def test_the_pedal_holds_what_ends_while_it_is_down() -> None:
    track = Track(
        (Note(0, 60, 10, 64), Note(0, 62, 20, 64), Note(40, 60, 30, 64), Note(50, 65, 50, 64)),
        pedals=(Pedal(20, 40),),
    )
    score = make_score(50, [track])
    assert [(n[0], n[1], n[2]) for n in notes(PIANO.quantize(score))] == [
        (0, 60, 10),
        (0, 62, 20),  # it ends as the pedal goes down
        (40, 60, 30),
        (50, 65, 50),
    ]
    held = make_score(50, [Track((Note(0, 60, 30, 64), Note(40, 60, 5, 64)), pedals=track.pedals)])
    assert [(n[0], n[2]) for n in notes(PIANO.quantize(held))] == [(0, 40), (40, 20)]


def test_of_two_strikes_at_once_the_louder_and_longer_stays() -> None:
    tracks = [Track((Note(0, 60, 30, 2),)), Track((Note(0, 60, 10, 90),), program=40)]
    assert notes(PIANO.quantize(make_score(50, tracks))) == [(0, 60, 30, 90)]


def test_drums() -> None:
    kit = PerformanceTokenizer(drums=True)
    drums = Track((Note(0, 36, 1, 90), Note(4, 36, 1, 90), Note(4, 42, 40, 90)), is_drum=True)
    score = make_score(50, [drums, Track((Note(0, 60, 1, 1),))])
    assert words(kit, score) == (
        "start velocity_22 note_on_36 time_shift_4 note_on_36 note_on_42 end"
    )
    assert notes(kit.quantize(score)) == [(0, 36, 4, 90), (4, 36, 10, 90), (4, 42, 10, 90)]
    assert kit.augmentation_maps().shape[0] == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("note_off_60 note_on_60", []),
        ("note_on_60 time_shift_5", [(0, 60, 5, 66)]),
        ("note_on_60 time_shift_5 note_on_60 time_shift_2 end time_shift_9",
         [(0, 60, 5, 66), (5, 60, 2, 66)]),
        ("time_shift_9 velocity_0 note_on_60 note_on_60 note_off_60 time_shift_3", [(0, 60, 3, 2)]),
    ],
)  # fmt: skip
def test_events_that_make_no_sense(text: str, expected: list[tuple[int, ...]]) -> None:
    score = PIANO.decode(ids(PIANO, text))
    assert [n for track in score.tracks for n in notes(make_score(50, [track]))] == expected


def test_what_cannot_be_encoded() -> None:
    with pytest.raises(MusicRNNError, match="the score has no note of a pitched instrument"):
        PIANO.encode(make_score(480, [Track((Note(0, 36, 1, 1),), is_drum=True)]))
    with pytest.raises(MusicRNNError, match="may last 7200 seconds, this one lasts 7201"):
        PIANO.encode(make_score(1, [Track((Note(5, 60, 14402, 1),))]))


@pytest.mark.parametrize(
    ("controls", "reason"),
    [
        (Controls(bars=8), "no bars"),
        (Controls(tempo=90), "cannot be asked for tempo"),
        (Controls(key=(0, False)), "cannot be asked for key"),
        (Controls(time_signature=(3, 4)), r"cannot be asked for time signature \(3/4\)"),
        (Controls(chords=((0, "maj"),)), r"cannot be asked for chords \(C\)"),
        (Controls(density=3), "cannot be asked for density"),
    ],
)
def test_wishes_that_cannot_be_met(controls: Controls, reason: str) -> None:
    with pytest.raises(MusicRNNError, match=reason):
        PIANO.constraint(controls)


def test_what_sounds_at_the_wished_end_stops_there() -> None:
    constraint = PIANO.constraint(Controls(seconds=0.5))
    for token in ids(PIANO, "start velocity_9 note_on_60 note_on_64 time_shift_30 note_off_64"):
        constraint.push(token)
    assert not constraint.allowed()[END]
    allowed = {
        word for word, may in zip(PIANO.vocabulary, constraint.allowed(), strict=True) if may
    }
    assert {word for word in allowed if "shift" in word} == {
        f"time_shift_{k}" for k in range(1, 21)
    }
    assert "note_off_60" in allowed
    assert not {"note_on_60", "velocity_9", "note_off_64"} & allowed
    constraint.push(ids(PIANO, "time_shift_20")[0])
    assert constraint.allowed().nonzero()[0].tolist() == ids(PIANO, "note_off_60")
    constraint.push(ids(PIANO, "note_off_60")[0])
    assert constraint.allowed().nonzero()[0].tolist() == [END]


def test_a_start_needs_a_velocity() -> None:
    constraint = PIANO.constraint(Controls())
    constraint.push(START)
    allowed = constraint.allowed().nonzero()[0].tolist()
    assert {PIANO.vocabulary[i].rsplit("_", 1)[0] for i in allowed} == {"velocity"}


@pytest.mark.parametrize("setting", [{"max_shift": 0}, {"velocity_bins": 3}])
def test_settings_out_of_range(setting: dict[str, int]) -> None:
    with pytest.raises(MusicRNNError, match=next(iter(setting))):
        PerformanceTokenizer(**setting)
