"""The corpora of spoken words that can be named on the command line."""

from __future__ import annotations

from musicrnn_datasets.arabic_commands import ARABIC_COMMANDS
from musicrnn_datasets.google_commands import GOOGLE_COMMANDS, GOOGLE_COMMANDS_12
from musicrnn_datasets.spoken import SpokenCorpus

SPOKEN: dict[str, SpokenCorpus] = {
    corpus.card.name: corpus for corpus in (ARABIC_COMMANDS, GOOGLE_COMMANDS, GOOGLE_COMMANDS_12)
}
