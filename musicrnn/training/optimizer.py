"""What turns gradients into new weights: AdamW, or plain gradient descent.

AdamW is that of Loshchilov and Hutter (1711.05101); weights decay, biases and other vectors do not.
The descent, w - rate * gradient, has no momentum: it is what papers call SGD without more words.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from musicrnn.training.config import TrainingConfig


def optimizer_of(plan: TrainingConfig, parameters: Sequence[nn.Parameter]) -> torch.optim.Optimizer:
    """The optimizer that ``plan`` names."""
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": plan.weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    if plan.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=plan.learning_rate)
    return torch.optim.AdamW(groups, lr=plan.learning_rate, betas=(0.9, 0.98))
