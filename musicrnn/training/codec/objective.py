"""The objective of a codec: excerpts in, the distance of what comes back out.

Conventions. A loss is a mean over frames, of arbitrary unit. An excerpt is drawn from all sounds of
a source as if they lay one behind the other (the source by its share), made softer by chance, and
heard from the middle of nowhere: its first frames have a past, the networks' states none. Gradients
pass the books straight through (van den Oord et al. 2017).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from musicrnn.arrays import Random, Samples
from musicrnn.features.causal_logmel import CausalLogMel
from musicrnn.layers.residual_quantizer import BookAverages
from musicrnn.networks.codec import Codec
from musicrnn.training.codec.data import Joined, Sound
from musicrnn.training.codec.loss import decibels, power, stft_distance
from musicrnn.training.codec.settings import CodecSettings
from musicrnn.training.objective import Objective, carried_on

VALIDATED = 64  # excerpts
VALIDATION_SEED = 20_261_201
MEL = 0.1  # weight of a dB of the sound's frames
AVERAGES = ("counts", "sums")  # as they are kept with a run


class CodecObjective(Objective):
    """See the module's text."""

    counters: ClassVar[tuple[str, ...]] = ("batch",)

    def __init__(
        self,
        network: Codec,
        recipe: CausalLogMel,
        excerpts: tuple[Excerpts, Excerpts],
        *,
        settings: CodecSettings,
        seed: int,
    ) -> None:
        super().__init__(network, settings.batch_size)
        self.recipe, self.settings, self.seed = recipe, settings, seed
        self.train, self.valid = excerpts
        self.averages = BookAverages(network.quantizer)
        self.batch = 0

    def carried(self) -> dict[str, Tensor]:
        """What the books were chosen for, of the recent past."""
        return dict(zip(AVERAGES, self.averages.state, strict=True))

    def carry(self, tensors: dict[str, Tensor]) -> None:
        found = [tensors[name] for name in AVERAGES]
        self.averages.state = carried_on(found, self.averages.state)

    def loss(self, network: Callable[..., Any]) -> tuple[Tensor, int]:
        random = np.random.default_rng([self.seed, self.batch, self.rank])
        self.batch += 1
        share = -(-self.settings.batch_size // self.world)
        sounds = self.train.draw(share, random)
        level = -self.settings.softer * np.square(random.random((share, 1)))
        sounds = sounds * (10 ** (level / 20)).astype(np.float32)
        frames, given = self._heard(sounds)
        made, said, z, codes = network(frames)
        self.averages.update(z.detach(), codes)
        committed = (z - self.module.quantizer.vectors(codes)).square().mean()
        loss = self._distance(made, given) + self.settings.commitment * committed
        loss = loss + self.settings.by_frames * (said - frames).abs().mean()
        count = frames.shape[0] * frames.shape[1]
        return loss * count, count

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        rows: list[list[float]] = []
        used = torch.zeros_like(self.averages.counts)
        random = np.random.default_rng(VALIDATION_SEED)
        for _ in range(-(-VALIDATED // self.settings.batch_size)):
            frames, given = self._heard(self.valid.draw(self.settings.batch_size, random))
            made, said, _, codes = self.module(frames)
            for book, chosen in zip(used, codes.t(), strict=True):
                book += torch.bincount(chosen, minlength=used.shape[1])
            distances = (
                self._distance(made, given),
                self._mel(made, given),
                (said - frames).abs().mean(),
            )
            rows.append([float(distance) for distance in distances])
        loss, mel, frame = np.mean(rows, axis=0).tolist()
        shares = used / used.sum(1, keepdim=True)
        perplexity = torch.special.entr(shares).sum(1).exp().mean()
        return {"loss": loss, "mel_db": mel, "frames_db": frame, "codes": float(perplexity)}

    def _heard(self, sounds: Samples) -> tuple[Tensor, Tensor]:
        """Frames [B, T, F] of excerpts with a past, and the samples that come back of them."""
        frames = torch.from_numpy(self.recipe.continued(sounds)).to(self.device)
        past = self.recipe.n_fft - self.recipe.hop
        count = frames.shape[1] * self.recipe.hop - past
        return frames, torch.from_numpy(sounds[:, past : past + count]).to(self.device)

    def _distance(self, made: Tensor, given: Tensor) -> Tensor:
        return stft_distance(made, given) + MEL * self._mel(made, given)

    def _mel(self, made: Tensor, given: Tensor) -> Tensor:
        """dB between the frames of two sounds."""
        bands = torch.from_numpy(self.recipe.bands).to(made)
        size, hop = self.recipe.n_fft, self.recipe.hop
        ours, theirs = (decibels(power(s, size, hop), bands) for s in (made, given))
        return (ours - theirs).abs().mean()


class Excerpts:
    """Excerpts of ``length`` samples of several sources, each as often as its share says."""

    def __init__(self, sounds: Sequence[Sound], shares: Sequence[float], length: int) -> None:
        numbers = sorted({sound.source for sound in sounds})
        self.sources = [Joined([s for s in sounds if s.source == n]) for n in numbers]
        weights = [shares[n] for n in numbers] if len(shares) else list(map(len, self.sources))
        self.shares = np.array(weights) / sum(weights)
        self.length = length

    def draw(self, count: int, random: Random) -> NDArray[np.float32]:
        """[count, length]."""
        chosen = random.choice(len(self.sources), count, p=self.shares)
        rows = [
            source.read(int(random.integers(len(source))), self.length)
            for source in (self.sources[index] for index in chosen)
        ]
        return np.stack(rows)
