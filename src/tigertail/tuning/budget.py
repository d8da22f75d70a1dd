"""How long to search."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from tigertail.errors import ConfigError

_UNITS: Final = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class Budget:
    """A number of trials for each family, or a time for all of them.

    Parameters
    ----------
    trials
        Trials a family; None where time decides.
    seconds
        Time in all, shared equally between families; None where the number of trials decides.

    Examples
    --------
    >>> Budget.parse("30"), Budget.parse("1.5h").seconds
    (Budget(trials=30, seconds=None), 5400.0)
    """

    trials: int | None = None
    seconds: float | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a budget as a person writes it: ``30`` trials a family, or ``20m`` (s, m, h) in all.

        Raises
        ------
        ConfigError
            If it is neither, or nothing.
        """
        found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text.strip().lower())
        amount = float(found[1]) if found else 0.0
        if found is None or amount <= 0 or (not found[2] and not amount.is_integer()):
            raise ConfigError(
                f"--budget: '{text}' is no budget",
                remedy="write a number of trials a family, such as 30, or a time in all, such as 20m or 2h",
            )
        return cls(seconds=amount * _UNITS[found[2]]) if found[2] else cls(trials=int(amount))

    def spent(self, trials: int, seconds: float, share: float) -> bool:
        """Say whether a family must stop.

        Parameters
        ----------
        trials
            Trials the family has had.
        seconds
            Time since the search began.
        share
            Share of the time after which the family must be done.
        """
        if self.trials is not None:
            return trials >= self.trials
        assert self.seconds is not None
        # Every family is tried with its defaults at least, which the others are measured by.
        return trials > 0 and seconds >= share * self.seconds
