"""A whole test split through ONNX Runtime and torch: how many labels differ, and by how much.

    MUSICRNN_DATA=... python tests/benchmarks/listening/onnx_labels.py commands arabic-commands

MODEL is a bundled network for words or a file; one that can be streamed is also stepped through
every clip. The network that answers in torch is the one that was trained, not the NumPy one. The
last line is torch with int8 weights beside torch with the file's own.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from numpy.typing import NDArray
from onnxruntime import InferenceSession

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.export.graph import Runner, runner
from musicrnn.features.causal_logmel import CausalLogMel, causal_logmel_from
from musicrnn.listening.header import labels_of, number_of
from musicrnn.networks.labelling import probabilities
from musicrnn.networks.words import WordsModel, clip_logits
from musicrnn.networks.words_config import FRAMES_A_STEP
from musicrnn.pretrained import load_model
from musicrnn.sources.words import find_words, prepare_words
from tests.musicrnn.export.written import export_onnx

BLOCK = 100  # clips at a time
Samples = NDArray[np.float32]
Probabilities = NDArray[np.floating]


def stepped(
    run: Runner, shapes: dict[str, tuple[int | str, ...]], samples: Samples
) -> Probabilities:
    """What the streaming graph says at the end of each clip, from silence on."""
    sizes = {
        name: [len(samples) if size == "batch" else int(size) for size in shape]
        for name, shape in shapes.items()
    }
    step = sizes.pop("samples")[1]
    carried = {name: np.zeros(size, np.float32) for name, size in sizes.items()}
    told: Probabilities = np.zeros(0)
    for start in range(0, samples.shape[1] - step + 1, step):
        found = run({"samples": np.ascontiguousarray(samples[:, start : start + step]), **carried})
        told = found["probabilities"]
        carried = {name: found[f"{name}_after"] for name in carried}
    return told


def in_torch(checkpoint: Checkpoint, recipe: CausalLogMel, samples: Samples) -> Probabilities:
    model = WordsModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)
    frames = recipe.frames(samples)
    logits = clip_logits(model, frames[:, : frames.shape[1] // FRAMES_A_STEP * FRAMES_A_STEP])
    return probabilities(logits, number_of(checkpoint.metadata, "temperature", 1.0, 0.01, 100.0))


def say(
    title: str, found: Probabilities, wanted: Probabilities, labels: NDArray[np.integer]
) -> None:
    other = int((found.argmax(1) != wanted.argmax(1)).sum())
    print(
        f"{title}: n = {len(labels)}, {other} labels differ, probabilities by "
        f"{np.abs(found - wanted).max():.2g} at most; accuracy "
        f"{np.mean(found.argmax(1) == labels):.4f} beside "
        f"{np.mean(wanted.argmax(1) == labels):.4f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("data")
    given = parser.parse_args()
    torch.set_num_threads(1)
    checkpoint = load_model(given.model)
    recipe = causal_logmel_from(checkpoint.metadata["features"])
    config = checkpoint.entry("model")
    if checkpoint.metadata["task"] != "words":
        raise MusicRNNError(f"{given.model} hears no words")
    names = labels_of(checkpoint.metadata, config["labels"])
    clips = prepare_words(find_words(given.data), recipe=recipe, labels=names).clips["test"]
    blocks = [
        clips.sounds[start : start + BLOCK].astype(np.float32) * np.float32(1 / 32768)
        for start in range(0, len(clips.labels), BLOCK)
    ]
    wanted = np.concatenate([in_torch(checkpoint, recipe, block) for block in blocks])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        export_onnx(checkpoint, path)
        run = runner(InferenceSession(path))
        found = np.concatenate([run({"samples": block})["probabilities"] for block in blocks])
        say("clip by clip", found, wanted, clips.labels)
        if not config.get("bidirectional", config.get("both_ways")):
            shapes = export_onnx(checkpoint, path, streaming=True).inputs
            run = runner(InferenceSession(path))
            found = np.concatenate([stepped(run, shapes, block) for block in blocks])
            say("step by step", found, wanted, clips.labels)
        path = Path(folder) / "model.safetensors"
        checkpoint.save(path, weights="int8")
        small = Checkpoint.load(path)
        found = np.concatenate([in_torch(small, recipe, block) for block in blocks])
        say("int8 weights", found, wanted, clips.labels)


if __name__ == "__main__":
    main()
