"""The house rules that a program can check. The tables are the rules; read them as documentation.

The packages stack ``musicrnn_cli -> musicrnn_datasets -> musicrnn``. Inside musicrnn a module may
import its own folder and what its row names, nothing else. The longest matching row counts, so
``io.save`` is not ``io``.
"""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "musicrnn": ROOT / "musicrnn",
    "musicrnn_datasets": ROOT / "datasets" / "musicrnn_datasets",
    "musicrnn_cli": ROOT / "cli" / "musicrnn_cli",
}

# A package, and the packages of this repository that it may import.
STACK = {
    "musicrnn": set(),
    "musicrnn_datasets": {"musicrnn"},
    "musicrnn_cli": {"musicrnn", "musicrnn_datasets"},
}

# A part of musicrnn, what it is, and the parts that it may import.
PIECE = "errors arrays presentable score key waveform note_events"
PARTS = {
    "errors": ("the one exception", ""),
    "arrays": ("array types", "errors"),
    "bounds": ("options with their bounds", "errors arrays"),
    "score": ("written and played music", "errors arrays presentable"),
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
        "errors arrays bounds score waveform events synth",
    ),
    "tokens": ("score <-> integers", PIECE + " bounds io"),
    "plot": ("score -> picture and page", PIECE),
    "io.save": ("any format, by suffix", PIECE + " accompaniment io synth plot"),
    "metrics": ("what a piece or a prediction is worth", PIECE + " events"),
    "weights": ("numbers stored in four bytes, two or one", "errors arrays"),
    "checkpoint": ("a model's file", "errors arrays io weights"),
    "cells": ("one step of a recurrent network", "errors arrays weights"),
    "layers": ("steps unrolled and stacked", "errors arrays bounds cells"),
    "networks": ("whole networks: integers and floats", "errors arrays bounds events cells layers"),
    "device": ("where a network runs", "errors arrays"),
    "sampling": (
        "model -> piece",
        PIECE + " accompaniment bounds device io tokens checkpoint cells layers networks metrics",
    ),
    "problems": ("problems that show what a memory can hold", "errors arrays bounds layers"),
    "listening": (
        "sound -> label",
        PIECE
        + " soundcard events device io features tokens checkpoint cells layers networks metrics"
        + " pretrained",
    ),
    "export": (
        "models for other programs",
        "errors arrays waveform io features checkpoint cells layers networks listening",
    ),
    "training": (
        "batches -> model; what a kind of model is",
        PIECE
        + " bounds events device io features augmentation tokens weights checkpoint cells layers"
        + " networks metrics sampling listening export pretrained",
    ),
    "comparison": (
        "many cells under one budget -> table",
        "errors arrays bounds io plot tokens checkpoint cells layers networks metrics training",
    ),
    "sources": (
        "a user's folders, and corpora by name -> data to learn from",
        PIECE
        + " events bounds device io features augmentation tokens weights checkpoint networks"
        + " metrics listening training",
    ),
    "presentable": ("what is saved and shows itself, by doors further up", ""),
    "face": (
        "what import musicrnn offers",
        PIECE
        + " accompaniment bounds device io io.save synth features plot tokens weights checkpoint"
        + " networks metrics sampling listening training pretrained sources",
    ),
    "pretrained": ("models that come with the package", "errors arrays checkpoint sampling"),
}

# Modules that only some parts may import; the rest of the library is silent and knows no terminal.
RESERVED = {"click": {"musicrnn_cli"}, "rich": {"musicrnn_cli", "musicrnn.face.progress"}}

# Corpora are the business of musicrnn_datasets; the library may cite one in a docstring, as a
# figure's witness, but no code in it may depend on one. (A model's card names its data.)
CORPORA = ("pop909", "nottingham", "vgmidi", "gtzan", "jsb", "musedata", "speech_commands")

# What other libraries do not promise has one file each that may use it, with a way out.
PRIVATE = {"numba": "musicrnn.cells.private_numba", "torch": "musicrnn.layers.private_torch"}
NUMBAS_OWN = {"core", "np", "cpython", "misc", "parfors", "stencils"}  # behind its public modules

NO_FOLDER_OR_FILE = {"utils", "util", "helpers", "misc", "common"}
MAX_LINES = 300
MAX_PARAMETERS = 7
FOR_TYPES = ("TYPE_CHECKING", "typing.TYPE_CHECKING")

# What `musicrnn --help` must not wait for.
SLOW = "torch numpy numba scipy librosa soundfile symusic pretty_midi lightning_fabric PIL rich"


@cache
def modules() -> dict[str, Path]:
    found = {}
    for package, folder in PACKAGES.items():
        for path in sorted(folder.rglob("*.py")):
            parts = [package, *path.relative_to(folder).with_suffix("").parts]
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(modules()[module].read_text("utf-8"))


