"""How many updates fit into the minutes of a run, and when a run validates that does so by time.

Conventions. The pace is that of the updates from the second on, validations included. By time, the
first validation comes FIRST seconds after the run's begin, and each pause is twice the one before
until it is a SHARE of the run, or LONGEST where nothing is said of minutes.
"""

from __future__ import annotations

import time

from musicrnn.training.config import TrainingConfig
from musicrnn.training.run_state import RunState

FIRST, LONGEST = 10.0, 120.0  # seconds
SHARE = 1 / 20


class Clock:
    """Starts when made; the first update, which also warms the machine up, sets no pace."""

    def __init__(self, plan: TrainingConfig, state: RunState) -> None:
        self.limit = plan.minutes * 60 if plan.minutes is not None else None
        self.most = plan.updates or 10**9
        self.every = plan.validate_every
        self.before, self.first = state.seconds, state.update
        self.started = time.monotonic()
        self.warm = 0.0
        self.pause, self.next = FIRST, FIRST
        self.longest = LONGEST if self.limit is None else max(FIRST, SHARE * self.limit)

    def after(self, update: int, total: int) -> tuple[float, int, bool]:
        """Seconds spent when ``update`` is done, the updates planned now (``total`` before), and
        whether it is time to validate."""
        spent = time.monotonic() - self.started
        done = update - self.first
        if done == 1:
            self.warm = spent
        if self.limit is not None:
            if spent >= self.limit:
                total = update
            elif done > 1 and (done in (2, 5, 10) or done % 20 == 0 or update >= total):
                pace = max(1e-9, (spent - self.warm) / (done - 1))  # validations included
                total = min(self.most, update + int((self.limit - spent) / pace))
        due = update % self.every == 0 if self.every else spent >= self.next
        if due and not self.every:
            self.pause = min(2 * self.pause, self.longest)
            self.next = spent + self.pause
        return self.before + spent, total, due or update >= total
