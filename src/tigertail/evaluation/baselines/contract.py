"""What every baseline is: settings that can be written in a file, and a way to learn from a trial."""

from __future__ import annotations

from abc import abstractmethod

from pydantic import BaseModel, ConfigDict

from tigertail.signals.contract import Signal
from tigertail.splitting.hold_out import Split


class Baseline(BaseModel):
    """Settings of a system of the report."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    @abstractmethod
    def label(self) -> str:
        """What the system is called in a report unless the user names it."""

    @abstractmethod
    def fit(self, trial: Split) -> Signal:
        """Learn from the training part of a trial and return a signal over its item codes."""