def imports(module: str, *, of_types: bool = True) -> set[str]:
    """Every module that is imported, also inside functions, and for types alone: full names."""
    found = set()
    for node in nodes(tree(module), of_types=of_types):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            files = names & modules().keys()
            found |= files if files == names else files | {node.module}
    return found


def nodes(node: ast.AST, *, of_types: bool) -> Iterator[ast.AST]:
    """What is in a tree; without ``of_types`` not what stands under ``if TYPE_CHECKING``."""
    yield node
    inside = ast.iter_child_nodes(node)
    if isinstance(node, ast.If) and ast.unparse(node.test) in FOR_TYPES:
        inside = (*node.body, *node.orelse) if of_types else node.orelse
    for child in inside:
        yield from nodes(child, of_types=of_types)


def part(module: str) -> str:
    """The row of PARTS that a module of musicrnn belongs to."""
    name = module.removeprefix("musicrnn.")
    rows = [row for row in PARTS if name == row or name.startswith(row + ".")]
    assert rows, f"{module} has no row in PARTS: say what it is and what it may import"
    return max(rows, key=len)


each_module = pytest.mark.parametrize("module", sorted(modules()))


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
    files = {m: imports(m, of_types=False) & modules().keys() for m in modules()}
    try:
        TopologicalSorter(files).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


def bindings(module: str) -> dict[str, str]:
    """What the imported names of a module stand for: {"F": "torch.nn.functional"}."""
    bound = {}
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.split(".")[0]
                bound[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom):
            bound |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
        elif isinstance(node, ast.Assign | ast.AnnAssign) and is_import(node.value):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            bound[ast.unparse(target)] = ast.unparse(node.value.args[0])[1:-1]
    return bound


def is_import(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module")


def dotted(node: ast.AST, bound: dict[str, str]) -> str:
    """An attribute of what was imported by its full name; "" for all else."""
    if isinstance(node, ast.Subscript):
        return dotted(node.value, bound)
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value, bound)
        return owner and f"{owner}.{node.attr}"
    return bound.get(node.id, "") if isinstance(node, ast.Name) else ""


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


@each_module
def test_the_library_prints_nothing(module):
    if module.startswith("musicrnn_cli"):
        return
    calls = [node.func for node in ast.walk(tree(module)) if isinstance(node, ast.Call)]
    assert not [c for c in calls if isinstance(c, ast.Name) and c.id in ("print", "input")]


@each_module
def test_no_corpus_in_the_library(module):
    if not module.startswith("musicrnn.") or module.startswith("musicrnn.pretrained"):
        return
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = "" if id(node) in docstrings else node.value
        else:
            text = str(getattr(node, "id", "") or getattr(node, "name", ""))
        named = [corpus for corpus in CORPORA if corpus in text.lower().replace("-", "_")]
        assert not named, f"{module} line {node.lineno}: {text[:80]}"


@each_module
def test_a_file_is_short_and_says_what_it_is(module):
    text = modules()[module].read_text("utf-8")
    assert text.count("\n") <= MAX_LINES, f"{module} has {text.count(chr(10))} lines"
    assert not text.strip() or ast.get_docstring(tree(module)), f"{module} has no docstring"


@each_module
def test_functions_have_few_parameters_each_named(module):
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not (
            is_command(node) or (module.startswith("musicrnn.face.") and node.name in DOORS)
        ):
            names = [
                a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            ]
            where = f"{module}.{node.name}, line {node.lineno}"
            count = len([n for n in names if n not in ("self", "cls")])
            assert count <= MAX_PARAMETERS, f"{where} has {count} parameters"
            assert node.args.kwarg is None, f"{where} takes **{node.args.kwarg.arg}"


DOORS = ("compose", "train")  # of the face: every wish by its name, as the command has options


def is_command(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """click hands a command all its options, and checks them."""
    made_by = [d.func for d in function.decorator_list if isinstance(d, ast.Call)]
    return any(isinstance(d, ast.Attribute) and d.attr in ("command", "group") for d in made_by)


def test_folders_are_called_after_what_is_in_them():
    for module in modules():
        assert not NO_FOLDER_OR_FILE & set(module.split(".")), module


def test_help_is_quick_to_import():
    code = (
        "import sys\n"
        "from musicrnn_cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        f"late = [m for m in {SLOW.split()!r} if m in sys.modules]\n"
        "sys.exit('imported: ' + ' '.join(late) if late else 0)"
    )
    folders = os.pathsep.join(str(folder.parent) for folder in PACKAGES.values())
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": folders},
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert "render" in result.stdout
