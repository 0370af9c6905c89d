"""The drawings of docs/cells.md: a plain RNN, an LSTM, a GRU and a clockwork, as SVG.

    python docs/scripts/drawings.py

writes docs/cell-NAME.svg for each name in DRAWINGS. Positions are pixels.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from musicrnn.cells.clockwork import METRIC
from musicrnn.plot.diagram import BLUE, GREEN, ORANGE, Diagram
from musicrnn.plot.lanes import COLOURS
from musicrnn.plot.picture import BAR, INK, Box, blend
from musicrnn.plot.svg import svg

FOLDER = Path(__file__).parents[1]
WIDTH = 700
THICK = 2.6  # of the line that carries a state from step to step
GATE = (88.0, 44.0)
SUBSCRIPTS = "₀₁₂₃"


def rnn() -> Diagram:
    """The unit with its loop, and the same unit unrolled over three steps."""
    about = "h' = tanh(W x + U h + b), with the same W, U and b at every step"
    drawing = Diagram(WIDTH, 312, "A plain recurrent network", about)
    size, y = (78.0, 48.0), 182.0
    unit = drawing.box(96, y, "tanh", size=size, colour=ORANGE)
    drawing.arrow((96, y + 66), unit.bottom)
    drawing.arrow((84, y - 24), (84, y - 60))
    drawing.arrow(unit.right, (162, y), (162, y - 46), (114, y - 46), (114, y - 24))
    drawing.label(96, y + 84, "x")
    drawing.label(84, y - 68, "h")
    drawing.label(109, y + 50, "W")
    drawing.label(174, y - 18, "U")
    drawing.label(96, y + 110, "with its loop", faint=True)
    drawing.label(212, y + 6, "=")
    drawing.label(254, y + 5, "h₀ = 0")
    before = (280.0, y)
    for step in (1, 2, 3):
        x = 236.0 + 124 * step
        unit = drawing.box(x, y, "tanh", size=size, colour=ORANGE)
        drawing.arrow(before, unit.left, width=THICK)
        drawing.arrow((x, y + 66), unit.bottom)
        drawing.arrow(unit.top, (x, y - 60))
        drawing.label(x, y + 84, f"x{SUBSCRIPTS[step]}")
        drawing.label(x, y - 68, f"h{SUBSCRIPTS[step]}")
        drawing.label(x + 13, y + 50, "W")
        drawing.label((before[0] + unit.left[0]) / 2 - 2, y - 9, "U")
        drawing.label(x, y + 110, f"step {step}", faint=True)
        before = unit.right
    drawing.arrow(before, (674, y), width=THICK)
    return drawing


def lstm() -> Diagram:
    """The cell's line on top, the gates under it, x and h on the line below them."""
    about = "c' = f ⊙ c + i ⊙ g and h' = o ⊙ tanh(c'). Each gate has weights of its own"
    drawing = Diagram(WIDTH, 430, "Long short-term memory (LSTM)", about)
    drawing.frame(96, 104, 604, 366)
    top, gates, bus = 142.0, 278.0, 336.0
    forget = drawing.box(178, gates, "forget f", "σ", size=GATE, colour=BLUE)
    into = drawing.box(276, gates, "input i", "σ", size=GATE, colour=BLUE)
    candidate = drawing.box(374, gates, "candidate g", "tanh", size=GATE, colour=ORANGE)
    output = drawing.box(472, gates, "output o", "σ", size=GATE, colour=BLUE)
    keep = drawing.circle(178, top, "×")
    add = drawing.circle(325, top, "+")
    write = drawing.circle(325, 208, "×")
    shown = drawing.box(548, 190, "tanh", size=(56, 28), colour=ORANGE)
    read = drawing.circle(548, 240, "×")
    drawing.arrow((56, top), keep.left, width=THICK)
    drawing.arrow(keep.right, add.left, width=THICK)
    drawing.arrow(add.right, (648, top), width=THICK)
    drawing.arrow(forget.top, keep.bottom)
    drawing.arrow(into.top, (276, 208), write.left)
    drawing.arrow(candidate.top, (374, 208), write.right)
    drawing.arrow(write.top, add.bottom)
    drawing.dot(548, top)
    drawing.arrow((548, top), shown.top)
    drawing.arrow(shown.bottom, read.top)
    drawing.arrow(output.top, (472, 240), read.left)
    drawing.arrow(read.bottom, (548, bus), (648, bus), width=THICK)
    drawing.line((56, bus), (472, bus), width=THICK)
    drawing.line((128, 392), (128, bus))
    drawing.dot(128, bus)
    for gate in (forget, into, candidate, output):
        drawing.arrow((gate.x, bus), gate.bottom)
    _ends(drawing, (("c", top), ("h", bus)))
    drawing.label(227, bus + 18, "x and h", faint=True)
    drawing.label(128, 410, "x")
    return drawing


