"""Harmonize, vary and compose: what is given stays to the tick, ranges hold, seeds decide."""

from dataclasses import replace

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.sampling.compose_voices import compose_voices
from musicrnn.sampling.voices import VoicesWriter
from musicrnn.sampling.written import Written
from musicrnn.score import Note, Score, TimeSignature, Track, make_score
from musicrnn.tokens import Controls
from musicrnn.tokens.voices import from_sounding
from musicrnn.training.task import task_of
from tests.cli.conftest import untrained
from tests.musicrnn.four_voices import GRID, NAMES, QUICK, random_score, untrained_voices


@pytest.fixture(scope="module")
def writer() -> VoicesWriter:
    return VoicesWriter(untrained_voices())


def by_name(score: Score) -> dict[str, Track]:
    return dict(zip(NAMES, score.tracks, strict=True))


def in_range(score: Score, shift: int = 0) -> bool:
    return all(
        low - shift <= note.pitch <= high - shift
        for track, (low, high) in zip(score.tracks, GRID.ranges, strict=True)
        for note in track.notes
    )


def harmonize(writer: VoicesWriter, score: Score, *keep: str, seed: int = 1) -> Written:
    return writer.harmonize(score, {n: by_name(score)[n] for n in keep}, QUICK, seed)


@pytest.mark.parametrize("keep", [("soprano",), ("bass",), ("soprano", "bass"), NAMES[1:]])
@pytest.mark.parametrize(("quarter", "metre"), [(480, (4, 4)), (5, (3, 4)), (96, (6, 8))])
def test_given_voices_and_the_frame_stay(writer, keep, quarter, metre) -> None:
    score = random_score(3, quarter=quarter, metre=metre)
    written = harmonize(writer, score, *keep)
    assert replace(written.score, tracks=()) == replace(score, tracks=())
    for name in NAMES:
        same = by_name(written.score)[name] == by_name(score)[name]
        assert same == (name in keep)
        assert by_name(written.score)[name].notes
    assert in_range(written.score)
    assert written.off_grid == ()
    assert written.score.end <= score.end + quarter // 4 + 1


def test_the_seed_decides(writer: VoicesWriter) -> None:
    score = random_score(3)
    one, two, other = (harmonize(writer, score, "soprano", seed=seed).score for seed in (1, 1, 2))
    assert one == two != other


def melody(*notes: tuple[int, int, int], quarter: int = 480) -> Score:
    track = Track(tuple(Note(start, pitch, length, 80) for start, pitch, length in notes))
    return make_score(quarter, [track])


def around(writer: VoicesWriter, score: Score, voice: str = "soprano") -> Written:
    return writer.harmonize(score, {voice: score.tracks[0]}, QUICK, 1)


def test_notes_off_the_grid_stay_where_they_are(writer: VoicesWriter) -> None:
    score = melody((7, 60, 300), (333, 67, 500), (1001, 72, 1))
    written = around(writer, score)
    assert written.score.tracks[0] == score.tracks[0]
    assert written.off_grid == ("soprano",)
    assert all(n.start % 120 == 0 for track in written.score.tracks[1:] for n in track.notes)


@pytest.mark.parametrize(("low", "shift"), [(48, 12), (36, 24), (65, 0), (72, -2), (90, -20)])
def test_a_melody_elsewhere_is_read_in_range_and_moved_back(writer, low, shift) -> None:
    score = melody(*((480 * i, low + p, 480) for i, p in enumerate((0, 5, 11))))
    written = around(writer, score)
    assert written.shift == shift
    assert written.folded == 0
    assert written.score.tracks[0] == score.tracks[0]
    assert in_range(written.score, shift)


def test_a_melody_of_four_octaves_is_folded(writer: VoicesWriter) -> None:
    score = melody(*((480 * i, 48 + 12 * i, 480) for i in range(5)))
    written = around(writer, score)
    assert written.folded > 0
    assert written.score.tracks[0] == score.tracks[0]


def test_too_low_for_any_voice_below(writer: VoicesWriter) -> None:
    with pytest.raises(MusicRNNError, match=r"notes would leave 0\.\.127: transpose the file"):
        around(writer, melody((0, 0, 1920), (1920, 2, 1920)))


def test_long_rests_are_for_all_and_short_ones_are_not(writer: VoicesWriter) -> None:
    score = melody((960, 60, 480), (1680, 62, 240), (1920 + 2400, 64, 480))
    written = around(writer, score)
    for track in written.score.tracks[1:]:
        for note in track.notes:
            end = note.start + note.duration
            assert note.start >= 960
            assert end <= 1920 or note.start >= 4320, note


def vary(writer, score: Score, bars: tuple[int, int], *voices: str, seed: int = 1) -> Written:
    return writer.vary(score, by_name(score), QUICK, seed, bars=bars, voices=voices)


