"""Who may import whom. The tables are the rules; read them as documentation.

The packages stack ``musicrnn_cli -> musicrnn_datasets -> musicrnn``. Inside musicrnn a module may
import its own folder and what its row names, nothing else. The longest matching row counts, so
``io.save`` is not ``io``.
"""

import ast
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.musicrnn.sources import bindings, dotted, each_module, imports, modules, tree

# A package, and the packages of this repository that it may import.
STACK = {
    "musicrnn": set(),
    "musicrnn_datasets": {"musicrnn"},
    "musicrnn_cli": {"musicrnn", "musicrnn_datasets"},
}

# A part of musicrnn, what it is, and the parts that it may import.
PIECE = "errors arrays presentable score score_ticks key spelling waveform note_events"
PARTS = {
    "errors": ("the one exception", ""),
    "arrays": ("array types", "errors"),
    "fillers": ("labels that stand for none of the others", ""),
    "bounds": ("options with their bounds", "errors arrays"),
    "spelling": ("how keys and roots of chords are written", ""),
    "changes": ("what holds in a piece from a tick on", "errors spelling"),
    "score": ("written and played music", "errors arrays presentable changes"),
    "score_ticks": ("a score in finer ticks, or from a tick on", "score"),
    "drum_kit": ("the drums of General MIDI", ""),
    "key": ("which key a piece is in", "errors arrays score"),
    "note_events": (
        "notes as they are performed: note on and off, in seconds",
        "errors arrays score",
    ),
    "waveform": ("sampled sound", "errors arrays presentable"),
    "events": ("spoken words and detected words, with times", "errors arrays"),
    "accompaniment": ("chord symbols -> a part that plays them", "errors arrays score"),
    "soundcard": ("microphone and loudspeaker, where there are", "errors arrays"),
    "io": ("files in and out, one format a file", PIECE),
    "synth": ("score -> sound", PIECE + " soundcard"),
    "features": ("sound -> frames", "errors arrays bounds waveform"),
    "augmentation": (
        "augmentation of sound, and synthetic sound",
        "errors arrays bounds score waveform events synth features",
    ),
    "tokens": ("score <-> integers", PIECE + " bounds accompaniment drum_kit io form context"),
    "tokens.sound": (
        "sound <-> integers",
        "errors arrays waveform features checkpoint context networks",
    ),
    "form": (
        "sections: planned, and found in the notes; what a plan says of each bar",
        "errors arrays presentable score drum_kit context",
    ),
    "plot": ("score -> picture and page", PIECE),
    "io.save": ("any format, by suffix", PIECE + " accompaniment io synth plot"),
    "metrics": ("what a piece or a prediction is worth", PIECE + " events fillers features"),
    "threads": ("how many threads torch gets", ""),
    "weights": ("numbers stored in four bytes, two or one", "errors arrays"),
    "checkpoint": ("a model's file", "errors arrays io weights"),
    "cells": ("one step of a recurrent network", "errors arrays weights"),
    "context": ("what is heard at every step beside the last id", "errors arrays features cells"),
    "layers": ("steps unrolled and stacked", "errors arrays bounds cells"),
    "networks": (
        "whole networks: integers and floats",
        "errors arrays bounds fillers events threads cells context layers",
    ),
    "device": ("where a network runs", "errors arrays"),
    "sampling": (
        "model -> piece",
        PIECE
        + " accompaniment bounds device drum_kit io form tokens tokens.sound checkpoint cells"
        + " context layers networks metrics",
    ),
    "problems": (
        "problems that show what a memory can hold",
        "errors arrays bounds threads layers",
    ),
    "listening": (
        "sound -> label",
        PIECE
        + " soundcard fillers events device io features tokens tokens.sound checkpoint cells"
        + " layers networks metrics pretrained",
    ),
    "export": (
        "models for other programs",
        "errors arrays waveform io features checkpoint cells layers networks listening",
    ),
    "training": (
        "batches -> model; what a kind of model is",
        PIECE
        + " bounds fillers events device threads io form features augmentation tokens tokens.sound"
        + " weights checkpoint cells context layers networks metrics sampling listening export"
        + " pretrained",
    ),
    "comparison": (
        "many cells under one budget -> table",
        "errors arrays bounds threads io plot tokens checkpoint cells layers networks metrics"
        " training",
    ),
    "sources": (
        "a user's folders, and corpora by name -> data to learn from",
        PIECE
        + " events bounds fillers device io form features augmentation tokens tokens.sound weights"
        + " checkpoint context networks metrics listening training",
    ),
    "presentable": ("what is saved and shows itself, by doors further up", ""),
    "face": (
        "what import musicrnn offers",
        PIECE
        + " accompaniment bounds device io io.save form synth features plot tokens tokens.sound"
        + " weights checkpoint networks metrics sampling listening training pretrained sources",
    ),
    "pretrained": ("models that come with the package", "errors arrays checkpoint sampling"),
}

