"""The equations of all cells in docs/cells.md, taken from the docstrings of their files.

    python docs/scripts/equations.py

writes them anew between the two marks of the page. A cell's file opens with a docstring. Its
indented lines are the equations, each block of them after the cell's name in the table CELLS; a
comment stands behind three spaces or more. The paragraph that begins with "In the code:" is about
the file alone and stays there.
"""

from __future__ import annotations

import inspect
import re
import sys
import textwrap
from itertools import groupby
from pathlib import Path

from musicrnn.cells import CELLS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "cells.md"
BEGIN = "<!-- The equations, written by docs/scripts/equations.py -->"
END = "<!-- The end of the equations -->"
STAYS = "In the code:"
NAME = re.compile(r"^ {4}([a-z][\w-]*):", re.MULTILINE)
PAGE_WIDTH = 110  # columns of the Markdown


def families() -> dict[str, str]:
    """The docstring of each module that defines a cell, by the module's name, in CELLS' order."""
    modules = [type(cell).__module__ for cell in CELLS.values()]
    return {name: inspect.cleandoc(sys.modules[name].__doc__ or "") for name in modules}


def names_in(docstring: str) -> list[str]:
    """The cells whose equations a docstring holds."""
    return NAME.findall(docstring)


def section(module: str, docstring: str) -> str:
    """One family on the page: its names, what it is, its equations."""
    file = f"{module.replace('.', '/')}.py"
    heading = ", ".join(f"`{name}`" for name in names_in(docstring))
    paragraphs = [_paragraph(part) for part in _parts(docstring) if not part.startswith(STAYS)]
    return "\n\n".join([f"### {heading}", *paragraphs, f"Code: [{file}](../{file})"])


def page(text: str) -> str:
    """The page's text with the equations as they are now between its marks."""
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    sections = "\n\n".join(section(*family) for family in families().items())
    return f"{before}{BEGIN}\n\n{sections}\n\n{END}{after}"


def _parts(docstring: str) -> list[str]:
    """Its paragraphs, and its blocks of equations, in which empty lines may be."""
    parts: list[str] = []
    for indented, group in groupby(docstring.split("\n\n"), lambda part: part.startswith("    ")):
        chunks = list(group)
        parts += ["\n\n".join(chunks)] if indented else chunks
    return parts


def _paragraph(part: str) -> str:
    if part.startswith("    "):
        return f"```text\n{textwrap.dedent(part)}\n```"
    text = " ".join(part.split()).replace("``", "`")
    return textwrap.fill(text, PAGE_WIDTH, break_long_words=False, break_on_hyphens=False)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
