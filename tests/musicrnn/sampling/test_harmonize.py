"""Voices written around given ones by a network that has learnt nothing: what holds of any."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.face.asking import style_of
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.pretrained import load_model
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.harmonize import ChoraleWriter
from musicrnn.score import Note, Score, TimeSignature, Track, make_score
from musicrnn.tokens.chorale import ChoraleTokenizer
from musicrnn.tokens.chorale.vocabulary import NAMES
from musicrnn.tokens.parts import grid_of, voice_tracks
from musicrnn.tokens.voices import sounding
from tests.musicrnn.context.test_ahead import CHORALE, hearing

RANGES = ((60, 81), (52, 74), (46, 69), (36, 66))
QUARTER = 480


@pytest.fixture(scope="module")
def writer() -> ChoraleWriter:
    network = hearing()
    tokenizer = {"name": "chorale", **ChoraleTokenizer(RANGES).configuration()}
    header = {"task": "compose", "tokenizer": tokenizer, "model": network.configuration()}
    return ChoraleWriter(Checkpoint(network.arrays(), header))


def melody(*notes: tuple[int, float], metre: tuple[int, int] = (4, 4)) -> Score:
    """Of pitches, 0 for a rest, and quarters."""
    at, found = 0.0, list[Note]()
    for pitch, quarters in notes:
        if pitch:
            found.append(Note(int(at * QUARTER), pitch, int(quarters * QUARTER), 77))
        at += quarters
    return make_score(
        QUARTER, [Track(tuple(found), 40)], time_signatures=[TimeSignature(0, *metre)]
    )


MELODIES = {
    "upbeat": melody((0, 3), (67, 1), (72, 2), (71, 1), (69, 1), (67, 4)),
    "waltz": melody((67, 1), (69, 1), (71, 1), (72, 3), metre=(3, 4)),
    "triplets": melody((67, 1 / 3), (69, 1 / 3), (71, 1 / 3), (72, 1), (67, 2)),
    "leaps": melody((60, 1), (79, 1), (55, 1), (84, 1)),
    "low": melody((36, 1), (43, 1), (38, 2)),
    "high": melody((96, 1), (103, 1), (98, 2)),
    "rests": melody((67, 1), (0, 0.5), (67, 0.5), (69, 1), (0, 6), (71, 1), (72, 2)),
    "short": melody((70, 0.25)),
}


def pitches_of(score: Score):
    return sounding(grid_of(score, list(voice_tracks(score, NAMES, NAMES).values())))


@pytest.mark.parametrize("name", MELODIES)
def test_three_voices_sing_under_any_melody(writer: ChoraleWriter, name: str) -> None:
    score = MELODIES[name]
    given = voice_tracks(score, NAMES, ["soprano"])
    written = writer.harmonize(score, given, Settings(), 1)
    assert written.score.tracks[0].notes == given["soprano"].notes
    assert [track.name for track in written.score.tracks] == ["Soprano", "Alto", "Tenor", "Bass"]
    assert {track.program for track in written.score.tracks} == {40}
    assert written.score.time_signatures == score.time_signatures
    pitches = pitches_of(written.score)
    assert (pitches[pitches[:, 0] >= 0] >= 0).all()
    for line, (low, high) in zip(pitches.T[1:], RANGES[1:], strict=True):
        assert low <= line[line >= 0].min() <= line.max() <= high
    again = writer.harmonize(score, given, Settings(), 1)
    assert again.score == written.score
    assert writer.harmonize(score, given, Settings(), 2).score != written.score
    assert written.shift % 12 == 0
    assert bool(written.off_grid) == (name == "triplets")


def scale(steps: str, quarters: float) -> tuple[tuple[int, float], ...]:
    """Degrees of C major from C4 on, 0 for a rest, of one length."""
    found = [0 if s == "0" else 60 + (0, 2, 4, 5, 7, 9, 11, 12, 14)[int(s) - 1] for s in steps]
    return tuple((pitch, quarters) for pitch in found)


NO_CHORALES = {
    "a jig": melody(*scale("356535243231356535243211" * 2, 0.5), metre=(6, 8)),
    "a waltz": melody(*scale("135588553135599554", 1), (72, 3), metre=(3, 4)),
    "a birthday": melody(
        (0, 2), (67, 0.75), (67, 0.25), (69, 1), (67, 1), (72, 1), (71, 2), (67, 0.75), (67, 0.25),
        (69, 1), (67, 1), (74, 1), (72, 2), (67, 0.75), (67, 0.25), (79, 1), (76, 1), (72, 1),
        (71, 1), (69, 1), (77, 0.75), (77, 0.25), (76, 1), (72, 1), (74, 1), (72, 2), metre=(3, 4)
    ),
    "a blues": melody(
        (0, 0.5), *((p, 0.5) for p in (67, 70, 72, 66, 67, 63, 60, 0, 58, 60)), (60, 2)
    ),
    "leaps": melody(*((p, 1) for p in (60, 81, 62, 79, 64, 77, 60, 81)), (72, 4)),
    "very low": melody(*((p, 1) for p in (40, 43, 45, 47, 48, 47, 45, 43)), (36, 4)),
    "very high": melody(*((p, 0.5) for p in (96, 98, 100, 101, 103, 101, 100, 98) * 2), (96, 4)),
    "one bar": melody(*scale("1351", 1)),
    "200 bars": melody(*scale("1234565432135678765432512345678876543217" * 20, 1)),
    "a pop tune": melody(
        (0, 0.5), *scale("55655", 0.5), (64, 1), *scale("0335", 0.5), (62, 1.5), (60, 0.25),
        (62, 0.25), (64, 0.75), (67, 1.25), (0, 1), (67, 0.75), (69, 0.75), (67, 2.5)
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def bundled() -> ChoraleWriter:
    return ChoraleWriter(load_model("chorale"))


@pytest.mark.parametrize("name", NO_CHORALES)
def test_what_is_no_chorale_gets_voices_that_people_can_sing(bundled: ChoraleWriter, name) -> None:
    score = NO_CHORALES[name]
    given = voice_tracks(score, NAMES, ["soprano"])
    found = bundled.harmonize(score, given, style_of("chorale").settings, 1).score
    assert found.tracks[0].notes == given["soprano"].notes
    pitches = pitches_of(found)
    assert (pitches[pitches[:, 0] >= 0] >= 0).all()
    assert all(len(set(line[line >= 0])) > 1 for line in pitches.T)
    bass = pitches[:, 3][pitches[:, 3] >= 0]
    assert 36 <= bass.min() <= bass.max() <= 64


def test_some_bars_of_some_voices_are_others_and_nothing_else(writer: ChoraleWriter) -> None:
    tune = melody(*((60 + 7 * i % 20, 1) for i in range(32)))
    whole = writer.harmonize(tune, voice_tracks(tune, NAMES, ["soprano"]), Settings(), 3).score
    tracks = voice_tracks(whole, NAMES, NAMES)
    varied = writer.vary(whole, tracks, Settings(), 5, bars=(3, 4), voices=("alto", "bass"))
    begin, end = 2 * 4 * QUARTER, 4 * 4 * QUARTER
    for before, after in zip(whole.tracks, varied.score.tracks, strict=True):
        kept = before.name in ("Soprano", "Tenor")
        assert (before.notes == after.notes) == kept
        outside = [
            {n for n in t.notes if n.start + n.duration <= begin or n.start >= end}
            for t in (before, after)
        ]
        changed = outside[0] ^ outside[1]  # but for a note that meets one of the same pitch
        assert all(n.start + n.duration == begin or n.start == end for n in changed)
    assert (pitches_of(varied.score) >= 0).all()


def four_voices(writer: ChoraleWriter, tune: Score, seed: int = 3) -> Score:
    return writer.harmonize(tune, voice_tracks(tune, NAMES, ["soprano"]), Settings(), seed).score


RESTING = melody((0, 3), *((64 + i % 9, 1) for i in range(8)), (0, 5), *((67, 1), (69, 1)) * 6)


@pytest.mark.parametrize("bars", [(1, 1), (1, 2), (3, 3), (1, 7), (5, 5), (7, 7)])
def test_all_voices_of_any_bars_are_written_anew(
    writer: ChoraleWriter, bars: tuple[int, int]
) -> None:
    whole = four_voices(writer, RESTING)
    tracks = voice_tracks(whole, NAMES, NAMES)
    varied = writer.vary(whole, tracks, Settings(), 5, bars=bars, voices=NAMES).score
    begin, end = (bars[0] - 1) * 16, bars[1] * 16
    old, new = pitches_of(whole), pitches_of(varied)
    steps = min(len(old), len(new))
    outside = [step for step in range(steps) if not begin <= step < end]
    assert (old[outside] == new[outside]).all()
    assert not np.array_equal(old[begin:end], new[begin:end])
    sounded = (old[begin:end] >= 0).any(axis=1)
    first = int(np.argmax(sounded))
    assert (new[begin + first] >= 0).all(), "they enter where they did"


def test_what_was_there_is_not_written_again(bundled: ChoraleWriter) -> None:
    whole = four_voices(bundled, melody(*((60 + 7 * i % 12, 1) for i in range(24))))
    tracks = voice_tracks(whole, NAMES, NAMES)
    for bar in range(1, 7):
        for voice in NAMES:
            found = bundled.vary(
                whole, tracks, Settings(0.7), bar, bars=(bar, bar), voices=(voice,)
            ).score
            assert not np.array_equal(pitches_of(found), pitches_of(whole)), (bar, voice)


def test_notes_a_little_beside_the_bar_line_stay_as_they_are(writer: ChoraleWriter) -> None:
    whole = four_voices(writer, melody(*((60 + 7 * i % 12, 1) for i in range(16))))
    for early, longer in ((10, 0), (0, 40)):
        played = tuple(
            replace(track, notes=tuple(
                Note(max(0, n.start - early), n.pitch, n.duration + longer, n.velocity)
                for n in track.notes
            ))
            for track in whole.tracks
        )  # fmt: skip
        score = replace(whole, tracks=played)
        tracks = voice_tracks(score, NAMES, NAMES)
        found = writer.vary(score, tracks, Settings(), 2, bars=(2, 2), voices=("soprano",)).score
        kept = [n for n in played[0].notes if not 1900 <= n.start < 3800]
        assert set(kept) <= set(found.tracks[0].notes)
        assert all(n.duration > 60 for n in found.tracks[0].notes), "no ghosts"


def test_a_piece_that_is_too_long_is_told_by_its_sixteenths(writer: ChoraleWriter) -> None:
    long = melody((60, 4), (0, 2040), (62, 4))
    with pytest.raises(MusicRNNError, match=r"may last 8160 sixteenths.*this one has 8192"):
        four_voices(writer, long)


@pytest.mark.parametrize("kept", [("bass",), ("soprano", "bass"), ("alto", "tenor", "bass")])
def test_any_voices_may_be_given(writer: ChoraleWriter, kept: tuple[str, ...]) -> None:
    tune = melody(*((60 + 7 * i % 20, 1) for i in range(12)))
    whole = writer.harmonize(tune, voice_tracks(tune, NAMES, ["soprano"]), Settings(), 3).score
    given = {n: t for n, t in voice_tracks(whole, NAMES, NAMES).items() if n in kept}
    found = writer.harmonize(replace(whole, tracks=tuple(given.values())), given, Settings(), 9)
    for track in found.score.tracks:
        assert (track.name.lower() in kept) == (track.notes in [t.notes for t in given.values()])


def test_what_cannot_be_is_one_sentence(writer: ChoraleWriter) -> None:
    tune = MELODIES["waltz"]
    track = tune.tracks[0]
    for given in ({}, {"soprano": track, "fifth": track}, dict.fromkeys(NAMES, track)):
        with pytest.raises(MusicRNNError, match="some of soprano, alto, tenor, bass must be given"):
            writer.harmonize(tune, given, Settings(), 1)
    torch.manual_seed(0)
    network = LanguageModel(LanguageConfig(vocabulary=len(CHORALE.vocabulary)))
    header = {"task": "compose", "model": network.configuration()}
    with pytest.raises(MusicRNNError, match="tokens"):
        ChoraleWriter(Checkpoint(network.arrays(), {**header, "tokenizer": {"name": "abc"}}))
