"""What ``musicrnn data inspect`` says of a folder of sound: a line a file, then their sum."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from musicrnn.errors import counted
from musicrnn.face.report import each_left_out

if TYPE_CHECKING:
    from musicrnn.sources.sound_survey import MeasuredSound, SoundSurvey


def sounds_text(found: SoundSurvey) -> str:
    lines = [_line(sound) for sound in found.sounds]
    lines += each_left_out(found.refused, "refused")
    hours = sum(sound.seconds for sound in found.sounds) / 3600
    rates = Counter(sound.rate for sound in found.sounds)
    shown = ", ".join(f"{rate} Hz {count}" for rate, count in rates.most_common())
    lines.append(f"{counted(len(found.sounds), 'sound')}, {hours:.2f} hours: {shown}")
    counts = (
        (sum(sound.is_clipped for sound in found.sounds), "clipped"),
        (sum(sound.silent for sound in found.sounds), "silent"),
        (sum(bool(sound.same_as) for sound in found.sounds), "the same as another"),
        (len(found.refused), "refused"),
    )
    lines.append(", ".join(f"{count} {what}" for count, what in counts))
    return "\n".join(lines)


def _line(sound: MeasuredSound) -> str:
    minutes, seconds = divmod(sound.seconds, 60)
    text = f"{sound.file}: {minutes:.0f}:{seconds:05.2f}, {sound.rate} Hz, "
    text += f"{counted(sound.channels, 'channel')}, {sound.level:.1f} dB, peak {sound.peak:.1f} dB"
    if sound.is_clipped:
        text += f"; clipped: {sound.clipped:.2%} of its samples"
    if sound.silent:
        text += "; silent"
    if sound.same_as:
        text += f"; the same as {sound.same_as}"
    return "; ".join([text, *sound.said])
