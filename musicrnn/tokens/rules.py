"""Grammars of many pieces at once, on a GPU.

A :class:`musicrnn.tokens.protocol.Constraint` follows one piece in Python. Rules say the same for B
pieces with the same controls by arithmetic on tensors: a state is a tuple of tensors with B rows,
no shape depends on a value and nothing waits for the host, so that rules can be part of a CUDA
graph. Event vocabularies have them; the grammar of ABC text is an automaton over text and has none.
"""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

RuleState = tuple[Tensor, ...]


class Rules(Protocol):
    """What may follow, row by row.

    ``closing`` is the id whose probability the end takes over where :meth:`closes` says so and the
    end is allowed; -1 for none.
    """

    closing: int

    def start(self) -> RuleState:
        """The state of one piece, [1, ...] each, before its first id."""
        ...

    def push(self, state: RuleState, ids: Tensor) -> RuleState:
        """The state after one id a row, [B]."""
        ...

    def allowed(self, state: RuleState) -> Tensor:
        """[B, V], which ids may follow."""
        ...

    def closes(self, state: RuleState) -> Tensor:
        """[B], whether the end, where it is allowed, takes over what ``closing`` would have."""
        ...
