"""The context of a piece, id by id, is that of its definition, and that of the piece at once."""

from pathlib import Path

import numpy as np
import pytest

from musicrnn.context.fields import (
    DISTANCE,
    DISTANCES,
    FIELDS,
    GROUPS,
    MATCH_LENGTHS,
    OPEN,
    OUTLOOK,
    Outlook,
    fields_of,
    read_sizes,
    sizes,
    written,
)
from musicrnn.context.match import FARTHEST, matches
from musicrnn.context.past import NO_OUTLOOK, Past, facts, looked_up
from musicrnn.context.readings import BAR
from musicrnn.errors import MusicRNNError
from musicrnn.score import Chord, Key, Note, Track, make_score
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn_datasets.corpora import CORPORA

TOKENIZERS = {
    "parts": BeatTokenizer(parts=("PIANO", "MELODY"), canonical=True, closing=True),
    "band": BeatTokenizer((0, 32, 128), velocity_bins=4),
    "drums": BeatTokenizer((128,), chords=False),
}


def piece(seed: int, bars: int = 12) -> np.ndarray:
    """A melody over a bass that plays two bars again and again."""
    random = np.random.default_rng(seed)
    bass = [Note(480 * i, 40 + 5 * (i % 8 // 4), 480, 80) for i in range(4 * bars)]
    steps = random.integers(60, 80, 8 * bars)
    melody = [Note(240 * i, int(p), 240, 90) for i, p in enumerate(steps) if random.random() < 0.7]
    tracks = [Track(tuple(bass), name="PIANO"), Track(tuple(melody), name="MELODY")]
    chords = [Chord(1920 * bar, 5 * (bar % 2), "maj") for bar in range(bars)]
    return make_score(480, tracks, keys=[Key(0, 7, False)], chords=chords)


def outlook(bars: int, seed: int) -> Outlook:
    random = np.random.default_rng(seed)
    found = random.integers(0, 3, (bars, OUTLOOK)).astype(np.int32)
    found[:, DISTANCE] = random.integers(0, 9, bars)
    found[:, OPEN] = random.integers(0, 2, bars)
    return found


def stepped(ids: np.ndarray, tokenizer: BeatTokenizer, known: Outlook) -> np.ndarray:
    past, rows = Past(tokenizer.readings(), known), []
    for token in ids.tolist():
        past.push(token)
        rows.append(past.context().copy())
    return np.array(rows)


def at_once(ids: np.ndarray, tokenizer: BeatTokenizer, known: Outlook) -> np.ndarray:
    readings = tokenizer.readings()
    return looked_up(facts(ids, readings, known), ids, readings)


@pytest.mark.parametrize("name", TOKENIZERS)
def test_step_by_step_equals_the_whole_piece(name: str) -> None:
    tokenizer = TOKENIZERS[name]
    for seed in range(3):
        ids = np.random.default_rng(seed).integers(0, len(tokenizer.vocabulary), 700)
        known = outlook(5, seed)
        np.testing.assert_array_equal(
            stepped(ids, tokenizer, known), at_once(ids, tokenizer, known)
        )
    ids = TOKENIZERS["parts"].encode(piece(0))
    np.testing.assert_array_equal(
        stepped(ids, TOKENIZERS["parts"], NO_OUTLOOK), at_once(ids, TOKENIZERS["parts"], NO_OUTLOOK)
    )


def test_what_follows_changes_nothing_before() -> None:
    tokenizer = TOKENIZERS["parts"]
    ids, known = tokenizer.encode(piece(1)), outlook(12, 0)
    whole, half = at_once(ids, tokenizer, known), at_once(ids[:150], tokenizer, known)
    np.testing.assert_array_equal(whole[:150], half)


def test_the_same_place_is_that_of_the_definition() -> None:
    """By plain search: the first id of the earlier bar that stands behind this one's place."""
    tokenizer = TOKENIZERS["parts"]
    ids = tokenizer.encode(piece(2))
    found = at_once(ids, tokenizer, NO_OUTLOOK)
    groups = [tokenizer.events.group[i] for i in ids]
    bar, position, order, stage = -1, -1, -1, 0
    places: list[tuple[int, int, int, int]] = []
    for token, group in zip(ids.tolist(), groups, strict=True):
        value = tokenizer.events.value[token]
        if group in ("bar", "end"):
            bar, position, order = bar + 1, -1, -1
        elif group == "position":
            position, order = value, -1
        elif group == "pitch":
            order = value
        stage = {"time": 1, "tempo": 1, "chord": 2, "velocity": 1, "duration": 2}.get(group, 0)
        places.append((bar, position, order, stage))
    for t, (bar, *place) in enumerate(places):
        for distance in DISTANCES:
            column = found[t, FIELDS.index(f"place_{distance}")]
            later = [s for s in range(t + 1) if places[s] > (bar - distance, *place)]
            expected = ids[later[0]] + 1 if bar >= distance and later else 0
            assert column == expected, (t, distance)


def test_the_longest_match_is_that_of_the_definition() -> None:
    tokenizer = TOKENIZERS["parts"]
    ids = tokenizer.encode(piece(3, bars=6))
    found = at_once(ids, tokenizer, NO_OUTLOOK)
    for t in range(len(ids)):
        best, longest = -1, 0
        for s in range(t):
            length = 0
            while s - length >= 0 and ids[s - length] == ids[t - length]:
                length += 1
            if length and length >= longest:
                best, longest = s, length
        assert found[t, FIELDS.index("match")] == (ids[best + 1] + 1 if longest else 0)
        expected = np.searchsorted(MATCH_LENGTHS, longest, side="right")
        assert found[t, FIELDS.index("match_length")] == expected


def test_where_a_section_returns_the_match_is_heard_in_its_last_time_alone() -> None:
    tokenizer = TOKENIZERS["parts"]
    ids, readings = tokenizer.encode(piece(3)), tokenizer.readings()
    known = np.zeros((12, OUTLOOK), np.int32)
    known[:, OPEN], known[6:, DISTANCE] = 1, 4
    match = FIELDS.index("match")
    bars = np.cumsum(readings[ids, BAR] > 0) - 1
    free, held = (facts(ids, readings, each)[:, match] for each in (NO_OUTLOOK, known))
    assert (held[bars < 6] == free[bars < 6]).all()
    there = abs(bars[free - 1] - (bars - 4))
    heard, returns = held > 0, (bars >= 6) & (free > 0)
    assert (held[heard] == free[heard]).all()
    assert (there[returns & heard] <= 1).all()
    assert (there[returns & ~heard] >= 1).all()
    assert (returns & heard).any()
    assert (returns & ~heard).any()


def test_a_match_is_sought_no_farther_than_its_bound() -> None:
    ids = np.concatenate([np.arange(FARTHEST // 2), np.arange(2)])
    source, length = matches(ids)
    assert (source[-1], length[-1]) == (1, 1)
    far = np.concatenate([np.arange(FARTHEST + 10), np.arange(2)])
    assert matches(far)[1].max() == 0


def test_the_last_note_of_each_line_is_heard() -> None:
    tokenizer = TOKENIZERS["parts"]
    ids = tokenizer.encode(piece(3, bars=4))
    found, last = at_once(ids, tokenizer, NO_OUTLOOK), {0: 0, 1: 0, 2: 0}
    for t, token in enumerate(ids.tolist()):
        if tokenizer.events.group[token] == "pitch":
            last[tokenizer.events.value[token] // 128] = token + 1
        for line, expected in last.items():
            assert found[t, FIELDS.index(f"line_{line}")] == expected
    assert last[1] > last[0] > 0 == last[2]


def test_a_repeated_song_is_guessed_from_its_place(corpora: Path) -> None:
    """In real songs the id that follows is often the one at the same place some bars before."""
    pieces = CORPORA["pop909"].pieces(corpora / "pop909")
    tokenizer = BeatTokenizer(parts=("PIANO", "BRIDGE", "MELODY"), canonical=True)
    ids = tokenizer.encode(next(iter(pieces)).read())
    found = at_once(ids, tokenizer, NO_OUTLOOK)
    right = {n: (found[:-1, FIELDS.index(n)] == ids[1:] + 1).mean() for n in ("match", "place_8")}
    assert right["match"] > 0.5
    assert right["place_8"] > 0.15


def test_facts_serve_every_renaming() -> None:
    tokenizer = TOKENIZERS["parts"]
    ids, readings = tokenizer.encode(piece(4)), tokenizer.readings()
    found = facts(ids, readings)
    for row in tokenizer.augmentation_maps()[:6]:
        if (row[ids] >= 0).all():
            renamed = row[ids].astype(np.int32)
            expected = at_once(renamed, tokenizer, NO_OUTLOOK)
            np.testing.assert_array_equal(looked_up(found, renamed, readings), expected)


def test_every_value_is_within_its_size() -> None:
    for tokenizer in TOKENIZERS.values():
        readings, count = tokenizer.readings(), len(tokenizer.vocabulary)
        most = sizes(readings, count)
        ids = np.random.default_rng(0).integers(0, count, 2000)
        found = at_once(ids, tokenizer, outlook(40, 1))
        for column, name in enumerate(FIELDS):
            assert 0 <= found[:, column].min() <= found[:, column].max() < most[name], name
        assert readings[:, BAR].max() == 1


def test_sizes_are_written_and_read_and_groups_are_named() -> None:
    found = {"bars_left": 23, "position": 98, "match": 564}
    assert read_sizes(written(found)) == found
    assert read_sizes("") == {}
    for wrong in ("match=5,position=9", "matches=5", "match", "match=1", "match=99999999"):
        with pytest.raises(MusicRNNError):
            read_sizes(wrong)
    assert fields_of(("places", "where"))[:3] == ("bars_left", "section_left", "position")
    assert fields_of(tuple(GROUPS)) == FIELDS
    with pytest.raises(MusicRNNError, match="where, asked, match, places, lines"):
        fields_of(("whre",))
