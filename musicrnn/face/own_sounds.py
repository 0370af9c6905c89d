"""What a model of sound that was trained just now composes: a page that plays some of it, beside
some of the sounds that were held out, as the model's tokens say them.

Conventions. The sounds are those of seeds 1 to COUNT, SECONDS of each at most.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from musicrnn.errors import counted
from musicrnn.face.loading import load
from musicrnn.face.showing import player
from musicrnn.io.atomic import write_whole
from musicrnn.sampling.composed_sound import SoundComposition
from musicrnn.training.sound.data import CodedData, CodedSound
from musicrnn.waveform import Waveform

COUNT, SECONDS = 6, 10.0
STYLE = (
    "body{font:16px/1.4 sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;"
    "background:#fcfcfa;color:#22242a}audio{width:100%}p{margin:.2rem 0 1rem}"
)


def write_sounds_page(output: Path, data: CodedData, page: Path, made_by: str) -> str:
    """Writes the page, ``made_by`` in its head, and says what is on it.

    Raises:
        MusicRNNError: the model cannot compose, or the page cannot be written.
    """
    model = load(output, device="cpu")
    made: list[SoundComposition] = sorted(
        model.compose_many(range(1, COUNT + 1)), key=lambda sound: sound.number
    )
    parts = [f"<h1>{escape(output.stem)}</h1>", "<h2>Composed</h2>"]
    for sound in made:
        said = f"{output.stem}, seed {sound.seed}{', ' * bool(sound.label)}{sound.label}"
        parts.append(player(_short(sound.sound), said))
    held_out: list[CodedSound] = data.examples["valid"][:COUNT]
    parts.append("<h2>Held out, as the tokens say it</h2>")
    for known in held_out:
        heard = data.encoding.decode(data.encoding.ids(known.codes))
        parts.append(player(_short(heard), known.name))
    head = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">{made_by}'
        f"<title>{escape(output.stem)}</title><style>{STYLE}</style></head><body>\n"
    )
    write_whole(page, (head + "\n".join(parts) + "\n</body></html>\n").encode("utf-8"))
    return f"{counted(len(made), 'sound')} of its own to hear, and {len(held_out)} held out: {page}"


def _short(sound: Waveform) -> Waveform:
    peak = max(1.0, float(abs(sound.samples).max(initial=0.0)))
    return Waveform(sound.samples[:, : int(SECONDS * sound.rate)] / peak, sound.rate)
