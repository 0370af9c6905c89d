"""A run's file: what it holds, and that a damaged one is refused in a sentence or goes on."""

import copy
import json
import random
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from musicrnn.errors import MusicRNNError
from musicrnn.features.logmel import LogMel
from musicrnn.fillers import SILENCE, UNKNOWN
from musicrnn.networks.classifier import Classifier
from musicrnn.networks.classifier_config import ClassifierConfig
from musicrnn.networks.words import WordsModel
from musicrnn.networks.words_config import WordsConfig
from musicrnn.training.classify.data import RecordingData
from musicrnn.training.classify.objective import ClassificationObjective
from musicrnn.training.classify.recording import Recording
from musicrnn.training.classify.settings import ClassifierSettings
from musicrnn.training.config import TrainingConfig
from musicrnn.training.loop import TrainingResult, fit
from musicrnn.training.run_state import run_path
from musicrnn.training.words.data import WordsData
from musicrnn.training.words.objective import WordsObjective
from musicrnn.training.words.settings import WordsSettings
from tests.musicrnn.training import test_frames, test_voices, test_words
from tests.musicrnn.training.small import data_of, trained
from tests.musicrnn.training.test_loop import Stop, train

PLAN = TrainingConfig(updates=5, validate_every=3, average=0.9, warm_up=3, device="cpu")
STRANGE: list[Any] = [
    None, True, -1, 0, 1, 10**9, 2**63, 10**30, 1.5, -0.5, float("nan"), float("inf"), "", "1",
    [], [1], [[]], {}, {"a": 1}, [[0, 0]] * 3, [["a", 1, 2]] * 3, [[10**6, 0, 0]] * 3,
    [[0, 0, 10**6]] * 3, [[0, 0, -1]] * 3, [[-2, 0, 0]] * 3,
]  # fmt: skip


def compose(path: Path, **words: Any) -> TrainingResult:
    return train(path, updates=5, validate_every=3, average=0.9, **words)


def frames(path: Path, **words: Any) -> TrainingResult:
    return fit(test_frames.objective(test_frames.model()), PLAN, path, **words)


def classify(path: Path, **words: Any) -> TrainingResult:
    torch.manual_seed(0)
    config = ClassifierConfig(labels=2, size=20, branches="reading", hidden=6)
    draw = np.random.default_rng(0)
    made = [
        Recording(str(number), number % 2, (draw.integers(0, 20, 30).astype(np.int32),))
        for number in range(12)
    ]
    settings = ClassifierSettings(batch_size=3, crop=16)
    data = data_of(
        made[:9], made[9:], encoding=LogMel(), labels=("even", "odd"), kind=RecordingData
    )
    objective = ClassificationObjective(Classifier(config), data, settings=settings, seed=0)
    return fit(objective, PLAN, path, **words)


clips_of = cache(test_words.clips_of)


def words(path: Path, **words: Any) -> TrainingResult:
    torch.manual_seed(0)
    data = data_of(clips_of(1, 9), clips_of(2, 3), encoding=test_words.RECIPE, kind=WordsData)
    objective = WordsObjective(
        WordsModel(WordsConfig(labels=5, hidden=8, channels=2, last=4)),
        data,
        labels=("low", "high", "hiss", UNKNOWN, SILENCE),
        settings=WordsSettings(batch_size=4),
        seed=3,
    )
    return fit(objective, PLAN, path, **words)


def voices(path: Path, **words: Any) -> TrainingResult:
    pieces = [test_voices.piece(seed, 30 + seed) for seed in range(5)]
    data = data_of(pieces[:4], pieces[4:], encoding=test_voices.GRID)
    return trained("voices", data, path, settings=test_voices.SMALL, plan=PLAN, **words)


CASES = {"compose": 80, "frames": 80}  # that are drawn by chance; 24 of the slower ones
TASKS = {task.__name__: task for task in (compose, frames, classify, words, voices)}


