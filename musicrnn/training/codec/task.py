"""A codec of sound: waveforms to a few integers and back."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError, counted
from musicrnn.features.causal_logmel import CausalLogMel
from musicrnn.networks.codec_config import CodecConfig
from musicrnn.training.codec.data import Sound, SoundsData
from musicrnn.training.codec.settings import CodecSettings
from musicrnn.training.config import TrainingConfig
from musicrnn.training.data import Split, TrainingData
from musicrnn.training.protocol import Task
from musicrnn.waveform import in_full_scale

if TYPE_CHECKING:
    from musicrnn.networks.codec import Codec
    from musicrnn.sampling.composer import Composer
    from musicrnn.training.codec.measure import CodecFigures
    from musicrnn.training.codec.objective import CodecObjective

FLOOR = -80.0  # dB: the frames hear nothing below
OBSERVED = 600.0  # seconds that the bands' scales are taken from


class CodecTask(Task):
    """Its data are SoundsData."""

    name: ClassVar[str] = "codec"
    does: ClassVar[str] = "writes sound as tokens"
    verb: ClassVar[str] = "tokenize"
    unit: ClassVar[str] = "frame"
    items: ClassVar[str] = "frames"
    example: ClassVar[str] = "sound"
    reads: ClassVar[str] = "sounds"
    settings: ClassVar[type[CodecSettings]] = CodecSettings
    options: ClassVar[tuple[str, ...]] = ("mix", "split_file", "convert")

    def plan(self, data: TrainingData, settings: CodecSettings) -> TrainingConfig:
        return TrainingConfig(
            minutes=60.0, learning_rate=1e-3, validate_every=250, patience=1000, weight_decay=1e-4
        )

    def config(self, data: TrainingData, settings: CodecSettings) -> CodecConfig:
        sizes = {"bands": settings.bands, "n_fft": settings.window, "hop": settings.step}
        return settings.extended(CodecConfig, sizes)

    def build(self, data: TrainingData, settings: CodecSettings) -> Codec:
        """The scales of its bands are those of some training sounds."""
        import torch

        network: Codec = super().build(data, settings)
        recipe, rows = _recipe(data, settings), list[Any]()
        sounds: Sequence[Sound] = data.examples["train"]
        length = sum(len(sound.samples) for sound in sounds)
        every = max(1, round(length / (OBSERVED * data.encoding)))
        for sound in sounds[::every]:
            rows.append(recipe.frames(in_full_scale(sound.samples)))
        network.standard.observe(torch.from_numpy(np.concatenate(rows)))
        return network

    def objective(
        self, network: Any, data: TrainingData, settings: CodecSettings, plan: TrainingConfig
    ) -> CodecObjective:
        from musicrnn.training.codec.objective import CodecObjective, Excerpts

        assert isinstance(data, SoundsData)
        recipe = _recipe(data, settings)
        steps = max(1, round(settings.seconds * recipe.rate / recipe.hop))
        length = recipe.n_fft - recipe.hop + steps * recipe.hop
        train, valid = (
            Excerpts(data.examples[split], data.mix, length) for split in ("train", "valid")
        )
        return CodecObjective(network, recipe, (train, valid), settings=settings, seed=plan.seed)

    def header(self, data: TrainingData, settings: CodecSettings) -> dict[str, Any]:
        return {"features": _recipe(data, settings).configuration()}

    @property
    def network(self) -> type[Codec]:
        from musicrnn.networks.codec import Codec

        return Codec

    def composer(self, checkpoint: Checkpoint) -> Composer:
        self.cannot(
            "compose", "it says what it hears again: musicrnn train compose learns what follows"
        )

    def measure(
        self, checkpoints: Sequence[Checkpoint], data: TrainingData, split: Split
    ) -> CodecFigures:
        from musicrnn.tokens.sound.codec import CodecTokenizer, LearntCodec
        from musicrnn.training.codec.measure import codec_figures

        tokenizer = CodecTokenizer(LearntCodec.from_checkpoint(checkpoints[0]))
        return codec_figures(tokenizer, data.require(split, self.example))


CODEC = CodecTask()


def _recipe(data: TrainingData, settings: CodecSettings) -> CausalLogMel:
    """How sound is heard.

    Raises:
        MusicRNNError: a band that no frequency of the window falls into.
    """
    recipe = CausalLogMel(
        rate=data.encoding,
        n_fft=settings.window,
        hop=settings.step,
        n_mels=settings.bands,
        low=0.0,
        high=data.encoding / 2,
        floor=FLOOR,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # librosa's, on what is refused here
        empty = int((recipe.bands.sum(axis=0) == 0).sum())
    if empty:
        raise MusicRNNError(
            f"{counted(empty, 'band')} of {settings.bands} would hear nothing: a window of "
            f"{counted(settings.window, 'sample')} has too few frequencies, take fewer bands or a "
            "longer one"
        )
    return recipe
