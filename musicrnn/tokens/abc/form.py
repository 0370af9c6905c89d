"""The position of a tune that is being sampled: in its bar, its section, its repeat.

Conventions. Time in units of a thirty-second note. ``position`` is played time since the first full
bar began, every repeat that has closed counted in; a pick-up lies before it. ``rest`` is what is
left of the bar, 0 at its end and a whole bar behind its barline. A repeat ends at the place in the
bar at which it began, so that going back fits; a section may end there or where the pick-up begins.
What is repeated, its first ending included, is a multiple of SECTION_BARS bars long, as in folk
tunes. ``limit`` is the maximum number of bars that are played. While a primer is read the limit is
UNBOUNDED_BARS, so that it never changes how the primer is parsed.
"""

from __future__ import annotations

from dataclasses import dataclass

PLAIN, REPEAT, FIRST, BETWEEN, SECOND = range(5)
SECTION_BARS = 4  # bars
UNBOUNDED_BARS = 2**40  # bars
GO_ON, DOUBLE, FINAL, OPEN, ENDING = 1, 2, 4, 8, 16  # what may come behind a "|"


@dataclass(slots=True)
class Form:
    """``bar`` units a bar; at most ``limit`` bars, or exactly that many."""

    bar: int
    limit: int
    exact: bool
    position: int = 0
    rest: int = 0
    mode: int = PLAIN
    begin: int = 0  # position of the "|:"
    phase: int = 0  # what was left of the bar there, 0 for a whole bar
    common: int = 0  # length of the repeat before its first ending
    ending: int = 0  # position of the first ending
    pickup: int = 0
    opening: bool = True  # no barline yet

    def __post_init__(self) -> None:
        self.rest = self.bar

    @property
    def bars(self) -> int:
        """Bars played so far, one begun counts."""
        return -(-self.position // self.bar)

    def may_end(self, position: int) -> bool:
        return -(-position // self.bar) >= (self.limit if self.exact else 1)

    def _next_close(self, position: int) -> int:
        """The first position from there on where the repeat has whole sections."""
        section = SECTION_BARS * self.bar
        return self.begin - (self.begin - position) // section * section

    def _fits(self, close: int) -> bool:
        """Whether a repeat, or its first ending, may close at that position or later."""
        close, end = self._next_close(close), self.limit * self.bar
        if self.mode == REPEAT:
            return 2 * close - self.begin <= end
        return close + self.common + self.bar <= end

    def room(self, taken: int) -> int:
        """Units that the next notes may fill before a barline must come."""
        rest, position = self.rest - taken, self.position + taken
        if self.mode in (REPEAT, FIRST) and self.phase and rest >= self.phase:
            close = position + rest - self.phase
            if not self._fits(close + self.bar):
                return rest - self.phase
        return rest

    def may_close(self, taken: int) -> bool:
        """Whether ``:|`` may come."""
        rest, position = self.rest - taken, self.position + taken
        if rest != self.phase or (self.opening and rest) or self._next_close(position) != position:
            return False
        if self.mode == REPEAT:
            return position > self.begin
        return self.mode == FIRST and position > self.ending

    def behind_bar(self, taken: int) -> int:
        """What may come behind a ``|`` put here: flags; 0 if none may be put."""
        rest, position = self.rest - taken, self.position + taken
        end = self.limit * self.bar
        outside = self.mode in (PLAIN, SECOND)
        if rest == 0 and not outside:
            step = self.bar - self.phase if self.mode in (REPEAT, FIRST) else self.bar
            flags = GO_ON if self._fits(position + step) else 0
            length = position - self.begin
            if self.mode == REPEAT and length >= self.bar:
                first = self._next_close(position + step)
                flags |= ENDING if first + length + self.bar <= end else 0
            return flags
        if rest and self.opening:
            filled = self.bar - rest
            if not 0 < filled <= self.bar * 3 // 4:
                return 0
            return GO_ON | (OPEN if self.mode == PLAIN and self.limit >= 2 * SECTION_BARS else 0)
        if outside and (rest == 0 or (position > 0 and rest in (self.pickup, self.phase))):
            following = DOUBLE if rest else GO_ON | DOUBLE
            flags = following if position + rest + self.bar <= end else 0
            flags |= FINAL if self.may_end(position) else 0
            return flags | (OPEN if position + 2 * SECTION_BARS * self.bar <= end else 0)
        return 0

    def bound(self, limit: int, flags: int) -> int:
        """From here on the limit holds; of the flags of a ``|`` just put, those that remain."""
        self.limit = limit
        bar_over = self.rest == self.bar
        if self.mode in (REPEAT, FIRST) and not self._fits(self.position + self.bar):
            self.mode = PLAIN
        self.rest = 0 if bar_over else self.rest
        left = self.behind_bar(0) & flags
        self.rest = self.bar if bar_over else self.rest
        if left:
            return left
        return FINAL if self.may_end(self.position) else GO_ON

    def take(self, units: int) -> None:
        self.rest -= units
        self.position += units

    def cross(self) -> None:
        """A ``|`` was put."""
        if self.opening and 0 < self.rest < self.bar:
            self.pickup = self.bar - self.rest
            if self.mode == REPEAT:
                self.begin, self.phase = -self.pickup, self.pickup
            self.position, self.rest = 0, self.bar
        elif self.rest <= 0:
            self.rest = self.bar
        self.opening = False

    def open(self) -> None:
        """A ``|:`` was put."""
        self.mode = REPEAT
        self.begin, self.phase = self.position, self.rest % self.bar

    def close(self) -> None:
        """A ``:|`` was put: the repeat is played again."""
        self.opening = False
        if self.mode == FIRST:
            self.position += self.common
            self.mode = BETWEEN
            self.rest = self.bar
            return
        if self.mode == REPEAT:
            self.position += self.position - self.begin
        self.mode = PLAIN
        self.rest = self.phase or self.bar

    def first_ending(self) -> None:
        self.mode = FIRST
        self.common, self.ending = self.position - self.begin, self.position
