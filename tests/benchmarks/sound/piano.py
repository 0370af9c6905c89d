"""Single notes beside FluidSynth's: layers of velocity, decay, release, pedal and stereo, in dB.

    python tests/benchmarks/sound/piano.py FluidR3_GM
    python tests/benchmarks/sound/piano.py TimGM6mb.sf2 --program 48

plays each key softly to loudly for a second, lets it go, and once holds it with the pedal, here and
with the program ``fluidsynth`` (no reverb, no chorus, gain 0.5). Levels are dB in windows of 50 ms
of each channel; what FluidSynth has below -75 dB of full scale is left out. One offset, the median
over everything, is taken off: our level is set elsewhere. Says so and ends where there is no
fluidsynth.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from musicrnn.io.audio import read_audio
from musicrnn.io.midi import write_midi
from musicrnn.score import Note, Pedal, Track, make_score
from musicrnn.synth.render import render
from musicrnn.synth.soundfonts import find_soundfont

KEYS, VELOCITIES = (28, 40, 52, 60, 69, 81, 93), (30, 60, 90, 120)
RATE, WINDOW, AUDIBLE = 44_100, 2205, -75.0  # Hz, frames, dB
SECONDS = 2.4  # of every note, from its start
KINDS = {"held": (0, 20), "released": (21, 40)}  # windows of a note of one second


def levels(samples: np.ndarray) -> np.ndarray:
    """dB of [2, frames], [2, windows]."""
    count = int(SECONDS * RATE) // WINDOW
    padded = np.pad(samples, ((0, 0), (0, max(0, count * WINDOW - samples.shape[1]))))
    windows = padded[:, : count * WINDOW].reshape(2, count, WINDOW)
    return 10 * np.log10((windows.astype(float) ** 2).mean(axis=2) + 1e-12)


def both(font: Path, track: Track, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Levels here and of FluidSynth."""
    score = make_score(480, [track])
    midi, wav = folder / "note.mid", folder / "note.wav"
    write_midi(score, midi)
    options = ["-ni", "-g", "0.5", "-R", "0", "-C", "0", "-r", str(RATE), "-O", "float"]
    command = ["fluidsynth", *options, "-F", str(wav), str(font), str(midi)]
    subprocess.run(command, check=True, capture_output=True)
    ours = render(score, soundfont=font, loudness=None).samples
    return levels(ours), levels(read_audio(wav).samples)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("soundfont")
    parser.add_argument("--program", type=int, default=0)
    parser.add_argument("--each", action="store_true", help="a line for each note")
    options = parser.parse_args()
    if shutil.which("fluidsynth") is None:
        print("skipped: there is no program fluidsynth")
        return
    font = find_soundfont(options.soundfont)
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for key in KEYS:
            for velocity in VELOCITIES:
                for pedals in ((), (Pedal(200, 1300),)):
                    note = Note(0, key, 960 if not pedals else 300, velocity)
                    track = Track((note,), program=options.program, pedals=pedals)
                    rows.append((key, velocity, bool(pedals), *both(font, track, Path(name))))
    heard = [np.where(theirs > AUDIBLE, ours - theirs, np.nan) for *_, ours, theirs in rows]
    offset = float(np.nanmedian(np.stack(heard)))
    print(f"{font.name}, program {options.program}: ours {offset:+.2f} dB; then dB off FluidSynth:")

    def said(title: str, parts: list[np.ndarray]) -> None:
        off = np.concatenate([np.asarray(part).ravel() for part in parts]) - offset
        off = off[np.isfinite(off)]
        if len(off):
            print(
                f"  {title:<22} mean {off.mean():+.2f}, mean absolute {np.abs(off).mean():.2f}, "
                f"95 % within {np.quantile(np.abs(off), 0.95):.2f}, most {np.abs(off).max():.2f}, "
                f"n {len(off)}"
            )

    for velocity in VELOCITIES:
        chosen = [off for (_, v, pedal, *_), off in zip(rows, heard, strict=True) if v == velocity]
        said(f"velocity {velocity}", [off[:, : KINDS["held"][1]] for off in chosen])
    for title, (first, last) in KINDS.items():
        chosen = [off for (_, _, pedal, *_), off in zip(rows, heard, strict=True) if not pedal]
        said(title, [off[:, first:last] for off in chosen])
    said("with the pedal", [off for (_, _, p, *_), off in zip(rows, heard, strict=True) if p])
    said("left over right", [o[0] - o[1] + offset for o in heard])
    if options.each:
        for (key, velocity, pedal, *_), off in zip(rows, heard, strict=True):
            parts = [off[:, a:b] - offset for a, b in ((0, 2), (2, 20), (21, 30), (30, 48))]
            means = [np.nanmean(part) if np.isfinite(part).any() else np.nan for part in parts]
            print(key, velocity, pedal, *(f"{mean:+.2f}" for mean in means))


if __name__ == "__main__":
    main()
