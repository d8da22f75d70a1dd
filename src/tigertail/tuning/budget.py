"""How long to search."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final, Self

from tigertail.errors import ConfigError

_UNITS: Final = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class Budget:
    """A number of trials for each study (:mod:`tigertail.tuning.search_space`), or a time for all of them.

    Parameters
    ----------
    trials
        Trials of each study; None where the time decides.
    seconds
        Time in all, of which each study gets the same share; None where the number of trials decides.

    Raises
    ------
    ConfigError
        If neither or both are given, or what is given is not above 0, or without an end.

    Examples
    --------
    >>> Budget.parse("30"), Budget.parse("1.5h").seconds
    (Budget(trials=30, seconds=None), 5400.0)
    """

    trials: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        given = [one for one in (self.trials, self.seconds) if one is not None]
        if len(given) != 1 or not 0 < given[0] < math.inf:
            raise ConfigError(
                f"trials={self.trials}, seconds={self.seconds} is not a budget",
                remedy="give a number of trials or a number of seconds, above 0",
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a budget: ``30`` trials of each study, or ``20m`` (s, m, h) in all.

        Raises
        ------
        ConfigError
            If the text is neither, or the budget is zero or without an end.
        """
        found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text.strip().lower(), re.ASCII)
        amount = float(found[1]) * _UNITS.get(found[2], 1) if found else 0.0
        if found is None or not 0 < amount < math.inf or (not found[2] and not amount.is_integer()):
            raise ConfigError(
                f"'{text}' is not a budget",
                remedy="write a number of trials for each study, such as 30, or a time in all, such as 20m or 2h",
            )
        return cls(seconds=amount) if found[2] else cls(trials=int(amount))

    def exhausted(self, trials: int, seconds: float, studies: int) -> bool:
        """Return whether a study must stop.

        Parameters
        ----------
        trials
            Trials that the study has, those of earlier runs included.
        seconds
            Time that they took.
        studies
            Number of studies that share the time.
        """
        if self.trials is not None:
            return trials >= self.trials
        assert self.seconds is not None
        # Every study has the trial of its defaults at least: the others are relative to it.
        return trials > 0 and seconds >= self.seconds / studies
