"""What a notebook shows of a piece or a sound: the page with its player, or the player alone.

Conventions. HTML that asks for nothing over a network; a page runs in a frame of its own. A sound
travels as FLAC of 16 bits, 60 s of it at most, and the line beside it says so.
"""

from __future__ import annotations

import tempfile
from base64 import b64encode
from html import escape
from pathlib import Path

from musicrnn.accompaniment import with_accompaniment
from musicrnn.errors import MusicRNNError
from musicrnn.face.saving import caption_of, is_lead_sheet, score_of
from musicrnn.io.audio import mp3_bytes, write_audio
from musicrnn.io.save import page_of
from musicrnn.presentable import Presentable
from musicrnn.sampling.compose import Composition
from musicrnn.sampling.composed_sound import SoundComposition
from musicrnn.synth.render import rendered
from musicrnn.waveform import Waveform

RATE = 44_100  # Hz of a piece's sound
FRAME_HEIGHT = 640  # pixels
MAX_SHOWN_SECONDS = 60.0  # of a sound


def html(thing: Presentable) -> str:
    """What a notebook shows of it; where it cannot be shown, a line that says why."""
    try:
        sound = thing.sound if isinstance(thing, SoundComposition) else thing
        return player(sound, repr(thing)) if isinstance(sound, Waveform) else _frame(thing)
    except MusicRNNError as error:
        return f"<p>{escape(repr(thing))} cannot be shown: {escape(str(error))}</p>"


def _frame(thing: Presentable) -> str:
    score, caption = score_of(thing), ""
    melody = is_lead_sheet(score)
    if isinstance(thing, Composition):
        caption, melody = caption_of(thing), thing.text is not None
    heard = with_accompaniment(score) if melody else score
    with rendered(heard, rate=RATE) as sound:
        mp3 = mp3_bytes(sound.stretches(), rate=RATE, channels=2)
    page = page_of(heard, mp3, caption)
    return (
        f'<iframe srcdoc="{escape(page)}" sandbox="allow-scripts allow-downloads" '
        f'width="100%" height="{FRAME_HEIGHT}" style="border:0"></iframe>'
    )


def player(sound: Waveform, said: str) -> str:
    """A player of a sound, and a line beside it."""
    shown = Waveform(sound.samples[:, : int(MAX_SHOWN_SECONDS * sound.rate)], sound.rate)
    if shown.samples.shape != sound.samples.shape:
        said += f", the first {MAX_SHOWN_SECONDS:.0f} s of it here"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sound.flac"
        write_audio(shown, path)
        data = b64encode(path.read_bytes()).decode("ascii")
    return f'<audio controls src="data:audio/flac;base64,{data}"></audio><p>{escape(said)}</p>'
