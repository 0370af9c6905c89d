"""What the grammar of ABC text is made of: the headers, lengths and chord symbols that it allows.

Conventions. A trie is a dict from what was written so far to the characters that may follow; a text
that is not in it is complete. Lengths are in units of a thirty-second note, of which an eighth (the
unit note length) has 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from musicrnn.errors import MusicRNNError
from musicrnn.io.abc.chord import CANONICAL
from musicrnn.io.abc.key import parse_key
from musicrnn.tokens.protocol import Controls

EIGHTH = 4
LENGTHS: Mapping[str, int] = MappingProxyType(
    {
        "/4": 1, "/2": 2, "3/4": 3, "": 4, "3/2": 6, "2": 8, "3": 12, "4": 16, "5": 20, "6": 24,
        "8": 32, "9": 36, "12": 48,
    }
)  # fmt: skip
METRES = (
    "2/4", "3/4", "4/4", "5/4", "6/4", "7/4", "2/2", "3/2", "4/2",
    "3/8", "5/8", "6/8", "7/8", "9/8", "12/8",
)  # fmt: skip
_MODES = {"": 7, "m": 7, "dor": 4, "mix": 4, "phr": 2, "lyd": 2}  # most accidentals in use
ROOTS = tuple(letter + sign for letter in "ABCDEFG" for sign in ("", "#", "b"))

Trie = Mapping[str, frozenset[str]]


def refuse_wishes_of_events(controls: Controls, what_is: str) -> None:
    """Raises MusicRNNError for a wish that only tokens of events can say; ``what_is``: of what."""
    if controls.density is not None:
        raise MusicRNNError(
            f"{what_is} has no word for density, got {controls.density}: take --style pop"
        )
    pop = "take --style pop"
    for what, asked, instead in (
        ("parts", controls.parts, pop),
        ("basses of chords", controls.basses, f"leave out what stands behind the slash, or {pop}"),
    ):
        if asked:
            raise MusicRNNError(
                f"{what_is} knows no {what}, {controls.given()[what.split()[-1]]} was wished: "
                f"{instead}"
            )


def trie_of(words: Iterable[str]) -> Trie:
    """No word may begin another."""
    following: dict[str, set[str]] = {}
    for word in words:
        for index, character in enumerate(word):
            following.setdefault(word[:index], set()).add(character)
    return {text: frozenset(characters) for text, characters in following.items()}


@lru_cache(maxsize=1)
def keys() -> tuple[str, ...]:
    """The keys that tunes are written in."""
    return tuple(
        root + mode
        for root in ROOTS
        for mode, most in _MODES.items()
        if (key := parse_key(root + mode)) and sum(map(abs, key.signature)) <= most
    )


@lru_cache(maxsize=256)
def metre_trie(control: tuple[int, int] | None) -> Trie:
    """The first lines of a header.

    Raises:
        MusicRNNError: a metre that the grammar does not know.
    """
    metres = METRES
    if control is not None:
        metre = f"{control[0]}/{control[1]}"
        if metre not in METRES:
            raise MusicRNNError(
                f"a tune's time signature is one of {', '.join(METRES)}, got {metre}"
            )
        metres = (metre,)
    return trie_of(f"M:{metre}\nL:1/8\nK:" for metre in metres)


@lru_cache(maxsize=256)
def key_trie(control: tuple[int, bool] | None) -> Trie:
    """The key and the end of its line; a key that is asked for is major or minor, with its usual
    signature."""
    names = keys()
    if control is not None:
        names = tuple(name for name in names if _is_key(name, control))
    return trie_of(name + "\n" for name in names)


def _is_key(name: str, control: tuple[int, bool]) -> bool:
    key = parse_key(name)
    usual = name.rstrip("m") in ROOTS
    return key is not None and usual and (key.tonic, key.minor) == control


@lru_cache(maxsize=256)
def chord_trie(name: str | None) -> Trie:
    """A symbol and its closing quotation mark; only ``name`` if one is given."""
    if name is not None:
        return trie_of([name + '"'])
    return trie_of(f'{root}{suffix}"' for root in ROOTS for suffix in CANONICAL.values())


@lru_cache(maxsize=8192)
def length_follows(text: str, room: int, only: str | None) -> frozenset[str]:
    """Characters that may follow in a length so far ``text``, none longer than ``room`` units, or
    none but ``only``."""
    if only is not None:
        more = only.startswith(text) and len(only) > len(text)
        return frozenset(only[len(text)]) if more else frozenset()
    return frozenset(
        length[len(text)]
        for length, units in LENGTHS.items()
        if length.startswith(text) and len(length) > len(text) and units <= room
    )
