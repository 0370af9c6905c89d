import json
import shutil

import numpy as np
import pytest
from click.testing import CliRunner

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.io.audio import write_audio
from musicrnn.sources.readers import measured
from musicrnn.training.data import DataRequest
from musicrnn.waveform import Waveform
from musicrnn_cli.main import main


def run(*words):
    return CliRunner().invoke(main, [*map(str, words)])


def song(path, number, fast):
    """A melody, slow or fast."""
    rate, seconds = 22_050, 4
    t = np.arange(seconds * rate) / rate
    speed = 12 if fast else 2
    notes = np.random.default_rng(number).integers(0, 24, speed * seconds + 1)
    pitch = 220 * 2 ** (notes[(t * speed).astype(int)] / 12)
    samples = 0.4 * np.sin(2 * np.pi * pitch * t) * (1 - t * speed % 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_audio(Waveform(np.float32(samples)[None], rate), path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("songs")
    for number in range(8):
        song(root / "slow" / f"{number}.wav", number, False)
        song(root / "fast" / f"{number}.flac", number, True)
    (root / "fast" / "broken.mp3").write_bytes(b"no sound at all")
    return root


@pytest.fixture(scope="module")
def model(folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "speed.safetensors"
    settings = ("hidden=8", "channels=4", "batch=8", "updates=30", "warm_up=5", "crop=32")
    words = [word for setting in settings for word in ("--set", setting)]
    result = run("train", "classify", folder, "-o", path, "--seed", 1, *words)
    assert result.exit_code == 0, result.output
    assert "left out fast/broken.mp3" in result.stderr
    assert "2 labels: fast, slow; train" in result.stderr
    return path


def test_a_folder_not_learnt_from_is_measured_as_a_whole(model, folder, tmp_path):
    for number, fast in ((50, True), (51, True), (52, False)):
        song(tmp_path / "others" / ("fast" if fast else "slow") / f"{number}.wav", number, fast)
    asked = ("evaluate", model, tmp_path / "others", "--json")
    result = run(*asked)
    found = json.loads(result.stdout)
    assert (found["n"], found["split"]) == (3, "all")
    assert "has not learnt from others: all of it is measured on" in result.stderr
    assert "on all of" in run(*asked[:3]).stdout
    assert "at least 3 are needed" in run(*asked, "--split", "test").stderr  # asked for, and kept
    # the very files under another name are known by their content
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    before = json.loads(run("evaluate", model, folder, "--json").stdout)
    again = json.loads(run("evaluate", model, copy, "--json").stdout)
    assert (again["n"], again["split"]) == (before["n"], "test") == (2, "test")
    # a header that lists no files is taken at the folder's name
    earlier = Checkpoint.load(model)
    del earlier.metadata["data"]["corpora"][0]["listed"]
    earlier.metadata.pop("format")
    earlier.save(tmp_path / "earlier.safetensors")
    for path, split in ((copy, "all"), (folder, "test")):
        told = run("evaluate", tmp_path / "earlier.safetensors", path, "--json")
        assert json.loads(told.stdout)["split"] == split


def test_ones_own_folder_is_learned_and_told(model, folder, tmp_path):
    song(tmp_path / "new.wav", 99, True)
    result = run("classify", tmp_path / "new.wav", "--model", model, "--top", 2)
    assert result.exit_code == 0
    assert "new.wav: " in result.stdout
    assert "%" in result.stdout


def test_one_bad_file_is_reported_and_the_rest_go_on(model, folder):
    good = folder / "slow" / "1.wav"
    bad = folder / "fast" / "broken.mp3"
    result = run("classify", bad, good, "--model", model, "--json", "--timeline")
    assert result.exit_code == 1
    first, second = map(json.loads, result.stdout.splitlines())
    assert set(first) == {"file", "error"}
    assert {"file", "label", "probability", "probabilities", "timeline"} <= set(second)
    assert second["file"] == str(good)
    assert second["probability"] == max(second["probabilities"].values())
    assert "broken.mp3" in result.stderr


def test_timeline(model, folder):
    result = run("classify", folder / "slow" / "1.wav", "--model", model, "--timeline")
    assert "  0:00 - 0:04  " in result.stdout


def test_usage(model, folder):
    assert run("classify").exit_code == 2
    result = run("classify", folder / "slow" / "1.wav", "--model", "gener")
    assert result.exit_code == 1
    assert "there is no model 'gener'" in result.stderr
    result = run("train", "classify", folder, "-o", "x.safetensors", "--set", "hiden=4")
    assert result.exit_code == 1
    assert "did you mean hidden" in result.stderr
    result = run("train", "classify", "gtzann", "-o", "x.safetensors")
    assert "did you mean gtzan" in result.stderr


def test_evaluation_of_ones_own_model(model, folder):
    checkpoint = Checkpoint.load(model)
    evaluation, data = measured([checkpoint], DataRequest((str(folder),)))
    assert evaluation.n == 2
    assert evaluation.majority == 0.5
    assert evaluation.labels == ("fast", "slow")
    assert evaluation.nats > 0
    known = {"n", "accuracy", "interval", "majority", "labels", "confusion", "scores", "nats"}
    said = json.loads(json.dumps(evaluation.as_json()))
    assert set(said) == {*known, "pieces"}
    assert {piece["label"] for piece in said["pieces"]} == {"fast", "slow"}
    assert all(piece["name"].startswith(piece["label"]) for piece in said["pieces"])
    text = evaluation.as_text()
    assert "always the commonest label 50.0%" in text
    assert [skipped.name for skipped in data.refused] == ["fast/broken.mp3"]
    valid = measured([checkpoint], DataRequest((str(folder),)), "valid")[0]
    assert valid.accuracy == checkpoint.metadata["metrics"]["valid_accuracy"]
    with pytest.raises(MusicRNNError, match=r"does not hear what gtzan holds|not on this computer"):
        measured([replace_recipe(checkpoint)], DataRequest(("gtzan",)))


def replace_recipe(checkpoint):
    features = {**checkpoint.metadata["features"], "hop": 256}
    return Checkpoint(checkpoint.arrays, {**checkpoint.metadata, "features": features})
