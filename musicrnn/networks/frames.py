"""The frame model: what the frames before say of the next one, as an exact probability.

Conventions. A frame is P numbers, 0 or 1, one a pitch. A model is an encoder of the context
features (:mod:`musicrnn.networks.frame_context`) and a head that predicts the frame: (features [B,
T, F], frames [B, T, P], state) -> (losses [B, T] in nats, state). The loss of a step is that of its
whole frame, the first one predicted from nothing (Boulanger-Lewandowski, Bengio and Vincent, ICML
2012). The state goes in and comes out, so that a piece may be read in parts.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from musicrnn.layers.relative import matrices_kept
from musicrnn.layers.stack import State
from musicrnn.networks.frame_config import FrameConfig
from musicrnn.networks.frame_context import FrameHistory
from musicrnn.networks.frame_encoders import GlobalEncoder, SharedEncoder, context_frames
from musicrnn.networks.frame_heads import Orders
from musicrnn.networks.network import Network
from musicrnn.threads import suited_threads


class FrameModel(Network):
    """(features [B, T, F], frames [B, T, P], state) -> (losses [B, T], state)."""

    Config: ClassVar[type[FrameConfig]] = FrameConfig
    config: FrameConfig

    def __init__(self, config: FrameConfig) -> None:
        super().__init__(config)
        self.body = SharedEncoder(config) if config.body == "tied" else GlobalEncoder(config)
        self.head = Orders(config)

    def begin_at(self, marginal: NDArray[np.float64]) -> None:
        """Start the head's biases at the log-odds of ``marginal``, [P] probabilities in (0, 1).

        An untrained network then is about as good as the marginal, instead of 61 nats a frame, and
        a pitch absent from the training set keeps a probability.
        """
        self.head.begin_at(torch.from_numpy(np.log(marginal) - np.log1p(-marginal)))

    def initial_state(self, batch: int) -> State:
        """The state before the first frame."""
        return self.body.initial_state(batch)

    def forward(self, features: Tensor, frames: Tensor, state: State) -> tuple[Tensor, State]:
        y, state = self.body(features, state)
        losses = self.head.losses(
            y.flatten(0, 1), context_frames(features, self.config), frames.flatten(0, 1)
        )
        return losses.view(features.shape[:2]), state

    def draw(
        self, features: Tensor, state: State, uniforms: Tensor, *, temperature: float = 1.0
    ) -> tuple[Tensor, State]:
        """The next frame [B, P] of each piece from features [B, 1, F] and uniforms [B, P + 1]."""
        y, state = self.body(features, state)
        known = y.flatten(0, 1), context_frames(features, self.config)
        return self.head.draw(*known, uniforms, temperature), state

    @torch.no_grad()
    def compose(
        self, length: int, batch: int, random: np.random.Generator, *, temperature: float = 1.0
    ) -> NDArray[np.uint8]:
        """``batch`` new pieces side by side, uint8 [B, length, P]; the model in evaluation mode."""
        history, state = FrameHistory(batch, length + 1, self.config), self.initial_state(batch)
        with matrices_kept(self), suited_threads(self, batch):
            for _ in range(length):
                uniforms = torch.from_numpy(random.random((batch, self.config.pitches + 1)))
                features = torch.from_numpy(history.features())
                frame, state = self.draw(features, state, uniforms.float(), temperature=temperature)
                history.add(frame.numpy().astype(np.uint8))
        return history.frames[:, :length]
