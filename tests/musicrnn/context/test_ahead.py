"""Voices: what sounds, what sounded before, and what is ahead of those that are given."""

import numpy as np
import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.context.ahead import with_gap
from musicrnn.context.fields import AHEAD, FIELDS, LABELS, sizes, untold
from musicrnn.context.fields import written as as_text
from musicrnn.context.past import (
    NO_OUTLOOK,
    Past,
    facts,
    facts_ahead,
    looked_up,
    played_bars,
)
from musicrnn.context.readings import LINE, Readings
from musicrnn.context.timed import AT, IN_BAR
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.networks.language_steps import LanguageSteps
from musicrnn.sampling.engine import CPUEngine
from musicrnn.score import Note, Score, Track, make_score
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.tokens.chorale import ChoraleTokenizer

CHORALE = ChoraleTokenizer()
READINGS = CHORALE.readings()
NAMES = ("Soprano", "Alto", "Tenor", "Bass")


def voices(seed: int, beats: int = 24) -> Score:
    random = np.random.default_rng(seed)
    tracks: list[Track] = []
    for name, low in zip(NAMES, (64, 57, 50, 40), strict=True):
        times = np.flatnonzero(random.random(2 * beats) < 0.6).tolist()
        notes = [Note(2 * t, low + int(random.integers(0, 9)), 2, 80) for t in times]
        tracks.append(Track(tuple(notes), name=name))
    return make_score(4, tracks)


def notes_given(ids: np.ndarray, readings: Readings) -> dict[int, np.ndarray]:
    """Of each line of a piece its notes, as Past takes them."""
    past, found = Past(readings), dict[int, list[list[int]]]()
    for token in ids.tolist():
        past.push(token)
        if (line := int(readings[token, LINE])) >= 0:
            found.setdefault(line, []).append([token, int(past.now[IN_BAR]), int(past.now[AT])])
    return {line: np.array(notes, np.int64) for line, notes in found.items()}


def moved_soprano(names: list[str]) -> int:
    """Where it has moved on the second beat, and the bass has not."""
    return next(i for i in range(names.index("position_4"), 99) if names[i].startswith("soprano"))


def test_step_by_step_equals_the_whole_piece() -> None:
    for seed in range(4):
        ids = CHORALE.encode(voices(seed))
        given = notes_given(ids, READINGS)
        for lines in ((), (0,), (0, 3), (1, 2, 3), (0, 1, 2, 3)):
            past, rows = Past(READINGS, NO_OUTLOOK, {line: given[line] for line in lines}), []
            for token in ids.tolist():
                past.push(token)
                rows.append(past.context().copy())
            wanted = facts_ahead(ids, READINGS)
            for line, columns in enumerate(AHEAD):
                if line not in lines:
                    wanted[:, columns] = 0
            np.testing.assert_array_equal(np.array(rows), looked_up(wanted, ids, READINGS))
            if not lines:
                np.testing.assert_array_equal(wanted, facts(ids, READINGS))


def test_a_gap_hides_its_notes_and_what_lies_behind_it_is_ahead() -> None:
    for seed in range(6):
        ids = CHORALE.encode(voices(seed))
        bars = played_bars(ids, READINGS).astype(np.int64)
        notes, line = notes_given(ids, READINGS), seed % 4
        for gap in ((1, 3), (0, 2), (2, 9), (4, 5), (20, 22)):
            left = notes[line][(notes[line][:, 1] < gap[0]) | (notes[line][:, 1] >= gap[1])]
            past, rows = Past(READINGS, NO_OUTLOOK, {line: left}), []
            for token in ids.tolist():
                past.push(token)
                rows.append(past.context().copy())
            found = facts_ahead(ids, READINGS)
            with_gap(found, line, gap, bars, READINGS)
            columns = AHEAD[line]
            told = looked_up(found, ids, READINGS)[:, columns]
            np.testing.assert_array_equal(np.array(rows)[:, columns], told)


def test_tones_are_what_sounds_and_what_sounded_before_this_position() -> None:
    ids = CHORALE.encode(make_score(4, [
        Track((Note(0, 72, 4, 80), Note(4, 74, 12, 80)), name="Soprano"),
        Track((Note(0, 48, 4, 80), Note(4, 43, 12, 80)), name="Bass"),
    ]))  # fmt: skip
    found = looked_up(facts_ahead(ids, READINGS), ids, READINGS)
    names = [CHORALE.vocabulary[token] for token in ids]
    step = moved_soprano(names)
    heard = {name: int(found[step, FIELDS.index(name)]) for name in FIELDS}
    assert (heard["tone_0"] - heard["before_0"]) % 12 == 2
    assert heard["tone_3"] == heard["before_3"] > 0
    assert (heard["next_3"] - heard["tone_3"]) % 12 == 7
    assert heard["next_0"] == heard["next_at_0"] == heard["second_3"] == 0
    assert heard["tone_1"] == heard["next_1"] == 0