# Modules that only some parts may import; the rest of the library is silent and knows no terminal.
RESERVED = {"click": {"musicrnn_cli"}, "rich": {"musicrnn_cli", "musicrnn.face.progress"}}

# What other libraries do not promise has one file each that may use it, with a way out.
PRIVATE = {"numba": "musicrnn.cells.private_numba", "torch": "musicrnn.layers.private_torch"}
NUMBAS_OWN = {"core", "np", "cpython", "misc", "parfors", "stencils"}  # behind its public modules


def part(module: str) -> str:
    """The row of PARTS that a module of musicrnn belongs to."""
    name = module.removeprefix("musicrnn.")
    rows = [row for row in PARTS if name == row or name.startswith(row + ".")]
    assert rows, f"{module} has no row in PARTS: say what it is and what it may import"
    return max(rows, key=len)


@each_module
def test_imports_go_downwards(module):
    package = module.split(".")[0]
    for name in imports(module):
        target = name.split(".")[0]
        if target in STACK and target != package:
            assert target in STACK[package], f"{module} imports {name}"
        if module != "musicrnn" and package == target == "musicrnn" and name != "musicrnn":
            own, other = part(module), part(name)
            allowed = {own, *PARTS[own][1].split()}
            assert other in allowed, f"{module} imports {name}: {own} may import {sorted(allowed)}"
        for reserved, users in RESERVED.items():
            if target == reserved:
                assert any(module == u or module.startswith(u + ".") for u in users), module


def test_the_table_has_no_circle():
    def below(row: str, above: tuple[str, ...] = ()) -> None:
        assert row not in above, " -> ".join((*above, row))
        for lower in PARTS[row][1].split():
            below(lower, (*above, row))

    for row in PARTS:
        below(row)


def test_no_circle_between_files():
    """A folder's ``__init__`` counts where something is imported from it, not where from below."""
    files = {m: imports(m) & modules().keys() for m in modules()}  # also for types alone
    try:
        TopologicalSorter(files).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


@each_module
def test_what_is_private_elsewhere_is_used_in_one_place(module):
    bound = bindings(module)
    names = {*bound.values(), *imports(module)}
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Attribute):
            names.add(dotted(node, bound))
        elif isinstance(node, ast.Constant) and str(node.value).startswith((*PRIVATE,)):
            names.add(str(node.value))
    for name in names:
        library, *parts = name.split(".")
        hidden = any(part.startswith("_") and not part.startswith("__") for part in parts)
        hidden = hidden or (library == "numba" and not NUMBAS_OWN.isdisjoint(parts[:1]))
        assert not hidden or PRIVATE.get(library) in (None, module), f"{module} uses {name}"


def changed(node: ast.AST) -> list[ast.expr]:
    """What a statement sets or deletes in something else; names alone are the module's own."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("setattr", "delattr"):
        return node.args[:1]
    if isinstance(node, ast.Assign | ast.Delete):
        return [target for target in node.targets if not isinstance(target, ast.Name)]
    if isinstance(node, ast.AugAssign | ast.AnnAssign) and not isinstance(node.target, ast.Name):
        return [node.target]
    return []


@each_module
def test_nothing_is_replaced_in_another_library(module):
    bound = bindings(module)
    for node in ast.walk(tree(module)):
        for target in changed(node):
            name = dotted(target, bound)
            assert not name or name.split(".")[0] in STACK, f"{module} changes {name}"
