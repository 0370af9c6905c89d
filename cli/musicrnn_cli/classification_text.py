"""The scores of a classifier as a page of text."""

from __future__ import annotations

from musicrnn.metrics.classification import Classification

MOST_COLUMNS = 16  # labels: with more, each names what it is most often called instead


def classification_text(scores: Classification, nats: float) -> str:
    """Accuracy beside the majority baseline, a line a label, and who was taken for whom."""
    low, high = scores.interval
    width = max(map(len, scores.labels))
    matrix = len(scores.labels) <= MOST_COLUMNS
    lines = [
        f"accuracy {scores.accuracy:.1%} (95 % interval {low:.1%} .. {high:.1%}), "
        f"always the commonest label {scores.majority:.1%}, {nats:.3f} nats a recording",
        "",
        f"{'':{width}}      n  precision  recall     F1   called "
        + (" ".join(f"{label[:4]:>4}" for label in scores.labels) if matrix else "otherwise"),
    ]
    for label, row in zip(scores.labels, scores.confusion, strict=True):
        of = scores.scores[label]
        if not matrix and not of.n and not of.precision:
            continue  # a label that training added, and nobody heard
        lines.append(
            f"{label:{width}}  {of.n:5}  {of.precision:9.1%} {of.recall:7.1%} {of.f1:6.1%}"
            + " " * 10
            + (" ".join(f"{count:4}" for count in row) if matrix else _others(scores, label, row))
        )
    return "\n".join(lines)


def _others(scores: Classification, label: str, row: tuple[int, ...]) -> str:
    """What the recordings of a label are called, if not by its name: the three most frequent."""
    wrong = [(count, name) for count, name in zip(row, scores.labels, strict=True) if count]
    wrong = sorted((-count, name) for count, name in wrong if name != label)[:3]
    return ", ".join(f"{name} {-count}" for count, name in wrong)
