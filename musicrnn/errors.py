"""The one exception that musicrnn raises on purpose.

A message is one sentence with the value, the bound and the likely cause:
``top_p must be in (0, 1], got 1.4``. The command line prints it and exits with 1.
"""


class MusicRNNError(Exception):
    """Something that the caller can put right: a bad file, value or combination."""
