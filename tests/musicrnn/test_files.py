"""The house rules for one file: short, documented, silent, few parameters, no corpus by name."""

import ast
import os
import subprocess
import sys

from tests.musicrnn.sources import PACKAGES, ROOT, each_module, modules, tree

# Corpora are the business of musicrnn_datasets; the library may cite one in a docstring, as a
# figure's witness, but no code in it may depend on one. (A model's card names its data.)
CORPORA = ("pop909", "nottingham", "vgmidi", "gtzan", "jsb", "musedata", "speech_commands")

NO_FOLDER_OR_FILE = {"utils", "util", "helpers", "misc", "common"}
MAX_LINES = 300
MAX_PARAMETERS = 7
DOORS = ("compose", "train")  # of the face: every wish by its name, as the command has options
EVERY_FIELD = ("musicrnn.score.make_score",)  # takes what a Score holds, each by its name

# What `musicrnn --help` must not wait for.
SLOW = "torch numpy numba scipy librosa soundfile symusic pretty_midi lightning_fabric PIL rich"


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


def test_a_file_of_tests_is_short():
    lines = {path: path.read_text("utf-8").count("\n") for path in (ROOT / "tests").rglob("*.py")}
    assert not {path.name: count for path, count in lines.items() if count > MAX_LINES}


@each_module
def test_a_file_is_short_and_says_what_it_is(module):
    text = modules()[module].read_text("utf-8")
    assert text.count("\n") <= MAX_LINES, f"{module} has {text.count(chr(10))} lines"
    assert not text.strip() or ast.get_docstring(tree(module)), f"{module} has no docstring"


@each_module
def test_functions_have_few_parameters_each_named(module):
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not (
            is_command(node)
            or (module.startswith("musicrnn.face.") and node.name in DOORS)
            or f"{module}.{node.name}" in EVERY_FIELD
        ):
            names = [
                a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            ]
            where = f"{module}.{node.name}, line {node.lineno}"
            count = len([n for n in names if n not in ("self", "cls")])
            assert count <= MAX_PARAMETERS, f"{where} has {count} parameters"
            assert node.args.kwarg is None, f"{where} takes **{node.args.kwarg.arg}"


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
