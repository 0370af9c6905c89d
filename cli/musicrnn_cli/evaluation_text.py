"""Evaluations as plain text: aligned tables with the baselines beside every figure."""

from __future__ import annotations

from collections.abc import Sequence

from musicrnn.errors import counted
from musicrnn.metrics.copy_report import CopyRow
from musicrnn.metrics.report import Report
from musicrnn.metrics.tables import number, percent, table
from musicrnn_cli.wide_text import wide_text


def report_text(report: Report) -> str:
    """The wide measure, the narrow overlap, degenerate pieces and copies."""
    parts = [
        f"{counted(report.n, 'generated piece')} beside "
        f"{counted(report.held_out_pieces, 'held-out piece')}, in excerpts of "
        f"{counted(report.bars, 'bar')}",
        wide_text(report.wide),
        f"narrow overlap: {number(report.mean_area)}, ceiling {number(report.mean_ceiling)}, of "
        f"{counted(report.held_out, 'excerpt')}: the area of Yang and Lerch (2020)\n"
        "over statistics that see little of form and nothing of endings; all of them with --json",
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
