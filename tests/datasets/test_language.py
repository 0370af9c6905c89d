"""The language of a model's words: the header's, or that of the corpus it learnt from."""

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.sources.corpus import own_card
from musicrnn.sources.language import language_of
from musicrnn.training.data import Card, described
from musicrnn_datasets.arabic_commands import ARABIC_COMMANDS
from musicrnn_datasets.google_commands import GOOGLE_COMMANDS_12


def header(*cards: Card) -> dict:
    return {"data": described(cards, [], {})}


@pytest.mark.parametrize("corpus", [ARABIC_COMMANDS, GOOGLE_COMMANDS_12])
def test_the_corpus_tells_where_the_header_does_not(corpus) -> None:
    made = header(corpus.card)
    assert language_of(made) == corpus.card.language != ""
    assert language_of({**made, "language": "Dutch"}) == "Dutch"


def test_a_folder_does_not_tell() -> None:
    folder = own_card("arabic-commands", "my words", holds="sounds", split="by speaker")
    for unknown in (
        {},
        {"data": None},
        {"data": {"corpora": [None]}},
        header(folder),
        header(ARABIC_COMMANDS.card, GOOGLE_COMMANDS_12.card),
    ):
        assert language_of(unknown) == ""


@pytest.mark.parametrize("damaged", [3, None, ["Dutch"], "x" * 61, "Dutch\x1b[2J"])
def test_a_damaged_language(damaged) -> None:
    with pytest.raises(MusicRNNError, match="language in the model's header must be a name"):
        language_of({"language": damaged})
