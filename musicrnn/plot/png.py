"""A picture as PNG, drawn with Pillow and its own font (Aileron: Latin letters).

Conventions. ``scale`` is image pixels a picture pixel. Shapes are drawn SMOOTH times as large and
averaged, which smooths their edges; text is smooth by itself and drawn last.
"""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFont

from musicrnn.plot.picture import Picture

SMOOTH = 3
BAND = 256  # picture pixels drawn at once, so that a tall picture takes little memory


def png(picture: Picture, *, scale: int = 2) -> bytes:
    """A PNG file, ``scale`` times as wide and high as the picture."""
    image = Image.new("RGB", (picture.width * scale, picture.height * scale))
    fine = scale * SMOOTH
    for top in range(0, picture.height, BAND):
        height = min(BAND, picture.height - top)
        band = Image.new("RGB", (picture.width * fine, height * fine))
        pen = ImageDraw.Draw(band)
        for box in picture.boxes:
            if box.y < top + height and box.y + box.height > top:
                left, up = round(box.x * fine), round((box.y - top) * fine)
                right = max(left + 1, round((box.x + box.width) * fine))
                down = max(up + 1, round((box.y + box.height - top) * fine))
                pen.rounded_rectangle(
                    (left, up, right - 1, down - 1), radius=box.radius * fine, fill=box.colour
                )
        for stroke in picture.strokes:
            points = [(round(x * fine), round((y - top) * fine)) for x, y in stroke.points]
            width = max(1, round(stroke.width * fine))
            pen.line(points, fill=stroke.colour, width=width, joint="curve")
        image.paste(band.reduce(SMOOTH), (0, top * scale))
    pen = ImageDraw.Draw(image)
    anchors = {"start": "ls", "middle": "ms", "end": "rs"}
    for words in picture.words:
        text = "".join(c if c.isprintable() else " " for c in words.text)
        pen.text(
            (words.x * scale, words.y * scale),
            text,
            fill=words.colour,
            font=ImageFont.load_default(words.size * scale),
            anchor=anchors[words.anchor],
        )
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()
