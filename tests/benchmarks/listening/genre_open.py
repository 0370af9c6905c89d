"""What a model of songs says of what is no song, and of songs through narrow channels.

    python tests/benchmarks/listening/genre_open.py [--model genre] [--voice WAV ...] [--split test]

Files are written and classified as a user's are: speech of languages never learnt from (30 s
joined, gcompris-voices and asterisk-prompts), sounds that are no music made by other code than what
is learnt from (for the choice of a model strange_sounds.py, for its test held_out_sounds.py, which
nobody looked at before), background recordings of the Google commands, and further WAV
files of speech (``--voice``, cut into 30 s), such as espeak-ng's. Of each kind is printed how many
get a likely genre. Then, on GTZAN's frames, how often the label survives a low-pass and the
measured changes of small mp3 files; on rendered music and the clips of GTZAN that are there as
sound, how often it survives a true mp3 file, 8 kHz and three seconds of silence in front.
$MUSICRNN_DATA says where the corpora lie.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from musicrnn.augmentation.bandwidth import as_mp3, changed, low_pass, mp3_forms
from musicrnn.features.logmel import dequantize
from musicrnn.fillers import real
from musicrnn.io.audio import read_audio
from musicrnn.metrics.intervals import wilson_interval
from musicrnn.networks.labelling import probabilities, window_logits
from musicrnn.pretrained import load_model
from musicrnn.sources.corpus import SOUND_RATE
from musicrnn.sources.find import corpus_folder, folder_of
from musicrnn.sources.named import named
from musicrnn.sources.other_sounds import SoundsAtHand
from musicrnn.synth.render import render
from musicrnn.training.task import task_of
from musicrnn.waveform import Waveform

sys.path.insert(0, str(Path(__file__).parent))
import held_out_sounds  # pyright: ignore[reportMissingImports]
import strange_sounds  # pyright: ignore[reportMissingImports]

STRANGE: dict[str, Any] = {"valid": strange_sounds, "test": held_out_sounds}

EACH = 5  # of every kind of strange sound
SPOKEN = 80
PIECES = 20  # of each corpus that is rendered
SECONDS = 30
LOW_PASS = (8000.0, 4000.0)
SCORES = ("pop909", "groove", "nottingham", "jsb-chorales")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="genre")
    parser.add_argument("--voice", type=Path, nargs="*", default=[])
    parser.add_argument("--split", default="test", choices=("valid", "test"))
    asked = parser.parse_args()
    checkpoint = load_model(asked.model)
    labeller: Any = task_of(checkpoint).labeller(checkpoint, "cpu")
    with tempfile.TemporaryDirectory() as folder:
        kinds = {
            "speech": spoken(asked.split),
            "strange sounds": strange(STRANGE[asked.split]),
            "background recordings": backgrounds(),
            **{path.stem: cut(path) for path in asked.voice},
        }
        for name, sounds in kinds.items():
            likely(name, sounds, labeller, Path(folder))
        frames_survive(labeller, asked.split)
        files_survive(labeller, Path(folder), asked.split)


def spoken(split: Any) -> Iterator[tuple[str, Any, int]]:
    """Speech of the languages of a split, 30 s each, all languages in turn."""
    sounds = [each for each in SoundsAtHand.find().read(split) if each.kind != "music"]
    starts = [0] * len(sounds)
    size, number = SECONDS * SOUND_RATE, 0
    while number < SPOKEN and any(
        s + size <= len(x.samples) for s, x in zip(starts, sounds, strict=True)
    ):
        for index, sound in enumerate(sounds):
            part = sound.samples[starts[index] : starts[index] + size]
            if len(part) == size and number < SPOKEN:
                starts[index] += size
                number += 1
                yield f"{sound.language} {sound.kind}", part / np.float32(32768), SOUND_RATE


def strange(of: Any) -> Iterator[tuple[str, Any, int]]:
    for name in of.SOUNDS:
        for number in range(EACH):
            yield name, of.made(name, number), of.RATE


def backgrounds() -> Iterator[tuple[str, Any, int]]:
    for corpus in named().spoken.values():
        for path in corpus.backgrounds(corpus_folder(corpus.folders)):
            yield from ((path.stem, part, rate) for _, part, rate in cut(path))


def cut(path: Path) -> Iterator[tuple[str, Any, int]]:
    sound = read_audio(path).mono()
    size = SECONDS * sound.rate
    for start in range(0, max(1, sound.samples.shape[1] - size // 2), size):
        yield path.stem, sound.samples[0, start : start + size], sound.rate


def likely(name: str, sounds: Iterator[tuple[str, Any, int]], labeller: Any, folder: Path) -> None:
    """Of each sound, written as a file, whether it gets a likely label."""
    told: dict[str, list[bool]] = {}
    for kind, samples, rate in sounds:
        soundfile.write(folder / "a.wav", samples, rate)
        told.setdefault(kind, []).append(answer(labeller, folder / "a.wav")[1])
    n, wrong = sum(map(len, told.values())), sum(map(sum, told.values()))
    if n:
        low, high = wilson_interval(wrong, n)
        parts = [f"{kind} {sum(x)} of {len(x)}" for kind, x in told.items() if any(x)]
        share = f"{wrong / n:.1%}, {low:.1%} .. {high:.1%}"
        said = ": " + ", ".join(parts) if parts else ""
        print(f"{name}: {wrong} of {n} get a likely label ({share}){said}", flush=True)


def answer(labeller: Any, path: Path) -> tuple[str, bool]:
    """The label of a file, "" where it is refused, and whether it is likely."""
    from musicrnn.errors import MusicRNNError

    try:
        found = labeller.classify_file(path)
    except MusicRNNError:
        return "", False
    return found.label, found.likely


def frames_survive(labeller: Any, split: str) -> None:
    """GTZAN's frames, changed."""
    corpus = named().labelled["gtzan"]
    recipe, random, kept = labeller.encoding, np.random.default_rng(0), real(labeller.labels)
    examples = [e for e in corpus.examples(folder_of(corpus)) if e.split == split]
    windows = [dequantize(example.read()[0]) for example in examples]
    truth = [labeller.labels.index(example.label) for example in examples]

    def told(change: Callable[[Any], Any]) -> Any:
        logits = window_logits(labeller.model, [change(window) for window in windows])
        return probabilities(logits, labeller.temperature)[:, kept]

    before = told(lambda x: x)
    n, right = len(truth), before.argmax(1) == truth
    print(f"{split} clips of gtzan: {right.mean():.1%} right (n = {n}), of these "
          f"{(before.max(1) >= labeller.threshold)[right].mean():.1%} likely")  # fmt: skip
    changes: dict[str, Callable[[Any], Any]] = {
        f"low-pass at {hertz:g} Hz": lambda x, h=hertz: changed(x, low_pass(recipe, h), 80.0)
        for hertz in LOW_PASS
    }
    changes |= {
        f"mp3, {form}": lambda x, f=form: changed(x, as_mp3(random, recipe, f), 80.0)
        for form in mp3_forms()
    }
    for name, change in changes.items():
        after = told(change)
        same = (after.argmax(1) == before.argmax(1)).mean()
        print(
            f"  {name}: {same:.1%} keep their label, {(after.argmax(1) == truth).mean():.1%} right"
        )