def gru() -> Diagram:
    """The state's line on top, the two gates and the candidate under it."""
    about = "z: how much of the old state stays. r: how much of it the candidate sees"
    drawing = Diagram(WIDTH, 400, "Gated recurrent unit (GRU)", about)
    drawing.frame(96, 104, 604, 336)
    top, gates, bus = 146.0, 248.0, 306.0
    reset = drawing.box(190, gates, "reset r", "σ", size=GATE, colour=BLUE)
    inside, size = "tanh(W x + r ⊙ (U h))", (178.0, GATE[1])
    candidate = drawing.box(362, gates, "candidate g", inside, size=size, colour=ORANGE)
    update = drawing.box(532, gates, "update z", "σ", size=GATE, colour=BLUE)
    mix = drawing.box(447, top, "z ⊙ h + (1 - z) ⊙ g", size=(220, 36), colour=GREEN)
    drawing.arrow((56, top), mix.left, width=THICK)
    drawing.arrow(mix.right, (648, top), width=THICK)
    drawing.arrow(reset.right, candidate.left)
    drawing.arrow(candidate.top, (candidate.x, mix.bottom[1]))
    drawing.arrow(update.top, (update.x, mix.bottom[1]))
    drawing.dot(122, top)
    drawing.line((122, top), (122, bus), (update.x, bus))
    drawing.line((148, 362), (148, bus))
    drawing.dot(148, bus)
    for gate in (reset, candidate, update):
        drawing.arrow((gate.x, bus), gate.bottom)
    _ends(drawing, (("h", top),))
    drawing.label(276, bus + 18, "x and h", faint=True)
    drawing.label(148, 380, "x")
    return drawing


def clockwork() -> Diagram:
    """Which module is updated at which of eight steps; what holds its state is pale."""
    about = "A module is updated where its period divides the step t"
    drawing = Diagram(WIDTH, 380, "A clockwork network", about)
    left, top, column, row, steps = 184.0, 110.0, 45.0, 40.0, 8
    names = ("sixteenth", "eighth", "beat", "half bar", "bar")
    for index, (period, name) in enumerate(zip(METRIC, names, strict=True)):
        y = top + row * index
        drawing.label(left - 16, y + 19, f"period {period} ({name})", anchor="end")
        strong = COLOURS[index]
        for begin in range(0, steps, period):
            width = column * min(period, steps - begin)
            x = left + column * begin
            drawing.boxes.append(Box(x + 2, y, width - 4, 28, blend(strong, 0.25), 5))
            drawing.boxes.append(Box(x + 2, y, column - 4, 28, strong, 5))
    for step in range(steps):
        drawing.label(left + column * (step + 0.5), top + 5 * row + 12, str(step))
    drawing.label(left - 16, top + 5 * row + 12, "step t", anchor="end")
    x = left + column * steps + 20
    drawing.arrow((x, top + 4 * row + 28), (x, top))
    for number, text in enumerate(("a module sees", "itself and all", "slower ones")):
        drawing.label(x + 12, top + 80 + 17 * number, text, faint=True, anchor="start")
    y = top + 5 * row + 38
    for x, colour, text in ((left + 2, INK, "updated"), (left + 94, BAR, "holds its state")):
        drawing.boxes.append(Box(x, y, 14, 14, colour, 3))
        drawing.label(x + 22, y + 12, text, faint=True, anchor="start")
    return drawing


def _ends(drawing: Diagram, lines: tuple[tuple[str, float], ...]) -> None:
    """The names of the states where they come in and go out."""
    for name, y in lines:
        drawing.label(40, y + 5, name)
        drawing.label(664, y + 5, f"{name}'")


DRAWINGS: dict[str, Callable[[], Diagram]] = {
    "rnn": rnn,
    "lstm": lstm,
    "gru": gru,
    "clockwork": clockwork,
}


def path_of(name: str) -> Path:
    return FOLDER / f"cell-{name}.svg"


if __name__ == "__main__":
    for name, drawn in DRAWINGS.items():
        path_of(name).write_text(svg(drawn()), "utf-8", newline="\n")
