"""Recipes by name: settings of a kind of model, and where a paper has them, its figures.

Most are frame models of the literature: what to train on a polyphonic corpus, how long; the others
say which network hears songs or words.

Conventions. ``reported`` are nats a time step on the test split by corpus, as the paper has them.
Only those of Bai 2018 were read in the source; all others are as reported, not re-checked. Kind and
size of a network are the paper's as far as they are known, otherwise about the same number of
parameters for all networks of a paper; rates and lengths are ours: docs/literature.md says where
that matters. A recipe is trained like any other model: the one that is best on validation is kept.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from musicrnn.errors import MusicRNNError
from musicrnn.layers.settings import LayerSettings
from musicrnn.training.classify.settings import ClassifierSettings
from musicrnn.training.config import TrainingConfig
from musicrnn.training.frames.settings import FrameSettings
from musicrnn.training.words.settings import Drawing, WordsSettings

JSB, NOTTINGHAM = "polyphonic-jsb", "polyphonic-nottingham"
MUSEDATA, PIANO = "polyphonic-musedata", "polyphonic-piano"
BAI = "Bai et al. 2018"
UPDATES = {JSB: 800, NOTTINGHAM: 1000, MUSEDATA: 1000, PIANO: 800}


@dataclass(frozen=True)
class Recipe:
    """A model and its training; ``plans`` by corpus, ``of`` says whose figures ``reported`` are
    where the paper has none for this very model."""

    name: str
    paper: str
    settings: Any
    plans: Mapping[str, TrainingConfig] = field(default_factory=dict[str, TrainingConfig])
    reported: Mapping[str, float] = field(default_factory=dict[str, float])
    of: str = ""
    task: str = "frames"

    @property
    def checked(self) -> bool:
        """Whether the figures were read in the paper itself."""
        return self.paper == BAI

    def plan(self, corpus: str) -> TrainingConfig | None:
        """How it is trained on a corpus by name; None for as its kind of model is.

        Raises:
            MusicRNNError: it is not for this corpus.
        """
        if not self.plans:
            return None
        if corpus not in self.plans:
            raise MusicRNNError(
                f"the recipe {self.name} is for {' or '.join(self.plans)}, got {corpus}"
            )
        return self.plans[corpus]


def recipe_called(name: str) -> Recipe:
    """One of RECIPES.

    Raises:
        MusicRNNError: there is none of this name; the error names its neighbours.
    """
    if name not in RECIPES:
        near = difflib.get_close_matches(name, RECIPES, n=3)
        hint = f"did you mean {', '.join(near)}?" if near else f"there are {', '.join(RECIPES)}"
        raise MusicRNNError(f"there is no recipe {name!r}: {hint}")
    return RECIPES[name]


def everywhere(plan: TrainingConfig, *, longer: int = 1) -> dict[str, TrainingConfig]:
    """The same on all four corpora, for as many updates as each needs, or ``longer``."""
    return {
        corpus: replace(plan, updates=longer * updates, validate_every=longer * updates // 16)
        for corpus, updates in UPDATES.items()
    }


def adam(rate: float) -> dict[str, TrainingConfig]:
    """As in docs/compare.md, with the rate that suits the cell there."""
    return everywhere(TrainingConfig(updates=1, learning_rate=rate, warm_up=50))


def descent(rate: float, clip_by: str) -> dict[str, TrainingConfig]:
    """Plain gradient descent, for four times as long."""
    return everywhere(
        TrainingConfig(
            updates=1,
            optimizer="sgd",
            learning_rate=rate,
            weight_decay=0.0,
            clip_by=clip_by,
            warm_up=50,
        ),
        longer=4,
    )


def _chung(cell: str, hidden: int, rate: float, figures: tuple[float, ...]) -> Recipe:
    name = f"chung-{'tanh' if cell == 'elman' else cell.removesuffix('-cho')}"
    reported: dict[str, float] = dict(zip((JSB, NOTTINGHAM, MUSEDATA, PIANO), figures, strict=True))
    settings = FrameSettings(cell=cell, hidden=hidden)
    return Recipe(name, "Chung et al. 2014", settings, adam(rate), reported)


def _bai(cell: str, hidden: int, rate: float, jsb: float, nottingham: float) -> Recipe:
    name = f"bai-{'rnn' if cell == 'elman' else cell}"
    settings = FrameSettings(cell=cell, hidden=hidden, dropout=0.5)
    return Recipe(name, BAI, settings, adam(rate), {JSB: jsb, NOTTINGHAM: nottingham})


def _pascanu(
    name: str, clip_by: str, rate: float, figures: tuple[float, ...], weight: float = 0.0
) -> Recipe:
    settings = FrameSettings(
        cell="elman", hidden=200, sequence_length=100, gradient_norm_regulariser=weight
    )
    reported: dict[str, float] = dict(zip((NOTTINGHAM, MUSEDATA, PIANO), figures, strict=True))
    plans = descent(rate, clip_by)
    return Recipe(f"pascanu-{name}", "Pascanu et al. 2013", settings, plans, reported)


def _jozefowicz(
    name: str, cell: str, hidden: int, figures: tuple[float, float], plain: bool = False
) -> Recipe:
    settings = FrameSettings(
        cell=cell, hidden=hidden, sequence_length=100, layer=LayerSettings(plain_forget=plain)
    )
    reported: dict[str, float] = dict(zip((NOTTINGHAM, PIANO), figures, strict=True))
    return Recipe(f"jozefowicz-{name}", "Jozefowicz et al. 2015", settings, adam(5e-3), reported)


def _greff(name: str, hidden: int, rate: float = 2.4e-2) -> Recipe:
    cell = "lstm-peephole" if name == "v" else name
    of = "" if name == "niaf" else "best of the nine, niaf"
    settings = FrameSettings(cell=cell, hidden=hidden)
    return Recipe(f"greff-{name}", "Greff et al. 2015", settings, adam(rate), {JSB: 8.38}, of)


def _joint(
    name: str,
    corpus: str,
    updates: int,
    best: float,
    *,
    hidden: int = 64,
    dropout: float,
    reading: tuple[int, int] = (8, 128),
) -> Recipe:
    """A bundled model: a tied LSTM whose head knows the lower pitches and which copies."""
    settings = FrameSettings(
        "lstm",
        hidden,
        dropout=dropout,
        body="tied",
        head="nade",
        head_hidden=hidden,
        clock=True,
        copy=True,
        batch_size=reading[0],
        sequence_length=reading[1],
        augment=5,
    )
    plan = TrainingConfig(
        updates=updates,
        learning_rate=5e-3,
        warm_up=200,
        average=0.998,
        validate_every=300,
        patience=1000,
        precision="bf16-mixed",
    )
    return Recipe(name, "Johnson 2017", settings, {corpus: plan}, {corpus: best}, "BALSTM")


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        _chung("elman", 100, 6e-3, (9.10, 3.13, 6.23, 9.03)),
        _chung("gru-cho", 46, 1.2e-2, (8.54, 3.23, 5.99, 8.82)),
        _chung("lstm", 36, 2.4e-2, (8.67, 3.20, 6.23, 9.03)),
        _bai("elman", 466, 3e-3, 8.91, 4.05),
        _bai("gru", 263, 6e-3, 8.43, 3.46),
        _bai("lstm", 224, 1e-2, 8.45, 3.29),
        _pascanu("sgd", "none", 0.1, (3.80, 7.11, 7.56)),
        _pascanu("clip", "norm", 1.0, (3.48, 7.00, 7.53)),
        _pascanu("clip-reg", "norm", 1.0, (3.46, 6.99, 7.46), 0.5),
        _jozefowicz("tanh", "elman", 420, (3.612, 6.809)),
        _jozefowicz("lstm", "lstm", 200, (3.492, 6.866), plain=True),
        _jozefowicz("lstm-f", "nfg", 235, (3.732, 6.813)),
        _jozefowicz("lstm-i", "nig", 235, (3.426, 6.856)),
        _jozefowicz("lstm-o", "nog", 235, (3.406, 6.870)),
        _jozefowicz("lstm-b", "lstm", 200, (3.419, 6.820)),
        _jozefowicz("gru", "gru-cho", 235, (3.410, 6.876)),
        _jozefowicz("mut1", "mut1", 275, (3.254, 6.792)),
        _jozefowicz("mut2", "mut2", 235, (3.372, 6.852)),
        _jozefowicz("mut3", "mut3", 235, (3.337, 6.840)),
        _greff("v", 35),
        _greff("nig", 42),
        _greff("nfg", 42),
        _greff("nog", 42),
        _greff("niaf", 35, 1.2e-2),
        _greff("noaf", 35),
        _greff("cifg", 42),
        _greff("np", 35),
        _greff("fgr", 26),
        Recipe(
            "rnn-nade",
            "Boulanger-Lewandowski et al. 2012",
            FrameSettings(cell="elman", hidden=128, head="nade", head_hidden=64),
            adam(3e-3),
            {JSB: 5.56, NOTTINGHAM: 2.31, MUSEDATA: 5.60, PIANO: 7.05},
        ),
        _joint("jsb", JSB, 1570, 5.05, dropout=0.25, reading=(8, 160)),
        _joint("nottingham", NOTTINGHAM, 2682, 1.55, dropout=0.1, reading=(4, 256)),
        _joint("musedata", MUSEDATA, 2840, 3.90, hidden=96, dropout=0.1),
        _joint("piano", PIANO, 1397, 4.90, dropout=0.2),
        Recipe("songs", "", ClassifierSettings(), task="classify"),
        Recipe(
            "commands-micro",
            "",
            WordsSettings(hidden=84, channels=12, last=28, depth=0, dropout=0.05),
            task="words",
        ),
        Recipe("commands-small", "", WordsSettings(), task="words"),
        Recipe(
            "commands-full",
            "",
            WordsSettings(
                bidirectional=True,
                hidden=128,
                last=128,
                dropout=0.3,
                drawing=Drawing(unknown=0.0, silence=0.0, carry=0.0, mixed=0.2),
            ),
            task="words",
        ),
    )
}
