"""Small data of each kind of model, and one way to train on them."""

from pathlib import Path
from typing import Any

from musicrnn.training.config import TrainingConfig
from musicrnn.training.data import TrainingData, sha256_of
from musicrnn.training.loop import TrainingResult
from musicrnn.training.run import Run
from musicrnn.training.task import TASKS
from musicrnn.training.train import train


def data_of(
    train: Any,
    valid: Any,
    test: Any = (),
    *,
    encoding: Any = None,
    kind: Any = TrainingData,
    **more,
) -> Any:
    examples = {"train": train, "valid": valid, "test": test}
    listed = (split for split in examples.values() if isinstance(split, list))
    arrays = [each for split in listed for each in split if hasattr(each, "shape")]
    description = {"corpora": [], "sha256": sha256_of(arrays)}
    return kind(examples, encoding, description, **more)


def trained(
    task: str, data: TrainingData, output: Path, *, settings: Any, plan: TrainingConfig, **run: Any
) -> TrainingResult:
    return train(TASKS[task], data, Run(output, **run), settings=settings, plan=plan)
