"""The scores of a classifier as a page of text."""

from __future__ import annotations

from musicrnn.metrics.classification import Classification


def classification_text(scores: Classification, nats: float) -> str:
    """Accuracy beside the majority baseline, a line a label, and who was taken for whom."""
    low, high = scores.interval
    width = max(map(len, scores.labels))
    lines = [
        f"accuracy {scores.accuracy:.1%} (95 % interval {low:.1%} .. {high:.1%}), "
        f"always the commonest label {scores.majority:.1%}, {nats:.3f} nats a recording",
        "",
        f"{'':{width}}      n  precision  recall     F1   called "
        + " ".join(f"{label[:4]:>4}" for label in scores.labels),
    ]
    for label, row in zip(scores.labels, scores.confusion, strict=True):
        of = scores.scores[label]
        lines.append(
            f"{label:{width}}  {of.n:5}  {of.precision:9.1%} {of.recall:7.1%} {of.f1:6.1%}"
            + " " * 10
            + " ".join(f"{count:4}" for count in row)
        )
    return "\n".join(lines)