class Run:
    """A run that was cut off after four updates, to be damaged and resumed."""

    def __init__(self, task: Callable[..., TrainingResult], folder: Path) -> None:
        self.task, self.folder = task, folder
        self.cases = CASES.get(task.__name__, 24)
        self.whole = folder / "whole.safetensors"
        assert task(self.whole, callback=Stop(4)).reason == "interrupted"
        with safe_open(run_path(self.whole), "pt") as file:
            self.header: dict[str, Any] = json.loads(file.metadata()["run"])
            self.tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118

    def resumed(self, content: bytes | None = None, **changed: Any) -> str:
        """What is said of the run as a file of this content, or with these parts; "" if it goes
        on to its end."""
        output = self.folder / "m.safetensors"
        shutil.copy(self.whole, output)
        if content is None:
            header, tensors = ({"header": self.header, "tensors": self.tensors} | changed).values()
            save_file(tensors, run_path(output), metadata={"run": json.dumps(header)})
        else:
            run_path(output).write_bytes(content)
        try:
            assert self.task(output, resume=True).reason in ("finished", "stopped early")
        except MusicRNNError as error:
            assert "\n" not in str(error)
            return str(error)
        return ""


@pytest.fixture(scope="module", params=TASKS)
def run(request, tmp_path_factory) -> Run:
    return Run(TASKS[request.param], tmp_path_factory.mktemp(request.param))


def places(value: Any, at: tuple = ()) -> Iterator[tuple]:
    """Where something stands in a header."""
    yield at
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value if isinstance(value, list) else [])
    )
    for key, inner in items:
        yield from places(inner, (*at, key))


def with_value(header: Any, at: tuple, value: Any) -> Any:
    """The header with this value there; without it for Ellipsis."""
    if not at:
        return value
    header = copy.deepcopy(header)
    *outer, last = at
    inner = header
    for key in outer:
        inner = inner[key]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return header


def test_a_run_whose_header_is_damaged_is_refused_or_goes_on(run: Run) -> None:
    draw = random.Random(0)
    cases = [(at, value) for at in places(run.header) for value in (*STRANGE, ...) if at]
    cases = [(at, value) for at, value in cases if at[0] not in ("made_with", "versions")]
    cases = draw.sample(cases, min(run.cases, len(cases)))
    cases += [((key,), value) for key in ("made_with", "versions") for value in STRANGE[::6]]
    cases += [((), value) for value in STRANGE[::6]]
    said = [run.resumed(header=with_value(run.header, at, value)) for at, value in cases]
    assert sum(not text for text in said) < len(said) / 2
    damaged = [text for text in said if "cannot be resumed" in text or "damaged" in text]
    assert len(damaged) > len(said) / 3


def damaged(tensor: Tensor) -> Iterator[Tensor | None]:
    yield None
    yield tensor.flatten()[:0]
    yield torch.cat([tensor, tensor]) if tensor.ndim else tensor[None]
    yield tensor.sum()[None].expand(1).to(tensor.dtype)
    yield tensor.to(torch.int64 if tensor.is_floating_point() else torch.float32)
    yield tensor.double()
    if tensor.is_floating_point():
        yield -1 - tensor.abs()
        yield 1e38 * (1 + tensor.abs())
        yield tensor * float("nan")
    else:
        yield 255 - tensor


def test_a_run_whose_tensors_are_damaged_is_refused_or_goes_on(run: Run) -> None:
    draw = random.Random(1)
    kinds: dict[str, list[str]] = {}
    for name in run.tensors:
        kind = ".".join(name.split(".")[: 2 if name.startswith("adam") else 1])
        kinds.setdefault(kind, []).append(name)
    assert {"random", "weight", "adam.step", "adam.exp_avg", "adam.exp_avg_sq", "average"} <= {
        *kinds
    }
    for names in kinds.values():
        name = draw.choice(names)
        for found in damaged(run.tensors[name]):
            left = {n: t for n, t in run.tensors.items() if n != name}
            said = run.resumed(tensors=left if found is None else {**left, name: found})
            fits = found is not None and found.dtype == run.tensors[name].dtype
            fits = fits and found.shape == run.tensors[name].shape
            assert said or fits or name.startswith("carried"), name


def test_a_run_whose_bytes_are_damaged_is_refused_or_goes_on(run: Run) -> None:
    draw = random.Random(2)
    whole = run_path(run.whole).read_bytes()
    for share in (0, 1e-4, 0.01, 0.3, 0.9, 0.9999):
        assert run.resumed(whole[: int(share * len(whole))])
    assert run.resumed(whole + b"x")
    head = 8 + int.from_bytes(whole[:8], "little")
    for number in range(run.cases // 2):
        content = bytearray(whole)
        for _ in range(1 + number % 3):
            content[draw.randrange(head if number % 2 else len(whole))] ^= 1 << draw.randrange(8)
        run.resumed(bytes(content))


def test_the_run_is_whole_when_nothing_is_damaged(run: Run) -> None:
    assert run.resumed() == ""
