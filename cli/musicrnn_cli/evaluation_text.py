"""Evaluations as plain text: aligned tables with the baselines beside every figure."""

from __future__ import annotations

from collections.abc import Sequence

from musicrnn.errors import counted
from musicrnn.metrics.copy_report import CopyRow
from musicrnn.metrics.report import Report
from musicrnn.metrics.tables import number, percent, spread, table


def report_text(report: Report) -> str:
    """Statistics, overlapping areas, degenerate pieces and copies."""
    parts = [
        f"{counted(report.n, 'generated piece')} beside "
        f"{counted(report.held_out, 'held-out excerpt')} of {counted(report.bars, 'bar')} from "
        f"{counted(report.held_out_pieces, 'piece')}",
        _features(report),
        "overlap: overlapping area of Yang and Lerch (2020), 1 = alike; ceiling: the same of as "
        "many held-out excerpts with the others",
        _degenerate(report),
        "copies: share of note runs that occur in the "
        + counted(report.training, "training piece"),
        _copies(report.copies),
    ]
    for row in report.copies:
        if not row.rhythm and row.longest:
            name, run = row.longest[0]
            human = row.held_out_longest[0][1].notes if row.held_out_longest else 0
            parts.append(
                f"longest {row.view} run: {counted(run.notes, 'note')} of {name} from {run.source} "
                f"(held-out pieces: {human})"
            )
    return "\n\n".join(parts)


def _features(report: Report) -> str:
    rows = [
        [
            row.name.replace("_", " "),
            spread(row.generated_mean, row.generated_deviation),
            spread(row.held_out_mean, row.held_out_deviation),
            number(row.area),
            number(row.ceiling),
        ]
        for row in report.features
        if row.area is not None
    ]
    mean = ["mean of these", "", "", number(report.mean_area), number(report.mean_ceiling)]
    return table(["mean ± deviation", "generated", "held out", "overlap", "ceiling"], [*rows, mean])


def _degenerate(report: Report) -> str:
    runs = "; ".join(
        f"{name.replace('_', ' ')} {figures['generated_max']:.0f} "
        f"(held out {figures['held_out_max']:.0f})"
        for name, figures in report.runs.items()
    )
    lines = [
        f"degenerate: {len(report.degenerate)} of {counted(report.n, 'generated piece')}, "
        f"{report.held_out_degenerate} of {counted(report.held_out, 'held-out excerpt')}; {runs}"
    ]
    lines += [f"  {name}: {reason}" for name, reason in report.degenerate.items()]
    return "\n".join(lines)


def _copies(copies: Sequence[CopyRow]) -> str:
    rows = [
        [
            f"{row.view}, {counted(notes, 'note')}{' with rhythm' if row.rhythm else ''}",
            percent(part.share),
            percent(row.held_out[notes].share),
            f"{part.looked_at:,}",
            f"{row.held_out[notes].looked_at:,}",
        ]
        for row in copies
        for notes, part in row.generated.items()
    ]
    return table(["", "generated", "held out", "n", "n held out"], rows)
