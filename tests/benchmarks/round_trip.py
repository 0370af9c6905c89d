"""Every MIDI file of the corpora through read, encode and decode: does the law hold, how fast?

    MUSICRNN_DATA=... python tests/benchmarks/round_trip.py [corpus ...]

Prints, for each corpus and tokenizer, how many files return exactly as ``quantize`` says, how many
are refused and why, and the seconds of processor time. Exits with 1 if any file breaks the law.
POP909 is read twice: as its files are, and on its annotated beats.
"""

import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import midi_bytes, read_midi, score_from_midi
from musicrnn.score import Score
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.tokens.performance import PerformanceTokenizer
from musicrnn.tokens.protocol import Tokenizer
from musicrnn_datasets.pop909 import POP909

FILES = {
    "pop909": "*/*.mid",
    "groove": "**/*.mid",
    "vgmidi": "**/*.mid",
    "nottingham": "midi/**/*.mid",
}


def only_drums(score: Score) -> bool:
    return all(track.is_drum for track in score.tracks)


def beat(score: Score) -> Tokenizer:
    programs = {128 if track.is_drum else track.program for track in score.tracks}
    return BeatTokenizer(tuple(sorted(programs)) or (0,))


def performance(score: Score) -> Tokenizer:
    return PerformanceTokenizer(drums=only_drums(score))


TOKENIZERS: dict[str, Callable[[Score], Tokenizer]] = {"beat": beat, "performance": performance}


def readers(corpus: str, folder: Path) -> Iterator[Callable[[], Score]]:
    if corpus == "pop909 on beats":
        for piece in POP909.pieces(folder / "pop909"):
            yield piece.read
        return
    for path in sorted((folder / corpus).glob(FILES[corpus])):
        yield partial(read_midi, path)


def main(names: list[str]) -> int:
    folder = Path(os.environ["MUSICRNN_DATA"])
    broken = 0
    for corpus in names or [*FILES, "pop909 on beats"]:
        began = time.process_time()
        scores: list[Score] = []
        refused: Counter[str] = Counter()
        for read in readers(corpus, folder):
            try:
                scores.append(read())
            except MusicRNNError as error:
                refused[str(error)] += 1
        seconds = time.process_time() - began
        notes = sum(score.note_count for score in scores)
        print(f"{corpus}: {len(scores)} read, {notes} notes, {seconds:.1f} s, refused {refused}")
        began = time.process_time()
        same = sum(score_from_midi(midi_bytes(score)) == score for score in scores)
        print(f"  write and read again: {same} equal, {time.process_time() - began:.1f} s")
        for name, fitting in TOKENIZERS.items():
            broken += law(name, fitting, scores)
    return 1 if broken else 0


def law(name: str, fitting: Callable[[Score], Tokenizer], scores: list[Score]) -> int:
    counts: Counter[str] = Counter()
    tokens = 0
    encoding = decoding = 0.0
    for score in scores:
        tokenizer = fitting(score)
        began = time.process_time()
        try:
            ids = tokenizer.encode(score)
        except MusicRNNError as error:
            counts["refused: " + re.sub(r"\d+", "#", str(error))] += 1
            continue
        encoded = time.process_time()
        decoded = tokenizer.decode(ids)
        encoding += encoded - began
        decoding += time.process_time() - encoded
        tokens += len(ids)
        counts["returned" if decoded == tokenizer.quantize(score) else "BROKEN"] += 1
    print(
        f"  {name}: {dict(counts)}, {tokens} tokens, encode {encoding:.1f} s, "
        f"decode {decoding:.1f} s",
        flush=True,
    )
    return counts["BROKEN"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
