"""A word-spotting network: convolutions over the spectrum, recurrent layers, attention.

Conventions. Frames [B, T, F] in dB (musicrnn.features.causal_logmel), T a multiple of
FRAMES_A_STEP, and a state -> logits [B, S, K] and the state. A causal network has a step for every
FRAMES_A_STEP frames, S = T // FRAMES_A_STEP; its last step gives the label of a clip, and with the
state carried on it may be fed in pieces of any number of steps. A bidirectional one reads whole
clips: S = 1, and its state is empty.

Sources: convolutional recurrent networks for keywords (Arik et al. 2017), with attention (de
Andrade et al. 2018); SpecAugment (Park et al. 2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from musicrnn.errors import MusicRNNError
from musicrnn.layers.attention_heads import AttentionHeads
from musicrnn.layers.bidirectional import Bidirectional
from musicrnn.layers.frame_convolution import FrameConvolution
from musicrnn.layers.recent_attention import RecentAttention
from musicrnn.layers.spectral import SpecAugment
from musicrnn.layers.stack import Stack, State
from musicrnn.layers.standard import Standard
from musicrnn.networks.network import Network
from musicrnn.networks.recurrent import recurrent
from musicrnn.networks.words_config import (
    FRAMES_A_STEP,
    WordsConfig,
    bands_left,
    convolution_shapes,
)
from musicrnn.threads import suited_threads


class WordsModel(Network):
    """(frames [B, T, F], state) -> (logits [B, S, K], state); see the module's text."""

    Config: ClassVar[type[WordsConfig]] = WordsConfig
    config: WordsConfig

    def __init__(self, config: WordsConfig) -> None:
        super().__init__(config)
        self.standard = Standard(config.bands)
        self.masks = nn.ModuleList(SpecAugment(bands=6, frames=8) for _ in range(2))
        self.convolutions = nn.ModuleList(
            FrameConvolution(
                inputs, outputs, kernel=(time, band), stride=stride, causal=not config.bidirectional
            )
            for (outputs, inputs, time, band), stride in convolution_shapes(config)
        )
        self.dropout = nn.Dropout(config.dropout)
        size = config.last * bands_left(config.bands)
        if config.bidirectional:
            self.recurrent: nn.Module = recurrent(Bidirectional, config, size)
            outputs = 2 * config.hidden
            self.attention: nn.Module = AttentionHeads(outputs, config.heads)
        else:
            self.recurrent = recurrent(Stack, config, size)
            outputs = config.hidden
            self.attention = RecentAttention(outputs, decay=config.decay)
        self.output = nn.Linear(outputs, config.labels)

    def initial_state(self, batch: int) -> State:
        """The state before the first frame: of the convolutions, the recurrent layers and the
        attention."""
        if not isinstance(self.recurrent, Stack):
            return ()
        assert isinstance(self.attention, RecentAttention)
        bands, states = self.config.bands, list[Tensor]()
        for convolution in self.convolutions:
            assert isinstance(convolution, FrameConvolution)
            states.append(convolution.initial_state(batch, bands))
            bands = (bands + convolution.stride[1] - 1) // convolution.stride[1]
        attention = self.attention.initial_state(batch)
        return (*states, *self.recurrent.initial_state(batch), attention)

    @property
    def batch_places(self) -> tuple[int, ...]:
        """Which dimension of each tensor of a state is the batch: 1 in those of [L, B, n]."""
        if not isinstance(self.recurrent, Stack):
            return ()
        return (0,) * len(self.convolutions) + (1,) * len(self.recurrent.state_names) + (0,)

    def forward(self, frames: Tensor, state: State) -> tuple[Tensor, State]:
        if frames.shape[1] == 0 or frames.shape[1] % FRAMES_A_STEP:
            raise MusicRNNError(
                f"frames must come in multiples of {FRAMES_A_STEP}, at least {FRAMES_A_STEP}, got "
                f"{frames.shape[1]}"
            )
        x = self.standard(frames)
        for mask in self.masks:
            x = mask(x)
        x, after = x.unsqueeze(1), list[Tensor]()  # [B, 1, T, F]
        for index, convolution in enumerate(self.convolutions):
            x, past = convolution(x, state[index] if state else x[:, :, :0])
            after.append(past)
        x = self.dropout(x.permute(0, 2, 1, 3).flatten(2))  # [B, S, C * F]
        if not isinstance(self.recurrent, Stack):
            lengths = torch.full((len(x),), x.shape[1], dtype=torch.int64, device=x.device)
            pooled = self.attention(self.recurrent(x, lengths))
            return self.output(self.dropout(pooled)).unsqueeze(1), ()
        first = len(self.convolutions)
        h, kept = self.recurrent(x, state[first:-1])
        contexts, attention = self.attention(h, state[-1])
        return self.output(self.dropout(contexts)), (*after, *kept, attention)

    def clip(self, frames: Tensor) -> Tensor:
        """Logits [B, K] of whole clips, from the initial state."""
        whole = frames[:, : frames.shape[1] // FRAMES_A_STEP * FRAMES_A_STEP]
        return self(whole, self.initial_state(len(frames)))[0][:, -1]

    def observe(self, batches: Sequence[Tensor]) -> None:
        """Take the bands' means and deviations from training frames [B, T, F]."""
        self.standard.observe(torch.cat([batch.flatten(0, 1) for batch in batches]))


def clip_logits(
    model: WordsModel, frames: NDArray[np.float32], batch: int = 128
) -> NDArray[np.float32]:
    """Frames of whole clips [n, T, F] -> logits [n, K]; the model in evaluation mode."""
    rows: list[NDArray[np.float32]] = []
    with torch.no_grad(), suited_threads(model, min(batch, len(frames))):
        for start in range(0, len(frames), batch):
            logits = model.clip(torch.from_numpy(frames[start : start + batch]).to(model.device))
            rows.append(logits.float().cpu().numpy())
    return np.concatenate(rows)


def clip_vectors(
    model: WordsModel, frames: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Frames of whole clips [n, T, F] -> logits [n, K], and what the last layer reads [n, D]."""
    read: list[Tensor] = []

    def kept(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        read.append(inputs[0] if inputs[0].ndim == 2 else inputs[0][:, -1])  # of a clip, or steps

    hook = model.output.register_forward_pre_hook(kept)
    try:
        logits = clip_logits(model, frames)
    finally:
        hook.remove()
    return logits, torch.cat(read).float().cpu().numpy()
