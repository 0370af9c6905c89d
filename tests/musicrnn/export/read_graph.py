"""A written graph as a function, for tests."""

from pathlib import Path

from musicrnn.export.graph import Runner, runner


def read_graph(path: Path) -> Runner:
    import onnxruntime

    return runner(onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]))
