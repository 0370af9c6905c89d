"""Every ABC tune at hand, read by us and by two independent readers: what differs, and whose it is.

    MUSICRNN_DATA=... python tests/benchmarks/notation/abc_readers.py --abcjs FOLDER > list.csv

abc2midi (4.84) must be on the path; FOLDER is where npm installed abcjs (6.7.2). The tunes are
Nottingham's, the bundled ones, and Ceol Rince and the JSB chorales as write_abc writes them.
Compared are the onset, pitch and end of every note as it is played, repeats and all, counted from
the first onset. The others get no ornaments and no accompaniment, nor what only they take for
music: rhythms (``R:hornpipe`` swings abc2midi), fields that ABC has not (abcjs plays ``Y:AB``).
abc2midi spreads a chord by an eighth of a quarter at most, so its onsets may be as late.

A difference has its reason if the tune, changed as VARIANTS says, reads with us as they read the
tune itself; what no variant explains was looked at by hand (BY_HAND). Sections are ABC 2.1's. On
stdout a row for each difference (notes that the one has without the other, and the first of them
as pitch onset-end); on stderr the counts. Exits with 1 if a difference is ours or has no reason.
abc_readers.csv beside this file is what it printed on 1 December 2026.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.io.abc import parse_abc, write_abc
from musicrnn.io.midi import read_midi
from musicrnn.score import Score
from musicrnn_datasets.corpora import CORPORA

CORPORA_READ = ("nottingham", "irish-tunes", "ceol-rince", "jsb-chorales")
LATE, EARLY = 0.13, 0.03  # quarters
SPREAD = 0.07  # quarters by which an end may differ
Notes = list[tuple[float, int, float]]  # onset, pitch, end; in quarters

# Whose a difference is, and why: what the other reader does, or what the standard leaves open.
REASONS = {
    "double bar": ("theirs", "goes back beyond a double bar (4.8: to the latest one)"),
    "end": ("theirs", "does not repeat from the end of the last repeat (4.8)"),
    "ending": ("theirs", "takes the second ending at once in a repeat without |: (4.8, 4.9)"),
    "no bar": ("theirs", "repeats or drops the last bar of a section without a bar line"),
    "order": ("theirs", "does not follow the order of parts (3.1.9)"),
    "tie": ("theirs", "joins no tie into an ending or a tuplet, or one over other notes (4.11)"),
    "tuplet": ("theirs", "measures a tuplet with a rest or a long chord otherwise (4.13)"),
    "unison": ("theirs", "strikes a note twice that stands twice in a chord (4.17)"),
    "octave": ("standard", "accidentals hold in one octave (11.3, volatile: all are the default)"),
    "no ABC": ("standard", "the text is no ABC at one place, which each reads in its own way"),
}
# The change to a tune with which we read it as a reader does that has this reason.
VARIANTS: dict[str, Callable[[str], str]] = {
    "double bar": lambda text: re.sub(r"\|[|\]]+", "|", text),
    "octave": lambda text: f"%%propagate-accidentals octave\n{text}",
    "order": lambda text: re.sub(r"^P:.*\n", "", text, flags=re.MULTILINE),
}
# Looked at tune by tune: with every repeat between |: and :|, every bar line written or the ties
# left out, as the reason says, the reader and we play the same.
BY_HAND = {
    "abc2midi": {
        "double bar": "ashover6 jigs256 reelsd-g8 reelsh-l35",
        "end": "jigs81 reelsa-c81",
        "tie": "reelsh-l53",
        "unison": "reelsd-g28",
        "no ABC": "jigs153 reelsd-g1",
    },
    "abcjs": {
        "double bar": "jigs256",
        "ending": "ashover5 hpps10 hpps26 jigs1 jigs2 jigs326 reelsh-l35 reelsh-l60 reelsh-l70 "
        "reelsm-q41 reelsr-t32 reelsu-z4 slip4",
        "no bar": "ashover10 ashover12 jigs117 jigs150 jigs198 jigs272 jigs281 jigs340 morris2 "
        "reelsa-c9 reelsd-g41 reelsh-l27 reelsh-l44 reelsr-t2 reelsr-t92 reelsu-z24",
        "tie": "jigs36 jigs71 jigs119 reelsh-l53 reelsm-q4 reelsr-t16 reelsu-z5 SligotoDublinpolka",
        "tuplet": "BasketofEggs21666jig HurlersMarchThe",
        "octave + no bar": "hpps52",
        "no ABC": "jigs153 reelsd-g1",
    },
}
JS = """
const abcjs = require(process.argv[1]);
console.log = console.warn = () => {};
require('readline').createInterface({input: process.stdin}).on('line', line => {
  let tracks = [];
  try {
    const tune = abcjs.parseOnly(JSON.parse(line))[0];
    tracks = tune.setUpAudio({chordsOff: true}).tracks.map(track => track.filter(
      event => event.cmd === 'note').map(e => [e.start * 4, e.pitch, (e.start + e.duration) * 4]));
  } catch (error) {}
  process.stdout.write(JSON.stringify(tracks) + '\\n');
});
"""


def tunes(folder: Path) -> Iterator[tuple[str, str, str]]:
    """(corpus, name, text) of every tune; scores that no text goes with are written."""
    for name, corpus in CORPORA.items():
        if name in CORPORA_READ:
            place = getattr(corpus, "bundled", None) or folder / name
            for piece in corpus.pieces(place):
                yield name, piece.name, piece.abc or write_abc(piece.read())


def for_others(text: str) -> str:
    """The tune without what is not compared: ornaments, accompaniment, fields for people."""
    kept = [line for line in text.splitlines() if not re.match(r"%|(?![XTMLKVPI])[A-Za-z]:", line)]
    bare = re.sub(r"~|![^!|]*!", "", "\n".join(kept))
    return "X:1\n" + re.sub(r"^X:.*\n", "", bare, flags=re.MULTILINE) + "\n"


def from_first(notes: Iterable[tuple[float, int, float]]) -> Notes:
    found = sorted(set(notes))
    first = found[0][0] if found else 0.0
    return [(start - first, pitch, end - first) for start, pitch, end in found]


def of_score(score: Score) -> Notes:
    quarter = score.ticks_per_quarter
    return from_first(
        (note.start / quarter, note.pitch, (note.start + note.duration) / quarter)
        for track in score.tracks
        for note in track.notes
    )


def by_abc2midi(texts: list[str]) -> list[Notes]:
    found: list[Notes] = []
    with tempfile.TemporaryDirectory() as folder:
        tune, midi = Path(folder) / "t.abc", Path(folder) / "t.mid"
        for text in texts:
            tune.write_text(text, encoding="utf-8")
            command = ["abc2midi", str(tune), "1", "-o", str(midi), "-NGUI", "-NGRA", "-NFNP"]
            subprocess.run([*command, "-NFER"], capture_output=True, check=False)
            try:
                found.append(of_score(read_midi(midi)))
            except MusicRNNError:
                found.append([])
            midi.unlink(missing_ok=True)
    return found


def by_abcjs(texts: list[str], folder: Path) -> list[Notes]:
    lines = "\n".join(map(json.dumps, texts))
    place = str((folder / "node_modules/abcjs").resolve())
    command = ["node", "-e", JS, place]
    run = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    return [
        from_first(tuple(note) for track in json.loads(line) for note in track)
        for line in run.stdout.splitlines()
    ]


def unlike(ours: Notes, theirs: Notes) -> tuple[Notes, Notes]:
    """What the one has without the other."""
    by_pitch: defaultdict[int, Notes] = defaultdict(list)
    for note in theirs:
        by_pitch[note[1]].append(note)
    alone: Notes = []
    for start, pitch, end in ours:
        for note in by_pitch[pitch]:
            if -EARLY < note[0] - start < LATE and abs(note[2] - end) < SPREAD:
                by_pitch[pitch].remove(note)
                break
        else:
            alone.append((start, pitch, end))
    return alone, sorted(note for rest in by_pitch.values() for note in rest)


def reason(name: str, reader: str, text: str, theirs: Notes) -> str:
    """Why they read the tune otherwise, one of REASONS or more; "" where none is known."""
    for count in range(1, len(VARIANTS) + 1):
        for keys in combinations(VARIANTS, count):
            changed = text
            for key in keys:
                changed = VARIANTS[key](changed)
            if unlike(of_score(parse_abc(changed)), theirs) == ([], []):
                return " + ".join(keys)
    found = (key for key, names in BY_HAND[reader].items() if name in names.split())
    return next(found, "")


def shown(notes: Notes) -> str:
    """The first of these notes: its pitch, onset and end."""
    return "{1} {0:g}-{2:g}".format(*(round(x, 2) for x in notes[0])) if notes else ""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--abcjs", type=Path, help="where npm installed abcjs")
    asked = parser.parse_args()
    found = list(tunes(Path(os.environ["MUSICRNN_DATA"])))
    texts = [for_others(text) for _, _, text in found]
    readers = {"abc2midi": by_abc2midi(texts)}
    if asked.abcjs:
        readers["abcjs"] = by_abcjs(texts, asked.abcjs)
    rows = csv.writer(sys.stdout, lineterminator="\n")
    columns = ["whose", "reason", "reader", "corpus", "tune", "ours", "theirs"]
    rows.writerow([*columns, "our_first", "their_first"])
    listed: list[tuple[str, ...]] = []
    for reader, read in readers.items():
        for (corpus, name, _), text, theirs in zip(found, texts, read, strict=True):
            alone, others = unlike(of_score(parse_abc(text)), theirs)
            if alone or others:
                why = reason(name, reader, text, theirs)
                whose = {REASONS[key][0] for key in why.split(" + ")} if why else {"ours"}
                counts = str(len(alone)), str(len(others))
                firsts = shown(alone), shown(others)
                listed.append((min(whose), why, reader, corpus, name, *counts, *firsts))
    rows.writerows(sorted(listed))
    for reader in readers:
        unlike_ours = Counter(row[:2] for row in listed if row[2] == reader)
        same = len(found) - unlike_ours.total()
        print(f"{reader}: {same} of {len(found)} tunes alike", file=sys.stderr)
        for (whose, why), count in sorted(unlike_ours.items()):
            said = "; ".join(REASONS[key][1] for key in why.split(" + ")) if why else "no reason"
            print(f"  {whose}: {count}, {said}", file=sys.stderr)
    return int(any(row[0] == "ours" for row in listed))


if __name__ == "__main__":
    sys.exit(main())
