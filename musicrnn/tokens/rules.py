"""Grammars of many pieces at once, on a GPU.

A :class:`musicrnn.tokens.protocol.Constraint` follows one piece in Python. Rules say the same for B
pieces with the same wishes by arithmetic on tensors: a state is a tuple of tensors with B rows, no
shape depends on a value and nothing waits for the host, so that rules can be part of a CUDA graph.
Event vocabularies have them; the grammar of ABC text is an automaton over text and has none.
"""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.tokens.beat.rules import BeatRules
from musicrnn.tokens.performance import PerformanceTokenizer
from musicrnn.tokens.performance.rules import PerformanceRules
from musicrnn.tokens.protocol import Tokenizer, Wishes

State = tuple[Tensor, ...]


class Rules(Protocol):
    """What may follow, row by row."""

    def start(self) -> State:
        """The state of one piece, [1, ...] each, before its first id."""
        ...

    def push(self, state: State, ids: Tensor) -> State:
        """The state after one id a row, [B]."""
        ...

    def allowed(self, state: State) -> Tensor:
        """[B, V], which ids may follow."""
        ...


def rules_of(tokenizer: Tokenizer, wishes: Wishes, device: torch.device) -> Rules | None:
    """The rules of new pieces, None for a tokenizer whose grammar has none.

    Raises:
        MusicRNNError: a wish that the tokens cannot express.
    """
    if isinstance(tokenizer, BeatTokenizer):
        return BeatRules(tokenizer.events, wishes, tokenizer.programs, device=device)
    if isinstance(tokenizer, PerformanceTokenizer):
        return PerformanceRules(tokenizer.events, wishes, device=device)
    return None
