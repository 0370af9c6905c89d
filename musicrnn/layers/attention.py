"""Attention: a weighted mean of a sequence for each query.

    weights = softmax over s of score(q, k_s)          context = sum over s of weights_s * v_s

    additive   score = v . tanh(W q + U k)      Bahdanau et al. 2014 (1409.0473)
    dot        score = q . k                    Luong et al. 2015 (1508.04025)
    general    score = q . W k                  Luong et al. 2015
    scaled     score = q . k / sqrt(D)          Vaswani et al. 2017 (1706.03762)

Conventions. Queries [B, Tq, D], keys [B, Tk, K], values [B, Tk, V] (the keys, unless given). A
key beyond a row's length or outside the mask has weight 0 exactly, whatever it contains; a query
that may look at nothing gets weights and a context of zeros.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from musicrnn.errors import MusicRNNError
from musicrnn.layers.settings import ATTENTIONS


class Attention(nn.Module):
    """Additive attention has ``hidden`` units inside, as many as a query has unless given.

    Parameters: additive hidden * (D + K + 1), general D * K, the others none.

    Raises:
        MusicRNNError: no such kind, or a product of queries and keys of different sizes.
    """

    def __init__(self, kind: str, queries: int, keys: int, *, hidden: int = 0) -> None:
        super().__init__()
        if kind not in ATTENTIONS:
            raise MusicRNNError(f"attention must be one of {', '.join(ATTENTIONS)}, got {kind!r}")
        if kind in ("dot", "scaled") and queries != keys:
            raise MusicRNNError(
                f"{kind} attention needs queries and keys of one size, got {queries} and {keys}; "
                "general and additive do not"
            )
        self.kind = kind
        if kind == "additive":
            size = hidden or queries
            self.weight_query = nn.Parameter(torch.empty(size, queries))
            self.weight_key = nn.Parameter(torch.empty(size, keys))
            self.score = nn.Parameter(torch.empty(size))
        elif kind == "general":
            self.weight_key = nn.Parameter(torch.empty(queries, keys))
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.uniform_(-(parameter.shape[-1] ** -0.5), parameter.shape[-1] ** -0.5)

    def forward(
        self,
        queries: Tensor,
        keys: Tensor,
        values: Tensor | None = None,
        *,
        lengths: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Contexts [B, Tq, V] and weights [B, Tq, Tk].

        Args:
            lengths: of the keys, [B].
            mask: which keys a query may look at, [Tq, Tk] or [B, Tq, Tk].
        """
        values = keys if values is None else values
        if lengths is not None:
            outside = torch.arange(keys.shape[1], device=keys.device) >= lengths[:, None]
            keys = keys.masked_fill(outside[..., None], 0.0)
            values = values.masked_fill(outside[..., None], 0.0)
            within = ~outside[:, None]  # [B, 1, Tk]
            mask = within if mask is None else mask & within
        weights = masked_softmax(self.scores(queries, self.prepared(keys)), mask)
        return weights @ values, weights

    def prepared(self, keys: Tensor) -> Tensor:
        """What of the keys does not depend on the query, [B, Tk, n]."""
        if self.kind in ("additive", "general"):
            return nn.functional.linear(keys, self.weight_key)
        return keys * keys.shape[2] ** -0.5 if self.kind == "scaled" else keys

    def scores(self, queries: Tensor, prepared: Tensor) -> Tensor:
        """[B, Tq, Tk] of every query with every key."""
        if self.kind != "additive":
            return queries @ prepared.transpose(1, 2)
        asked = nn.functional.linear(queries, self.weight_query)
        return (asked[:, :, None] + prepared[:, None]).tanh() @ self.score

    def near_scores(self, queries: Tensor, prepared: Tensor, reach: int) -> Tensor:
        """[B, Tq, reach]: of query t with keys t .. t + reach - 1 alone; Tk = Tq + reach - 1."""
        if self.kind != "additive":
            return from_diagonals(self.scores(queries, prepared), reach)
        asked = nn.functional.linear(queries, self.weight_query)
        found = [  # lag by lag, so that nothing is copied
            (asked + prepared[:, lag : lag + asked.shape[1]]).tanh() @ self.score
            for lag in range(reach)
        ]
        return torch.stack(found, 2)


def masked_softmax(scores: Tensor, mask: Tensor | None) -> Tensor:
    """Over the last dimension, 0 where ``mask`` is False; a row without any True is all 0."""
    if mask is None:
        return scores.softmax(-1)
    scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    return scores.softmax(-1) * mask


def from_diagonals(x: Tensor, reach: int) -> Tensor:
    """[B, T, T + reach - 1] -> [B, T, reach]: from row t the columns t .. t + reach - 1."""
    batch, rows, columns = x.shape
    flat = nn.functional.pad(x.flatten(1), (0, rows))
    return flat.view(batch, rows, columns + 1)[..., :reach]


def to_diagonals(x: Tensor) -> Tensor:
    """The inverse of :func:`from_diagonals`, zeros elsewhere."""
    batch, rows, reach = x.shape
    columns = rows + reach - 1
    flat = nn.functional.pad(x, (0, columns + 1 - reach)).flatten(1)
    return flat[:, : rows * columns].view(batch, rows, columns)
