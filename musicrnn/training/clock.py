"""How many updates fit into the minutes of a run, estimated from its second update on."""

from __future__ import annotations

import time

from musicrnn.training.config import TrainingConfig
from musicrnn.training.run_state import RunState


class Clock:
    """Starts when made; the first update, which also warms the machine up, sets no pace."""

    def __init__(self, plan: TrainingConfig, state: RunState) -> None:
        self.limit = plan.minutes * 60 if plan.minutes is not None else None
        self.most = plan.updates or 10**9
        self.before, self.first = state.seconds, state.update
        self.started = time.monotonic()
        self.warm = 0.0

    def after(self, update: int, total: int) -> tuple[float, int]:
        """Seconds spent when ``update`` is done, and the updates planned now; ``total`` before."""
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
        return self.before + spent, total
