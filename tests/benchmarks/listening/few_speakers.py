"""Four speakers, ten words, ten clips a word of each: what a new voice may expect.

    python tests/benchmarks/listening/few_speakers.py FOLDER [--base MODEL] [--set NAME=VALUE ...]

The words are the digits of the Arabic Speech Commands. DRAWS times four speakers are drawn of the
twelve whom no base has heard (see own_words.py, whose FOLDER and base are understood), and
``musicrnn train classify`` learns from them by its defaults; it is measured on all other speakers
of the corpus, 26 of them, and on the eight among these whom the base has not heard either. Printed
are the accuracy of every draw beside what the training said of it, their mean and deviation, and n;
always the commonest word is right in 10 %. ``--from-scratch`` leaves the base out.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import numpy as np

from musicrnn.checkpoint import read_metadata

sys.path.insert(0, str(Path(__file__).parent))
from own_words import (  # pyright: ignore[reportMissingImports]
    DIGITS,
    arguments,
    base_of,
    clips_of,
    evaluated,
    musicrnn,
    strange_speakers,
    write_words,
)

SPEAKERS = 4
SEED = 20_261_130


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--from-scratch", action="store_true")
    asked = parser.parse_args()
    home: Path = asked.folder
    home.mkdir(parents=True, exist_ok=True)
    asked.base = Path("none") if asked.from_scratch else asked.base
    base = base_of(asked)
    strangers = strange_speakers(asked.data)
    everybody = sorted({c.speaker for c in clips_of(asked.data)[1] if c.label in DIGITS})
    random, found = np.random.default_rng(SEED), list[float]()
    for draw in range(1, asked.draws + 1):
        chosen = sorted(random.choice(strangers, SPEAKERS, replace=False).tolist())
        words, model = home / f"draw{draw}", home / f"draw{draw}.safetensors"
        write_words(words, asked.data, chosen)
        before = time.perf_counter()
        musicrnn(
            "train", "classify", words, "-o", model, "--overwrite", "--from", base, *asked.settings
        )
        minutes = (time.perf_counter() - before) / 60
        told = []
        for name, speakers in (("others", everybody), ("unheard", strangers)):
            folder = home / f"draw{draw}-{name}"
            write_words(folder, asked.data, [s for s in speakers if s not in chosen])
            told.append(evaluated(model, folder))
        said = read_metadata(model)["metrics"]["valid_accuracy"]
        found.append(told[0]["accuracy"])
        print(
            f"draw {draw}: {told[0]['accuracy']:.1%} of {told[0]['n']} clips, "
            f"{told[1]['accuracy']:.1%} of {told[1]['n']} by speakers whom the base has not heard; "
            f"training said {said:.1%}; {minutes:.1f} minutes",
            flush=True,
        )
    spread = f", deviation {100 * statistics.stdev(found):.1f} points" if len(found) > 1 else ""
    print(
        f"mean of {len(found)} draws {statistics.fmean(found):.1%}{spread}; commonest word 10.0 %"
    )


if __name__ == "__main__":
    main()
