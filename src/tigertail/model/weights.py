"""The weights of a mixture, for people to read: how much each signal is trusted, by how well the query is known."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from tigertail.errors import ConfigError, missing_extra
from tigertail.mixing import Mixture
from tigertail.model.fit_mixture import CONTAINED
from tigertail.model.model import Model
from tigertail.model.registry import LISTENING, MIXTURE
from tigertail.storage import replaced_file

HEARD: Final = (LISTENING, *CONTAINED)
"""Signals that know nothing of an item without a listener."""
PICTURES: Final[dict[str, dict[str, None]]] = {
    "png": {},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}
"""Formats of a plot, and what to leave out so that the same weights give the same bytes."""
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
        If that is none of :data:`PICTURES`.
    """
    check_picture(path)
    with missing_extra("plot", "drawing a plot"):
        from matplotlib import rc_context
        from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 4.2), layout="constrained")
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
        title="How much each signal is trusted",
    )
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, reverse=True)
    kind = _kind(path)
    with replaced_file(path) as temporary, rc_context({"svg.hashsalt": "tigertail"}):
        figure.savefig(temporary, format=kind, dpi=150, metadata=PICTURES[kind])


def check_picture(path: Path) -> None:
    """Refuse a plot's file whose format is unknown.

    Raises
    ------
    ConfigError
        If it is.
    """
    if _kind(path) not in PICTURES:
        raise ConfigError(f"no format of pictures '{path.suffix}'", remedy=f"end it in {', '.join(PICTURES)}")


def _kind(path: Path) -> str:
    return path.suffix.removeprefix(".").lower()
