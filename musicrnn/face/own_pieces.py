"""What a model that was trained just now composes, beside the pieces that it learnt from: a look at
ten of its pieces, and a page with one to hear.

Conventions. The pieces are those of seeds 1 to COUNT, BARS bars long, or of the usual seconds where
the tokens have no bars. They stand beside excerpts of the validation pieces, and runs of 16 notes
of them are looked up in the training pieces (musicrnn.metrics). Both are heard as the model reads
them. Ten pieces tell large differences alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError, counted
from musicrnn.face.loading import load
from musicrnn.face.own_sounds import write_sounds_page
from musicrnn.metrics.report import Report, compare_sets
from musicrnn.metrics.tables import number
from musicrnn.sampling.compose import Composition
from musicrnn.score import Score
from musicrnn.training.compose.data import TokenData
from musicrnn.training.config import TrainingConfig
from musicrnn.training.data import Split, TrainingData
from musicrnn.training.loop import TrainingResult
from musicrnn.training.sound.data import CodedData

COUNT, BARS = 10, 16
MADE = '<meta name="generator" content="musicrnn">'  # in every page of ours
LEAST_SECONDS = 20.0  # of a training after which its pieces are looked at
COMPARED = 200  # validation pieces that they are compared with, at most
RUN = 16  # notes
SHOWN = {
    "best_return_4": "best return of 4 bars, 1 = the same notes",
    "exact_returns": "bars that return exactly",
    "ends_on_tonic_triad": "all last notes in the tonic triad",
    "in_scale_share": "notes in the scale",
    "top_steps": "steps in the top line",
    "notes_a_quarter": "notes a quarter",
}  # statistics of the wide report


@dataclass(frozen=True)
class OwnPieces:
    """The report on them, and a page that plays the first, where one is written."""

    report: Report
    page: Path | None = None

    def as_json(self) -> dict[str, Any]:
        """What the model's header keeps; of each statistic its own figure and the human one."""
        report = self.report
        rows = [row for row in report.wide.rows if row.name in SHOWN]
        copies = {
            row.view: [_share(row.generated[RUN].share), _share(row.held_out[RUN].share)]
            for row in report.copies
            if not row.rhythm
        }
        return {
            "n": report.n,
            "bars": report.bars,
            "held_out": report.held_out_pieces,
            "overlap": [report.wide.overlap, report.wide.ceiling],
            "statistics": {row.name: [row.generated, row.held_out] for row in rows},
            f"copies_of_{RUN}_notes": copies,
        }

    def as_text(self) -> str:
        """A few lines; the human figure behind each."""
        report = self.report
        rows = {row.name: row for row in report.wide.rows}
        figures = [
            f"  {words} {number(rows[name].generated)} ({number(rows[name].held_out)})"
            for name, words in SHOWN.items()
            if rows[name].generated is not None and rows[name].held_out is not None
        ]
        alike = "  alike in all that is measured"
        if report.wide.overlap is None:
            alike += ": no figure, that takes two pieces or more on both sides, not all the same"
        else:
            wide = f"{number(report.wide.overlap)} ({number(report.wide.ceiling)})"
            alike += f", 1 = wholly {wide}"
        head = (
            f"{counted(report.n, 'piece')} of its own, seeds 1 to {report.n}, of "
            f"{counted(report.bars, 'bar')}, and in brackets "
            f"{counted(report.held_out_pieces, 'validation piece')}:"
        )
        lines = [head, alike, *figures]
        lines += _copied(report)
        if report.degenerate:
            lines.append(f"  stuck or silent: {counted(len(report.degenerate), 'piece')}")
        return "\n".join(lines)


