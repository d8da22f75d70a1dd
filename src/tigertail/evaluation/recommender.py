"""A recommender of a report: settings that a file can hold, and a method to fit them to a split."""

from __future__ import annotations

from abc import abstractmethod

from pydantic import BaseModel, ConfigDict

from tigertail.signals.contract import Signal
from tigertail.splitting.hold_out import Split


class Recommender(BaseModel):
    """Settings of a recommender, ours or a baseline; subclasses fit it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @property
    @abstractmethod
    def label(self) -> str:
        """Name of the system in a report, unless the user gives one."""

    @abstractmethod
    def fit(self, split: Split) -> Signal:
        """Fit the training part of a split and return a signal over its item codes."""
