"""A tune as words that are alike in every key: its tokenizer."""

from musicrnn.tokens.tune.tokenizer import TuneTokenizer

__all__ = ["TuneTokenizer"]
