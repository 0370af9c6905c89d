"""A piece as it is played, event after event: its tokenizer."""

from musicrnn.tokens.performance.tokenizer import PerformanceTokenizer

__all__ = ["PerformanceTokenizer"]
