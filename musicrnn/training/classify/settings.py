"""Sizes of a classifier and how its crops are drawn. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass

from musicrnn.bounds import number, share, whole
from musicrnn.networks.classifier_config import ClassifierSizes


@dataclass(frozen=True)
class ClassifierSettings(ClassifierSizes):
    """``branches`` "" chooses by what is heard."""

    branches: str = ""
    dropout: float = share(0.5)
    batch_size: int = whole(32, 1, 4096)
    crop: int = whole(256, 16, 100_000)  # frames or tokens
    shift: int = whole(2, 0, 16)  # mel bands up or down
    smoothing: float = share(0.1)
    none: float = number(0.35, 0, 0.9)  # share of an epoch that has none of the labels, at most
    narrow: float = share(0.5)  # share of crops of sound that come through a narrower channel
    coded: float = share(0.4)  # share of these that are a small mp3; the others are low-passed
    equalise: float = number(3.0, 0, 24)  # dB, deviation of the equaliser of crops of sound
