"""Who speaks in recordings of words, as far as the names of the files and folders tell.

Conventions. A file is given as its label and its path below the label's folder. Its name without
suffix, its label at either end and the number at its end is cut into fields at ``_``, blanks,
commas and points, or at ``-`` where there are none of these: "yes_anna_03" of the label yes has the
field "anna", "p225-7" has "p225", "anna3" has "anna", "0001" has none. A reading takes one field,
or one folder between the label and the file, for the speaker in all files. The readings are tried
in this order and the first that is credible counts:

1. marks: SPEAKER_nohash_3, SPEAKER_NO_3, or "speaker", "user", "subject" ... with a number;
2. the folders, then the fields from left to right, where they are names;
3. the same, where they are numbers.

Credible is what names at least three speakers, in nine files of ten, and most of them with more
than one label (a mark needs no such proof). What repeats from label to label may still be no
speaker: running numbers ("0001.wav" in every folder) are never looked at, since a number at the end
is an index; a number elsewhere must have several files of one label, as a speaker with several
takes has; dates, places of a split, and words of recording and of augmentation ("take3", "noise",
"mic2") tell nothing.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from statistics import median

from musicrnn.sources.labelled_folder import PART
from musicrnn.sources.split_file import SPLIT_NAMES

MIN_SPEAKERS = 3  # speakers
MIN_COVERED_SHARE = 0.9  # of the files
MAX_DEPTH = 3  # folders, and fields, that are looked at

MARKS = (
    re.compile(r"^(?P<speaker>.+?)_nohash_\d+$"),
    re.compile(r"^(?P<speaker>.+?)_NO_\d+$"),
    re.compile(
        r"(^|[/_\s.,\-])(?P<speaker>(speaker|spkr?|subject|subj|participant|person|talker|user)"
        r"[_\s\-]?\d+)($|[/_\s.,\-])",
        re.IGNORECASE,
    ),
)
NUMBER = re.compile(r"[\d\-:,()]+")
DATE = re.compile(r"(19|20)\d\d[\-_]?[01]\d[\-_]?[0-3]\d([T\-_]?\d+)*")
NO_SPEAKER = re.compile(
    "("
    + "|".join(SPLIT_NAMES)
    + "|disc|disk|cd|batch|part|set|session|sess|folder|group|day|week|take|chunk|clip|segment|seg"
    "|slice|excerpt|file|rec|recording|audio|sample|track|sound|voice|wav|flac|mic|microphone|room"
    "|device|phone|distance|version|copy|aug|augmented|orig|original|raw|clean|noise|noisy|denoised"
    "|reverb|echo|speed|slow|slower|fast|faster|pitch|pitched|shift|shifted|stretch|stretched|gain"
    "|volume|loud|quiet|near|far|mono|stereo|male|female|happy|sad|angry|neutral)"
    r"[\s\-]*\d*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class SpokenName:
    """A file's label, the folders between the label's and the file, and its name: no suffix."""

    label: str
    folders: tuple[str, ...]
    stem: str


def spoken_name(label: str, name: str) -> SpokenName:
    """``name`` with / between the folders; the label's folder, where there is one, comes first."""
    *folders, file = PurePosixPath(name).parts
    return SpokenName(label, tuple(folders[1:]), PurePosixPath(file).stem)


def speakers(names: Sequence[SpokenName]) -> list[str] | None:
    """The speaker of every file, "" for those that do not tell; None when the names do not tell."""
    marked = [_marked(name) for name in names]
    if _enough(marked):
        return marked
    readings = zip(*map(_candidates, names), strict=True)
    read = [[known or told for known, told in zip(marked, reading, strict=True)]
            for reading in readings]  # fmt: skip
    read = [found for found in read if _enough(found) and _shared(found, names)]
    for found in read:
        if not _numbers(found):
            return found
    return next((found for found in read if _repeated(found, names)), None)


def fields(name: SpokenName) -> list[str]:
    """What is left of the name without its label and the number at its end."""
    stem = PART.sub("", name.stem) or name.stem
    label = re.escape(name.label)
    stem = re.sub(rf"^{label}($|[_\s.,\-]+)|[_\s.,\-]+{label}$", "", stem, flags=re.IGNORECASE)
    found = [field for field in re.split(r"[_\s.,]+", stem) if field]
    if len(found) == 1 and not NUMBER.fullmatch(found[0]):
        found = [field for field in found[0].split("-") if field]
    if not found:
        return []
    last = found.pop()
    if NUMBER.fullmatch(last) or len(last) == 1:  # 03, (3), b
        return found
    return [*found, last.rstrip("0123456789")]  # anna3


def _marked(name: SpokenName) -> str:
    for mark in MARKS:
        if match := mark.search("/".join((*name.folders, name.stem))):
            return match["speaker"].rpartition("/")[2].casefold()
    return ""


def _candidates(name: SpokenName) -> list[str]:
    """What each reading takes for the speaker: MAX_DEPTH folders, then fields; "" for none."""
    none = [""] * MAX_DEPTH
    taken = [*name.folders, *none][:MAX_DEPTH] + [*fields(name), *none][:MAX_DEPTH]
    return [_credible(value) for value in taken]


def _credible(value: str) -> str:
    value = value.casefold()
    return "" if DATE.fullmatch(value) or NO_SPEAKER.fullmatch(value) else value


def _enough(found: Sequence[str]) -> bool:
    told = sum(map(bool, found))
    return len({*found} - {""}) >= MIN_SPEAKERS and told >= MIN_COVERED_SHARE * len(found)


def _shared(found: Sequence[str], names: Sequence[SpokenName]) -> bool:
    """Most speakers say more than one label."""
    labels: dict[str, set[str]] = defaultdict(set)
    for speaker, name in zip(found, names, strict=True):
        if speaker:
            labels[speaker].add(name.label)
    return 2 * sum(len(said) > 1 for said in labels.values()) > len(labels)


def _numbers(found: Sequence[str]) -> bool:
    values = {*found} - {""}
    return 2 * sum(bool(NUMBER.fullmatch(value)) for value in values) > len(values)


def _repeated(found: Sequence[str], names: Sequence[SpokenName]) -> bool:
    """A speaker says a label more than once, as a rule."""
    takes = Counter((s, name.label) for s, name in zip(found, names, strict=True) if s)
    return median(takes.values()) > 1
