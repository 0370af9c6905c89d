"""The corpora of scores by name; a new one is covered by the tests once it is listed here."""

from __future__ import annotations

from musicrnn_datasets.corpus import ScoreCorpus
from musicrnn_datasets.groove import GROOVE
from musicrnn_datasets.jsb import JSB_CHORALES
from musicrnn_datasets.nottingham import NOTTINGHAM
from musicrnn_datasets.pop909 import POP909
from musicrnn_datasets.tunes import TUNES
from musicrnn_datasets.vgmidi import VGMIDI

CORPORA: dict[str, ScoreCorpus] = {
    "groove": GROOVE,
    "jsb-chorales": JSB_CHORALES,
    "nottingham": NOTTINGHAM,
    "pop909": POP909,
    "tunes": TUNES,
    "vgmidi": VGMIDI,
}
