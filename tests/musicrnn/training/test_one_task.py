"""Nothing but the table and the kinds' own files knows a kind of model by name or by its class."""

import ast

from musicrnn.training.task import TASKS
from tests.musicrnn.sources import modules, tree

OWN = tuple(f"musicrnn.training.{name}." for name in TASKS)
NETWORKS = {task.network.__name__ for task in TASKS.values()}


def strings(node: ast.AST) -> set[str]:
    return {
        n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)
    }


def test_no_comparison_with_the_name_of_a_kind() -> None:
    for module in modules():
        if module == "musicrnn.training.task" or module.startswith(OWN):
            continue
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.Compare):
                named = strings(node) & set(TASKS)
                assert not named, f"{module} line {node.lineno} compares with {named}"
            if isinstance(node, ast.match_case):
                assert not strings(node.pattern) & set(TASKS), module


def test_no_question_for_the_class_of_a_network() -> None:
    for module in modules():
        if module.startswith(("musicrnn.networks.", *OWN)):
            continue
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
                "isinstance",
                "issubclass",
            ):
                names = {n.id for n in ast.walk(node.args[1]) if isinstance(n, ast.Name)}
                assert not names & NETWORKS, f"{module} line {node.lineno} asks for {names}"
