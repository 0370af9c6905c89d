"""Sampling loops in ONNX Runtime, one thread: exported, written for it by hand, and a whole loop.

Conventions. The hand-written graph takes the folded network: Gather, one Gemm a layer, softmax,
cumulated sum and draw are all inside; as a graph of one step it is called for each token, as the
body of a Scan once for all. "int8" quantizes weights by column and activations as they come
(DynamicQuantizeLinear, MatMulInteger), which ONNX Runtime fuses.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from networks import Doubles, Floats, Folded, Loop, Tokens
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from musicrnn.checkpoint import Checkpoint
from musicrnn.sampling.filters import draw
from tests.musicrnn.export.written import export_onnx

OPSET = 17


def exported_loop(checkpoint: Checkpoint) -> Loop:
    """What ``musicrnn export`` writes, stepped from Python; the draw is NumPy's."""
    model = checkpoint.entry("model")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "step.onnx"
        export_onnx(checkpoint, path)
        session = _session(path.read_bytes())
    states = [value.name for value in session.get_inputs() if value.name != "ids"]
    names = ["logits", *(f"{name}_after" for name in states)]

    def run(uniforms: Doubles) -> Tokens:
        batch = uniforms.shape[1]
        ids = np.zeros(batch, np.int64)
        zeros = np.zeros((model["layers"], batch, model["hidden"]), np.float32)
        carried = dict.fromkeys(states, zeros)
        drawn = np.empty(uniforms.shape, np.int64)
        for step, row in enumerate(uniforms):
            logits, *after = session.run(names, {"ids": ids, **carried})
            carried = dict(zip(states, after, strict=True))
            ids = drawn[step] = draw(logits, row)
        return drawn

    return run


def step_loop(network: Folded, *, int8: bool = False) -> Loop:
    """The hand-written graph, called for each token."""
    step = _Step(network, int8=int8)

    def run(uniforms: Doubles) -> Tokens:
        state, drawn = step.start(uniforms.shape[1]), np.empty(uniforms.shape, np.int64)
        for index, row in enumerate(uniforms.astype(np.float32)):
            drawn[index], _ = step(state, row)
        return drawn

    return run


def step_told(network: Folded, tokens: Tokens, *, int8: bool) -> Floats:
    """The logits [T, B, V] of the hand-written graph along given tokens [T, B]."""
    step = _Step(network, int8=int8)
    state, told = step.start(tokens.shape[1]), []
    for ids in tokens:
        state["ids"] = ids
        told.append(step(state, np.zeros(len(ids), np.float32))[1])
    return np.stack(told)


def product_of(weight: Floats) -> Callable[[Floats], Floats]:
    """x [B, K] -> x weight [B, N], weight [K, N]."""
    inputs = [_value("x", TensorProto.FLOAT, ["batch", weight.shape[0]])]
    outputs = [_value("y", TensorProto.FLOAT, ["batch", weight.shape[1]])]
    node = helper.make_node("MatMul", ["x", "weight"], ["y"])
    constant = numpy_helper.from_array(weight, "weight")
    session = _session(_model(helper.make_graph([node], "product", inputs, outputs, [constant])))
    return lambda x: session.run(["y"], {"x": x})[0]


class _Step:
    """A session of one step: the state by name is carried on in place."""

    def __init__(self, network: Folded, *, int8: bool) -> None:
        body = _Body(network, int8=int8)
        self.states, self.hidden = body.states, network.output.shape[1]
        graph = helper.make_graph(
            body.nodes, "step", body.inputs, [*body.outputs, body.logits], body.initializers
        )
        self.session = _session(_model(graph))
        self.names = [value.name for value in (*body.outputs, body.logits)]

    def start(self, batch: int) -> dict[str, NDArray[Any]]:
        return _start(self.states, batch, self.hidden)

    def __call__(self, state: dict[str, NDArray[Any]], uniforms: Floats) -> tuple[Tokens, Floats]:
        ids, *after, logits = self.session.run(self.names, {**state, "uniforms": uniforms})
        state["ids"] = ids
        state.update(zip(self.states, after, strict=True))
        return ids, logits


def scan_loop(network: Folded, *, int8: bool = False) -> Loop:
    """The hand-written graph as the body of a Scan over the uniforms: one call for all tokens."""
    body = _Body(network, int8=int8)
    drawn = _value("drawn_ids", TensorProto.INT64, ["batch"])
    inner = helper.make_graph(
        [*body.nodes, helper.make_node("Identity", ["ids_after"], ["drawn_ids"])],
        "body",
        body.inputs,
        [*body.outputs, drawn],
    )
    begun = [f"{value.name}_begun" for value in body.inputs[:-1]]
    ended = [f"{value.name}_ended" for value in body.outputs]
    scan = helper.make_node(
        "Scan", [*begun, "all_uniforms"], [*ended, "drawn"], body=inner, num_scan_inputs=1
    )
    kinds = [TensorProto.INT64, *[TensorProto.FLOAT] * len(body.states)]
    shapes = [["batch"], *[["batch", network.output.shape[1]]] * len(body.states)]
    inputs = [_value(*each) for each in zip(begun, kinds, shapes, strict=True)]
    inputs.append(_value("all_uniforms", TensorProto.FLOAT, ["steps", "batch"]))
    outputs = [_value("drawn", TensorProto.INT64, ["steps", "batch"])]
    session = _session(
        _model(helper.make_graph([scan], "loop", inputs, outputs, body.initializers))
    )

    def run(uniforms: Doubles) -> Tokens:
        state = _start(body.states, uniforms.shape[1], network.output.shape[1])
        given = {f"{name}_begun": part for name, part in state.items()}
        return session.run(["drawn"], {**given, "all_uniforms": uniforms.astype(np.float32)})[0]

    return run