def outside(track: Track, begin: int, end: int) -> tuple[set, set]:
    """What sounds outside, tick by tick, and which notes lie wholly there."""
    heard, whole = set(), set()
    for note in track.notes:
        stop = note.start + note.duration
        if stop <= begin or note.start >= end:
            whole.add(note)
        ticks = [t for t in range(note.start, stop) if not begin <= t < end]
        heard |= {(tick, note.pitch) for tick in ticks}
    return heard, whole


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("bars", [(1, 1), (2, 3), (4, 4), (1, 4)])
def test_bars_are_rewritten_and_the_rest_stays(writer, seed, bars) -> None:
    score = random_score(seed, quarter=24)
    found = vary(writer, score, bars, "alto", "bass").score
    assert replace(found, tracks=()) == replace(score, tracks=())
    begin, end = 96 * (bars[0] - 1), 96 * bars[1]
    for name in NAMES:
        before, after = by_name(score)[name], by_name(found)[name]
        if name in ("soprano", "tenor"):
            assert before == after
            continue
        assert before != after
        assert outside(before, begin, end)[0] == outside(after, begin, end)[0]
        for note in outside(before, begin, end)[1]:
            near = note.start + note.duration == begin or note.start == end
            assert near or note in after.notes
    assert in_range(found)


def test_other_tracks_of_a_varied_piece_stay(writer: VoicesWriter) -> None:
    score = random_score(1)
    drums = Track((Note(0, 36, 10, 99),), is_drum=True, name="kit")
    whole = replace(score, tracks=(drums, *score.tracks))
    found = writer.vary(whole, by_name(score), QUICK, 1, bars=(2, 2), voices=["tenor"]).score
    assert found.tracks[0] == drums
    assert len(found.tracks) == 5


def test_what_cannot_be_varied_or_kept(writer: VoicesWriter) -> None:
    score = random_score(0)
    with pytest.raises(MusicRNNError, match=r"bars must be in 1\.\.4, got 3 to 9"):
        vary(writer, score, (3, 9), "alto")
    with pytest.raises(MusicRNNError, match="voices are soprano, alto, tenor, bass, got 'tuba'"):
        vary(writer, score, (1, 1), "tuba")
    with pytest.raises(MusicRNNError, match="some must be, not all"):
        harmonize(writer, score, *NAMES)
    with pytest.raises(MusicRNNError, match="composes token after token: it cannot write"):
        task_of(untrained("beat")).writer(untrained("beat"))
    with pytest.raises(MusicRNNError, match="at most, got"):
        around(writer, melody((0, 60, 480), (2**30, 62, 480)))


@pytest.mark.parametrize("seed", range(3))
def test_compose(seed: int) -> None:
    (piece,) = compose_voices(
        untrained_voices(), [seed], controls=Controls(bars=2, tempo=100), settings=QUICK
    )
    assert piece.bars == 2
    assert piece.score.end <= 2 * 4 * 480
    assert [track.name.lower() for track in piece.score.tracks] == list(NAMES)
    assert piece.score.tempos[0].bpm == 100
    assert in_range(piece.score)


def test_seeds_and_neighbours_of_compositions() -> None:
    together = compose_voices(untrained_voices(), [1, 2], controls=Controls(bars=1), settings=QUICK)
    (alone,) = compose_voices(untrained_voices(), [2], controls=Controls(bars=1), settings=QUICK)
    assert together[1].score == alone.score != together[0].score


@pytest.mark.parametrize(("wished", "shift"), [((2, False), 2), ((10, False), -2), ((0, False), 0)])
def test_the_key_that_is_wished_for(monkeypatch, wished, shift) -> None:
    chords = np.array([[72, 67, 64, 48], [72, 69, 65, 41], [71, 67, 62, 55], [72, 67, 64, 48]])
    piece = from_sounding(np.repeat(chords, 4, axis=0))
    minor = from_sounding(np.repeat(chords - (chords % 12 == 4), 4, axis=0))
    monkeypatch.setattr(VoicesWriter, "compose", lambda *_: [(minor, 0.1), (piece, 0.2)])
    (made,) = compose_voices(
        untrained_voices(), [1], controls=Controls(bars=1, key=wished), settings=QUICK
    )
    assert (made.score.keys[0].tonic, made.score.keys[0].minor) == wished
    assert made.score.tracks[0].notes[0].pitch == 72 + shift
    with pytest.raises(MusicRNNError, match="fits into F# major within the voices' ranges"):
        compose_voices(
            untrained_voices(), [1], controls=Controls(bars=1, key=(6, False)), settings=QUICK
        )


@pytest.mark.parametrize(
    ("controls", "message"),
    [
        (Controls(seconds=10), "not by seconds"),
        (Controls(chords=((0, "maj"),)), "not by chords"),
        (Controls(density=3), "not by density"),
        (Controls(time_signature=(3, 4)), "composed in 4/4, got 3/4"),
        (Controls(bars=513), "bars must be in 1..512, got 513"),
    ],
)
def test_wishes_that_are_not_granted(controls: Controls, message: str) -> None:
    with pytest.raises(MusicRNNError, match=message):
        compose_voices(untrained_voices(), [1], controls=controls, settings=QUICK)


def test_bars_of_an_upbeat_are_counted(writer: VoicesWriter) -> None:
    score = random_score(0, quarter=24)
    metres = (TimeSignature(0, 1, 4), TimeSignature(24, 4, 4))
    score = replace(score, time_signatures=metres)
    found = vary(writer, score, (1, 1), "alto").score
    before, after = (by_name(s)["alto"] for s in (score, found))
    assert outside(before, 0, 24)[0] == outside(after, 0, 24)[0]
    assert np.array(before.notes != after.notes)
