"""Made fluidsynth.json: single notes of TimGM6mb.sf2 as FluidSynth 2.3.1 plays them, dry.

Needs the program ``fluidsynth`` (-g 0.5, no reverb, no chorus). Levels are dB of the left channel
in windows of 0.1 s, from the note's start; the note lasts 1 s. ``partial`` is the frequency of the
strongest partial of that second. Run: ``python tests/golden/fluidsynth.py``.
"""

import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from musicrnn.io.audio import read_audio
from musicrnn.io.midi import write_midi
from musicrnn.score import Note, Track, make_score
from musicrnn.synth.soundfonts import default_soundfont

NOTES = [
    *((0, False, pitch, 100) for pitch in (36, 48, 60, 61, 69, 84)),
    *((0, False, 60, velocity) for velocity in (30, 64, 127)),
    *((program, False, 60, 100) for program in (11, 24, 32, 40, 56, 65, 73)),
    *((0, True, drum, 100) for drum in (36, 38, 46, 49, 51)),
]
RATE = 44_100


def levels(samples):
    """dB of [frames] in windows of 0.1 s."""
    windows = samples[: len(samples) // 4410 * 4410].reshape(-1, 4410)
    return [round(float(x), 2) for x in 10 * np.log10((windows**2).mean(axis=1) + 1e-12)]


def strongest_partial(samples):
    """Hz, from the first second of [frames]."""
    spectrum = np.abs(np.fft.rfft(samples[:RATE] * np.hanning(len(samples[:RATE])), 2**18))
    spectrum[:120] = 0  # below 20 Hz: some recordings are not centred
    return round(float(spectrum.argmax() * RATE / 2**18), 1)


def score_of(program, is_drum, pitch, velocity):
    track = Track((Note(0, pitch, 960, velocity),), program=program, is_drum=is_drum)
    return make_score(480, [track])


def main():
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        midi, wav = Path(folder) / "note.mid", Path(folder) / "note.wav"
        for note in NOTES:
            write_midi(score_of(*note), midi)
            options = ["-ni", "-g", "0.5", "-R", "0", "-C", "0", "-r", str(RATE), "-F", str(wav)]
            command = ["fluidsynth", *options, str(default_soundfont()), str(midi)]
            subprocess.run(command, check=True, capture_output=True)
            left = read_audio(wav).samples[0, : RATE * 14 // 10]
            rows.append(
                dict(zip(("program", "is_drum", "pitch", "velocity"), note, strict=True))
                | {"partial": strongest_partial(left), "levels": levels(left)}
            )
    text = ",\n".join(json.dumps(row) for row in rows)
    Path(__file__).with_suffix(".json").write_text(f"[\n{text}\n]\n", "utf-8")


if __name__ == "__main__":
    main()
