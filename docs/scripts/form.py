"""The pictures of docs/form.md, and the first ten pieces of ``pop`` as pages to hear.

    MUSICRNN_DATA=CORPORA python docs/scripts/form.py [--then FILE] [--bars 16]

writes docs/form.png, how alike each two bars of a piece are: a human song, a piece of the ``pop``
of November 2026 (FILE), which heard no context, and one of today's; then docs/form-plan.png, one
plan asked of three seeds; and docs/form/pop-1.html to pop-10.html, seeds 1 to 10 of the default
command. Nothing is chosen: the song is the first test song of POP909 with so many bars.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from musicrnn.checkpoint import Checkpoint
from musicrnn.form.plan import bars_of, parse_plan, plan_text
from musicrnn.form.similarity import bar_similarity
from musicrnn.io.audio import mp3_bytes
from musicrnn.io.save import page_of
from musicrnn.plot.picture import FAINT_INK, INK, MARGIN, SHADE, Box, Picture, Words, blend
from musicrnn.plot.png import png
from musicrnn.pretrained import STYLES, load_model
from musicrnn.sampling.compose import Composition, compose
from musicrnn.sampling.filters import Settings
from musicrnn.score import Score
from musicrnn.sources.scores import read_source
from musicrnn.synth.render import render
from musicrnn.tokens import Controls

FOLDER = Path(__file__).parents[1]
THEN = FOLDER.parent / "tests" / "golden" / "pop-of-november.safetensors"
THEN_SETTINGS = Settings(temperature=0.8, min_p=0.01)
BARS = 64
PLAN = "i4 A8 A8 B8 A8 B8 B8 o4"
SIDE, GAP, TOP = 340.0, 50.0, 150.0  # pixels: a panel, between panels, above them
RATE = 12_000  # samples a second, in one channel: so the pages stay small
DARK = "#3b5bdb"


def panels(title: str, about: str, named: Sequence[tuple[str, Score]]) -> Picture:
    """Each piece's bars against its bars, the first at the upper left; dark is alike."""
    width = int(2 * MARGIN + len(named) * SIDE + (len(named) - 1) * GAP)
    picture = Picture(width, int(TOP + SIDE + 50), title, about, kind="Self-similarity")
    for number, (name, score) in enumerate(named):
        left = MARGIN + number * (SIDE + GAP)
        picture.words.append(Words(left, TOP - 34, name, 14.5, INK))
        picture.boxes.append(Box(left, TOP, SIDE, SIDE, SHADE))
        alike = bar_similarity(score)[:BARS, :BARS]
        cell = SIDE / len(alike)
        for row, line in enumerate(alike.tolist()):
            for column, value in enumerate(line):
                if value > 0.02:
                    colour = blend(DARK, value)
                    place = left + column * cell, TOP + row * cell
                    picture.boxes.append(Box(*place, cell, cell, colour))
        lines = score.bar_lines()
        for section in score.sections:
            bar = next((n for n, tick in enumerate(lines) if tick >= section.tick), BARS)
            if bar < BARS:
                at = left + (bar + 0.1) * cell
                picture.words.append(Words(at, TOP - 8, section.name, 11.5, FAINT_INK))
    return picture


def pieces(checkpoint: Checkpoint, count: int, settings: Settings, **asked: object) -> list[Score]:
    """Of the seeds from 1 on."""
    return [piece.score for piece in composed(checkpoint, count, settings, **asked)]


def composed(
    checkpoint: Checkpoint, count: int, settings: Settings, **asked: object
) -> list[Composition]:
    controls = Controls(**asked)  # pyright: ignore[reportArgumentType]
    return compose(checkpoint, range(1, count + 1), controls=controls, settings=settings)


def human() -> Score:
    _, found = read_source("pop909")
    songs = (piece.read() for piece in found if piece.split == "test")
    return next(song for song in songs if len(song.bars()) >= BARS)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--then", type=Path, default=THEN)
    parser.add_argument("--bars", type=int, default=16)
    options = parser.parse_args()
    pop, settings = load_model("pop"), STYLES["pop"].settings
    then = Checkpoint.load(options.then)
    sides = [
        ("a human song", human()),
        ("pop of November, seed 1", pieces(then, 1, THEN_SETTINGS, bars=BARS)[0]),
        ("pop, seed 1", pieces(pop, 1, settings, bars=BARS)[0]),
    ]
    about = "a piece's bars against themselves; the darker, the more notes two bars share"
    (FOLDER / "form.png").write_bytes(png(panels("What comes back", about, sides)))
    plan = parse_plan(PLAN)
    three = pieces(pop, 3, settings, bars=bars_of(plan), form=plan)
    asked = [(f"seed {seed}", score) for seed, score in enumerate(three, 1)]
    title = f'--form "{PLAN}"'
    (FOLDER / "form-plan.png").write_bytes(png(panels(title, about, asked)))
    (FOLDER / "form").mkdir(exist_ok=True)
    size = 0
    for piece in composed(pop, 10, settings, bars=options.bars):
        sound = render(piece.score, rate=RATE).mono().samples
        mp3 = mp3_bytes([sound], rate=RATE, channels=1)
        title = f"pop, seed {piece.seed}: {plan_text(piece.form)}"
        text = page_of(replace(piece.score, title=title), mp3, title)
        size += len(text)
        (FOLDER / "form" / f"pop-{piece.seed}.html").write_text(text, encoding="utf-8")
    print(f"the pages have {size / 1e6:.1f} MB together")


if __name__ == "__main__":
    main()
