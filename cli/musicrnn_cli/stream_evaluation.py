"""``musicrnn evaluate --stream``: words in long recordings, as a page of text and a DET curve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.io.save import check_picture, save_picture
from musicrnn.metrics.detection import MAX_FALSE_ACCEPTS_AN_HOUR, Detection, FalseAccepts
from musicrnn.metrics.tables import table
from musicrnn.plot.curves import Axis, Curve, draw_curves
from musicrnn.training.data import Split
from musicrnn_cli.reporting import numbers, report_refused, say
from musicrnn_datasets.stream_evaluation import (
    StreamEvaluation,
    StreamOptions,
    WordlessFigures,
    evaluate_stream,
)

MAX_CONFUSIONS = 8


def stream_figures(
    checkpoints: Sequence[Checkpoint],
    data: str,
    split: Split | None,
    *,
    found: Path | None,
    given: dict[str, Any],
) -> tuple[dict[str, Any], str, bool]:
    """What --json prints, the same as text, and whether it is of all of a folder; the plot is
    written.

    Args:
        given: those of snr, hours, seed, unknown, backgrounds, wordless and plot that were asked
            for.

    Raises:
        MusicRNNError: as :func:`evaluate_stream`, several models, or a picture that cannot be
            written.
    """
    if len(checkpoints) != 1:
        raise MusicRNNError(f"--stream measures one model, got {len(checkpoints)}")
    asked = dict(given)
    plot: Path | None = asked.pop("plot", None)
    if plot is not None:
        check_picture(plot)
    if "snr" in asked:
        asked["snr"] = tuple(numbers("--snr", asked["snr"]))
    options = StreamOptions(**asked)
    outcome = evaluate_stream(checkpoints[0], data, split=split, options=options, found=found)
    report_refused(outcome.refused)
    for sentence in outcome.said:
        say(sentence)
    if plot is not None:
        part = f"all of {data}" if outcome.whole else f"{split or 'test'} split of {data}"
        save_picture(_det(outcome, part), plot)
    return outcome.as_json(), stream_text(outcome), outcome.whole


def stream_text(outcome: StreamEvaluation) -> str:
    """Every stream's figures, the detector, where it fails, and what streaming costs."""
    choice, clips = outcome.choice, outcome.clips
    rows = [_row(f"{each.snr:g} dB", each.chosen) for each in outcome.streams]
    rows += [
        _row(f"{each.snr:g} dB, the model's own detector", each.shipped)
        for each in outcome.streams
        if each.shipped
    ]
    header = ["", "words", "detected", "95 % interval", "false accepts/h", "latency", "95th"]
    settings = choice.settings
    lines = [
        table(header, rows),
        "",
        f"threshold {settings.threshold:g}, smoothing {settings.smoothing:g} s, refractory time "
        f"{settings.refractory:g} s: chosen on {outcome.valid_hours:.3g} h made of validation words"
        f"{f' and {outcome.other_hours:.3g} h of other sound' if outcome.other_hours else ''}, "
        f"where {1 - choice.point.miss:.1%} were detected at "
        f"{choice.point.false_accepts_an_hour:.2g} false accepts an hour",
    ]
    if not choice.met:
        lines.append(
            f"no threshold stays within {MAX_FALSE_ACCEPTS_AN_HOUR:g} false accepts an hour there: "
            "the one with the fewest was taken"
        )
    for each in outcome.streams:
        lines += ["", *_where(each.snr, each.chosen)]
    if outcome.wordless:
        lines += ["", *_wordless(outcome.wordless)]
    low, high = clips.interval
    lines += [
        "",
        f"clips one by one: accuracy {clips.accuracy:.1%} (95 % interval {low:.1%} .. {high:.1%}, "
        f"n = {clips.n}); one after the other without a pause {clips.streamed_accuracy:.1%}: "
        f"streaming costs {100 * clips.streaming_costs:.1f} points",
    ]
    return "\n".join(lines)


def _row(name: str, figures: Detection) -> list[str]:
    low, high = figures.interval
    late = [f"{1000 * value:.0f} ms" for value in figures.latency or ()] or ["-", "-"]
    return [
        name,
        str(figures.n),
        f"{figures.detection:.1%}",
        f"{low:.1%} .. {high:.1%}",
        f"{figures.false_accepts_an_hour:.1f}",
        *late,
    ]


def _where(snr: float, figures: Detection) -> list[str]:
    under = ", ".join(
        f"{kind} {of['detection']:.1%} of {of['n']:g} and {of['false_accepts']:g} false accepts"
        for kind, of in figures.backgrounds.items()
    )
    on = ", ".join(f"{count} on {kind}" for kind, count in figures.false_accepts.items() if count)
    pairs = sorted(
        ((n, said, heard) for said, row in figures.confusions.items() for heard, n in row.items()),
        key=lambda pair: (-pair[0], *pair[1:]),
    )
    named = ", ".join(f"{said} as {heard} {n}" for n, said, heard in pairs[:MAX_CONFUSIONS])
    return [
        f"{snr:g} dB: over {under}",
        f"  false accepts: {on or 'none'}",
        f"  words taken for others: {figures.confused}{': ' + named if named else ''}",
    ]


def _wordless(found: Sequence[WordlessFigures]) -> list[str]:
    """Hours in which no word is spoken, and what fires there most."""

    def cells(figures: FalseAccepts | None) -> list[str]:
        if figures is None:
            return ["-", "-"]
        low, high = figures.interval
        return [f"{figures.an_hour:.1f}", f"{low:.1f} .. {high:.1f}"]

    rows = [
        [each.kind, f"{each.chosen.hours:.2f}", *cells(each.chosen), *cells(each.shipped)]
        for each in found
    ]
    header = ["no word spoken", "hours", "false accepts/h", "95 % interval",
              "the model's own detector", "95 % interval"]  # fmt: skip
    fired = sum((Counter(each.chosen.words) for each in found), Counter[str]())
    most = ", ".join(f"{word} {times}" for word, times in fired.most_common(MAX_CONFUSIONS))
    return [table(header, rows), f"  fired there: {most or 'nothing'}"]


def _det(outcome: StreamEvaluation, about: str) -> Any:
    def point(false_accepts: float, miss: float, n: int) -> tuple[float, float]:
        return max(false_accepts, 0.5 / outcome.hours), 100 * max(miss, 0.5 / n)

    curves: list[Curve] = []
    threshold = outcome.choice.settings.threshold
    for each in outcome.streams:
        n = each.chosen.n
        rates = {p.threshold: point(p.false_accepts_an_hour, p.miss, n) for p in each.det}
        points, at = list(reversed(rates.values())), rates[threshold]
        curves += [Curve(f"{each.snr:g} dB", points), Curve(f"{each.snr:g} dB, chosen", [at])]
    return draw_curves(
        "Words missed against false accepts",
        f"{about}, {outcome.hours:g} h a curve, seed {outcome.seed}; "
        "none missed or falsely accepted is drawn as half of one",
        curves,
        across=Axis("false accepts an hour", log=True),
        up=Axis("words missed, %", log=True),
    )
