"""Tables for LaTeX, with the package booktabs: to be read in with \\input.

Conventions. The first column to the left, the others to the right, as in text tables. All text is
escaped: a cell shows what it holds.
"""

from __future__ import annotations

from collections.abc import Sequence

ESCAPES = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "±": r"$\pm$",
    "†": r"\dag{}",
    **{special: f"\\{special}" for special in "&%$#_{}"},
}


def latex_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A tabular environment; the header's line has rules above and below, the last one below."""
    lines = [" & ".join(map(escaped, row)) + r" \\" for row in (header, *rows)]
    return "\n".join(
        [
            rf"\begin{{tabular}}{{l{'r' * (len(header) - 1)}}}",
            r"\toprule",
            lines[0],
            r"\midrule",
            *lines[1:],
            r"\bottomrule",
            r"\end{tabular}",
        ]
    )


def escaped(text: str) -> str:
    """A text as LaTeX shows it, in one line."""
    return "".join(ESCAPES.get(letter, letter) for letter in text.replace("\n", " "))
