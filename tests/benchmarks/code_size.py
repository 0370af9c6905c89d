"""How much code there is, folder by folder: lines that hold code, without comments and docstrings.

    python tests/benchmarks/code_size.py

A line counts where a token of the program stands on it, be it one of several lines of a statement.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter
from pathlib import Path

ROOTS = ("musicrnn", "datasets/musicrnn_datasets", "cli/musicrnn_cli")
NO_CODE = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
    tokenize.ENCODING, tokenize.ENDMARKER,
}  # fmt: skip


def code_lines(text: str) -> int:
    """The lines of a module with code on them."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in NO_CODE:
            lines |= set(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            if documented and isinstance(first.value.value, str):
                lines -= set(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return len(lines)


def main() -> None:
    repository = Path(__file__).resolve().parents[2]
    counts: Counter[str] = Counter()
    for root in ROOTS:
        for path in sorted((repository / root).rglob("*.py")):
            inside = path.relative_to(repository / root).parts
            folder = root if root != "musicrnn" or len(inside) == 1 else f"{root}/{inside[0]}"
            counts[folder] += code_lines(path.read_text(encoding="utf-8"))
    for folder, count in counts.items():
        print(f"{folder:30} {count:6,}")
    print(f"{'all':30} {counts.total():6,}")


if __name__ == "__main__":
    main()
