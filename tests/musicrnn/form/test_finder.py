"""Sections that are found: made songs whose form is known, the bounds, POP909."""

from pathlib import Path

import numpy as np
import pytest

from musicrnn.form.finder import find_sections, groups, with_sections
from musicrnn.form.plan import plan_of, plan_text
from musicrnn.form.returning import letter_similarities
from musicrnn.metrics.sections import bar_labels, boundary_f1, label_f1, section_bars
from musicrnn.score import Note, Score, Section, TimeSignature, Track, make_score
from musicrnn_datasets.pop909 import POP909


def phrase(seed: int) -> list[tuple[int, int]]:
    """Eight bars of melody that end on a long note: eighths and pitches."""
    generator = np.random.default_rng(seed)
    places = [8 * bar + place for bar in range(7) for place in (0, 2, 3, 4, 6)] + [56]
    pitches = generator.choice([60, 62, 64, 65, 67, 69, 71, 72], len(places))
    return list(zip(places, pitches.tolist(), strict=True))


def piece(form: str, *, name: str = "MELODY") -> Score:
    """``i`` is four bars of chords alone, a letter eight bars of its own melody over them."""
    melody: list[Note] = []
    chords: list[Note] = []
    now = 0
    for letter in form:
        bars = 4 if letter in "io" else 8
        if letter not in "io":
            melody += [Note(now + 240 * p, pitch, 240, 80) for p, pitch in phrase(ord(letter))]
        root = 36 + ord(letter) % 12
        chords += [Note(now + 1920 * bar, root + bar % 4, 1920, 60) for bar in range(bars)]
        now += 1920 * bars
    return make_score(480, [Track(tuple(melody), name=name), Track(tuple(chords))])


@pytest.mark.parametrize(
    ("form", "plan"),
    [
        ("iAABAo", "i4 A8 A8 B8 A8 o4"),
        ("iABABo", "i4 A8 B8 A8 B8 o4"),
        ("ABACA", "A8 B8 A8 C8 A8"),
    ],
)
def test_a_made_form_is_found(form: str, plan: str) -> None:
    found = plan_of(with_sections(piece(form)))
    partners = {name for name in form if form.count(name) > 1} | {"i", "o"}
    singles = plan.split(" ")
    wanted = [part if part[0] in partners else "X" + part[1:] for part in singles]
    assert plan_text(found) == " ".join(wanted)


def named(*names: str, bars: int = 8) -> Score:
    """A piece of two sections whose file names some, every so many bars."""
    sections = [Section(1920 * bars * number, name) for number, name in enumerate(names)]
    return make_score(480, piece("AB").tracks, sections=sections)


@pytest.mark.parametrize(
    "names",
    [
        ("A", "B"), ("Verse 1", "Verse 2"), ("Intro", "Song"), ("Verse", "Chorus", "Bridge"),
        ("i", "A", "b", "A"), ("Part", "Theme", "Part", "Theme"),
    ],
)  # fmt: skip
def test_a_score_whose_sections_tell_a_form_keeps_them(names: tuple[str, ...]) -> None:
    score = named(*names, bars=4)
    assert with_sections(score) is score


@pytest.mark.parametrize(
    ("names", "bars"),
    [
        (("Start",), 8),
        (("Start", "End"), 8),
        (("Cadd9", "Em7/D", "Cadd9", "F6") * 4, 1),
        (("love", "me", "do", "you", "know"), 2),
    ],
)
def test_markers_that_tell_no_form_are_not_taken_for_sections(
    names: tuple[str, ...], bars: int
) -> None:
    score = named(*names, bars=bars)
    assert with_sections(score).sections == find_sections(score)


@pytest.mark.parametrize("bars", [1, 2, 3, 5, 300])
def test_any_length_and_any_metre(bars: int) -> None:
    notes = tuple(Note(1200 * bar, 60 + bar % 7, 100, 80) for bar in range(bars))
    score = make_score(480, [Track(notes)], time_signatures=[TimeSignature(0, 5, 8)])
    sections = find_sections(score)
    assert sections[0].tick == 0
    assert {section.tick for section in sections} <= {tick for tick, _ in score.bars()}


def test_without_notes_or_without_pitches() -> None:
    assert find_sections(make_score(480, [Track()])) == ()
    assert find_sections(make_score(480, [Track((Note(1920 * 2000, 60, 1, 80),))])) == ()
    drums = Track(tuple(Note(480 * beat, 36, 100, 80) for beat in range(64)), is_drum=True)
    assert find_sections(make_score(480, [drums]))[0].tick == 0


def test_groups_join_the_most_alike_first() -> None:
    alike = np.array([[1, 0.2, 0.9], [0.2, 1, 0.1], [0.9, 0.1, 1]])
    assert groups(alike, [(0, 1), (1, 2), (2, 3)], 0.5) == [0, 1, 0]


def test_a_section_returns() -> None:
    score = piece("iAABA")
    sections = [
        Section(1920 * bar, name) for bar, name in ((0, "i"), (4, "A"), (12, "A"), (20, "B"))
    ]
    within, between = letter_similarities(
        make_score(480, score.tracks, sections=[*sections, Section(1920 * 28, "A")])
    )
    assert len(within) == len(between) == 24
    assert within.min() == 1
    assert between.mean() < 0.3


def test_agreement_with_the_first_labeller(corpora: Path) -> None:
    figures: list[list[float]] = []
    songs = [song for song in POP909.pieces(corpora / "pop909") if song.split == "test"]
    for song in songs[1::5]:
        score = song.read()
        if score.sections:
            mine = with_sections(
                make_score(480, score.tracks, time_signatures=score.time_signatures)
            )
            starts = [section_bars(part) for part in (score, mine)]
            labels = [
                bar_labels(start, [s.name for s in part.sections], len(score.bars()))
                for start, part in zip(starts, (score, mine), strict=True)
            ]
            figures.append([boundary_f1(*starts), label_f1(*labels)])
    boundaries, letters = np.mean(figures, axis=0)
    assert boundaries > 0.55
    assert letters > 0.7
