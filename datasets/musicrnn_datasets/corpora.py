"""The corpora by name; a new one is covered by the tests once it is listed here.

OFFERED is what the library finds under the entry point ``musicrnn.corpora``.
"""

from __future__ import annotations

from musicrnn.sources.corpus import LabelledCorpus, ScoreCorpus, SoundCorpus, SpokenCorpus
from musicrnn.sources.named import Corpora
from musicrnn_datasets.arabic_commands import ARABIC_COMMANDS
from musicrnn_datasets.ceol_rince import CEOL_RINCE
from musicrnn_datasets.google_commands import GOOGLE_COMMANDS, GOOGLE_COMMANDS_12
from musicrnn_datasets.groove import GROOVE
from musicrnn_datasets.gtzan import GTZAN
from musicrnn_datasets.jsb import JSB_CHORALES
from musicrnn_datasets.nottingham import NOTTINGHAM
from musicrnn_datasets.openewld import OPENEWLD
from musicrnn_datasets.polyphonic import POLYPHONIC
from musicrnn_datasets.pop909 import POP909
from musicrnn_datasets.rendered import RENDERED
from musicrnn_datasets.tunes import TUNES
from musicrnn_datasets.vgmidi import VGMIDI
from musicrnn_datasets.voices import VOICES

CORPORA: dict[str, ScoreCorpus] = {
    "ceol-rince": CEOL_RINCE,
    "groove": GROOVE,
    "irish-tunes": TUNES,
    "jsb-chorales": JSB_CHORALES,
    "nottingham": NOTTINGHAM,
    "openewld": OPENEWLD,
    "pop909": POP909,
    "vgmidi": VGMIDI,
}
LABELLED: dict[str, LabelledCorpus] = {"gtzan": GTZAN}
SPOKEN: dict[str, SpokenCorpus] = {
    corpus.card.name: corpus for corpus in (ARABIC_COMMANDS, GOOGLE_COMMANDS, GOOGLE_COMMANDS_12)
}
SOUNDS: dict[str, SoundCorpus] = {corpus.card.name: corpus for corpus in (*VOICES, *RENDERED)}
OFFERED = Corpora(CORPORA, POLYPHONIC, LABELLED, SPOKEN, SOUNDS)