def own_pieces(
    output: Path, data: TrainingData, plan: TrainingConfig, *, resumed: bool = False
) -> OwnPieces:
    """Composes them with the model of a file, writes the page beside it and the figures into its
    header (``own_pieces``).

    A page that is there is left alone, unless it is the model's own and this training made it
    before it was ``resumed``, or the plan is to overwrite what there is.

    Raises:
        MusicRNNError: nothing that can be compared comes of it.
    """
    page = page_of(output)
    if plan.overwrite or resumed:
        take_away(page)
    made = _composed(output, plan.device)
    generated = {f"seed {seed}": piece.score for seed, piece in enumerate(made, 1)}
    held_out = dict(list(_pieces(data, "valid"))[:COMPARED])
    report = compare_sets(generated, held_out, _pieces(data, "train"))
    found = OwnPieces(report)
    model = Checkpoint.load(output)
    metadata = {name: value for name, value in model.metadata.items() if name != "format"}
    told = {**metadata, "own_pieces": found.as_json()}
    Checkpoint(model.arrays, told).save(output, weights=plan.weights)
    heard = next((piece for piece in made if piece.score.note_count), None)
    if heard is None or page.exists():
        return found
    heard.save(page)
    return OwnPieces(report, page)


def seen(
    output: Path,
    data: TrainingData,
    plan: TrainingConfig,
    outcome: TrainingResult,
    *,
    resumed: bool = False,
) -> str:
    """Looks at the pieces of a training that is worth it: what is found, or why nothing is, in
    words. Where nothing is, a page of the model that was replaced is taken away. Of sounds there is
    a page to hear alone."""
    if not isinstance(data, TokenData | CodedData):
        return ""
    page = page_of(output)
    if not looked_at(data, outcome):
        if plan.overwrite or resumed:
            take_away(page)
        if outcome.reason == "interrupted":
            return ""
        return (
            f"none of its pieces is looked at: it trained for {outcome.state.seconds:.0f} s, from "
            f"{LEAST_SECONDS:.0f} s on {COUNT} are composed and measured"
        ) + _kept(page)
    try:
        if isinstance(data, CodedData):
            if plan.overwrite or resumed:
                take_away(page)
            there = page.exists()
            return _kept(page) if there else write_sounds_page(output, data, page, MADE)
        found = own_pieces(output, data, plan, resumed=resumed)
    except MusicRNNError as error:  # the model is there, whatever it composes
        return f"its pieces cannot be measured: {error}"
    if found.page:
        return f"{found.as_text()}\na piece to hear: {found.page}"
    return found.as_text() + _kept(page)


def _kept(page: Path) -> str:
    return f"\n{page} is no page of this training: it is kept" if page.exists() else ""


def page_of(output: Path) -> Path:
    """Where the page of a model is."""
    return output.with_suffix(".html")


def take_away(page: Path) -> None:
    """A page with a piece of the model of its name goes; any other file stays."""
    try:
        text = page.read_text("utf-8", errors="replace")
        if MADE in text and f"{page.stem}, seed " in text:
            page.unlink()
    except OSError:  # there is none, or it is not to be touched
        pass


def looked_at(data: TrainingData, outcome: TrainingResult) -> bool:
    """Whether such a training is followed by a look at its pieces."""
    done = outcome.reason != "interrupted" and outcome.state.seconds >= LEAST_SECONDS
    return done and isinstance(data, TokenData | CodedData)


def _composed(output: Path, device: str) -> list[Composition]:
    model = load(output, device=device)
    wishes = {"bars": BARS} if model.tokenizer.has_bars else {}
    found = model.compose_many(range(1, COUNT + 1), wishes)
    return sorted(found, key=lambda piece: piece.number)


def _pieces(data: TrainingData, split: Split) -> Iterator[tuple[str, Score]]:
    names: Sequence[str] = data.names[split] if isinstance(data, TokenData) else ()
    for name, ids in zip(names, data.examples[split], strict=True):
        yield name, data.encoding.decode(ids)


def _share(share: float) -> float | None:
    return None if math.isnan(share) else share


def _copied(report: Report) -> list[str]:
    """How much of the pieces is in the training pieces, and the longest run of it."""
    row: Any = next((row for row in report.copies if not row.rhythm), None)
    if row is None:
        return []
    own, human = row.generated[RUN].share, row.held_out[RUN].share
    line = (
        f"  copies: of {RUN} notes in a row {100 * own:.1f} % stand in the training pieces "
        f"({100 * human:.1f} %)"
    )
    if row.longest:
        name, run = row.longest[0]
        line += f"; the longest run, {counted(run.notes, 'note')} of {name}, is of {run.source}"
    return [line]
