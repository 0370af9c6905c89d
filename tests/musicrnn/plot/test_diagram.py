"""Diagrams: where the edges of a shape are, which way an arrow points, what is written in a box."""

import math

import pytest

from musicrnn.plot.diagram import HEAD_LENGTH, HEAD_WIDTH, Diagram
from musicrnn.plot.svg import svg


def diagram() -> Diagram:
    return Diagram(400, 300, "A network", "what it does")


def test_a_shape_has_its_middle_where_it_was_put() -> None:
    drawing = diagram()
    box = drawing.box(100, 150, "one", "two", size=(60, 40))
    assert (box.left, box.right, box.top, box.bottom) == (
        (70, 150), (130, 150), (100, 130), (100, 170),
    )  # fmt: skip
    outline, inside = drawing.boxes[-2:]
    assert (outline.x, outline.y, outline.width, outline.height) == (70, 130, 60, 40)
    assert outline.x < inside.x
    assert inside.x + inside.width < outline.x + outline.width
    first, second = drawing.words[-2:]
    assert (first.text, second.text) == ("one", "two")
    assert first.x == second.x == 100
    assert box.top[1] < first.y < second.y < box.bottom[1]


@pytest.mark.parametrize("end", [(200, 100), (0, 100), (100, 200), (100, 0), (170, 170)])
def test_an_arrow_points_at_its_last_point(end: tuple[float, float]) -> None:
    drawing = diagram()
    drawing.arrow((50, 60), (100, 100), end)
    line, head = drawing.strokes
    assert line.points == ((50, 60), (100, 100), end)
    (one, tip, other) = head.points
    assert tip == end
    for side in (one, other):
        assert math.dist(side, tip) == pytest.approx(math.hypot(HEAD_LENGTH, HEAD_WIDTH))
        assert math.dist(side, (100, 100)) < math.dist(tip, (100, 100))
    assert math.dist(one, other) == pytest.approx(2 * HEAD_WIDTH)


def test_a_diagram_is_a_picture_that_says_what_it_is() -> None:
    drawing = diagram()
    drawing.frame(10, 100, 390, 290)
    drawing.circle(100, 150, "×")
    drawing.dot(50, 150)
    drawing.label(200, 280, "x & h", faint=True, anchor="end")
    text = svg(drawing)
    assert "<title>A network</title>" in text
    assert "<desc>Diagram: what it does</desc>" in text
    assert "x &amp; h" in text
    assert text.count("<rect") == 6  # the paper, two of the frame, two of the circle, the dot
