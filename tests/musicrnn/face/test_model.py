"""A Model does what the command line does, and can be looked into."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import musicrnn as mr
from musicrnn.io.midi import midi_bytes
from musicrnn.pretrained import bundled_names
from musicrnn_cli.main import main
from tests.musicrnn.four_voices import random_score

OLDER = Path(__file__).parents[2] / "golden"  # has models of tokens alone


@pytest.fixture(scope="module")
def pop() -> mr.Model:
    return mr.load("pop")


def test_it_composes_what_the_command_composes(
    pop: mr.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    line = "compose --seed 5 --bars 2 --key F# --tempo 90 --temperature 0.9 --chords Bm -o a.mid"
    result = CliRunner().invoke(main, line.split())
    assert result.exit_code == 0, result.output
    piece = pop.compose(5, bars=2, key="F#", tempo=90, temperature=0.9, chords="Bm")
    piece.save("b.mid")
    assert Path("a.mid").read_bytes() == Path("b.mid").read_bytes()
    assert (piece.seed, piece.bars, piece.style) == (5, 2, "pop")
    assert repr(piece).startswith("<Composition 'pop', seed 5: 2 bars, ")
    assert "pop, seed 5" in piece._repr_html_()


def test_many_are_the_same_as_each_alone_and_as_a_copys(pop: mr.Model, tmp_path: Path) -> None:
    many = pop.compose_many(range(1, 4), {"bars": 1, "key": "D", "temperature": None})
    found = {piece.seed: piece.score for piece in many}
    assert [found[seed] for seed in (1, 2, 3)] == [
        pop.compose(seed, bars=1, key="D").score for seed in (1, 2, 3)
    ]
    pop.save(tmp_path / "drums.safetensors")  # the name of another style
    copy = mr.load(tmp_path / "drums.safetensors")
    assert copy.compose(1, bars=1, key="D").score == found[1]
    assert copy.compose(1).bars == 16
    with pytest.raises(mr.MusicRNNError, match="exists already"):
        pop.save(tmp_path / "drums.safetensors")
    with pytest.raises(mr.MusicRNNError, match=r"ends in \.safetensors"):
        pop.save(tmp_path / "drums.mid")
    with pytest.raises(mr.MusicRNNError, match="no wish 'keys'; did you mean key"):
        next(pop.compose_many([1], {"keys": "D"}))


def test_a_primer_is_a_score_or_a_file(pop: mr.Model, tmp_path: Path) -> None:
    start = pop.compose(1, bars=1).score
    start.save(tmp_path / "start.mid")
    by_score = pop.compose(2, bars=1, primer=start)
    assert pop.compose(2, bars=1, primer=pop.compose(1, bars=1)).score == by_score.score
    by_file = pop.compose(2, bars=1, primer=tmp_path / "start.mid")
    assert midi_bytes(by_score.score) == midi_bytes(by_file.score)
    assert by_score.bars == 2


def test_a_tune_is_saved_as_the_model_wrote_it(tmp_path: Path) -> None:
    tune = mr.load("folk").compose(1, bars=8)
    tune.save(tmp_path / "tune.abc")
    assert tune.text
    assert (tmp_path / "tune.abc").read_text() == f"X:1\nT:folk 1\n{tune.text}\n"


def test_it_harmonizes_and_varies_what_the_command_does(tmp_path: Path) -> None:
    random_score(3, bars=2).save(tmp_path / "four.mid")
    chorale = mr.load("chorale")
    four = chorale.harmonize(tmp_path / "four.mid", seed=1, keep=["Soprano", "bass"])
    line = f"harmonize {tmp_path}/four.mid --keep soprano,bass --seed 1 -o {tmp_path}/by.mid --json"
    result = CliRunner().invoke(main, line.split())
    assert result.exit_code == 0, result.output
    four.save(tmp_path / "here.mid")
    assert (tmp_path / "here.mid").read_bytes() == (tmp_path / "by.mid").read_bytes()
    assert json.loads(result.stdout)["nats_per_cell"] == round(four.nats, 4)
    varied = chorale.vary(four.score, (2, 2), voices=["alto"], seed=2).score
    assert varied.tracks[0] == four.score.tracks[0]
    assert varied.tracks[1] != four.score.tracks[1]
    with pytest.raises(mr.MusicRNNError, match=r"voices are some of soprano, .* got 'flute'"):
        chorale.vary(four, (1, 1), voices="flute")
    with pytest.raises(mr.MusicRNNError, match="keep one, got soprano, bass"):
        chorale.harmonize(four, keep="soprano,bass", track=1)
    with pytest.raises(mr.MusicRNNError, match=r"bars are the first and the last one.* got 3"):
        chorale.vary(four, 3)
    with pytest.raises(mr.MusicRNNError, match="bars must be a whole number, got '1'"):
        chorale.vary(four, ("1", "2"))


def test_logits_and_states_at_every_step(pop: mr.Model) -> None:
    ids = pop.encode(pop.compose(1, bars=1).score)
    logits, states = pop(ids, return_states=True)
    assert logits.shape == (len(ids), len(pop.tokenizer.vocabulary))
    shape = pop.network.config.layers, len(ids), pop.network.config.hidden
    assert {name: part.shape for name, part in states.items()} == {"hidden": shape, "cell": shape}
    assert np.abs(pop(ids[:5]) - logits[:5]).max() < 1e-4  # nothing from the future
    assert pop.decode(ids) == pop.tokenizer.decode(ids)


def test_logits_are_those_of_the_last_states() -> None:
    drums = mr.load(OLDER / "drums-of-november.safetensors")  # hears no context: nothing is added
    logits, states = drums(drums.encode(drums.compose(1, bars=1).score), return_states=True)
    weights = drums.network.output.weight.detach().numpy()
    bias = drums.network.output.bias.detach().numpy()
    assert np.abs(states["hidden"][-1] @ weights.T + bias - logits).max() < 1e-3


def test_a_label_has_logits_and_no_states() -> None:
    genre = mr.load("genre")
    frames = np.random.default_rng(0).normal(-40, 10, (100, 128)).astype(np.float32)
    assert genre(frames).shape == (11,)  # none of these too
    with pytest.raises(mr.MusicRNNError, match="cannot show its states"):
        genre(frames, return_states=True)
    with pytest.raises(mr.MusicRNNError, match=r"frames in dB \[T, 128\], .* got \[3\]"):
        genre([1, 2, 3])


@pytest.mark.parametrize(
    ("ids", "reason"),
    [
        ([], r"T at least 1, got \[0\]"),
        ([[1, 2]], r"whole numbers \[T\].*got \[1, 2\]"),
        ([0.5], "whole numbers"),
        ([1, 100_000], r"in 0\.\.\d+, the vocabulary, got 100000"),
        ([-1], "got -1"),
    ],
)
def test_ids_that_are_none_are_refused(pop: mr.Model, ids: list[int], reason: str) -> None:
    with pytest.raises(mr.MusicRNNError, match=reason):
        pop(ids)


def test_what_a_kind_cannot_do_is_the_commands_sentence(pop: mr.Model, tmp_path: Path) -> None:
    with pytest.raises(mr.MusicRNNError, match="composes token after token: it cannot classify"):
        pop.classify(tmp_path / "song.wav")
    with pytest.raises(mr.MusicRNNError, match="it cannot compose"):
        mr.load("genre").compose()
    for name in ("genre", "jsb", "commands", OLDER / "chorale-of-november.safetensors"):
        with pytest.raises(mr.MusicRNNError, match="it cannot encode or decode a piece, it reads"):
            mr.load(name).encode(tmp_path / "tune.mid")
    sound = mr.Waveform(np.zeros((1, 9), np.float32), 9)
    with pytest.raises(mr.MusicRNNError, match="a file is read: give its path, got <Wave"):
        mr.load("genre").classify(sound)
    with pytest.raises(mr.MusicRNNError, match="a piece of notes is needed, got <Wave"):
        pop.encode(sound)
    with pytest.raises(mr.MusicRNNError, match="it cannot listen"):
        pop.stream()


@pytest.mark.parametrize(
    ("wishes", "reason"),
    [
        ({"key": "H"}, "a key reads like"),
        ({"time_signature": "3"}, "a time signature reads like"),
        ({"chords": "Cx"}, "a chord reads like"),
        ({"tempo": 1}, "tempo must be in 4..1000"),
        ({"tempo": "fast"}, "tempo must be a number, got 'fast'"),
        ({"bars": "8"}, "bars must be a number, got '8'"),
        ({"bars": 2.5}, "bars must be a whole number, got 2.5"),
        ({"density": True}, "density must be a number, got True"),
        ({"temperature": "hot"}, "temperature must be .*, got 'hot'"),
        ({"top_k": 1.5}, "top_k must be .*, got 1.5"),
        ({"bars": 2, "seconds": 3}, "bars or seconds, not both"),
        ({"key": 3}, "a key reads like"),
        ({"best_of": 0}, "the best of 1 to 1000"),
        ({"best_of": "2"}, "best_of must be a whole number, got '2'"),
        ({"time_signature": ""}, "a time signature reads like"),
        ({"chords": ["C", "H"]}, "a chord reads like"),
        ({"seed": -1}, "seed must be in 0"),
        ({"seed": "3"}, "seed must be a whole number, got '3'"),
        ({"seed": True}, "seed must be a whole number, got True"),
    ],
)
def test_a_wrong_wish_is_one_sentence(
    pop: mr.Model, wishes: dict[str, object], reason: str
) -> None:
    with pytest.raises(mr.MusicRNNError, match=reason):
        pop.compose(**{"seed": 1, **wishes})


def test_models_says_of_every_bundled_one_what_it_does() -> None:
    told = mr.models()
    assert list(told) == bundled_names()
    assert "learnt from pop909 (MIT)" in told["pop"]
    with pytest.raises(mr.MusicRNNError, match=r"no model 'popp'.*did you mean pop"):
        mr.load("popp")
    for device in ("banana", None, 0):
        with pytest.raises(mr.MusicRNNError, match=r"device must be auto, cpu or cuda.* got "):
            mr.load("pop", device=device)


def test_a_stream_refuses_a_bad_block_and_goes_on() -> None:
    stream = mr.load("commands-micro").stream()
    assert repr(stream) == "<WordStream at 16000 Hz, listens for 40 words>"
    sound = np.random.default_rng(0).normal(0, 0.01, 16_000).astype(np.float32)
    before = stream.probabilities(sound)
    for block, reason in (
        (np.full(2000, np.nan, np.float32), "finite samples"),
        (np.zeros((1, 100), np.float32), r"float32 samples \[N\].* got float32 \[1, 100\]"),
        (np.zeros(100, np.int16), "got int16"),
    ):
        with pytest.raises(mr.MusicRNNError, match=reason):
            stream.push(block)
    stream.begin()
    assert np.array_equal(stream.probabilities(sound), before)


def test_a_chord_that_is_played_otherwise_is_a_warning(pop: mr.Model) -> None:
    with pytest.warns(UserWarning, match="Am9 is played as Am7"):
        piece = pop.compose(3, bars=2, chords=["C/E", "Am9"])
    low = [n.pitch % 12 for track in piece.score.tracks for n in track.notes if n.start == 0]
    assert low[0] == 4
