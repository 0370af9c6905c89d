"""``train compose`` on a folder of sounds, and what comes of it; a codec of one's own."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from musicrnn import load
from musicrnn.io.audio import read_audio, write_audio
from musicrnn.waveform import Waveform
from musicrnn_cli.main import main

TINY = [
    word
    for setting in ("hidden=8", "embedding=6", "inner=6", "updates=2", "validate_every=1")
    for word in ("--set", setting)
]


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """Short tones in two folders, and a file that is none."""
    home = tmp_path_factory.mktemp("sounds") / "my-sounds"
    for label, pitch in (("low", 200.0), ("high", 800.0)):
        (home / label).mkdir(parents=True)
        for number in range(9):
            at = np.arange(8000) / 16_000
            tone = 0.3 * np.exp(-6 * at) * np.sin(2 * np.pi * pitch * 2 ** (number / 12) * at)
            sound = Waveform(tone[None].astype(np.float32), 16_000)
            write_audio(sound, home / label / f"{number}.wav")
    (home / "low" / "broken.wav").write_bytes(b"RIFF nothing")
    return home


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def _kept(cache, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", cache)


def run(*words, code=0):
    result = CliRunner().invoke(main, list(map(str, words)))
    assert result.exit_code == code, f"{result.output}\n{result.exception!r}"
    return result


@pytest.fixture(scope="module")
def model(sounds, tmp_path_factory, cache):
    output = tmp_path_factory.mktemp("model") / "s.safetensors"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", cache)
        told = run("train", "compose", sounds, "-o", output, *TINY).stderr
    assert "left out low/broken.wav" in told
    assert "18 sounds, 0.00 h as codec tokens" in told
    assert "bigram" in told
    return output


def test_sounds_are_composed(model, tmp_path):
    found = run("compose", "--model", model, "--label", "low", "--seed", 1, "--count", 2,
                "-o", tmp_path / "n.wav", "--json").stdout  # fmt: skip
    for line, number in zip(found.splitlines(), (1, 2), strict=True):
        record = json.loads(line)
        assert record["seed"] == number
        assert (record["feel"], record["notes"], record["key"]) == ("low", None, None)
        sound = read_audio(tmp_path / f"n-{number:03}.wav")
        assert sound.rate == 16_000
        assert abs(sound.seconds - record["seconds"]) < 0.01
    text = run("compose", "--model", model, "--label", "low", "--seed", 1, "--seconds", 0.4,
               "-o", tmp_path / "one.flac").stdout  # fmt: skip
    assert "s  seed 1, low, 0.4 s" in text
    grown = tmp_path / "grown.wav"
    run("compose", "--model", model, "--primer", tmp_path / "one.flac", "--seconds", 0.3,
        "-o", grown)  # fmt: skip
    assert abs(read_audio(grown).seconds - 0.7) < 0.02


def test_without_an_output_it_is_written_as_sound(model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("compose", "--model", model, "--seed", 5)
    assert [path.name for path in tmp_path.iterdir()] == ["s-5.wav"]


def test_from_python_it_is_the_same(model, tmp_path):
    run("compose", "--model", model, "--seed", 4, "--label", "high", "-o", tmp_path / "a.wav")
    made = load(model).compose(seed=4, label="high")
    made.save(tmp_path / "b.wav")
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    assert "<audio" in made._repr_html_()
    longer = load(model).compose(seed=4, seconds=0.2, primer=made)
    assert longer.sound.seconds > made.sound.seconds


def test_what_it_cannot_do_is_said(model, tmp_path):
    (tmp_path / "broken.wav").write_bytes(b"RIFF nothing")
    for words, says in (
        (("-o", tmp_path / "a.mid"), "the suffix must be one of .wav .flac .ogg .mp3, got .mid"),
        (("--label", "lo"), "the model has learnt no 'lo': it knows high, low"),
        (("--bars", 2), "has learnt no tempos"),
        (("--key", "D"), "not by key"),
        (("--stream",), "writes no MIDI messages"),
        (("--soundfont", tmp_path / "a.sf2"), "sound is made without a SoundFont"),
        (("--primer", tmp_path / "broken.wav"), "broken.wav"),
    ):
        result = run("compose", "--model", model, *words, code=1)
        assert says in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["broken.wav"]


def test_a_primer_is_not_written_over(model, tmp_path, sounds):
    primer = tmp_path / "p.wav"
    primer.write_bytes((sounds / "low" / "1.wav").read_bytes())
    before = primer.read_bytes()
    for words in (("--model", model), ("--style", "pop")):
        result = run("compose", *words, "--primer", primer, "-o", primer, code=1)
        assert ("is the primer itself" in result.output) == ("--model" in words)
        assert primer.read_bytes() == before
    result = run("compose", "--label", "low", "-o", tmp_path / "l.mid", code=1)
    assert "labels are of models of sound, and this one writes notes: got 'low'" in result.output


def test_a_model_is_not_exported_onto_itself(model):
    result = run("export", model, "-o", model, "--store", "int8", code=2)
    assert "is the model itself" in result.output


def test_settings_that_cannot_be_are_said(sounds, tmp_path):
    output = tmp_path / "x.safetensors"
    for verb, words, says in (
        ("tokenize", ("--set", "seconds=0.05"), "seconds must be in 0.2..60"),
        ("tokenize", ("--set", "bands=512"), "of 512 would hear nothing: a window of 768 samples"),
        ("tokenize", ("--mix", "inf"), "a mix is one positive number"),
        ("compose", ("--mix", "1e308"), "a mix is one positive number"),
    ):
        assert says in run("train", verb, sounds, "-o", output, *words, code=1).output
        assert not output.exists()


def test_it_is_measured_beside_counting(model, sounds):
    found = json.loads(run("evaluate", model, sounds, "--json").stdout)
    assert found["n"] == 3
    assert found["baselines"]["uniform"] == pytest.approx(4 * np.log(256))
    assert "bits a second" in run("evaluate", model, sounds).stdout
    inspected = json.loads(run("inspect", model, "--json").stdout)
    assert inspected["labels"] == ["high", "low"]
    assert inspected["tokenizer"]["name"] == "codec"


def test_samples_are_tokens_too(sounds, tmp_path):
    output = tmp_path / "m.safetensors"
    run("train", "compose", sounds, "--tokens", "mulaw", "--cell", "mingru", "-o", output, *TINY)
    run("compose", "--model", output, "--seconds", 0.05, "--seed", 1, "-o", tmp_path / "m.wav")
    assert read_audio(tmp_path / "m.wav").samples.shape == (1, 400)
    assert "mulaw tokens" in run("tokenize", tmp_path / "m.wav", "--model", output).stdout


@pytest.mark.parametrize("tokens", ["mulaw", "codec"])
def test_labels_are_learnt_of_tokens(tokens, sounds, tmp_path):
    output = tmp_path / "raw.safetensors"
    small = ("hidden=4", "updates=2", "validate_every=1", "batch_size=4", "slices=4")
    words = [word for setting in small for word in ("--set", setting)]
    run("train", "classify", sounds, "--tokens", tokens, "--cell", "rglru", "-o", output, *words)
    inspected = json.loads(run("inspect", output, "--json").stdout)
    assert inspected["tokenizer"]["name"] == tokens
    assert inspected["model"]["branches"] == "sliced"
    told = json.loads(run("classify", sounds / "low" / "1.wav", "--model", output, "--json").stdout)
    assert told["label"] in ("low", "high")
    assert sum(told["probabilities"].values()) == pytest.approx(1)
    assert json.loads(run("evaluate", output, sounds, "--json").stdout)["n"] > 0
    result = run("export", output, "-o", tmp_path / "raw.onnx", code=1)
    assert "this classifier reads tokens" in result.output


def test_a_codec_of_ones_own(sounds, tmp_path):
    output = tmp_path / "c.safetensors"
    small = ("heard=8", "hidden=8", "latent=4", "codes=16", "updates=2", "validate_every=1",
             "batch_size=4")  # fmt: skip
    words = [word for setting in small for word in ("--set", setting)]
    run("train", "tokenize", sounds, "-o", output, *words)
    sound = sounds / "low" / "1.wav"
    told = run("tokenize", sound, "--model", output, "-o", tmp_path / "again.wav").stdout
    assert "codec tokens, 0.50 s at 16000 Hz in one channel, 1 kbit/s" in told
    assert read_audio(tmp_path / "again.wav").samples.shape == (1, 8000)
    found = json.loads(run("evaluate", output, sounds, "--json").stdout)
    assert found["bits_a_second"] == 1000
    assert found["measures"]["Griffin-Lim"]["logmel"]["n"] == found["n"] > 0
