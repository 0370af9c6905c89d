"""Tunes as words: every key alike, text and back, repeats folded, the plan followed."""

import re
from collections.abc import Sequence

import numpy as np
import pytest

from musicrnn.context.past import Past, facts, looked_up, played_bars
from musicrnn.errors import MusicRNNError
from musicrnn.form.outlook import outlook
from musicrnn.form.plan import Plan, WrittenSection, parse_plan, plan_text, written_sections
from musicrnn.io.abc import parse_abc, write_abc
from musicrnn.io.abc.chord import parse_chord
from musicrnn.score import Key, Note, Score, TimeSignature, Track, make_score
from musicrnn.tokens import Controls, TuneTokenizer
from musicrnn.tokens.abc.normal import normalise
from musicrnn.tokens.protocol import END, START
from musicrnn.tokens.tune.fold import folded
from musicrnn.tokens.tune.reading import words_of
from musicrnn.tokens.tune.text import text_of
from musicrnn.tokens.tune.words import KEYS, VOCABULARY, degree_of, place_of, readings

TUNE = TuneTokenizer()
KEEL_ROW = (
    'M:4/4\nL:1/8\nK:G\n|:"G"B2d2"C"c2e2|"G"B2d2"D"A2AF|"G"B2d2"C"c2e2|"G"BG"D"AF"G"G4:|\n'
    '|:"G"B2G2"C"c2e2|"G"B2G2"D"A2F2|"G"B2G2"C"c2e2|"G"dB"D"AF"G"G4:|\n'
)
JIG = (
    "M:6/8\nL:1/8\nK:Ador\nE|:A2^GA2B|c2^cd2e|A2GA2B|1 c3A2E:|2 c3A2e||"
    "e2ee2d|c2cc2B|(3ABc(3dcBA2G|E3-E2|]\n"
)


def words(text: str) -> list[str]:
    found = words_of(normalise(text))
    assert found is not None
    return found


def sounding(text: str) -> list[tuple[int, int, int]]:
    return [(n.start, n.pitch, n.duration) for n in parse_abc(text).tracks[0].notes]


@pytest.mark.parametrize("text", [KEEL_ROW, JIG])
def test_words_are_read_from_text_and_written_as_the_same_text(text: str) -> None:
    found = words(text)
    again = text_of(found)
    assert sounding(again) == sounding(text)
    assert parse_abc(again).chords == parse_abc(text).chords
    assert words(again) == found


@pytest.mark.parametrize("key", ["C", "D", "Bb", "F#", "Db", "Em", "Ador", "Gmix", "Ebm"])
def test_a_tune_has_the_same_words_in_every_key(key: str) -> None:
    mode = KEYS[key].minor
    text = JIG if mode else KEEL_ROW
    there = words(text)
    moved = [f"K:{key}" if word.startswith("K:") else word for word in there]
    played, before = sounding(text_of(moved)), sounding(text)
    steps = {b[1] - a[1] for a, b in zip(before, played, strict=True)}
    assert len(steps) == 1
    assert (steps.pop() - KEYS[key].semitones + KEYS[there[1][2:]].semitones) == 0
    assert words(text_of(moved)) == moved


@pytest.mark.parametrize("name", KEYS)
def test_places_and_degrees_are_inverse(name: str) -> None:
    key = KEYS[name]
    for letter in range(7):
        for alteration in (-1, 0, 1):
            degree = degree_of((letter, 5), alteration, key)
            assert place_of(degree, key) == ((letter, 5), alteration)
    assert -6 <= key.semitones <= 6


def test_what_words_cannot_say_is_not_said() -> None:
    assert words_of(normalise("M:4/4\nL:1/8\nK:C\nC8&E8|")) is None
    assert words_of(normalise("M:none\nL:1/8\nK:C\nC8|")) is None
    assert words_of(normalise("M:4/4\nL:1/8\nK:C\n|:C8|[1C8:|[2C8:|[3C8|]")) is None
    assert words_of(normalise("M:4/4\nL:1/8\nK:C\n(5CDEFGA2|")) is None
    top = words("M:4/4\nL:1/8\nK:C\n[CEG]4[ce]4|")
    assert top == words("M:4/4\nL:1/8\nK:C\nG4e4|")


