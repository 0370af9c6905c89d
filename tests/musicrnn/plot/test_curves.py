"""Curves go through their points, on plain and logarithmic axes."""

import io
import math
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from musicrnn.errors import MusicRNNError
from musicrnn.plot.curves import BOTTOM, LEFT, RIGHT, TOP, Axis, Curve, draw_curves
from musicrnn.plot.lanes import COLOURS
from musicrnn.plot.png import png
from musicrnn.plot.svg import svg

STEPS, NORM = Axis("steps"), Axis("norm", log=True)
LINE = "{http://www.w3.org/2000/svg}polyline"


def test_points_are_in_proportion() -> None:
    curve = Curve("one", [(0, 10.0), (5, 20.0), (20, 30.0)])
    picture = draw_curves("t", "a", [curve], across=STEPS, up=Axis("nats"))
    (stroke,) = picture.strokes
    assert stroke.points[0] == (LEFT, BOTTOM)
    assert stroke.points[-1] == (RIGHT, TOP)
    assert stroke.points[1] == pytest.approx((LEFT + (RIGHT - LEFT) / 4, (TOP + BOTTOM) / 2))
    texts = {words.text for words in picture.words}
    assert {"one", "steps", "nats", "10", "20", "30", "0"} <= texts


def test_equal_factors_are_equally_high_on_a_logarithmic_axis() -> None:
    curve = Curve("decay", [(k, 10.0**-k) for k in range(5)])
    picture = draw_curves("t", "a", [curve], across=STEPS, up=NORM)
    heights = np.diff([y for _, y in picture.strokes[0].points])
    np.testing.assert_allclose(heights, heights[0])
    assert heights[0] > 0  # downwards
    assert {"1", "0.1", "0.001", "1e-4"} <= {words.text for words in picture.words}


def test_less_than_a_decade_has_ticks_too() -> None:
    curve = Curve("flat", [(0, 0.9), (1, 0.15)])
    picture = draw_curves("t", "a", [curve], across=STEPS, up=NORM)
    assert {"0.2", "0.5"} <= {words.text for words in picture.words}


def test_points_that_cannot_be_drawn_break_the_curve() -> None:
    curve = Curve("x", [(0, 1.0), (1, 2.0), (2, 0.0), (3, 1.0), (4, math.nan), (5, 3.0), (6, 1.0)])
    picture = draw_curves("t", "a", [curve], across=STEPS, up=NORM)
    assert [len(stroke.points) for stroke in picture.strokes] == [2, 2]
    dots = [box for box in picture.boxes if box.colour == COLOURS[0] and box.radius]
    assert len(dots) == 5
    with pytest.raises(MusicRNNError, match="no point to draw"):
        draw_curves("t", "a", [Curve("x", [(0, 0.0)])], across=STEPS, up=NORM)


@pytest.mark.parametrize("up", [NORM, Axis("plain")])
@pytest.mark.parametrize("value", [1.0, 1e-30, 1e9])
def test_a_single_point_can_be_drawn(value: float, up: Axis) -> None:
    picture = draw_curves("t", "a", [Curve("x", [(3, value)])], across=STEPS, up=up)
    assert len(picture.boxes) + len(picture.words) < 60
    assert all(
        0 <= box.x <= picture.width and 0 <= box.y <= picture.height for box in picture.boxes
    )


def test_svg_and_png_show_the_same() -> None:
    curves = [Curve("a < b", [(k, 0.5**k) for k in range(40)]), Curve("c", [(0, 1.0), (39, 0.1)])]
    picture = draw_curves("t", "two curves", curves, across=STEPS, up=NORM)
    lines = list(ElementTree.fromstring(svg(picture)).iter(LINE))
    assert [line.get("stroke") for line in lines] == list(COLOURS[:2])
    assert [len((line.get("points") or "").split()) for line in lines] == [40, 2]
    image = np.asarray(Image.open(io.BytesIO(png(picture, scale=1))).convert("RGB"), np.int64)
    for stroke in picture.strokes:
        colour = [int(stroke.colour[i : i + 2], 16) for i in (1, 3, 5)]
        (x0, y0), (x1, y1) = stroke.points[0], stroke.points[-1]
        middle = image[round((y0 + y1) / 2), round((x0 + x1) / 2)]
        assert np.abs(middle - colour).max() < 60  # the straight line between its ends


def test_how_many_curves() -> None:
    for curves in ([], [Curve("x", [(0, 1.0)])] * 21):
        with pytest.raises(MusicRNNError, match="a picture has 1 to 20 curves"):
            draw_curves("t", "a", curves, across=STEPS, up=NORM)
