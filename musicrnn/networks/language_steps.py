"""A language model stepped in torch, for CUDA graphs; see :mod:`musicrnn.layers.stack_steps`.

Conventions. ids [B] -> logits [B, V] float32 of the next; the memory goes in and comes out. The
embedding is folded into the first layer's input product: what that gives for an id is a table's
row. With ``bf16`` the products are bfloat16, states and logits float32.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager

import torch
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
            self.table = self.stack.table(model.embedding.weight.detach())  # [V, rows]
        self.weight = model.output.weight.detach().to(kind)
        self.bias = model.output.bias.detach()

    def after(self, ids: Sequence[int]) -> Memory:
        """The memory of one row that has read ``ids``, in one call of the model; none is allowed.

        On a GPU that is cuDNN's, where it has the cell.
        """
        with torch.no_grad(), exact_products():
            state = self.model.initial_state(1)
            if ids:
                row = torch.tensor([list(ids)], device=self.device)
                _, state = self.model(row, state)
            return tuple(part.contiguous() for part in self.stack.memory(state))

    def step(self, ids: Tensor, memory: Memory) -> tuple[Tensor, Memory]:
        """ids [B] -> logits [B, V] and the new memory."""
        y, memory = self.stack.step(self.table[ids], memory)
        return add_product(self.bias, y, self.weight), memory


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