def hearing() -> LanguageModel:
    torch.manual_seed(0)
    told = sizes(READINGS, len(CHORALE.vocabulary))
    names = [name for name in FIELDS if name not in untold(READINGS) | set(LABELS)]
    context = as_text({name: told[name] for name in names})
    shape = {"vocabulary": len(CHORALE.vocabulary), "embedding": 8, "hidden": 16}
    model = LanguageModel(LanguageConfig(**shape, context=context))
    model.set_readings(READINGS)
    with torch.no_grad():
        for part in model.copies.values():
            part.normal_()
    return model.eval()


def test_intervals_count_the_same_in_torch_and_in_compiled_loops() -> None:
    model = hearing()
    engine = CPUEngine(Checkpoint(model.arrays(), {"model": model.configuration()}))
    engine.begin(1)
    ids = CHORALE.encode(voices(5))
    read = model.inputs(ids)
    with torch.no_grad():
        wanted = model(torch.from_numpy(read).long()[None], model.initial_state(1))[0][0].numpy()
        steps = LanguageSteps(model)
        memory, past = steps.after([]), engine.past()
        for token, row in zip(ids[:80].tolist(), wanted[:80], strict=True):
            past.push(token)
            inputs = np.array([engine.inputs(token, past)], np.int64)
            np.testing.assert_allclose(engine.step(inputs)[0], row, atol=2e-4)
            heard = torch.from_numpy(inputs)
            stepped, memory = steps.step(heard[:, 0], memory, heard[:, 1:])
            np.testing.assert_allclose(stepped[0].numpy(), row, atol=2e-4)


def test_what_would_move_in_parallel_is_one_score() -> None:
    model = hearing()
    with torch.no_grad():
        for part in model.copies.values():
            part.zero_()
        kept = len(model.copies["bias"]) - (5 * 4 + 2) * 12  # of the soprano, then by interval
        model.copies["bias"][kept + (12 - 7)] = -50.0  # below it a fifth: the interval is -7
    ids = CHORALE.encode(make_score(4, [
        Track((Note(0, 72, 4, 80), Note(4, 74, 12, 80)), name="Soprano"),
        Track((Note(0, 65, 4, 80), Note(4, 67, 12, 80)), name="Bass"),
    ]))  # fmt: skip
    read = torch.from_numpy(model.inputs(ids)).long()[None]
    with torch.no_grad():
        logits = model(read, model.initial_state(1))[0][0]
    names = [CHORALE.vocabulary[token] for token in ids]
    moved = moved_soprano(names)
    low = logits[moved] < -20
    assert int(low.sum()) > 8
    assert low[ids[moved + 1]]
    fifths = [CHORALE.vocabulary[token] for token in torch.nonzero(low)[:, 0].tolist()]
    assert {name.split("_")[0] for name in fifths} == {"bass"}
    assert not (logits[names.index("position_0") + 2] < -20).any()


def test_what_stays_where_a_line_is_passed_over_is_one_score() -> None:
    model = hearing()
    with torch.no_grad():
        for part in model.copies.values():
            part.zero_()
        beside = len(model.copies["bias"]) - (4 + 2) * 12
        model.copies["bias"][
            beside + 36 + 2
        ] = -50.0  # of the bass, which is line 3: a ninth above it
    ids = CHORALE.encode(make_score(4, [
        Track((Note(0, 72, 16, 80),), name="Soprano"),
        Track((Note(0, 60, 16, 80),), name="Alto"),
        Track((Note(0, 57, 4, 80), Note(4, 62, 12, 80)), name="Tenor"),
        Track((Note(0, 53, 4, 80), Note(4, 46, 12, 80)), name="Bass"),
    ]))  # fmt: skip
    read = torch.from_numpy(model.inputs(ids)).long()[None]
    with torch.no_grad():
        logits = model(read, model.initial_state(1))[0][0]
    names = [CHORALE.vocabulary[token] for token in ids]
    moved = next(i for i in range(names.index("position_4"), 99) if names[i].startswith("bass"))

    def low(at: int) -> set[str]:
        found = torch.nonzero(logits[at] < -20)[:, 0].tolist()
        return {CHORALE.vocabulary[token].split("_")[0] for token in found}

    assert low(moved) == {"tenor", "position", "bar", "end"}
    assert low(moved + 1) == set(), "the tenor is written: the alto is passed over already"
    assert low(names.index("position_0")) == set(), "nothing sounds yet"


def test_music_that_is_not_in_voices_hears_none_of_it() -> None:
    band = BeatTokenizer((0,), parts=("PIANO", "MELODY"), canonical=True)
    silent = untold(band.readings())
    assert {"tone_0", "before_3", "next_1", "next_at_2", "second_0", "line_3"} <= silent
    assert "line_0" not in silent
    assert not untold(READINGS) & {
        name for columns in AHEAD for name in map(FIELDS.__getitem__, columns)
    }
