"""Bits a sample of mu-law at 8 kHz: recurrent networks beside linear prediction.

    python tests/benchmarks/sound/sample_bits.py [--cells gru,mingru] [--minutes 5] [--split test]

Arabic Speech Commands, its official split with no speaker on two sides. Of each cell a network of
one layer and as near to ``--parameters`` as its units allow learns for so many minutes from rows of
512 samples that go on where the last ended (truncated backpropagation), and is measured on whole
clips of the split, its state zero before each. The first sample of a clip is not counted.
$MUSICRNN_DATA says where the corpus lies.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
import torch
from torch.nn.functional import cross_entropy

from musicrnn.arrays import Ids
from musicrnn.features.mulaw import LEVELS, levels
from musicrnn.metrics.likelihood import fit_baselines
from musicrnn.metrics.sample_baselines import sample_baselines
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.sources.find import corpus_folder
from musicrnn.waveform import Waveform

RATE = 8000
ROWS, LENGTH = 32, 512
LISTS = {"train": "train.csv", "valid": "val.csv", "test": "test.csv"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", default="elman,gru,lstm,mingru")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--parameters", type=int, default=200_000)
    parser.add_argument("--split", default="test", choices=("valid", "test"))
    parser.add_argument(
        "--every", type=int, default=4, help="of the clips measured, one in so many"
    )
    asked = parser.parse_args()
    torch.set_num_threads(1)
    train, held = clips("train", 1), clips(asked.split, asked.every)
    found = sample_baselines(held, rate=RATE)
    bigram = fit_baselines(train[::8], held[::8], vocabulary_size=LEVELS).nats(held)
    print(f"{asked.split}: {len(held)} clips, {found.n:,} samples at {RATE} Hz; bits a sample")
    print(f"  uniform 8.000, unigram {bits(bigram['unigram']):.3f}, "
          f"first-order {bits(bigram['bigram']):.3f}")  # fmt: skip
    print(f"  linear prediction {found.linear_prediction:.3f}, of the frame itself, without what "
          f"its numbers cost, {found.linear_prediction_of_itself:.3f}", flush=True)  # fmt: skip
    for cell in asked.cells.split(","):
        model = network(cell, asked.parameters)
        updates = learn(model, train, asked.minutes * 60)
        size = sum(p.numel() for p in model.parameters())
        nats = measured(model, held)
        print(f"  {cell:10} {bits(nats):.3f}  {size:,} weights, {model.config.hidden} units, "
              f"{updates} updates in {asked.minutes:g} min", flush=True)  # fmt: skip


def bits(nats: float) -> float:
    return nats / math.log(2)


def clips(split: str, every: int) -> list[Ids]:
    """Every so many of a split's clips, levels 0..255."""
    root = corpus_folder(("arabic-speech-commands",))
    with (root / LISTS[split]).open(encoding="utf-8") as file:
        names = [row[0] for row in csv.reader(file)][1::every]
    return [_levels(root / name) for name in names]


def _levels(path: Path) -> Ids:
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    sound = Waveform(np.ascontiguousarray(samples.T), rate).mono().resampled(RATE)
    return levels(sound.samples[0])


def network(cell: str, parameters: int) -> LanguageModel:
    """Of the units that come nearest to so many parameters."""
    torch.manual_seed(0)
    sizes = [(abs(parameters - weights(cell, units)), units) for units in range(32, 1025, 16)]
    return LanguageModel(config(cell, min(sizes)[1]))


def config(cell: str, units: int) -> LanguageConfig:
    return LanguageConfig(
        vocabulary=LEVELS, embedding=64, cell=cell, hidden=units, layers=1, dropout=0.0
    )


def weights(cell: str, units: int) -> int:
    with torch.device("meta"):
        return sum(p.numel() for p in LanguageModel(config(cell, units)).parameters())


def learn(model: LanguageModel, train: Sequence[Ids], seconds: float) -> int:
    """Rows of clips in another order, one after the other; the state goes on."""
    random = np.random.default_rng(0)
    rows = [np.concatenate([train[i] for i in part]) for part in
            np.array_split(random.permutation(len(train)), ROWS)]  # fmt: skip
    length = min(map(len, rows))
    stream = torch.tensor(np.stack([row[:length] for row in rows]))
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.01)
    begun, update, at = time.monotonic(), 0, 0
    state = model.initial_state(ROWS)
    while (spent := (time.monotonic() - begun) / seconds) < 1:
        if at + LENGTH + 1 > length:
            at, state = 0, model.initial_state(ROWS)
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * min(1, (update + 1) / 50) * (0.5 + 0.5 * math.cos(math.pi * spent))
        window = stream[:, at : at + LENGTH + 1].long()
        logits, state = model(window[:, :-1], state)
        state = [tuple(part.detach() for part in layer) for layer in state]
        loss = cross_entropy(logits.flatten(0, 1), window[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        at, update = at + LENGTH, update + 1
    return update


def measured(model: LanguageModel, sounds: Sequence[Ids]) -> float:
    """Nats a sample."""
    model.eval()
    total = count = 0
    with torch.no_grad():
        for start in range(0, len(sounds), 64):
            some = sounds[start : start + 64]
            length = min(map(len, some))
            ids = torch.tensor(np.stack([sound[:length] for sound in some])).long()
            logits, _ = model(ids[:, :-1], model.initial_state(len(ids)))
            wanted = ids[:, 1:].flatten()
            total += float(cross_entropy(logits.flatten(0, 1), wanted, reduction="sum"))
            count += len(wanted)
    return total / count


if __name__ == "__main__":
    main()
