"""Four voices on a grid of sixteenths, what each strikes where: its tokenizer."""

from musicrnn.tokens.chorale.tokenizer import ChoraleTokenizer

__all__ = ["ChoraleTokenizer"]
