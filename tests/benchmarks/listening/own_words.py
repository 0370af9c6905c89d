"""Ten words that no model knew, a hundred clips of each: with a base that heard other words, and
without.

    python tests/benchmarks/listening/own_words.py FOLDER [--base MODEL] [--set NAME=VALUE ...]

The words are the digits of the Arabic Speech Commands, labels in Arabic. FOLDER/base.csv lists the
other thirty words by 18 speakers: what a base may learn from. FOLDER/my-words has the digits by ten
speakers whom no base has heard, ten takes each, as a user's own folder; FOLDER/others has them by
the last two speakers. Without --base the command that trains one is printed, and done with
--train-base. Then ``musicrnn train classify my-words`` is run from the base and from scratch, and
of each are printed: minutes, the clips of the speakers who were not learnt from (always the
commonest word 10 %), and on a stream of them at 10 dB the words that are detected at no more than
one false accept an hour. Nothing is tuned on what is measured.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from musicrnn.metrics.intervals import wilson_interval
from musicrnn.sources.corpus import LabelledFile
from musicrnn.sources.find import corpus_folder
from musicrnn_datasets.arabic_commands import ARABIC_COMMANDS

DIGITS = {
    "zero": "صفر", "one": "واحد", "two": "اثنان", "three": "ثلاثة", "four": "أربعة",
    "five": "خمسة", "six": "ستة", "seven": "سبعة", "eight": "ثمانية", "nine": "تسعة",
}  # fmt: skip
SPEAKERS = 10  # of the folder that is learnt from
MOST = 1.0  # false accepts an hour
HOURS = 1.0


def main() -> None:
    asked = arguments(__doc__).parse_args()
    home: Path = asked.folder
    home.mkdir(parents=True, exist_ok=True)
    base = base_of(asked)
    strangers = strange_speakers(asked.data)
    write_words(home / "my-words", asked.data, strangers[:SPEAKERS])
    write_words(home / "others", asked.data, strangers[SPEAKERS:])
    for name, begun in (("from-base", str(base)), ("from-scratch", "none")):
        model = home / f"{name}.safetensors"
        before = time.perf_counter()
        musicrnn(
            "train", "classify", home / "my-words", "-o", model, "--overwrite", "--from", begun,
            *asked.settings,
        )  # fmt: skip
        minutes = (time.perf_counter() - before) / 60
        print(f"{name}: {minutes:.1f} minutes, {told(model, home)}", flush=True)


def arguments(about: str | None) -> argparse.ArgumentParser:
    """The arguments of both benchmarks of own words."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, help="where the corpora lie")
    parser.add_argument("--base", type=Path, help="a model of the words of base.csv")
    parser.add_argument("--train-base", action="store_true")
    parser.add_argument("--base-set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="given")
    parser.set_defaults(settings=[])
    return parser


def base_of(asked: Any) -> Path:
    """The base: given, or trained; else the command is printed and nothing more is done."""
    asked.settings = [word for setting in asked.given for word in ("--set", setting)]
    if asked.base is not None:
        return asked.base
    listed, base = asked.folder / "base.csv", asked.folder / "base.safetensors"
    root = write_base_list(listed, asked.data)
    words = [word for setting in asked.base_set for word in ("--set", setting)]
    line = ["train", "classify", str(root), "--split", str(listed), "-o", str(base)]
    line += ["--from", "none", *words]
    if not asked.train_base:
        print("train a base with --train-base, or with: musicrnn", *line)
        raise SystemExit(2)
    musicrnn(*line, "--overwrite")
    return base


def clips_of(data: Path | None) -> tuple[Path, list[LabelledFile]]:
    folder = corpus_folder(ARABIC_COMMANDS.folders, data)
    return folder, list(ARABIC_COMMANDS.clips(folder))


def strange_speakers(data: Path | None) -> list[str]:
    """The twelve speakers of the official validation and test lists."""
    return sorted({clip.speaker for clip in clips_of(data)[1] if clip.split != "train"})


def write_base_list(path: Path, data: Path | None) -> Path:
    """Thirty words of the 18 training speakers, two to validate on; gives the corpus's folder."""
    folder, clips = clips_of(data)
    kept = [clip for clip in clips if clip.split == "train" and clip.label not in DIGITS]
    held = sorted({clip.speaker for clip in kept})[::9]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "label", "split", "speaker"])
        for clip in kept:
            split = "valid" if clip.speaker in held else "train"
            writer.writerow([clip.name, clip.label, split, clip.speaker])
    return folder


def write_words(folder: Path, data: Path | None, speakers: list[str]) -> None:
    """The digits by these speakers, a folder a word."""
    for clip in clips_of(data)[1]:
        if clip.label in DIGITS and clip.speaker in speakers:
            copy = folder / DIGITS[clip.label] / clip.path.name
            if not copy.exists():
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(clip.path.read_bytes())


def told(model: Path, home: Path) -> str:
    """Clips of both groups of speakers, and the stream of the second."""
    right, n = 0, 0
    for folder in ("my-words", "others"):
        found = evaluated(model, home / folder)
        right, n = right + round(found["accuracy"] * found["n"]), n + found["n"]
    low, high = wilson_interval(right, n)
    hours = ("--stream", "--hours", str(HOURS), "--snr", "10", "--wordless", "0", "--seed", "1")
    stream = evaluated(model, home / "others", *hours)
    within = [point for point in stream["det"] if point["false_accepts_an_hour"] <= MOST]
    best = max((1 - point["miss"] for point in within), default=0.0)
    own = f"{stream['detection']:.1%} at {stream['false_accepts_an_hour']:.1f}"
    return (
        f"{right / n:.1%} of clips ({low:.1%} .. {high:.1%}, n = {n}, commonest word 10.0 %); "
        f"stream at 10 dB, {stream['n']} words: {best:.1%} at {MOST:g} false accept an hour at "
        f"most, {own} where listen sets its threshold"
    )


def evaluated(model: Path, folder: Path, *options: str) -> dict[str, Any]:
    line = ["evaluate", str(model), str(folder), *options, "--json"]
    return json.loads(musicrnn(*line, capture=True))


def musicrnn(*words: object, capture: bool = False) -> str:
    line = [sys.executable, "-m", "musicrnn_cli.main", *map(str, words)]
    if not capture:
        print("musicrnn", *words, flush=True)
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    outcome = subprocess.run(
        line, check=True, text=True, capture_output=capture, env=environment, encoding="utf-8"
    )
    return outcome.stdout or ""


if __name__ == "__main__":
    main()
