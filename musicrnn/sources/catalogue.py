"""What corpora there are, what is in one, and a corpus written out as a model sees it."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from musicrnn.errors import MusicRNNError, listed
from musicrnn.io.midi import write_midi
from musicrnn.io.notes import READ
from musicrnn.sources.corpus import Corpus
from musicrnn.sources.find import cache_folder, corpus_folder, files_below, folder_of
from musicrnn.sources.labelled_folder import AUDIO, passed_over
from musicrnn.sources.named import named
from musicrnn.sources.scores import read_source
from musicrnn.tokens.grid import is_played
from musicrnn.training.compose.data import choose_tokenizer
from musicrnn.training.data import Piece, SkippedFile, read_all, reasons, skipping

SHOWN = ("name", "title", "holds", "licence", "split", "source")  # of a card


def catalogue(data: Path | None = None) -> list[dict[str, Any]]:
    """The card of every corpus, how to get it, and its folder on this computer or None."""
    entries: list[dict[str, Any]] = []
    for corpus in (corpus for table in named().tables() for corpus in table.values()):
        card = corpus.card
        try:
            folder = str(folder_of(corpus, data))
        except MusicRNNError:
            folder = None
        shown = {name: getattr(card, name) for name in SHOWN}
        entries.append({**shown, "get": how_to_get(corpus), "folder": folder})
    return entries


def how_to_get(corpus: Corpus) -> str:
    """From where, and what its folder must be called and hold."""
    folders: tuple[str, ...] = getattr(corpus, "folders", (corpus.card.name,))
    if getattr(corpus, "bundled", None) is not None:
        return corpus.card.get
    return f"{corpus.card.get}, as the folder {folders[0]} in $MUSICRNN_DATA or {cache_folder()}"


def speech_lacking(data: Path | None = None) -> str:
    """A sentence where no corpus of speech that is no keyword is on this computer."""
    speech = {
        name: corpus for name, corpus in named().sounds.items() if "music" not in corpus.kinds
    }
    for corpus in speech.values():
        with suppress(MusicRNNError):
            folder_of(corpus, data)
            return ""
    return (
        "no speech of others is on this computer, by which to tell words from other talk: musicrnn "
        f"data list says how to get {listed(list(speech))}"
    )


def sounds_of(source: str, data: Path | None = None) -> Path | None:
    """The folder of a source that holds sound: a corpus of it, or a folder with more sounds than
    scores; None for any other.

    Raises:
        MusicRNNError: the corpus is not on this computer.
    """
    if source in named().spoken:
        return corpus_folder(named().spoken[source].folders, data)
    if source in named().labelled:
        return corpus_folder(source, data)
    if source in named().scores or not Path(source).is_dir():
        return None
    scores = sum(1 for _ in files_below(Path(source), frozenset(READ)))
    sounds = sum(1 for _ in files_below(Path(source), AUDIO))
    return Path(source) if sounds > scores else None


def survey(source: str, data: Path | None = None) -> dict[str, Any]:
    """Counts over all pieces of a source of scores, what is to be known of its files, and the
    reason why each skipped file was, by name.

    Raises:
        MusicRNNError: no such source, or nothing in it can be read.
    """
    _, pieces = read_source(source, data)
    read, refused = read_all(pieces, lambda piece: piece.read())
    if not read:
        raise MusicRNNError(f"nothing in {source} can be read ({reasons(refused)})")
    scores = [item.content for item in read]
    if source not in named().scores and Path(source).is_dir():
        refused += passed_over(Path(source), frozenset(READ))
    return {
        "pieces": len(scores),
        "notes": sum(score.note_count for score in scores),
        "hours": sum(score.seconds for score in scores) / 3600,
        "split": dict(Counter(item.piece.split for item in read)),
        "played": sum(map(is_played, scores)),
        "tokens": choose_tokenizer(read).name,
        "said": [f"{item.piece.name}: {said}" for item in read for said in item.content.said],
        "refused": {skipped.name: skipped.reason for skipped in refused},
    }


def write_prepared(
    source: str, output: Path, data: Path | None = None
) -> tuple[int, list[SkippedFile]]:
    """Every piece, quantised by the tokenizer that suits the source, as OUTPUT/split/name.mid.

    Folders of the source stay folders. Gives the number written, which may be 0, and what was left
    out.

    Raises:
        MusicRNNError: no such source, or ``output`` cannot be written.
    """
    _, pieces = read_source(source, data)
    read, refused = read_all(pieces, lambda piece: piece.read())
    tokenizer = choose_tokenizer(read)
    taken: set[str] = set()
    written = 0
    for item in read:
        path = output / _name(item.piece, taken)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MusicRNNError(f"cannot write {path}: {error.strerror}") from error
        with skipping(item.piece.name, refused):
            write_midi(tokenizer.quantize(item.content), path)
            written += 1
    return written, refused


def _name(piece: Piece, taken: set[str]) -> str:
    """A path that no other piece has, not even where upper and lower case are one."""
    whole, _, tune = piece.name.replace("\\", "/").partition(":")
    stem = re.sub(r"\.(mid|midi|kar|rmi|abc|musicxml|mxl|xml)$", "", whole, flags=re.IGNORECASE)
    base = f"{piece.split}/{stem}" + (f"-{tune}" if tune else "")
    name, number = base, 1
    while name.casefold() in taken:
        number += 1
        name = f"{base}-{number}"
    taken.add(name.casefold())
    return f"{name}.mid"