def test_repeats_that_are_played_out_are_folded() -> None:
    a, b = "CDEFGABc|" * 7 + "c4c4|", "cBAGFEDC|" * 7 + "C4C4|"
    other = "cBAGFEDC|" * 7 + "E4E4|"
    for played, sections in ((a + a + b + b, 2), (a + a + b + other, 2), (a + b, 0)):
        found = words(f"M:4/4\nL:1/8\nK:C\n{played}")
        small = folded(found)
        assert sounding(text_of(small)) == sounding(text_of(found))
        assert sum(word in ("|:", ":|:") for word in small) == sections
        assert ("|1" in small) == (other in played)
    upbeat = "G|" + ("CDEFGABc|" * 7 + "c4c3G|") * 2 + "cBAGFEDC|" * 7 + "C4C3|"
    small = folded(words(f"M:4/4\nL:1/8\nK:C\n{upbeat}"))
    assert small[2:5] == ["upbeat", "|:", "G"]
    assert sounding(text_of(small)) == sounding(f"M:4/4\nL:1/8\nK:C\n{upbeat}")


def test_written_sections() -> None:
    assert written_sections(parse_plan("AABA")) == [
        WrittenSection(8, True), WrittenSection(8, False), WrittenSection(8, False)
    ]  # fmt: skip
    assert written_sections(parse_plan("A8 A4")) == [
        WrittenSection(8, False), WrittenSection(4, False)
    ]  # fmt: skip


def walk(controls: Controls, seed: int, primer: Sequence[int] = (START,)) -> list[int]:
    """A tune drawn at random, usual lengths more often."""
    constraint, random, ids = TUNE.constraint(controls), np.random.default_rng(seed), [*primer]
    for token in ids:
        constraint.push(token)
    while ids[-1] != END:
        allowed = np.flatnonzero(constraint.allowed())
        likely = [8 if VOCABULARY[t] in ("1/8", "1/4", "|1", "upbeat", "|") else 1 for t in allowed]
        ids.append(int(random.choice(allowed, p=np.array(likely) / sum(likely))))
        constraint.push(ids[-1])
        assert len(ids) < 20_000
    return ids


@pytest.mark.parametrize("plan", ["AABB", "AAB", "ABA", "A4A4B2B2C8", "A16A16", "A1B1"])
@pytest.mark.parametrize("seed", range(8))
def test_a_tune_keeps_to_its_plan(plan: str, seed: int) -> None:
    form = parse_plan(plan)
    chords = ((7, "maj"), (0, "min7")) if seed % 2 else ()
    key = ((1, True), (7, False), (6, False), None)[seed % 4]
    ids = walk(Controls(form=form, chords=chords, key=key, time_signature=(6, 8)), seed)
    text = TUNE.text(ids)
    score = parse_abc(text, strict=True)
    assert TUNE.played_bars(ids) == sum(bars for _, bars in form)
    upbeat = score.metre is not score.time_signatures[0]
    assert len(score.time_signatures) == 1 + upbeat, "every bar is full"
    found = written_sections(TUNE.own_form(np.array(ids, np.int32)).plan)
    assert [each for each in found if each.repeated] == [
        each for each in written_sections(form) if each.repeated
    ]
    if key is not None:
        assert score.keys == (Key(0, *key),)
    if chords:
        assert {(chord.root, chord.quality) for chord in score.chords} <= set(chords)


@pytest.mark.parametrize("seed", range(6))
def test_no_chord_symbols_where_none_are_wished(seed: int) -> None:
    ids = walk(Controls(bars=8, symbols=False), seed)
    assert '"' not in TUNE.text(ids)


@pytest.mark.parametrize(
    ("controls", "message"),
    [
        (Controls(density=2), "a tune has no word for density, got 2"),
        (Controls(parts=("PIANO",)), "a tune knows no parts, PIANO was wished"),
        (Controls(time_signature=(11, 8)), "a tune's time signature is one of 2/4, .* got 11/8"),
        (Controls(chords=((0, "maj"),), symbols=False), "chords were wished, C, and no chord"),
    ],
)
def test_what_tunes_cannot_grant(controls: Controls, message: str) -> None:
    with pytest.raises(MusicRNNError, match=message):
        TUNE.constraint(controls)


