"""Clips as a codec leaves them: coded once, and known by their content."""

from pathlib import Path

import numpy as np
import pytest

from musicrnn.sources.word_cache import coded


def clips(count: int) -> np.ndarray:
    random = np.random.default_rng(count)
    return random.integers(-3000, 3000, (count, 8000)).astype(np.int16)


def test_clips_are_coded_once_and_known_by_their_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("musicrnn.sources.find.sys.platform", "linux")
    first = coded(clips(3), 16_000)
    assert first is not None
    np.testing.assert_array_equal(first, coded(clips(3), 16_000))
    assert len(list(tmp_path.rglob("*.sounds"))) == 1
    coded(clips(3)[::-1], 16_000)  # as many, but others
    assert len(list(tmp_path.rglob("*.sounds"))) == 2
    assert coded(clips(3), 11_025) is None
