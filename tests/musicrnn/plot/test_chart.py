"""A chart's dots and bars stand where their figures say."""

from xml.etree import ElementTree

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.plot.chart import Column, Dot, draw_chart
from musicrnn.plot.lanes import COLOURS
from musicrnn.plot.svg import svg


def test_positions_are_in_proportion() -> None:
    dots = [Dot(8.0, 0.5, (7.8, 8.2)), Dot(9.0), None]
    columns = [
        Column("nats", dots, 3, 2.0, (("near", 8.5), ("far", 20.0))),
        Column("ms", [10.0, 5.0, None], 1, 1.0),
    ]
    picture = draw_chart("a < b", "three cells", ["one", "two", "three"], columns)
    first, second = (box for box in picture.boxes if box.colour == COLOURS[0])
    assert first.x < second.x
    assert second.y - first.y == pytest.approx(26)
    long, short = (box for box in picture.boxes if box.colour == COLOURS[1])
    assert long.width == pytest.approx(2 * short.width)
    texts = [words.text for words in picture.words]
    assert {"8.000", "9.000", "10.0", "5.0", "near"} <= set(texts)
    assert "far" not in texts  # out of reach
    root = ElementTree.fromstring(svg(picture))
    described = root.find("{http://www.w3.org/2000/svg}desc")
    assert described is not None
    assert described.text == "Chart: three cells"
    for box in picture.boxes:
        assert 0 <= box.x <= box.x + box.width <= picture.width
        assert 0 <= box.y <= box.y + box.height <= picture.height


@pytest.mark.parametrize("value", [Dot(3.0), Dot(0.0), 0.0, None, Dot(1e-9, 1e-12), 1e9])
def test_any_single_figure_can_be_drawn(value) -> None:
    picture = draw_chart("t", "a", ["one"], [Column("c", [value], 3, 1.0)])
    assert ElementTree.fromstring(svg(picture)) is not None
    assert all(0 <= box.x <= picture.width for box in picture.boxes)
    assert len(picture.boxes) < 40


def test_too_few_and_too_many_lines() -> None:
    for names in ([], ["x"] * 201):
        with pytest.raises(MusicRNNError, match="a chart has 1 to 200 lines"):
            draw_chart("t", "a", names, [])
