"""Ten words never seen before, a hundred clips of each, the default recipe, nothing tuned.

    python tests/benchmarks/listening/ten_words.py FOLDER [DATA]

Makes FOLDER/words of the Arabic digits (ten speakers, ten takes, labels in Arabic), trains with
``musicrnn train classify``, measures the clips and the stream of the speakers that were held out by
the names of the files, and prints the minutes.
"""

import subprocess
import sys
import time
from pathlib import Path

from musicrnn.sources.find import corpus_folder
from musicrnn_datasets.arabic_commands import ARABIC_COMMANDS

DIGITS = {
    "zero": "صفر", "one": "واحد", "two": "اثنان", "three": "ثلاثة", "four": "أربعة",
    "five": "خمسة", "six": "ستة", "seven": "سبعة", "eight": "ثمانية", "nine": "تسعة",
}  # fmt: skip
SPEAKERS = 10


def main() -> None:
    folder = Path(sys.argv[1])
    data = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    clips = [
        clip
        for clip in ARABIC_COMMANDS.clips(corpus_folder(ARABIC_COMMANDS.folders, data))
        if clip.label in DIGITS
    ]
    chosen = sorted({clip.speaker for clip in clips})[::3][:SPEAKERS]
    for clip in clips:
        if clip.speaker in chosen:
            copy = folder / "words" / DIGITS[clip.label] / clip.path.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(clip.path.read_bytes())
    words, model = str(folder / "words"), str(folder / "digits.safetensors")
    for line in (
        ["train", "classify", words, "-o", model],
        ["evaluate", model, words],
        ["evaluate", model, words, "--stream", "--hours", "0.25"],
    ):
        before = time.perf_counter()
        print("musicrnn", *line, flush=True)
        subprocess.run(["musicrnn", *line], check=True)
        print(f"{(time.perf_counter() - before) / 60:.1f} minutes\n", flush=True)


if __name__ == "__main__":
    main()
