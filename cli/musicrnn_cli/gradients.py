"""The gradients of models back in time, as a table, JSON and a picture."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import click

from musicrnn.face.asking import style_of
from musicrnn.io.save import check_picture, save_picture
from musicrnn.metrics.tables import table
from musicrnn.plot.curves import Axis, Curve, draw_curves
from musicrnn.plot.picture import Picture
from musicrnn.pretrained import load_model
from musicrnn_cli.reporting import report_refused
from musicrnn_datasets.examined import Examinee, ModelGradients, model_gradients


def show_gradients(
    models: Sequence[str],
    *,
    as_json: bool,
    output: Path | None,
    on: str | None,
    steps: int | None,
    seed: int,
    data: Path | None,
) -> None:
    """Measure and print every model, then draw all.

    Raises:
        MusicRNNError: as :func:`model_gradients`, or a picture that cannot be written.
    """
    if output is not None:
        check_picture(output)
    found: dict[str, ModelGradients] = {}
    for name in models:
        examinee = Examinee(load_model(name), style_of(name), on, seed, data)
        measured = model_gradients(examinee, steps=steps)
        report_refused(measured.refused)
        found[name] = measured
        click.echo(_json(name, measured) if as_json else _text(name, measured))
    if output is not None:
        save_picture(_picture(found), output)


def _json(name: str, measured: ModelGradients) -> str:
    norms = {
        kind: [value if math.isfinite(value) else None for value in values.tolist()]
        for kind, values in measured.gradients.norms.items()
    }
    record = {
        "model": name,
        "read": measured.read,
        "places": measured.gradients.places,
        "unit": measured.unit,
        "steps": measured.gradients.steps,
        "norms": norms,
    }
    return json.dumps(record, allow_nan=False)


def _text(name: str, measured: ModelGradients) -> str:
    gradients = measured.gradients
    kinds = sorted(gradients.norms, key=lambda kind: kind != _main(measured))
    relative = gradients.relative(kinds[0])
    distances = [0, *(2**n for n in range(20) if 2**n < gradients.steps), gradients.steps]
    rows = [
        [str(k), f"{relative[k]:.3g}", *(f"{gradients.norms[kind][k]:.3g}" for kind in kinds)]
        for k in distances
    ]
    header = [f"{measured.unit} back", f"{kinds[0]} / at 0", *kinds]
    return (
        f"{name}: norm of the gradient of the loss, a mean over {gradients.places} places in "
        f"{measured.read}\n\n{table(header, rows)}\n"
    )


def _main(measured: ModelGradients) -> str:
    return "state" if "state" in measured.gradients.norms else "input"


def _picture(found: dict[str, ModelGradients]) -> Picture:
    """Of one model all that there is, of several what goes back in time, relative to its start."""
    (name, measured), *others = found.items()
    places = f"mean over {measured.gradients.places} places"
    mains = {each: _main(gradients) for each, gradients in found.items()}
    if others:
        about = f"{places}; {measured.read}"
        kinds = " or ".join(dict.fromkeys(mains.values()))
        up = f"norm of the gradient with respect to the {kinds}, divided by that at 0"
        curves = [
            Curve(Path(each).stem, list(enumerate(m.gradients.relative(mains[each]).tolist())))
            for each, m in found.items()
        ]
    else:
        about = f"{Path(name).stem}, {places} in {measured.read}"
        up = "norm of the gradient with respect to ..."
        curves = [
            Curve(kind, list(enumerate(values.tolist())), faint=kind != mains[name])
            for kind, values in measured.gradients.norms.items()
        ]
        curves.sort(key=lambda curve: curve.faint)
    units = " or ".join(dict.fromkeys(m.unit for m in found.values()))
    title = "How far back the loss is felt"
    across = Axis(f"{units} back")
    return draw_curves(title, about, curves, across=across, up=Axis(up, log=True))