class _Body:
    """The nodes of one step: ids, states and uniforms -> ids, states, logits."""

    def __init__(self, network: Folded, *, int8: bool) -> None:
        self.int8, size = int8, network.output.shape[1]
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        layers = range(len(network.weights))
        self.states = [f"{kind}{index}" for index in layers for kind in ("hidden", "cell")]
        wide = [(name, TensorProto.FLOAT, ["batch", size]) for name in self.states]
        self.inputs = [
            _value("ids", TensorProto.INT64, ["batch"]),
            *(_value(*each) for each in wide),
            _value("uniforms", TensorProto.FLOAT, ["batch"]),
        ]
        self.outputs = [
            _value("ids_after", TensorProto.INT64, ["batch"]),
            *(_value(f"{name}_after", kind, shape) for name, kind, shape in wide),
        ]
        self.logits = _value("logits", TensorProto.FLOAT, ["batch", len(network.output)])
        self._constant("table", network.table)
        self._constant("quarters", np.array([size] * 4, np.int64))
        self._constant("columns", np.array(1, np.int64))
        self._constant("axes", np.array([1], np.int64))
        self._constant("last", np.array(len(network.output) - 1, np.int64))
        self._add("Gather", ["table", "ids"], "from_ids")
        for index, weight in enumerate(network.weights):
            if index == 0:
                self._product("gates0", "hidden0", weight, "from_ids")
            else:
                both = [f"hidden{index - 1}_after", f"hidden{index}"]
                self._add("Concat", both, f"both{index}", {"axis": 1})
                self._constant(f"bias{index}", network.biases[index - 1])
                self._product(f"gates{index}", f"both{index}", weight, f"bias{index}")
            self._cell(index)
        self._constant("output_bias", network.output_bias)
        self._product("logits", f"hidden{layers[-1]}_after", network.output, "output_bias")
        self._draw()

    def _cell(self, index: int) -> None:
        gates = [f"{name}{index}" for name in ("into", "forget", "candidate", "out")]
        split = helper.make_node("Split", [f"gates{index}", "quarters"], gates, axis=1)
        self.nodes.append(split)
        into, forget, candidate, out = gates
        for name in (into, forget, out):
            self._add("Sigmoid", [name], f"{name}_open")
        self._add("Tanh", [candidate], f"{candidate}_bent")
        self._add("Mul", [f"{forget}_open", f"cell{index}"], f"kept{index}")
        self._add("Mul", [f"{into}_open", f"{candidate}_bent"], f"new{index}")
        self._add("Add", [f"kept{index}", f"new{index}"], f"cell{index}_after")
        self._add("Tanh", [f"cell{index}_after"], f"bent{index}")
        self._add("Mul", [f"{out}_open", f"bent{index}"], f"hidden{index}_after")

    def _draw(self) -> None:
        self._add("Softmax", ["logits"], "chances", {"axis": 1})
        self._add("CumSum", ["chances", "columns"], "cumulated")
        self._add("Unsqueeze", ["uniforms", "axes"], "border")
        self._add("LessOrEqual", ["cumulated", "border"], "before")
        self._add("Cast", ["before"], "before_count", {"to": TensorProto.FLOAT})
        self._add("ReduceSum", ["before_count", "axes"], "found", {"keepdims": 0})
        self._add("Cast", ["found"], "found_ids", {"to": TensorProto.INT64})
        self._add("Min", ["found_ids", "last"], "ids_after")

    def _product(self, out: str, x: str, weight: Floats, added: str) -> None:
        """out = x weight^T + added."""
        columns = np.ascontiguousarray(weight.T)  # [K, N]
        if not self.int8:
            self._constant(f"{out}_weight", columns)
            self._add("Gemm", [x, f"{out}_weight", added], out)
            return
        scale = np.maximum(np.abs(columns).max(axis=0), 1e-12) / 127  # [N]
        self._constant(f"{out}_weight", np.round(columns / scale).astype(np.int8))
        self._constant(f"{out}_scale", scale.astype(np.float32))
        parts = [f"{out}_{name}" for name in ("x", "x_scale", "x_zero")]
        self.nodes.append(helper.make_node("DynamicQuantizeLinear", [x], parts))
        whole, scaled, plain = f"{out}_whole", f"{out}_scaled", f"{out}_plain"
        self._add("MatMulInteger", [parts[0], f"{out}_weight", parts[2]], whole)
        self._add("Cast", [whole], f"{out}_float", {"to": TensorProto.FLOAT})
        self._add("Mul", [parts[1], f"{out}_scale"], scaled)
        self._add("Mul", [f"{out}_float", scaled], plain)
        self._add("Add", [plain, added], out)

    def _add(
        self, kind: str, inputs: list[str], output: str, attributes: dict[str, Any] | None = None
    ) -> None:
        self.nodes.append(helper.make_node(kind, inputs, [output], **(attributes or {})))

    def _constant(self, name: str, array: NDArray[Any]) -> None:
        self.initializers.append(numpy_helper.from_array(array, name))


def _value(name: str, kind: int, shape: Sequence[int | str]) -> Any:
    return helper.make_tensor_value_info(name, kind, shape)


def _start(states: list[str], batch: int, hidden: int) -> dict[str, NDArray[Any]]:
    zeros = {name: np.zeros((batch, hidden), np.float32) for name in states}
    return {"ids": np.zeros(batch, np.int64), **zeros}


def _model(graph: Any) -> bytes:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = 8  # what goes with the opset
    onnx.checker.check_model(model)
    return model.SerializeToString()


def _session(content: bytes) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
