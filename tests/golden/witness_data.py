"""Small data of every kind that musicrnn reads, the same bytes on every machine and for ever.

Conventions. Everything is drawn with ``random.Random(seed).random()``, whose sequence Python keeps,
and sounds are triangle waves in whole numbers, so no processor rounds them otherwise. Nothing of
musicrnn is used. ``make`` fills a folder: tunes (ABC), pieces, grooves, chorales and styles (MIDI,
the last played freely, a folder a label), songs and words (WAV, a folder a label), polyphonic (the
MATLAB file of frames, with the official numbers of pieces), and song.wav, word.wav, room.wav.
"""

import hashlib
import random
import wave

import mido
import numpy as np
from scipy.io import savemat

QUARTER = 24  # ticks
VOICES = {"Soprano": (65, 69), "Alto": (60, 65), "Tenor": (57, 62), "Bass": (53, 60)}
FRAMES = {"traindata": 229, "validdata": 76, "testdata": 77}  # pieces of JSB_Chorales.mat


def make(folder):
    """Write everything below ``folder``."""
    for number in range(10):
        _save(folder / f"tunes/{number}.abc", _tune(number).encode())
        _midi(folder / f"pieces/{number}.mid", _piece(number))
        _midi(folder / f"grooves/{number}.mid", _groove(number))
        _midi(folder / f"chorales/{number}.mid", _chorale(number))
    for label, lowest in (("high", 72), ("low", 48)):
        for number in range(6):
            _midi(folder / f"styles/{label}/{number}.mid", _played(number, lowest))
    for label, notes in (("fast", 16), ("slow", 3)):
        for number in range(5):
            _wav(folder / f"songs/{label}/{number}.wav", _song(number, notes), 22_050)
    for index, label in enumerate(("no", "yes")):
        for speaker, name in enumerate(("anna", "bob", "carl", "dora")):
            for take in range(3):
                sound = _word(index, 10 * speaker + take)
                _wav(folder / f"words/{label}/{name}_{take}.wav", sound, 16_000)
    _wav(folder / "song.wav", _song(99, 7), 22_050)
    _wav(folder / "word.wav", _word(0, 99), 16_000)
    pause = np.zeros(8000, np.int64)
    room = np.concatenate([pause, _word(0, 98), pause, _word(1, 97), pause])
    _wav(folder / "room.wav", room, 16_000)
    (folder / "polyphonic").mkdir()
    savemat(folder / "polyphonic/JSB_Chorales.mat", _frames())


def digest(folder):
    """sha256 of the folder's MIDI, ABC and WAV files; a MATLAB file has the day in it."""
    found = hashlib.sha256()
    paths = (p for p in folder.rglob("*") if p.suffix in (".mid", ".abc", ".wav"))
    for path in sorted(paths, key=lambda path: path.relative_to(folder).as_posix()):
        found.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return found.hexdigest()


def _draws(*seed):
    """A function that draws whole numbers below its argument."""
    source = random.Random(":".join(map(str, seed)))
    return lambda below: int(source.random() * below)


def _tune(number):
    draw = _draws("tune", number)
    bars = [" ".join("CDEFGABcde"[draw(10)] + ("", "", "2")[draw(3)] for _ in range(8))] * 2
    bars += ["".join("GABcdef"[draw(7)] for _ in range(8)) for _ in range(4)]
    return f"X:1\nT:Tune {number}\nM:4/4\nL:1/8\nK:G\n|: {' | '.join(bars)} :|\n"


def _piece(number):
    """Two bars of a melody over held fifths."""
    draw = _draws("piece", number)
    melody = [(12 * i, 60 + draw(13), 12, 70 + draw(30)) for i in range(16)]
    bass = [(48 * i, 36 + draw(8) + fifth, 48, 64) for i in range(4) for fifth in (0, 7)]
    return [("", 0, melody + bass)]


def _groove(number):
    draw = _draws("groove", number)
    beats = [(12 * i, 42, 6, 60 + draw(40)) for i in range(16)]
    beats += [(24 * i, (36, 38)[i % 2], 6, 90) for i in range(8) if draw(4)]
    return [("", 9, beats)]


def _chorale(number):
    draw = _draws("chorale", number)
    return [
        (name, channel, [(24 * i, low + draw(high - low + 1), 24, 80) for i in range(8)])
        for channel, (name, (low, high)) in enumerate(VOICES.items())
    ]


def _played(number, lowest):
    """Notes off every grid."""
    draw = _draws("played", number, lowest)
    return [("", 0, [(11 * i + draw(7), lowest + draw(12), 9, 40 + draw(60)) for i in range(24)])]


def _frames():
    draw = _draws("frames")
    found = {}
    for key, count in FRAMES.items():
        found[key] = np.empty((1, count), object)
        for piece in range(count):
            frames = np.zeros((4 + draw(4), 88), np.uint8)
            for step in range(len(frames)):
                for low, high in VOICES.values():
                    frames[step, low - 21 + draw(high - low + 1)] = 1
            found[key][0, piece] = frames
    return found


def _tone(frequency, samples, rate, peak):
    """A triangle wave that decays to nothing."""
    at = np.arange(samples, dtype=np.int64)
    triangle = abs((at * frequency * 4096 // rate) % 4096 - 2048) - 1024
    return triangle * peak * (samples - at) // (1024 * samples)


def _song(number, notes):
    """Two seconds at 22,050 Hz: so many notes a second over a drone."""
    draw, length = _draws("song", number, notes), 22_050 // notes
    melody = [_tone(220 + 30 * draw(24), length, 22_050, 9000) for _ in range(2 * notes)]
    sound = np.concatenate(melody)
    return sound + _tone(110, len(sound), 22_050, 4000) + _hiss(len(sound), number)


def _word(label, number):
    """A second at 16,000 Hz: two tones that rise, or that fall."""
    draw = _draws("word", label, number)
    first = 300 + draw(100)
    pair = (first, 2 * first + draw(80))
    tones = [_tone(tone, 4000, 16_000, 12_000) for tone in (pair if label else pair[::-1])]
    before = 2000 + draw(4000)
    sound = np.concatenate([np.zeros(before, np.int64), *tones])
    sound = np.concatenate([sound, np.zeros(16_000 - len(sound), np.int64)])
    return sound + _hiss(16_000, number)


def _hiss(samples, seed):
    """Noise of 20 at most, from a linear congruential generator at every place."""
    at = np.arange(samples, dtype=np.int64) + 7919 * seed
    return ((at * 1_103_515_245 + 12_345) // 65_536 * 69_069 // 256) % 41 - 20


def _save(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _wav(path, sound, rate):
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(sound.astype("<i2").tobytes())


def _midi(path, tracks):
    """Tracks are (name, channel, notes), notes (start, pitch, duration, velocity) in ticks."""
    file = mido.MidiFile(ticks_per_beat=QUARTER)
    for name, channel, notes in tracks:
        track = mido.MidiTrack([mido.MetaMessage("track_name", name=name)] if name else [])
        ends = [(start + length, 0, pitch, 0) for start, pitch, length, _ in notes]
        events = ends + [(start, 1, pitch, velocity) for start, pitch, _, velocity in notes]
        now = 0
        for time, _, pitch, velocity in sorted(events):
            on = {"note": pitch, "velocity": velocity, "channel": channel}
            track.append(mido.Message("note_on", time=time - now, **on))
            now = time
        file.tracks.append(track)
    path.parent.mkdir(parents=True, exist_ok=True)
    file.save(str(path))
