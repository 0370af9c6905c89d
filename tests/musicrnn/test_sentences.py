"""What sentences are made of: no list as Python writes it, and a noun that fits its count."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from musicrnn.errors import counted, listed
from tests.musicrnn.sources import each_module, modules, tree

CONTAINERS = re.compile(r"(tuple|list|dict|set|frozenset|Sequence|Mapping|Iterable|Counter)\b")
MAKERS = {"list", "tuple", "dict", "set", "sorted", "asdict"}
LITERALS = ast.Tuple | ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def fields() -> dict[str, dict[str, str]]:
    """Annotations of the fields of every class."""
    return {
        node.name: {
            line.target.id: ast.unparse(line.annotation)
            for line in node.body
            if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
        }
        for module in modules()
        for node in ast.walk(tree(module))
        if isinstance(node, ast.ClassDef)
    }


def formatted(module: str) -> Iterator[tuple[ast.FormattedValue, dict[str, str]]]:
    """Every value in an f-string, and the annotations of the names around it."""

    def below(node: ast.AST, names: dict[str, str]) -> Iterator[tuple]:
        if isinstance(node, ast.ClassDef):
            names = {**names, "self": node.name}
        elif isinstance(node, FUNCTIONS):
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            names = {**names, **{a.arg: ast.unparse(a.annotation) for a in given if a.annotation}}
        elif isinstance(node, ast.FormattedValue):
            yield node, names
        for child in ast.iter_child_nodes(node):
            yield from below(child, names)

    yield from below(tree(module), {})


def is_container(value: ast.expr, names: dict[str, str]) -> bool:
    """Whether a value is a list or the like, as far as it can be told; shapes are written so."""
    if "shape" in ast.unparse(value).lower():
        return False
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id in MAKERS
    known = ""
    if isinstance(value, ast.Name):
        known = names.get(value.id, "")
    elif isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name):
        known = fields().get(names.get(value.value.id, ""), {}).get(value.attr, "")
    return isinstance(value, LITERALS) or bool(CONTAINERS.match(known))


@each_module
def test_no_sentence_shows_a_list_as_python_writes_it(module: str) -> None:
    shown = [
        f"line {node.lineno}: {ast.unparse(node.value)}"
        for node, names in formatted(module)
        if is_container(node.value, names)
    ]
    assert not shown, f"{module}: join these with listed(): {shown}"


def test_counts_and_lists() -> None:
    assert [counted(n, "bar") for n in (0, 1, 2)] == ["0 bars", "1 bar", "2 bars"]
    assert counted(1, "voice is", "voices are") == "1 voice is"
    assert counted(3, "voice is", "voices are") == "3 voices are"
    assert listed([1.0, 2.5, "a"]) == "1, 2.5, a"
    assert listed(()) == "none"


NOUNS = (
    "bars|candidates|cells|clips|examples|excerpts|files|gaps|labels|minutes|notes|pieces|processes|"
    "quarters|recordings|runs|samples|scores|seeds|semitones|sixteenths|songs|sounds|sources|"
    "speakers|takes|tokens|tracks|tunes|updates|values|voices|words"
)
COUNTED = re.compile(rf" (?:[a-z]+(?:ed|ing) |other )?(?:{NOUNS})\b")
NO_COUNT = re.compile(r"[A-Z_]+|.*\b(name|tokenizer)|listed\(.*\)", re.DOTALL)


@each_module
def test_a_noun_fits_its_count(module: str) -> None:
    """What may be one is counted with counted(); a constant is not, nor what is given to a digit
    or in thousands."""
    wrong = [
        f"line {value.lineno}: {ast.unparse(value.value)}{text.value[:20]}"
        for node in ast.walk(tree(module))
        if isinstance(node, ast.JoinedStr)
        for value, text in pairwise(node.values)
        if isinstance(value, ast.FormattedValue)
        and isinstance(text, ast.Constant)
        and COUNTED.match(str(text.value))
        and not value.format_spec
        and not NO_COUNT.fullmatch(ast.unparse(value.value))
    ]
    assert not wrong, f"{module}: {wrong}"
