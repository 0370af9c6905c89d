"""The labeller that a model file needs: of songs and scores, or of words."""

from __future__ import annotations

from musicrnn.checkpoint import Checkpoint
from musicrnn.listening.answer import FileLabeller


def labeller_of(checkpoint: Checkpoint, device: str = "auto") -> FileLabeller:
    """Loads torch only where the network needs it.

    Raises:
        MusicRNNError: the model cannot classify, its header is damaged, or no such device.
    """
    if checkpoint.metadata.get("task") == "words":
        from musicrnn.listening.word_labeller import WordLabeller

        return WordLabeller.from_checkpoint(checkpoint)
    from musicrnn.listening.labeller import Labeller

    return Labeller.from_checkpoint(checkpoint, device)
