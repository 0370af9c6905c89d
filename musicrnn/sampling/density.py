"""How dense a piece came out, beside what was asked.

Conventions. Densities are 1 to 5, as the tokens know them (Tokenizer.densities): of each bar with
what is around it; 0 where they know none.
"""

from __future__ import annotations

import numpy as np

from musicrnn.score import Score
from musicrnn.tokens import Tokenizer


def off_density(score: Score, tokenizer: Tokenizer, asked: int | None) -> float:
    """How many densities the bars are off what was asked, in the mean; 0 where half of them or
    more have it, or nothing was asked."""
    if asked is None:
        return 0.0
    off = np.abs(tokenizer.densities(score) - asked)
    return 0.0 if np.mean(off == 0) >= 0.5 else float(off.mean())


def usual_density(score: Score, tokenizer: Tokenizer) -> int:
    """The density that most bars have, of equals the lower one; 0 where the tokens know none."""
    return int(np.bincount(tokenizer.densities(score), minlength=1).argmax())
