"""The weights of a mixture as a table and as a plot, by the number of listeners of the query."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.errors import ConfigError
from tigertail.model.fit_mixture import GIVES_A_MIXTURE
from tigertail.model.model import Model, Provenance
from tigertail.model.registry import MIXTURE, SIGNALS
from tigertail.plotting import check_format, new_figure, save_figure, set_headline, set_title
from tigertail.signals.contract import Composite

_STEPS: Final = (1, 2, 5)


def weights_table(model: Model) -> pl.DataFrame:
    """Return the weight of each signal for queries of more and more listeners, with the model's own ``character``.

    Returns
    -------
    polars.DataFrame
        Column listeners, from 0 to those of the most popular item, and one column per signal. The query is an item
        that every signal has data about; in the row of 0 listeners, every signal that needs none. The weights of a
        row, which :meth:`tigertail.mixing.mixture.Mixture.weights_at` defines, sum to 1, or are 0 where no signal with
        data adds anything.

    Raises
    ------
    ConfigError
        If the model has no mixture.
    """
    mixture = model.signals.get(MIXTURE)
    if not isinstance(mixture, Composite):
        raise ConfigError("this model has no mixture", remedy=GIVES_A_MIXTURE)
    most = int(model.items[c.LISTENERS].to_numpy().max())
    steps = [step * 10**power for power in range(len(str(most))) for step in _STEPS]
    listeners = np.array([0, *(n for n in steps if n < most), most], np.int64)
    names = list(mixture.parts)
    has_data = np.ones((len(listeners), len(names)), np.bool_)
    has_data[0] = [not SIGNALS[name].needs_listeners for name in names]
    weights = mixture.weights_at(listeners, has_data)
    columns = {name: weights[:, place] for place, name in enumerate(names)}
    return pl.DataFrame({c.LISTENERS: listeners, **columns})


def plot_weights(table: pl.DataFrame, path: Path, provenance: Provenance | None = None) -> None:
    """Draw a table of weights.

    Parameters
    ----------
    table
        What :func:`weights_table` returned.
    path
        The picture; its suffix says in which format.
    provenance
        Where the model comes from, for a headline; None draws none.

    Raises
    ------
    ConfigError
        If the format is unknown.
    """
    check_format(path)
    figure = new_figure(8.5, 4.2)
    axes = figure.subplots()
    names = table.columns[1:]
    played = table.filter(pl.col(c.LISTENERS) > 0)  # 0 has no place on a logarithmic axis
    bands = np.stack([played[name].to_numpy() for name in names])
    labels = [f"{name}: {SIGNALS[name].title}" for name in names]
    colours = [SIGNALS[name].colour for name in names]
    axes.stackplot(played[c.LISTENERS].to_numpy(), bands, labels=labels, colors=colours, alpha=0.9)
    axes.set(
        xscale="log",
        xlim=(1, max(2, int(table[c.LISTENERS].max()))),  # type: ignore[arg-type]
        ylim=(0, 1),
        xlabel="listeners of the query",
        ylabel="weight",
    )
    set_title(axes, "Weight of each signal in the mixture")
    if provenance is not None:
        set_headline(figure, provenance.dataset, simulated=provenance.simulated)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, reverse=True)
    save_figure(figure, path)
