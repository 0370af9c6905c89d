"""What ``evaluate`` says of voices, as plain text."""

from __future__ import annotations

from musicrnn.metrics.voice_leading import Tally
from musicrnn_cli.tables import number, table
from musicrnn_datasets.voice_leading import LeadingComparison
from musicrnn_datasets.voices_evaluation import VoicesEvaluation

ROWS = {
    "in_turn": "model, cells in random order",
    "at_once": "model, all cells at once",
    "bigram": "bigram of the voice",
    "unigram": "unigram of the voice",
}


def voices_text(found: VoicesEvaluation) -> str:
    """Nats of each voice given the others; lower is better."""
    names = list(found.notes)
    parts: list[str] = []
    for unit in ("cell", "note"):
        rows: list[list[str]] = []
        for kind, by_voice in found.nats_per_cell.items():
            values = [
                by_voice[name] if unit == "cell" else found.nats_per_note(kind, name)
                for name in names
            ]
            rows.append([ROWS[kind], *map(number, values)])
        counts = [found.cells if unit == "cell" else found.notes[name] for name in names]
        rows.append(["n", *(f"{count:,}" for count in counts)])
        parts.append(table([f"nats per {unit}", *names], rows))
    parts.append(
        "a cell is a sixteenth of one voice; the model is given the other voices whole, the "
        "baselines the voice alone"
    )
    return "\n\n".join(parts)


def leading_text(found: LeadingComparison) -> str:
    """Errors of voice leading in 100 occasions."""
    held_out = found.held_out.tallies()
    rows = [
        [name.replace("_", " "), _rate(tally), _count(tally), _rate(held_out[name]),
         _count(held_out[name])]
        for name, tally in found.generated.tallies().items()
    ]  # fmt: skip
    header = ["errors in 100 occasions", "generated", "n", "held out", "n"]
    return (
        f"voice leading of {found.n} generated and {found.held_out_n} held-out pieces\n\n"
        + table(header, rows)
        + "\n\noccasions: moves of two voices (parallels), sixteenths of neighbouring voices "
        "(crossings, spacing),\nleading tones in cadences, notes (range)"
    )


def _rate(tally: Tally) -> str:
    return "-" if tally.rate is None else f"{tally.rate:.2f}"


def _count(tally: Tally) -> str:
    return f"{tally.errors:,}/{tally.occasions:,}"
