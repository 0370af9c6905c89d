"""A language model stepped in torch, for CUDA graphs; see :mod:`musicrnn.layers.stack_steps`.

Conventions. ids [B] -> logits [B, V] float32 of the next; the memory goes in and comes out. A model
that hears a context reads it beside them, [B, F]. The embeddings are folded into the first layer's
input product: what that gives for an id, and what a field's value adds to it, are tables' rows; a
layer.norm is of their sum, and then nothing is folded. With ``bf16`` the products are bfloat16,
states and logits float32.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from musicrnn.layers.stack_steps import Memory, StackSteps, add_product
from musicrnn.networks.language import LanguageModel


class LanguageSteps:
    """Steps of ``model``, in evaluation mode, with the weights that it has now."""

    def __init__(self, model: LanguageModel, *, bf16: bool = False) -> None:
        self.model = model.eval()
        self.device = model.output.weight.device
        self.vocabulary = model.config.vocabulary
        kind = torch.bfloat16 if bf16 else torch.float32
        with torch.no_grad(), exact_products():
            self.stack = StackSteps(model.stack, bf16=bf16)
            self.fields = len(model.fields)
            self.folded = not (self.fields and model.config.layer.norm)
            self.table = self._folded(model.embedding.weight.detach())  # [V, rows]
            if self.fields:
                embedding = model.context.weight.detach()
                self.heard = self._folded(embedding)
                if self.folded:
                    self.heard = self.heard - self.stack.table(torch.zeros_like(embedding[:1]))
                self.offsets = torch.tensor(model.offsets, device=self.device)
                self.pointing = model.near(), model.harmony()
                self.copies = model.copies["weight"].detach().to(kind)
                self.copy_bias = model.copies["bias"].detach()
        self.weight = model.output.weight.detach().to(kind)
        self.bias = model.output.bias.detach()

    def _folded(self, embedding: Tensor) -> Tensor:
        return self.stack.table(embedding) if self.folded else embedding

    def after(self, read: NDArray[np.int64] | Sequence[int]) -> Memory:
        """The memory of one row that has read steps, [N] or [N, 1 + F], in one call of the model;
        none is allowed.

        On a GPU that is cuDNN's, where it has the cell.
        """
        with torch.no_grad(), exact_products():
            state = self.model.initial_state(1)
            if len(read):
                row = torch.from_numpy(np.asarray(read, np.int64))[None].to(self.device)
                _, state = self.model(row, state)
            return tuple(part.contiguous() for part in self.stack.memory(state))

    def step(
        self, ids: Tensor, memory: Memory, context: Tensor | None = None
    ) -> tuple[Tensor, Memory]:
        """ids [B] -> logits [B, V] and the new memory."""
        if context is None:
            y, memory = self.stack.step(self.table[ids], memory)
            return add_product(self.bias, y, self.weight), memory
        entering = self.table[ids] + self.heard[context + self.offsets].sum(1)
        if not self.folded:
            entering = self.stack.table(entering)
        y, memory = self.stack.step(entering, memory)
        scores = add_product(self.copy_bias, y, self.copies)
        logits = add_product(self.bias, y, self.weight)
        return self.model.raised(logits, scores, ids, context, self.pointing), memory


@contextmanager
def exact_products() -> Generator[None]:
    """Inside, float32 products are float32's and not TensorFloat-32's, which cuDNN takes else."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
            yield
    finally:
        torch.set_float32_matmul_precision(before)
