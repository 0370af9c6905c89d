"""Vectors as a few integers: each book says what the books before it left over.

Conventions. z [N, D] -> codes int64 [N, Q] and what they say, the sum of one vector of each book
[N, D]. The nearest vector is taken, of two equally near the first. Books [Q, K, D] are a buffer: no
gradient moves them, :class:`BookAverages` does, by the mean of the vectors that chose each code,
over the recent past. A code that hardly any vector chooses begins anew at one of those of today.

Sources: residual vector quantisation (Juang and Gray 1982; Zeghidour et al., SoundStream, 2021);
moving averages (van den Oord et al. 2017, appendix); beginning anew (Dhariwal et al. 2020).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

DECAY = 0.98  # of the averages, an update
DEAD = 0.03  # of the vectors that a code has on average: with fewer it begins anew


class ResidualQuantizer(nn.Module):
    """``books`` books of ``codes`` vectors of ``size`` numbers."""

    books: Tensor

    def __init__(self, size: int, books: int, codes: int) -> None:
        super().__init__()
        self.register_buffer("books", torch.zeros(books, codes, size))

    def codes(self, z: Tensor) -> Tensor:
        """[N, D] -> [N, Q]."""
        chosen: list[Tensor] = []
        for book in self.books:
            chosen.append(nearest(z, book))
            z = z - book[chosen[-1]]
        return torch.stack(chosen, 1)

    def vectors(self, codes: Tensor) -> Tensor:
        """[..., Q] -> what they say, [..., D]."""
        parts = [book[codes[..., index]] for index, book in enumerate(self.books)]
        return torch.stack(parts).sum(0)


def nearest(z: Tensor, book: Tensor) -> Tensor:
    """The index of the nearest row of a book [K, D] to each row of z [N, D]."""
    return (book.square().sum(1) - 2 * z @ book.t()).argmin(1)


class BookAverages:
    """How often each code was chosen and the sum of what chose it, of the recent past."""

    def __init__(self, quantizer: ResidualQuantizer) -> None:
        books = quantizer.books
        self.quantizer = quantizer
        self.counts = torch.zeros(books.shape[:2], device=books.device)  # [Q, K]
        self.sums = torch.zeros_like(books)  # [Q, K, D]

    @property
    def state(self) -> tuple[Tensor, Tensor]:
        """Both."""
        return self.counts, self.sums

    @state.setter
    def state(self, parts: tuple[Tensor, ...]) -> None:
        self.counts, self.sums = parts

    @torch.no_grad()
    def update(self, z: Tensor, codes: Tensor) -> None:
        """Move the books towards the vectors z [N, D], whose codes [N, Q] they were."""
        first = not bool(self.counts.any())
        size = self.counts.shape[1]
        for index, book in enumerate(self.quantizer.books):
            chosen = codes[:, index]
            count = torch.bincount(chosen, minlength=size).to(z.dtype)
            total = torch.zeros_like(book).index_add_(0, chosen, z)
            self.counts[index].lerp_(count, 1.0 if first else 1 - DECAY)
            self.sums[index].lerp_(total, 1.0 if first else 1 - DECAY)
            dead = (self.counts[index] < DEAD * len(z) / size).nonzero()[:, 0]
            anew = z[torch.randint(len(z), (len(dead),), device=z.device)]
            self.counts[index, dead] = len(z) / size
            self.sums[index, dead] = anew * (len(z) / size)
            left = z - book[chosen]  # by the book that the next one was chosen after
            book.copy_(self.sums[index] / self.counts[index, :, None])
            z = left
