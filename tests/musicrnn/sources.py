"""The sources of the three packages as trees, for tests of what stands in them."""

import ast
from collections.abc import Callable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "musicrnn": ROOT / "musicrnn",
    "musicrnn_datasets": ROOT / "datasets" / "musicrnn_datasets",
    "musicrnn_cli": ROOT / "cli" / "musicrnn_cli",
}


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


def imports(module: str) -> set[str]:
    """Every module that is imported, also inside functions, and for types alone: full names."""
    found = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            files = names & modules().keys()
            found |= files if files == names else files | {node.module}
    return found


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


def each_module(test: Callable[[str], None]) -> Callable[[], None]:
    """A test of one module as a test of all; what is wrong is told of every one."""

    def of_all() -> None:
        wrong: list[str] = []
        for module in sorted(modules()):
            try:
                test(module)
            except AssertionError as error:
                wrong.append(f"{module}: {error}")
        assert not wrong, "\n".join(wrong)

    of_all.__name__, of_all.__doc__ = test.__name__, test.__doc__
    return of_all
