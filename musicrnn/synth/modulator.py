"""Modulators of a SoundFont: what the velocity and the key of a note do to its generators.

Conventions. A modulator adds its amount, in the unit of the generator, times its two sources, each
turned into 0..1 or -1..1. A note is struck on a channel on which nothing was moved: volume 100,
expression 127, pan in the middle, every other controller at 0, no bend and no pressure. Of the
default modulators only that from velocity to attenuation is played: the others wait for controllers
that nobody moves, and that from velocity to the filter is left out, as FluidSynth does: the fonts
that were made beside it switch it off, zone for zone.

Source: SoundFont Technical Specification 2.04 (E-mu, 2006), sections 8.2 to 8.4 and 9.5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

NONE, VELOCITY, KEY, LINK = 0, 2, 3, 127  # sources that are no MIDI controllers
CONTROLLERS: Mapping[int, int] = {7: 100, 8: 64, 10: 64, 11: 127}
LINEAR, CONCAVE, CONVEX, SWITCH = range(4)
ABSOLUTE = 2  # a transform
LINKED = 0x8000  # a destination that is another modulator
ATTENUATION_AMOUNT = 960  # centibels by which velocity 0 would be softer than 127


class Modulator(NamedTuple):
    """Two of them that differ in nothing but their amount are the same one."""

    source: int
    generator: int
    amount_source: int
    transform: int


Amounts = Mapping[Modulator, int]

VELOCITY_TO_ATTENUATION = Modulator(0x0502, 48, 0, 0)
DEFAULTS: Amounts = {VELOCITY_TO_ATTENUATION: ATTENUATION_AMOUNT}


def amounts_of(rows: NDArray[Any]) -> dict[Modulator, int]:
    """Those of a zone's rows; what is linked to others is left out."""
    found: dict[Modulator, int] = {}
    for source, generator, amount, amount_source, transform in rows.tolist():
        if generator & LINKED or source == LINK:
            continue
        found[Modulator(source, generator, amount_source, transform)] = amount
    return found


def moved(amounts: Amounts, *, key: int, velocity: int) -> dict[int, float]:
    """What is added to each generator that is not left alone, of a note."""
    sums: dict[int, float] = {}
    for generator, added in _each(amounts, key, velocity):
        sums[generator] = sums.get(generator, 0.0) + added
    return {generator: added for generator, added in sums.items() if added}


def _each(amounts: Amounts, key: int, velocity: int) -> Iterator[tuple[int, float]]:
    for modulator, amount in amounts.items():
        if not amount or modulator.source & 0xFF == NONE:
            continue
        added = amount * _source(modulator.source, key, velocity)
        if modulator.amount_source & 0xFF != NONE:
            added *= _source(modulator.amount_source, key, velocity)
        yield modulator.generator, abs(added) if modulator.transform == ABSOLUTE else added


def _source(source: int, key: int, velocity: int) -> float:
    """The value of a source: bits 0 to 7 say which, 8 the direction, 9 whether it has two signs, 10
    to 15 the curve."""
    number, is_controller = source & 0x7F, source & 0x80
    if is_controller:
        value = CONTROLLERS.get(number, 0)
    else:
        value = {VELOCITY: velocity, KEY: key}.get(number, 0)
    share = value / 127
    if source & 0x100:
        share = 1 - share
    curve = source >> 10
    if not source & 0x200:
        return _curved(curve, share)
    if is_controller and value == 64:  # the middle
        return 0.0
    if curve == SWITCH:
        return 1.0 if share >= 0.5 else -1.0
    turned = 2 * share - 1
    return float(np.copysign(_curved(curve, abs(turned)), turned))


def _curved(curve: int, share: float) -> float:
    """0..1 -> 0..1; the curves of section 9.5.3 are those of 96 dB."""
    if curve == SWITCH:
        return float(share >= 0.5)
    if curve == CONCAVE:
        return 1.0 if share >= 1 else min(1.0, float(-400 / 960 * np.log10(1 - share)))
    if curve == CONVEX:
        return 0.0 if share <= 0 else max(0.0, float(1 + 400 / 960 * np.log10(share)))
    return share
