"""What a score has no place for, or what is no ABC: counted while a tune is read, then said."""

from __future__ import annotations

from collections import Counter

from musicrnn.errors import counted

SHOWN = 3  # examples of a kind

# What is said of one and of many, kind by kind.
KINDS = {
    "wrong": ("place is no ABC and passed over", "places are no ABC and passed over"),
    "long": ("tune is cut short", "tunes are cut short"),
    "order": ("order of parts is not followed", "orders of parts are not followed"),
    "part": ("part is not played, the order leaves it out",
             "parts are not played, the order leaves them out"),
    "jump": ("jump is not followed", "jumps are not followed"),
    "grace": ("group of grace notes is not played", "groups of grace notes are not played"),
    "decoration": ("decoration is not played", "decorations are not played"),
    "quarter tone": ("quarter tone is rounded to a semitone",
                     "quarter tones are rounded to semitones"),
    "chord": ("chord symbol is not understood", "chord symbols are not understood"),
    "bass": ("bass of a chord symbol is left out", "basses of chord symbols are left out"),
    "MIDI": ("%%MIDI line is not read", "%%MIDI lines are not read"),
    "macro": ("macro is not expanded", "macros are not expanded"),
    "lyrics": ("line of lyrics is left out", "lines of lyrics are left out"),
}  # fmt: skip


class Said:
    """How often each kind was met, and its first examples."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.examples: dict[str, dict[str, None]] = {}

    def add(self, kind: str, example: str) -> None:
        """One more of ``kind``, one of KINDS."""
        self.counts[kind] += 1
        shown = self.examples.setdefault(kind, {})
        if len(shown) <= SHOWN:
            shown[example] = None

    def sentences(self) -> tuple[str, ...]:
        """A short sentence a kind, in the order of KINDS."""
        said: list[str] = []
        for kind, words in KINDS.items():
            if self.counts[kind]:
                examples = list(self.examples[kind])[: 1 if kind == "wrong" else SHOWN]
                more = ", ..." if len(self.examples[kind]) > len(examples) else ""
                said.append(f"{counted(self.counts[kind], *words)}: {', '.join(examples)}{more}")
        return tuple(said)