def files_survive(labeller: Any, folder: Path, split: str) -> None:
    """Rendered music and the real clips, as other files."""
    sounds = {"gtzan": [read_audio(p) for p in sorted(corpus_folder("gtzan").glob("*.wav"))]}
    for name in SCORES:
        corpus = named().scores[name]
        pieces = [p for p in corpus.pieces(folder_of(corpus)) if p.split == split][:PIECES]
        for piece in pieces:
            sound = render(piece.read(), rate=44_100, loudness=None)
            some = sound.samples[:, : SECONDS * sound.rate]
            loud = Waveform((0.7 * some / np.abs(some).max()).astype(np.float32), sound.rate)
            sounds.setdefault("rendered music", []).append(loud)
    for name, of in sounds.items():
        survived: dict[str, list[bool]] = {}
        for sound in of:
            before = heard(labeller, sound, folder / "a.wav")
            for change, path, moved in otherwise(sound, folder):
                same = heard(labeller, moved, path, change) == before
                survived.setdefault(change, []).append(same)
        for change, same in survived.items():
            print(f"  {name} as {change}: {sum(same)} of {len(same)} keep their label")


def otherwise(sound: Waveform, folder: Path) -> Iterator[tuple[str, Path, Waveform]]:
    """The same sound as mp3, at 8 kHz, and behind silence."""
    silence = np.zeros((sound.samples.shape[0], 3 * sound.rate), np.float32)
    late = Waveform(np.concatenate([silence, sound.samples], axis=1), sound.rate)
    wide = sound if sound.rate == 44_100 else sound.resampled(44_100)
    yield "mp3 of 64 kbit/s", folder / "a.mp3", wide
    yield "mp3 of 32 kbit/s", folder / "a.mp3", wide.resampled(22_050)
    yield "8 kHz", folder / "b.wav", sound.mono().resampled(8000)
    yield "after 3 s of silence", folder / "b.wav", late


def heard(labeller: Any, sound: Waveform, path: Path, change: str = "") -> str:
    form: dict[str, Any] = {}
    if path.suffix == ".mp3":
        kilobits = 64 if "64" in change else 32
        form = {
            "format": "MP3",
            "bitrate_mode": "CONSTANT",
            "compression_level": level(sound, kilobits),
        }
    soundfile.write(path, sound.samples.T.clip(-1, 1), sound.rate, **form)
    return answer(labeller, path)[0]


def level(sound: Waveform, kilobits: int) -> float:
    """libsndfile's compression level of such a rate: its bit rates fall evenly with it."""
    most, least = (320, 32) if sound.rate >= 32_000 else (160, 8)
    return min(0.99, max(0.0, (most - kilobits) / (most - least)))


if __name__ == "__main__":
    main()
