"""Writes docs/sound.html, a page with players, and docs/sound.png: sound as tokens says it.

    python docs/scripts/sound_page.py --music rendered/pop909-test-000-FluidR3_GM.flac

Speech is four seconds of one speaker of the test split of arabic-commands; music an excerpt of
datasets/scripts/render_sounds.py. Each is shown as it is, as the codec makes it again, and as
Griffin and Lim's algorithm does from the same codes. Then come words and loops, as the bundled
models compose them. Sounds are MP3 inside the page, which asks for nothing over a network.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from base64 import b64encode
from html import escape
from pathlib import Path

import numpy as np
from PIL import Image

from musicrnn import load
from musicrnn.features.causal_logmel import CausalLogMel
from musicrnn.io.audio import read_audio, write_audio
from musicrnn.sources.sounds import read_sounds
from musicrnn.tokens.sound import CodecTokenizer
from musicrnn.training.codec.measure import both, joined
from musicrnn.training.data import DataRequest
from musicrnn.waveform import Waveform

DOCS = Path(__file__).parents[1]
RATE, SECONDS = 16_000, 4.0
RECIPE = CausalLogMel(n_fft=1024, hop=64, n_mels=96, low=0.0, high=8000.0, floor=-80.0)
COLOURS = np.array([[252, 252, 250], [178, 200, 224], [70, 110, 170], [24, 28, 60]], float)


def spectrogram(samples: np.ndarray, width: int = 500) -> Image.Image:
    """Log-mel frames, 80 dB from light to dark, low pitches below."""
    frames = RECIPE.frames(samples)
    shades = np.clip((frames - frames.max() + 70) / 70, 0, 1).T[::-1] * (len(COLOURS) - 1)
    places = np.arange(len(COLOURS))
    pixels = np.stack([np.interp(shades, places, COLOURS[:, c]) for c in range(3)], axis=-1)
    return Image.fromarray(pixels.astype(np.uint8)).resize((width, 2 * RECIPE.n_mels))


def sound_tag(samples: np.ndarray) -> str:
    """A player."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sound.mp3"
        write_audio(Waveform(samples[None].astype(np.float32), RATE), path, overload="scale")
        data = b64encode(path.read_bytes()).decode("ascii")
    return f'<audio controls preload="none" src="data:audio/mpeg;base64,{data}"></audio>'


def image_tag(image: Image.Image) -> str:
    file = io.BytesIO()
    image.quantize(32).save(file, "PNG", optimize=True)
    return f'<img alt="" src="data:image/png;base64,{b64encode(file.getvalue()).decode("ascii")}">'


def excerpts(music: Path) -> dict[str, np.ndarray]:
    """Speech and music, SECONDS each."""
    sounds = read_sounds(DataRequest(("arabic-commands",)), None).examples["test"]
    speech = joined(sounds, round(SECONDS * RATE))[40][1]
    song = read_audio(music).samples[0][: round(SECONDS * RATE)]
    return {"Speech": speech, "Music": song}


def rows(music: Path) -> list[tuple[str, str, np.ndarray]]:
    """Heading, what it is, samples."""
    codec, found = CodecTokenizer(), list[tuple[str, str, np.ndarray]]()
    for name, sound in excerpts(music).items():
        ours, other = both(codec, sound)
        found += [(name, "as it is", sound), (name, "codec, 2 kbit/s", ours)]
        found.append((name, "Griffin-Lim from the same codes", other))
    return found


def composed() -> list[tuple[str, str, np.ndarray]]:
    """Words and loops that nobody said or played."""
    words, loops, found = load("words"), load("loops"), list[tuple[str, str, np.ndarray]]()
    for label in ("three", "left", "open"):
        for seed in (1, 2):
            made = words.compose(seed=seed, label=label)
            found.append(("Composed words", f"{label}, seed {seed}", made.sound.samples[0]))
    for feel, tempo in (("funk", 100), ("rock", 120), ("jazz", 150)):
        made = loops.compose(seed=1, label=feel, tempo=tempo, bars=2)
        found.append(("Composed loops", f"{feel}, {tempo} quarters", made.sound.samples[0]))
    return found


def page(found: list[tuple[str, str, np.ndarray]]) -> str:
    parts, before = list[str](), ""
    for heading, what, samples in found:
        if heading != before:
            parts.append(f"<h2>{escape(heading)}</h2>")
        before = heading
        picture = image_tag(spectrogram(samples))
        parts.append(f"<figure>{picture}<figcaption>{escape(what)}</figcaption>"
                     f"{sound_tag(samples)}</figure>")  # fmt: skip
    style = (
        "body{font:16px/1.4 sans-serif;max-width:1100px;margin:2rem auto;padding:0 1rem;"
        "background:#fcfcfa;color:#22242a}figure{display:inline-block;margin:0 1rem 1.5rem 0}"
        "img{display:block;border:1px solid #c9cbd0;max-width:100%}audio{width:100%}"
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Sound as tokens</title><style>{style}</style></head><body>\n"
        "<h1>Sound as tokens</h1>\n" + "\n".join(parts) + "\n</body></html>\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--music", type=Path, required=True)
    found = rows(parser.parse_args().music)
    (DOCS / "sound.html").write_text(page([*found, *composed()]), "utf-8")
    shown = [spectrogram(samples, 400) for _, _, samples in found[:6]]
    whole = Image.new("RGB", (3 * 400 + 2 * 8, 2 * shown[0].height + 8), (252, 252, 250))
    for index, image in enumerate(shown):
        whole.paste(image, (index % 3 * 408, index // 3 * (image.height + 8)))
    whole.quantize(32).save(DOCS / "sound.png", optimize=True)
    for name in ("sound.html", "sound.png"):
        print(f"{name}: {(DOCS / name).stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
