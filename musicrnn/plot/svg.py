"""A picture as SVG text: no scripts, no fonts, no references to anything outside."""

from __future__ import annotations

from html import escape

from musicrnn.plot.picture import Box, Picture, Stroke, Words

_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def svg(picture: Picture) -> str:
    """An SVG document, titled and described for those who cannot see it."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {picture.width} {picture.height}" '
        f'width="{picture.width}" height="{picture.height}" role="img" font-family="{_FONT}">'
    )
    return "\n".join(
        [
            head,
            f"<title>{escaped(picture.title)}</title>",
            f"<desc>{escaped(picture.kind)}: {escaped(picture.description)}</desc>",
            *(_box(box) for box in picture.boxes),
            *(_stroke(stroke) for stroke in picture.strokes),
            *(_words(words) for words in picture.words),
            "</svg>\n",
        ]
    )


def _box(box: Box) -> str:
    radius = f' rx="{_number(box.radius)}"' if box.radius else ""
    return (
        f'<rect x="{_number(box.x)}" y="{_number(box.y)}" width="{_number(box.width)}" '
        f'height="{_number(box.height)}"{radius} fill="{box.colour}"/>'
    )


def _stroke(stroke: Stroke) -> str:
    points = " ".join(f"{_number(x)},{_number(y)}" for x, y in stroke.points)
    return (
        f'<polyline points="{points}" fill="none" stroke="{stroke.colour}" '
        f'stroke-width="{_number(stroke.width)}" stroke-linejoin="round"/>'
    )


def _words(words: Words) -> str:
    anchor = "" if words.anchor == "start" else f' text-anchor="{words.anchor}"'
    return (
        f'<text x="{_number(words.x)}" y="{_number(words.y)}" font-size="{_number(words.size)}" '
        f'fill="{words.colour}"{anchor}>{escaped(words.text)}</text>'
    )


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def escaped(text: str) -> str:
    """Escaped, without the control characters that XML forbids."""
    return escape("".join(c if c.isprintable() else " " for c in text))
