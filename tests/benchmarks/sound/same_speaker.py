"""How near a clip of a word is to another take of it, by the same speaker and by others.

    python tests/benchmarks/sound/same_speaker.py arabic-commands

The distance is that of ``musicrnn evaluate`` of generated words (log-mel, dB a band, with shifts)
and the limit its 1 % quantile: how near held-out people come to training clips of the same word.
Printed is the share of COUNT training clips that have something nearer than that among the other
takes of the same word, those of the same speaker and those of other training speakers. A model that
composed nothing but new takes of the people it learnt from would be as near as the first.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np

from musicrnn.metrics.generated_sound import QUANTILE, Judged, nearest
from musicrnn.pretrained import load_model
from musicrnn.sources.sounds import read_sounds
from musicrnn.training.data import DataRequest
from musicrnn_datasets.generated_sounds import Judge

COUNT = 400


def chosen(judged: Judged, places: Sequence[int]) -> Judged:
    """Those sounds alone."""
    index = list(places)
    asked = [judged.asked[place] for place in index]
    told = [judged.told[place] for place in index]
    return Judged(asked, told, judged.vectors[index], judged.frames[index])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("data", help="a corpus of words whose speakers are known")
    examples = read_sounds(DataRequest((parser.parse_args().data,)), None).examples
    judge, sounds = Judge(load_model("commands-full")), examples["train"]
    train = judge.hear(sounds)
    limit = float(np.quantile(nearest(judge.hear(examples["test"]), train), QUANTILE))
    same, others = list[float](), list[float]()
    for index in np.random.default_rng(0).permutation(len(sounds))[:COUNT].tolist():
        own = sounds[index]
        takes = [k for k, s in enumerate(sounds) if s.label == own.label and k != index]
        for found, is_own in ((same, True), (others, False)):
            these = [k for k in takes if (sounds[k].speaker == own.speaker) is is_own]
            found.append(float(nearest(chosen(train, [index]), chosen(train, these))[0]))
    print(f"limit {limit:.2f} dB, n = {len(same)} training clips")
    print(f"nearer to another take of the same speaker: {np.mean(np.array(same) < limit):.1%}")
    print(f"nearer to another training speaker: {np.mean(np.array(others) < limit):.1%}")


if __name__ == "__main__":
    main()
