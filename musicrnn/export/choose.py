"""The graph that a model file needs, by its task."""

from __future__ import annotations

from pathlib import Path

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.export.graph import Graph, Written, write_graph


def export_onnx(checkpoint: Checkpoint, path: str | Path, *, streaming: bool = False) -> Written:
    """Write a model as ONNX, once its graph was found to say the same.

    Raises:
        MusicRNNError: a task that there is no graph for, ``streaming`` where nothing streams, or as
            :func:`write_graph`.
    """
    return write_graph(graph_of(checkpoint, streaming=streaming), path)


def graph_of(checkpoint: Checkpoint, *, streaming: bool = False) -> Graph:
    """As :func:`export_onnx`, unwritten."""
    task = checkpoint.metadata.get("task")
    if streaming and task != "words":
        raise MusicRNNError(f"streaming is for networks that hear words, this model's is {task!r}")
    if task == "words":
        from musicrnn.export.onnx_words import words_graph

        return words_graph(checkpoint, streaming=streaming)
    if task == "compose":
        from musicrnn.export.onnx_language import language_graph

        return language_graph(checkpoint)
    if task == "classify":
        from musicrnn.export.onnx_classifier import classifier_graph

        return classifier_graph(checkpoint)
    raise MusicRNNError(
        f"there is no ONNX graph for the task {task!r}: compose, classify and words have one"
    )
