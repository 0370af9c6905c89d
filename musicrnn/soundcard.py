"""The sound card, through the library sounddevice (``pip install sounddevice``).

Conventions. The library is imported when a device is asked for, not before.
"""

from __future__ import annotations

import importlib
from typing import Any, Literal

from musicrnn.errors import MusicRNNError

INSTALL_COMMAND = "pip install sounddevice"
Direction = Literal["input", "output"]
DEVICE_NAMES: dict[Direction, str] = {"input": "microphone", "output": "loudspeaker"}


def sound_library(kind: Direction) -> Any:
    """The module sounddevice.

    Raises:
        MusicRNNError: it or PortAudio is missing; the sentence says how to install it.
    """
    name = DEVICE_NAMES[kind]
    try:
        return importlib.import_module("sounddevice")
    except ImportError as error:
        raise MusicRNNError(
            f"the {name} needs the library sounddevice: {INSTALL_COMMAND}"
        ) from error
    except OSError as error:  # its own word for a missing PortAudio
        raise MusicRNNError(
            f"the {name} needs PortAudio ({error}): {INSTALL_COMMAND} brings it on Windows and "
            "macOS, "
            "on Linux the system does (libportaudio2, portaudio)"
        ) from error


def rate_of_device(library: Any, kind: Direction, *, rate: int, channels: int) -> int:
    """The wanted rate, or the default device's own where it has not the wanted one.

    Raises:
        MusicRNNError: there is no such device.
    """
    try:
        own = round(library.query_devices(kind=kind)["default_samplerate"])
    except (library.PortAudioError, ValueError) as error:
        raise MusicRNNError(
            f"there is no {DEVICE_NAMES[kind]} (no {kind} device): {error}"
        ) from error
    check = library.check_input_settings if kind == "input" else library.check_output_settings
    try:
        check(channels=channels, dtype="float32", samplerate=rate)
    except (library.PortAudioError, ValueError):
        return own
    return rate
