"""What ``musicrnn export`` does, without the command line."""

from pathlib import Path

from musicrnn.checkpoint import Checkpoint
from musicrnn.export.graph import Graph, Written, write_graph
from musicrnn.training.task import task_of


def graph_of(checkpoint: Checkpoint, *, streaming: bool = False) -> Graph:
    return task_of(checkpoint).graph(checkpoint, streaming=streaming)


def export_onnx(checkpoint: Checkpoint, path: Path, *, streaming: bool = False) -> Written:
    return write_graph(graph_of(checkpoint, streaming=streaming), path)
