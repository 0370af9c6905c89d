"""The wide measure as plain text: the overlap, what is least alike, and the statistics by group."""

from __future__ import annotations

from musicrnn.metrics.tables import number, table
from musicrnn.metrics.wide import GROUPS
from musicrnn.metrics.wide_report import WideReport, WideRow

WHOLE_PIECES = ("beginnings and ends", "obedience")


def wide_text(wide: WideReport) -> str:
    """The headline, then a table of excerpts and one of whole pieces."""
    return "\n\n".join([_headline(wide), _excerpts(wide), _whole_pieces(wide)])


def _headline(wide: WideReport) -> str:
    counted = sum(row.overlap is not None for row in wide.rows)
    overlaps = {row.name: row.overlap for row in wide.rows}
    worst = ", ".join(f"{_words(name)} {number(overlaps[name])}" for name in wide.worst)
    rows = [
        ["generated pieces", number(wide.overlap), number(wide.first_bar_overlap)],
        ["human, other excerpts of these pieces (the ceiling)", number(wide.ceiling), ""],
        ["human, from the first bar", number(wide.first_bar_ceiling), ""],
        ["human, half of the pieces with the other half", number(wide.ceiling_of_halves), ""],
    ]
    header = ["wide overlap with held-out excerpts", "at a random bar", "from the first bar"]
    return (
        table(header, rows)
        + f"\n\nmean over {counted} statistics of the area that their densities on both sides have "
        + f"in common, 1 = alike\nleast alike: {worst or '-'}"
    )


def _excerpts(wide: WideReport) -> str:
    lines: list[list[str]] = []
    for group in GROUPS:
        shown = [row for row in wide.rows if row.group == group and _is_there(row)]
        if shown:
            lines.append([group, "", "", "", "", ""])
            lines += [
                [
                    f"  {_words(row.name)}",
                    *map(number, (row.generated, row.held_out, row.from_first_bar)),
                    *map(number, (row.overlap, row.ceiling)),
                ]
                for row in shown
            ]
    header = ["means", "generated", "held out", "from first bar", "overlap", "ceiling"]
    return table(header, lines)


def _whole_pieces(wide: WideReport) -> str:
    lines: list[list[str]] = []
    for group in WHOLE_PIECES:
        shown = [row for row in wide.rows if row.group == group and _is_there(row)]
        if shown:
            lines.append([group, "", ""])
            lines += [
                [f"  {_words(row.name)}", number(row.generated), number(row.held_out)]
                for row in shown
            ]
    return table(["means over whole pieces", "generated", "held out"], lines)


def _is_there(row: WideRow) -> bool:
    return row.generated is not None or row.held_out is not None


def _words(name: str) -> str:
    return name.replace("_", " ")
