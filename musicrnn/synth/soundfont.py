"""SoundFont 2 files: the recordings of an instrument and the tables that name them.

Conventions. A preset is what a MIDI program selects; it is made of instruments, and these of zones,
one a range of keys. Drum kits are the presets of bank 128. A preset zone's generators are added to
those of the instrument zone, and so are the amounts of its modulators.

Source: SoundFont Technical Specification 2.04 (E-mu, 2006), sections 4 to 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.synth import modulator
from musicrnn.synth import region as generator
from musicrnn.synth.modulator import Modulator, amounts_of
from musicrnn.synth.region import Recording, Region, Zone, overlap, region_of
from musicrnn.synth.soundfonts import find_soundfont

MAX_BYTES = 2**29
MAX_ZONES = 8192  # of one program; the largest General MIDI sets have hundreds
MAX_ROWS = 256  # generators or modulators of one zone; there are 61 kinds of generators
DRUM_BANK = 128
COMPRESSED = 0x10  # a bit of a recording's kind: Ogg Vorbis in place of samples

_MODULATOR = [
    ("source", "<u2"), ("generator", "<u2"), ("amount", "<i2"), ("amount_source", "<u2"),
    ("transform", "<u2"),
]  # fmt: skip
_TABLES = {
    "phdr": [("name", "S20"), ("preset", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("_", "V12")],
    "pbag": [("generator", "<u2"), ("modulator", "<u2")],
    "pgen": [("kind", "<u2"), ("amount", "<i2")],
    "pmod": _MODULATOR,
    "imod": _MODULATOR,
    "inst": [("name", "S20"), ("bag", "<u2")],
    "ibag": [("generator", "<u2"), ("modulator", "<u2")],
    "igen": [("kind", "<u2"), ("amount", "<i2")],
    "shdr": [
        ("name", "S20"), ("start", "<u4"), ("end", "<u4"), ("loop_start", "<u4"),
        ("loop_end", "<u4"), ("rate", "<u4"), ("key", "u1"), ("cents", "i1"), ("_", "<u2"),
        ("kind", "<u2"),
    ],
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class SoundFont:
    """Recordings and the tables that name them; read one with :func:`read_soundfont`."""

    path: Path
    samples: NDArray[np.int16]  # [frames of all recordings]
    tables: dict[str, NDArray[Any]]

    @cached_property
    def presets(self) -> dict[tuple[int, int], int]:
        """(bank, program) -> row of the preset; the last row only ends the table."""
        heads = self.tables["phdr"][:-1]
        named = list(zip(heads["bank"].tolist(), heads["preset"].tolist(), strict=True))
        return {name: row for row, name in reversed(list(enumerate(named)))}

    def regions(self, program: int, *, drums: bool = False) -> tuple[Region, ...]:
        """The regions of a program, or of the drum kit. A program that the SoundFont lacks is
        played by the same number in another bank, else by the first preset."""
        presets = self.presets
        row = presets.get((DRUM_BANK, 0) if drums else (0, program))
        if row is None:
            others = [
                row
                for (bank, number), row in presets.items()
                if (bank == DRUM_BANK) == drums and (drums or number == program)
            ]
            row = min(others or presets.values())
        return self._preset_regions(row)

    def frames_of(self, region: Region) -> NDArray[np.int16]:
        """The recording of a region, [region.frames]."""
        return self.samples[region.start : region.start + region.frames]

    def _preset_regions(self, row: int) -> tuple[Region, ...]:
        regions: list[Region] = []
        visited = 0
        for added, more in self._zones("p", "phdr", row, last=generator.INSTRUMENT):
            instrument = added[generator.INSTRUMENT]
            zones = self._zones("i", "inst", instrument, last=generator.SAMPLE)
            visited += len(zones)
            if visited > MAX_ZONES:
                raise self.damaged(f"a program has more than {MAX_ZONES} zones")
            for zone, own in zones:
                values = dict(generator.DEFAULTS) | zone
                for kind in added.keys() - generator.INSTRUMENT_ONLY:
                    values[kind] = values.get(kind, 0) + added[kind]
                kinds = (generator.KEY_RANGE, generator.VELOCITY_RANGE)
                keys, velocities = (overlap(added.get(kind), zone.get(kind)) for kind in kinds)
                amounts = dict(modulator.DEFAULTS) | own
                for each, amount in more.items():
                    amounts[each] = amounts.get(each, 0) + amount
                recording = self._recording(zone[generator.SAMPLE])
                available = len(self.samples)
                region = region_of(Zone(values, amounts, recording, keys, velocities, available))
                if region is not None:
                    regions.append(region)
        return tuple(regions)

    def _recording(self, row: int) -> Recording:
        if not 0 <= row < len(self.tables["shdr"]) - 1:
            raise self.damaged(f"sample {row} is missing")
        head = self.tables["shdr"][row]
        names = ("start", "end", "loop_start", "loop_end", "rate", "key", "cents")
        return Recording(*(int(head[name]) for name in names))

    def _zones(
        self, kind: str, heads: str, row: int, *, last: int
    ) -> list[tuple[dict[int, int], dict[Modulator, int]]]:
        """Generators and modulators of the zones of a preset ("p") or instrument ("i") that name an
        instrument or sample (``last``), each laid over the global zone where there is one."""
        if not 0 <= row < len(self.tables[heads]) - 1:
            raise self.damaged(f"row {row} of {heads} is missing")
        bags = self.tables[f"{kind}bag"]
        first, stop = (int(self.tables[heads]["bag"][row + i]) for i in (0, 1))
        zones: list[tuple[dict[int, int], dict[Modulator, int]]] = []
        common: tuple[dict[int, int], dict[Modulator, int]] = ({}, {})
        stop = min(stop, len(bags) - 1)
        if stop - first > MAX_ZONES:
            raise self.damaged(f"an instrument has {stop - first} zones, more than {MAX_ZONES}")
        for bag in range(first, stop):
            rows = self._rows(f"{kind}gen", bags["generator"], bag)
            zone = dict(zip(rows["kind"].tolist(), rows["amount"].tolist(), strict=True))
            amounts = amounts_of(self._rows(f"{kind}mod", bags["modulator"], bag))
            if last in zone:
                zones.append((common[0] | zone, common[1] | amounts))
            elif bag == first:
                common = (zone, amounts)
        return zones

    def _rows(self, table: str, firsts: NDArray[np.uint16], bag: int) -> NDArray[Any]:
        """The rows of a zone in the table of generators or modulators."""
        a, b = int(firsts[bag]), int(firsts[bag + 1])
        if b - a > MAX_ROWS:
            raise self.damaged(f"a zone has {b - a} rows of {table}, more than {MAX_ROWS}")
        return self.tables[table][a:b]

    def damaged(self, reason: str) -> MusicRNNError:
        return MusicRNNError(f"{self.path} is a damaged SoundFont: {reason}")


def read_soundfont(path: str | Path) -> SoundFont:
    """Reads an .sf2 file, by its path or by the name that it has among those installed.

    Raises:
        MusicRNNError: there is none, it cannot be read, is no SoundFont 2 or a compressed one, is
            damaged, or is over 512 MB.
    """
    path = find_soundfont(path)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise MusicRNNError(f"a SoundFont may have {MAX_BYTES >> 20} MB, {path} has {size}")
        # Mapped, not read: a large SoundFont costs only the recordings that sound.
        content = np.memmap(path, np.uint8, mode="r").data if size else memoryview(b"")
    except OSError as error:
        raise MusicRNNError(f"cannot read the SoundFont {path}: {error.strerror}") from error
    if bytes(content[:4]) != b"RIFF" or bytes(content[8:12]) != b"sfbk":
        raise MusicRNNError(
            f"{path} is not a SoundFont: it starts with {bytes(content[:12])!r}, "
            "an .sf2 file with RIFF....sfbk"
        )
    chunks: dict[str, memoryview] = {}
    for name, body in _chunks(content[12:]):
        if name == b"LIST":
            chunks |= {key.decode("latin-1"): part for key, part in _chunks(body[4:])}
    tables: dict[str, NDArray[Any]] = {}
    for name, fields in _TABLES.items():
        row = np.dtype(fields)
        body = chunks.get(name, memoryview(b""))
        tables[name] = np.frombuffer(body[: len(body) // row.itemsize * row.itemsize], row)
        if (
            len(tables[name]) < 2 and fields is not _MODULATOR
        ):  # one row and the one that ends the table
            raise MusicRNNError(f"{path} is a damaged SoundFont: its table {name} is missing")
    if (tables["shdr"]["kind"][:-1] & COMPRESSED).any():
        raise MusicRNNError(
            f"{path} is a compressed SoundFont (.sf3), which is not read: take it as an .sf2 file"
        )
    recorded = chunks.get("smpl", memoryview(b""))
    samples = np.frombuffer(recorded[: len(recorded) // 2 * 2], np.dtype("<i2"))
    return SoundFont(path, samples, tables)


def _chunks(content: memoryview) -> list[tuple[bytes, memoryview]]:
    found: list[tuple[bytes, memoryview]] = []
    at = 0
    while at + 8 <= len(content):
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        found.append((bytes(content[at : at + 4]), content[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return found
