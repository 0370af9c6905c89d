"""Learning words: made of tones here, and real ones where they are at hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.features.causal_logmel import CausalLogMel
from musicrnn.fillers import SILENCE, UNKNOWN
from musicrnn.listening.curve import Curve
from musicrnn.networks.words import WordsModel
from musicrnn.networks.words_config import WordsConfig
from musicrnn.training.task import TASKS
from musicrnn.training.words.data import Clips, Other, WordsData
from musicrnn.training.words.objective import WordsObjective
from musicrnn.training.words.settings import Drawing, WordsSettings
from musicrnn_datasets.recipes import RECIPES
from tests.musicrnn.training.small import data_of, trained

RECIPE = CausalLogMel(seconds=0.5)
TINY = WordsSettings(hidden=16, channels=4, last=8, depth=0, dropout=0.0, batch_size=24)


def clips_of(seed: int, count: int) -> Clips:
    """Three words: a low tone, a high one, a hiss; each at its own place."""
    random = np.random.default_rng(seed)
    sounds, labels = [], np.arange(count) % 3
    for label in labels:
        pitch = (400, 3000, 0)[label] * random.uniform(0.9, 1.1)
        word = np.sin(2 * np.pi * pitch * np.arange(4000) / RECIPE.rate)
        word = word if pitch else random.standard_normal(4000)
        sound = np.zeros(RECIPE.samples)
        start = int(random.integers(1000, 3500))
        sound[start : start + 4000] = np.hanning(4000) * word * 0.2
        sounds.append(sound + 1e-4 * random.standard_normal(RECIPE.samples))
    return Clips((np.array(sounds).clip(-1, 1) * 32767).astype(np.int16), labels.astype(np.int64))


def material(valid: int = 30) -> WordsData:
    words = ("low", "high", "hiss")
    data = data_of(
        clips_of(1, 60), clips_of(2, valid), encoding=RECIPE, kind=WordsData, labels=words
    )
    return replace(data, recordings={"train": [], "valid": [], "test": []}, language="Tones")


PLAN = replace(
    TASKS["words"].plan(material(), TINY),
    updates=40,
    validate_every=20,
    warm_up=5,
    average=0.9,
)


def objective(batch_size: int, data: WordsData | None = None, **drawing: float) -> WordsObjective:
    torch.manual_seed(0)
    settings = WordsSettings(batch_size=batch_size, drawing=Drawing(**drawing))
    labels = ("low", "high", "hiss", UNKNOWN, SILENCE)
    model = WordsModel(WordsConfig(labels=5, hidden=8, channels=2, last=4))
    return WordsObjective(model, data or material(9), labels=labels, settings=settings, seed=3)


@pytest.mark.usefixtures("brief_words")
def test_it_learns_and_is_calibrated(tmp_path: Path):
    output = tmp_path / "words.safetensors"
    plan = replace(PLAN, updates=120, validate_every=40, learning_rate=1e-2)
    drawing = Drawing(unknown=0.0)  # turned round, these words stay what they are
    trained("words", material(), output, settings=replace(TINY, drawing=drawing), plan=plan)
    metadata = Checkpoint.load(output).metadata
    assert metadata["task"] == "words"
    assert metadata["labels"] == ["low", "high", "hiss", SILENCE]
    assert metadata["metrics"]["valid_accuracy"] > 0.8  # a third by chance
    assert metadata["metrics"]["valid_majority"] == pytest.approx(1 / 3)
    assert 0.2 <= metadata["temperature"] <= 5
    assert set(metadata["detector"]) == {"threshold", "smoothing", "refractory", "margins"}
    assert 0 <= metadata["metrics"]["valid_stream_detection"] <= 1
    assert Curve.from_json(metadata["curve"]).hours == metadata["metrics"]["valid_stream_hours"]
    assert metadata["language"] == "Tones"


@pytest.mark.usefixtures("brief_words")
def test_interrupted_and_resumed_equals_uninterrupted(tmp_path: Path):
    """The carried states of the rows, the draws and the position go on where they were."""

    class Stop:
        def updated(self, state, figures):
            if state.update == 13:
                raise KeyboardInterrupt

        def validated(self, state, figures): ...

    whole, parts = tmp_path / "whole.safetensors", tmp_path / "parts.safetensors"
    trained("words", material(), whole, settings=TINY, plan=PLAN)
    trained("words", material(), parts, settings=TINY, plan=PLAN, callback=Stop())
    trained("words", material(), parts, settings=TINY, plan=PLAN, resume=True)
    first, second = Checkpoint.load(whole), Checkpoint.load(parts)
    for name, array in first.arrays.items():
        np.testing.assert_array_equal(array, second.arrays[name], err_msg=name)


def test_a_batch_is_what_its_settings_say():
    made = objective(40, unknown=0.25, silence=0.1, smoothing=0.1, carry=0.3)
    batch = made.batches.draw(np.random.default_rng(0), np.arange(26))
    told = batch.targets.argmax(1)
    assert batch.frames.shape == (40, 30, RECIPE.n_mels)  # whole steps of the 31 frames
    assert (told == 3).sum() == 10
    assert (told == 4).sum() == 4
    np.testing.assert_array_equal(batch.targets.max(1), 1)
    np.testing.assert_array_equal(batch.targets.sum(1), 1)
    np.testing.assert_array_equal(batch.is_word, told < 3)
    assert (batch.begin[batch.is_word] < batch.end[batch.is_word]).all()
    assert (batch.places == -1).all()
    fresh = [
        made.batches.draw(np.random.default_rng(n), np.arange(26)).fresh.mean() for n in range(20)
    ]
    assert np.mean(fresh) == pytest.approx(0.7, abs=0.06)


def test_an_epoch_hears_every_clip_once():
    made = objective(12, unknown=0.0, silence=0.0)
    seen = np.concatenate([made._chosen() for _ in range(5)])
    np.testing.assert_array_equal(np.sort(seen), np.arange(60))
    assert made.position() == {"epoch": 1, "batch": 0}


def test_real_speech_is_drawn_and_what_was_mistaken_comes_again(tmp_path: Path):
    random = np.random.default_rng(5)
    speech = random.integers(-4000, 4000, 40 * RECIPE.rate).astype(np.int16)
    data = replace(material(9), others=lambda split: [Other("sentences", speech)])
    made = objective(40, data, other=0.5, mined=0.9999, silence=0.1, unknown=0.1)
    batch = made.batches.draw(random, np.arange(12))
    assert (batch.places >= 0).sum() == 20
    told = batch.targets[batch.places >= 0].argmax(1)
    assert (told == made.labels.index(UNKNOWN)).all()
    made.batches.places.weights[:] = 0
    made.batches.places.weights[[7, 30]] = 0.5
    places = made.batches.draw(random, np.arange(12)).places
    assert set(places[places >= 0]) == {7, 30}
    made.loss(made.module)
    after = made.batches.places.weights
    assert set(np.flatnonzero(after != 0)) == {7, 30}
    assert not np.array_equal(after[[7, 30]], [0.5, 0.5])
    going_on = objective(40, data, other=0.5)
    going_on.seek(made.position())
    going_on.carry(made.carried())
    np.testing.assert_array_equal(going_on.batches.places.weights, after)
    with pytest.raises(MusicRNNError, match="weights of 80 places"):
        going_on.carry({"mined": torch.full((80,), 2.0)})


def test_a_row_goes_on_from_its_last_clip():
    made = objective(12, carry=0.0)
    made.loss(made.module)
    assert all(part.abs().sum() > 0 for part in made.state)
    going_on = made._begin(np.zeros(12, bool))
    assert all(torch.equal(a, b) for a, b in zip(going_on, made.state, strict=True))
    fresh = np.arange(12) < 6
    begun = made._begin(fresh)
    for part, place in zip(begun, made.module.batch_places, strict=True):
        rows = part.movedim(place, 0)
        assert not rows[:6].any()
        assert rows[6:].any()


def test_refusals(tmp_path: Path):
    output = tmp_path / "words.safetensors"
    one = replace(material(), labels=("low", "high", "hiss", "never"))
    with pytest.raises(MusicRNNError, match="none is left to learn 'never' from"):
        trained("words", one, output, settings=TINY, plan=PLAN)
    with pytest.raises(MusicRNNError, match="leave a tenth"):
        Drawing(unknown=0.5, other=0.1, silence=0.35)
    with pytest.raises(MusicRNNError, match="batch_size"):
        WordsSettings(batch_size=1)
    assert not output.exists()


def test_the_recipes_have_the_sizes_that_their_names_say():
    for name, most in (("commands-micro", 75_000), ("commands-small", 500_000)):
        settings = RECIPES[name].settings
        model = WordsModel(settings.extended(WordsConfig, {"labels": 42, "bands": 40}))
        assert sum(p.numel() for p in model.parameters()) < most
        assert not settings.bidirectional
    assert RECIPES["commands-full"].settings.bidirectional


@pytest.mark.learning
def test_ten_real_words_are_learnt(corpora, tmp_path):
    from musicrnn.sources.words import find_words, prepare_words

    found = find_words("arabic-commands", data=corpora)
    few = sorted({clip.label for clip in found.clips})[:10]
    kept = replace(found, clips=[clip for clip in found.clips if clip.label in few])
    prepared = prepare_words(kept, recipe=CausalLogMel())
    settings = RECIPES["commands-small"].settings
    plan = replace(TASKS["words"].plan(prepared, settings), updates=300)
    output = tmp_path / "words.safetensors"
    trained("words", prepared, output, settings=settings, plan=plan)
    assert Checkpoint.load(output).metadata["metrics"]["valid_accuracy"] > 0.85


def test_how_long_is_counted_in_epochs_of_the_words():
    """Of a batch only some rows are words; a base needs less than random weights."""
    task, usual = TASKS["words"], WordsSettings()
    for clips, anew, with_base in ((100, 600, 300), (600, 600, 417), (7200, 5000, 5000)):
        data = data_of(Clips(np.zeros((clips, 4), np.int16), np.zeros(clips, np.int64)), ())
        plan, on = task.plan(data, usual), task.going_on(data, usual)
        assert (plan.updates, on.updates) == (anew, with_base)
        assert on.learning_rate == plan.learning_rate / 4
