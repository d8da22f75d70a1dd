"""The weights of a mixture, for people to read: how much each signal is trusted, by how well the query is known."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from tigertail.errors import ConfigError
from tigertail.mixing import Mixture
from tigertail.model.fit_mixture import CONTAINED
from tigertail.model.model import Model
from tigertail.model.registry import LISTENING, MIXTURE
from tigertail.plotting import check_format, new_figure, save_figure, set_title

HEARD: Final = (LISTENING, *CONTAINED)
"""Signals that know nothing of an item without a listener."""
_STEPS: Final = (1, 2, 5)


def trust(model: Model) -> pl.DataFrame:
    """Return the weight of each signal for queries of more and more listeners.

    Returns
    -------
    polars.DataFrame
        Column listeners, from 0 to those of the best-known item, and one column a signal. The query is one that
        every signal knows, but for those that know nothing without a listener. Rows sum to 1, where any knows it.

    Raises
    ------
    ConfigError
        If the model has no mixture.
    """
    mixture = model.signals.get(MIXTURE)
    if not isinstance(mixture, Mixture):
        raise ConfigError(
            "this model has no mixture", remedy="fit it to ten or more listeners of two items or more"
        )
    most = int(mixture.listeners.max())
    steps = [step * 10**power for power in range(len(str(most))) for step in _STEPS]
    listeners = np.array([0, *(n for n in steps if n < most), most], np.int64)
    names = list(mixture.parts)
    knows = np.ones((len(listeners), len(names)), np.bool_)
    knows[0] = [name not in HEARD for name in names]
    weights = mixture.learned.trust(names, listeners, knows)
    columns = {name: weights[:, place] for place, name in enumerate(names)}
    return pl.DataFrame({"listeners": listeners, **columns})


def plot_trust(table: pl.DataFrame, path: Path) -> None:
    """Draw the table of :func:`trust`; the suffix of ``path`` says in which format.

    Raises
    ------
    ConfigError
        If the format is unknown.
    """
    check_format(path)
    figure = new_figure(7.5, 4.2)
    axes = figure.subplots()
    heard = table.filter(pl.col("listeners") > 0)
    bands = np.stack([heard[name].to_numpy() for name in heard.columns[1:]])
    axes.stackplot(heard["listeners"].to_numpy(), bands, labels=heard.columns[1:], alpha=0.9)
    axes.set(
        xscale="log",
        xlim=(1, max(2, int(table["listeners"].max()))),  # type: ignore[arg-type]
        ylim=(0, 1),
        xlabel="listeners of the query",
        ylabel="weight",
    )
    set_title(axes, "Weight of each signal in the mixture")
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, reverse=True)
    save_figure(figure, path)
