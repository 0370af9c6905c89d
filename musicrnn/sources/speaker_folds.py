"""Few speakers crossed over: each is held out of one network, and learnt from by the others.

Conventions. Of FEW speakers or fewer none can be spared: one to validate on is no choice, one to
test on no figure, and what is learnt from the rest is less than there is. So the speakers are dealt
into FOLDS groups, those with most files first, each into the group with fewest files. Never held
out are files of nobody known, speakers with more than twice the mean number of files, and speakers
without whom a network would lack a word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from musicrnn.errors import counted

FEW, FOLDS = 6, 3


def speaker_folds(said: Mapping[str, Counter[str]]) -> dict[str, int]:
    """The group of every speaker that is held out; nothing where no two groups can be.

    ``said`` counts the files of each speaker by label; those of "" are of nobody known.
    """
    known = [speaker for speaker in said if speaker]
    if not 2 <= len(known) <= FEW:
        return {}
    most = 2 * sum(said[speaker].total() for speaker in known) / len(known)
    voices = Counter(label for labels in said.values() for label in labels)
    free = [
        speaker
        for speaker in known
        if said[speaker].total() <= most and all(voices[label] > 1 for label in said[speaker])
    ]
    sizes = [0] * min(FOLDS, len(free))
    left = [voices.copy() for _ in sizes]  # speakers of each label that a fold's network hears
    folds: dict[str, int] = {}
    for speaker in sorted(free, key=lambda name: (-said[name].total(), name)):
        for fold in sorted(range(len(sizes)), key=lambda fold: (sizes[fold], fold)):
            if all(left[fold][label] > 1 for label in said[speaker]):
                folds[speaker] = fold
                sizes[fold] += said[speaker].total()
                left[fold].subtract(said[speaker].keys())
                break
    used = sorted(set(folds.values()))
    return {name: used.index(fold) for name, fold in folds.items()} if len(used) > 1 else {}


def folds_sentence(speakers: int, folds: Mapping[str, int]) -> str:
    """How such speakers are split."""
    networks = counted(1 + max(folds.values()), "network")
    return (
        f"speakers crossed over: {speakers} are too few to spare some, each is held out of one of "
        f"{networks}, and all are learnt from in the end"
    )
