"""What is to be known of the files of a folder of words."""

from pathlib import Path

import numpy as np

from musicrnn.features.causal_logmel import CausalLogMel
from musicrnn.io.audio import write_audio
from musicrnn.sources.words import find_words, prepare_words
from musicrnn.waveform import Waveform


def test_what_is_to_be_known_of_a_file_is_said_and_kept(tmp_path: Path) -> None:
    """Two channels against one another: the louder way is heard, the first time and later."""
    time = np.arange(8000) / 16_000
    tone = (0.3 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    for number, word in enumerate(("left", "right")):
        (tmp_path / "words" / word).mkdir(parents=True)
        for take in range(6):
            pair = np.stack([tone * (1 + 0.01 * (take + 6 * number)), -tone])
            write_audio(Waveform(pair, 16_000), tmp_path / "words" / word / f"{take}.wav")
    found = find_words(str(tmp_path / "words"))
    for _ in range(2):
        data = prepare_words(found, recipe=CausalLogMel(seconds=0.5))
        assert len(data.said) == 12
        assert all("left/0.wav" in line or "channel" in line for line in data.said)
