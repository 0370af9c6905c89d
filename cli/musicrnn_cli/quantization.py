"""What lighter weights cost a model, as a table and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import click

from musicrnn.face.asking import style_of
from musicrnn.metrics.tables import table
from musicrnn.pretrained import load_model
from musicrnn.sampling.divergence import FormatFigures
from musicrnn_cli.reporting import report_refused
from musicrnn_datasets.examined import Examinee, Quantization, quantization

HEADER = ["weights", "bytes", "mean KL", "99 % within", "largest", "nats a token", "change"]


def show_quantization(
    model: str, *, as_json: bool, on: str | None, seed: int, data: Path | None
) -> None:
    """Measure and print.

    Raises:
        MusicRNNError: as :func:`quantization`.
    """
    measured = quantization(Examinee(load_model(model), style_of(model), on, seed, data))
    report_refused(measured.refused)
    click.echo(_json(model, measured) if as_json else _text(model, measured))


def _json(model: str, measured: Quantization) -> str:
    held = [
        {
            "weights": one.weights,
            "bytes": one.size,
            "kl": one.divergence,
            "kl_99": one.divergence_99,
            "kl_largest": one.divergence_largest,
            "nats_per_token": one.nats_per_token,
            "change_percent": 100 * one.change,
        }
        for one in measured.held
    ]
    about = {name: getattr(measured, name) for name in ("read", "pieces", "cut", "baselines")}
    record = {"model": model, **about, "n": measured.tokens, "weights": held}
    return json.dumps(record, allow_nan=False)


def _text(model: str, measured: Quantization) -> str:
    most = "" if measured.cut is None else f", of each {measured.cut:,} tokens at most"
    counted = [[name, *4 * [""], f"{nats:.4f}", ""] for name, nats in measured.baselines.items()]
    rows = [*map(_row, measured.held), *counted]
    return (
        f"{model}: {measured.read}{most}, n = {measured.tokens:,} tokens\n"
        f"KL from float32 in nats a token\n\n{table(HEADER, rows)}"
    )


def _row(one: FormatFigures) -> list[str]:
    divergences = (one.divergence, one.divergence_99, one.divergence_largest)
    return [
        one.weights,
        f"{one.size:,}",
        *(f"{value:.1e}" if value else "0" for value in divergences),
        f"{one.nats_per_token:.4f}",
        f"{100 * one.change:+.4f} %" if one.change else "0 %",
    ]