def test_the_plan_is_what_the_repeat_signs_say() -> None:
    def plan(text: str) -> str:
        ids = TUNE.encode_source(parse_abc(text), text)
        return plan_text(TUNE.own_form(ids).plan)

    assert plan(KEEL_ROW) == "A4 A4 B4 B4"
    assert plan(JIG) == "A4 A4 B4"
    a, b = "CDEFGABc|CEGcGEC2|cdefgfed|cAFDGFE2|" * 2, "cBAGFEDC|AFAFGEGE|DDFFEEGG|gfedcBA2|" * 2
    long = f"M:4/4\nL:1/8\nK:C\n{a + a + b + a}"
    assert plan(long) == "A8 A8 B8 A8"


def test_bars_count_as_they_are_played() -> None:
    ids = TUNE.encode_source(parse_abc(JIG), JIG)
    rows = played_bars(ids, readings())
    found = [VOCABULARY[token] for token in ids]
    assert rows[found.index("upbeat") + 1] == -1
    assert rows[found.index("|1")] == 3
    assert rows[found.index(":|2")] == 7
    assert rows[found.index("||")] == 8
    assert rows[-2] == 11  # in the last bar, which the upbeat makes short
    assert TUNE.played_bars(ids) == 12
    assert TUNE.count_bars(ids) == 9


def test_what_returns_is_found_where_it_is_written() -> None:
    """In a third section like the first the network hears what is written there, though the repeat
    plays it twice."""
    text = "M:2/4\nL:1/8\nK:C\n|:CDEF|GABc:|cBAG|FEDC|CDEF|GABc|]\n"
    ids = TUNE.encode_source(parse_abc(text), text)
    plan: Plan = (("A", 2), ("A", 2), ("B", 2), ("A", 2))
    known = outlook(plan, [1, 9, 1, 9])
    context = looked_up(facts(ids, readings(), known), ids, readings())
    third = [VOCABULARY[token] for token in ids].index("B") + 20
    assert third
    past = Past(readings(), known)
    for token, whole in zip(ids.tolist(), context, strict=True):
        past.push(token)
        assert past.context().tolist() == whole.tolist()


def test_a_score_off_the_bars_is_put_into_bars() -> None:
    notes = [Note(at * 30, 60 + at % 5, 30, 80) for at in range(40)]
    odd = [TimeSignature(0, 11, 16), TimeSignature(130, 7, 8)]
    score = make_score(120, [Track(tuple(notes))], time_signatures=odd)
    quantized = TUNE.quantize(score)
    assert [metre.name for metre in quantized.time_signatures] == ["4/4"]
    assert TUNE.quantize(quantized) == quantized


@pytest.mark.parametrize("key", ["C", "Em", "F#"])
@pytest.mark.parametrize("seed", range(6))
def test_a_tune_with_a_plan_ends_on_its_tonic(key: str, seed: int) -> None:
    tonic = (KEYS[key].tonic, KEYS[key].minor)
    ids = walk(Controls(form=parse_plan("AABB" if seed % 2 else "A4A4B4"), key=tonic), seed)
    notes = parse_abc(TUNE.text(ids)).tracks[0].notes
    assert notes[-1].pitch % 12 == tonic[0]
    assert notes[0].start == 0


def last_chord(score: Score) -> tuple[int, str] | None:
    """The chord that holds where the last note begins; None in a tune without symbols."""
    start = score.tracks[0].notes[-1].start
    holds = [(chord.root, chord.quality) for chord in score.chords if chord.tick <= start]
    return holds[-1] if holds else None


