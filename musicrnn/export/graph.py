"""A network on its way into an ONNX file: traced, described, compared, written.

Conventions. Opset 17. Inputs have names and an example each; the examples all differ, since a
tracer takes equal ones for the same thing. Names of states end in ``_after`` where they come out.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.jit import TracerWarning  # pyright: ignore[reportPrivateImportUsage]
from torch.nn.functional import embedding, embedding_bag
from torch.overrides import TorchFunctionMode

from musicrnn.arrays import NamedArrays
from musicrnn.errors import MusicRNNError
from musicrnn.io.atomic import whole_file

OPSET = 17
FREE_DIMENSION = "batch"  # what a dimension of any size is called
MAX_DIFFERENCE = 1e-4  # of probabilities; of states beside their size
Runner = Callable[[Mapping[str, NDArray[Any]]], NamedArrays]  # inputs by name -> outputs by name


@dataclass(frozen=True, eq=False)
class Graph:
    """A module to be traced, and how to check that its graph gives the same.

    ``batch`` names the dimension of inputs and outputs that is free; ``compare`` runs the graph on
    sounds or ids and returns the greatest difference from the model; ``metadata`` goes into the
    file, all of it text.
    """

    module: nn.Module
    inputs: dict[str, Tensor]
    outputs: tuple[str, ...]
    batch: dict[str, int]
    compare: Callable[[Runner], float]
    metadata: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Written:
    """The greatest difference from the model, the file's size, its inputs and outputs."""

    difference: float
    bytes: int
    inputs: dict[str, tuple[int | str, ...]]
    outputs: dict[str, tuple[int | str, ...]]


def write_graph(graph: Graph, path: str | Path) -> Written:
    """Trace, compare, and only then write.

    Raises:
        MusicRNNError: the packages of the extra are not there, the graph differs from the model by
            more than MAX_DIFFERENCE, or the file cannot be written.
    """
    onnx, onnxruntime = _packages()
    content, shapes = _traced(graph)
    model = onnx.load_from_string(content)
    for value in model.graph.output:
        for size, known in zip(value.type.tensor_type.shape.dim, shapes[value.name], strict=True):
            if size.dim_param != FREE_DIMENSION:
                size.dim_value = known
    _shorten(model.graph)
    entries = {**graph.metadata, "states": _states(graph)}
    for name, text in entries.items():
        model.metadata_props.add(key=name, value=text)
    model.producer_name = "musicrnn"
    onnx.checker.check_model(model)
    content = model.SerializeToString()
    session = _session(onnxruntime, content)
    difference = graph.compare(runner(session))
    if not difference <= MAX_DIFFERENCE:
        raise MusicRNNError(
            f"the ONNX graph differs from the model by {difference:.2g}, {MAX_DIFFERENCE:g} is "
            "allowed: nothing was written; another version of onnxruntime or torch may help"
        )
    with whole_file(path) as temporary:
        temporary.write_bytes(content)
    return Written(
        difference,
        len(content),
        {value.name: tuple(value.shape) for value in session.get_inputs()},
        {value.name: tuple(value.shape) for value in session.get_outputs()},
    )


def runner(session: Any) -> Runner:
    """An ONNX Runtime session as a function from inputs to outputs, by name."""
    names = [value.name for value in session.get_outputs()]

    def run(inputs: Mapping[str, NDArray[Any]]) -> NamedArrays:
        return dict(zip(names, session.run(names, dict(inputs)), strict=True))

    return run


def relative(found: NDArray[Any], expected: NDArray[Any]) -> float:
    """The greatest difference, beside the greatest value where that is above 1."""
    if found.shape != expected.shape:
        return float("inf")
    most = float(np.abs(expected).max(initial=1.0))
    return float(np.abs(found.astype(np.float64) - expected).max(initial=0.0)) / most


def distinct(states: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """An example of each state, all of them different."""
    generator = torch.Generator().manual_seed(0)
    return {name: torch.rand(part.shape, generator=generator) for name, part in states.items()}


def _packages() -> tuple[Any, Any]:
    try:
        import onnx
        import onnxruntime
    except ImportError as error:
        raise MusicRNNError(
            f"ONNX files need the package {error.name}: pip install onnx onnxruntime"
        ) from error
    return onnx, onnxruntime


def _session(onnxruntime: Any, content: bytes) -> Any:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors alone
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def _traced(graph: Graph) -> tuple[bytes, dict[str, tuple[int, ...]]]:
    """The graph, and the shapes of its outputs for the examples."""
    with torch.no_grad(), _quiet(), _InOperators(), TemporaryDirectory() as folder:
        given = graph.module.eval()(*graph.inputs.values())
        file = Path(folder) / "graph.onnx"
        torch.onnx.export(
            graph.module,
            tuple(graph.inputs.values()),
            str(file),
            input_names=list(graph.inputs),
            output_names=list(graph.outputs),
            dynamic_axes={name: {place: FREE_DIMENSION} for name, place in graph.batch.items()},
            opset_version=OPSET,
            do_constant_folding=False,  # the bases of a spectrum would fill the file
            dynamo=False,
        )
        content = file.read_bytes()
    shapes = [tuple(part.shape) for part in (given if isinstance(given, tuple) else (given,))]
    return content, dict(zip(graph.outputs, shapes, strict=True))


def _shorten(graph: Any) -> None:
    """Without what the tracer notes of the program; the values between get short names."""
    kept = {
        value.name for values in (graph.input, graph.output, graph.initializer) for value in values
    }
    names: dict[str, str] = {}
    for node in graph.node:
        node.ClearField("doc_string")
        node.ClearField("name")
        for values in (node.input, node.output):
            for place, name in enumerate(values):
                if name and name not in kept:
                    values[place] = names.setdefault(name, f"v{len(names)}")
    del graph.value_info[:]


@contextmanager
def _quiet() -> Generator[None]:
    """Without the tracer's warnings about values that it takes for constant: they are compared."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=TracerWarning)
        warnings.filterwarnings("ignore", ".*legacy TorchScript", DeprecationWarning)
        warnings.filterwarnings("ignore", ".*feature will be removed", DeprecationWarning)
        warnings.filterwarnings("ignore", "Constant folding - Only steps=1", UserWarning)
        warnings.filterwarnings("ignore", ".*variable length with (RNN|GRU|LSTM)", UserWarning)
        yield


class _InOperators(TorchFunctionMode):
    """What ONNX has no operator for, in those that it has."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if func is torch.expm1:
            return (args[0] / 2).tanh() * (args[0].exp() + 1)
        if func is embedding_bag:  # a sum, of [N, F]; else it becomes a loop over N
            return embedding(*args).sum(1)
        if func is Tensor.unfold:  # of dimension 1
            x, _, size, step = args
            count = (int(x.shape[1]) - size) // step + 1
            inside = [[start * step + place for place in range(size)] for start in range(count)]
            return x[:, torch.tensor(inside)].movedim(2, -1)
        return func(*args, **(kwargs or {}))


def _states(graph: Graph) -> str:
    """What is to be carried on: pairs "in:out" with commas between."""
    pairs = [f"{name}:{name}_after" for name in graph.inputs if f"{name}_after" in graph.outputs]
    return ",".join(pairs)