@pytest.mark.parametrize("metre", ["2/4", "3/4", "4/4", "3/8", "6/8", "9/8"])
@pytest.mark.parametrize("seed", range(10))
def test_a_tune_ends_under_the_chord_of_its_tonic(metre: str, seed: int) -> None:
    """Whatever is drawn, with repeats, endings and upbeats; other chords stand before."""
    tonic, minor = (seed * 5) % 12, seed % 3 == 0
    form = parse_plan(["AABB", "A4A4B4", "A2A2", "A1B1"][seed % 4])
    numerator, denominator = map(int, metre.split("/"))
    asked = Controls(form=form, key=(tonic, minor), time_signature=(numerator, denominator))
    for take in range(4):
        score = parse_abc(TUNE.text(walk(asked, 10 * seed + take)), strict=True)
        assert last_chord(score) in (None, (tonic, "min" if minor else "maj"))
    others = {(chord.root, chord.quality) for chord in score.chords}
    assert len(others) > 1 or len(score.bars()) < 8


def test_chords_that_are_asked_for_end_as_they_were_asked() -> None:
    asked = Controls(form=parse_plan("A4A4"), chords=((0, "maj"), (7, "7")), key=(0, False))
    assert last_chord(parse_abc(TUNE.text(walk(asked, 1)))) == (7, "7")


UPBEAT = 'M:4/4\nL:1/8\nK:G\nGA|"G"B2B2B2AG|"C"E2G2G2AB|"G"d2d2"D7"c2A2|"G"G6|]\n'
ODD = "M:4/4\nL:1/8\nK:G\nGABcdCEGB|[M:3/4]e2e2e2|d2d2B2|G6|]\n"


@pytest.mark.parametrize("text", [KEEL_ROW, JIG, UPBEAT, ODD])
@pytest.mark.parametrize("plan", ["AABB", "A4A4B4", "A4B4B4"])
@pytest.mark.parametrize("seed", range(3))
def test_what_is_new_behind_a_primer_keeps_to_its_plan(text: str, plan: str, seed: int) -> None:
    """In full bars of the primer's last metre, and home at the end."""
    form = parse_plan(plan)
    whole = TUNE.encode_source(parse_abc(text), text)
    prompt = TUNE.prompt(whole)
    ids = walk(Controls(form=form), seed, prompt)
    assert TUNE.played_bars(ids) == TUNE.played_bars(whole) + sum(bars for _, bars in form)
    new = [VOCABULARY[token] for token in ids[len(prompt) :]]
    again = sum(each.repeated for each in written_sections(form))
    assert sum(word in ("|:", ":|:") for word in new) == again
    before, after = parse_abc(TUNE.text(prompt)), parse_abc(TUNE.text(ids), strict=True)
    assert after.time_signatures == before.time_signatures
    key = after.keys[0]
    assert after.tracks[0].notes[-1].pitch % 12 == key.tonic
    assert last_chord(after) in (None, (key.tonic, "min" if key.minor else "maj"))


def test_inside_a_repeat_of_the_primer_the_form_is_free() -> None:
    open_repeat = [START, *TUNE.encode_source(parse_abc(KEEL_ROW), KEEL_ROW).tolist()[1:20]]
    ids = walk(Controls(form=parse_plan("A4A4")), 1, open_repeat)
    parse_abc(TUNE.text(ids), strict=True)


@pytest.mark.parametrize(
    ("key", "chords"),
    [
        ("Db", ["Db", "Gb", "Ab7", "Bbm"]),
        ("Ebm", ["Ebm", "Cb", "Abm", "Gb"]),
        ("F#", ["F#", "B", "C#7", "A#m"]),
        ("G", ["G", "Bb", "C#dim", "Eb"]),
    ],
)
def test_chord_symbols_are_spelled_by_the_key(key: str, chords: list[str]) -> None:
    asked = tuple(chord for name in chords if (chord := parse_chord(name)) is not None)
    tonic = KEYS[key].tonic, KEYS[key].minor
    text = TUNE.text(walk(Controls(form=parse_plan("A8"), chords=asked, key=tonic), 2))
    assert f"\nK:{key}\n" in text
    assert set(re.findall(r'"([^"]+)"', text)) == set(chords)
    assert set(re.findall(r'"([^"]+)"', write_abc(parse_abc(text)))) == set(chords)
