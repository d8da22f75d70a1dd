"""The map as a picture: before and after side by side, coloured by country, sized by listeners."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.dataset.full_names import full_names
from tigertail.geo.regions import place_name
from tigertail.model.maps.map import AFTER, BEFORE
from tigertail.model.model import Model
from tigertail.plotting import INK, check_format, new_figure, save_figure, set_headline, set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COUNTRIES_SHOWN: Final = 12  # those of most items; "Paired" has no more colours
NAMES_SHOWN: Final = 60  # at most: those of most listeners, where there is room

_QUIET: Final = "#c3cad2"
_WIDE, _HIGH = 0.2, 0.035  # what a name takes, on a map from -1 to 1
_TITLES: Final[dict[tuple[str, str], tuple[str, str]]] = {
    BEFORE: ("Before", "cosine of ALS factors (naive collaborative filtering)"),
    AFTER: ("After", "the model"),
}


def plot_map(model: Model, positions: pl.DataFrame, file: Path) -> None:
    """Draw a map; the suffix of ``file`` says in which format.

    Parameters
    ----------
    model
        The model it is of.
    positions
        What :func:`tigertail.model.maps.map.make_map` returned.
    file
        The picture to write.

    Raises
    ------
    ConfigError
        If its format is unknown, or matplotlib is not installed.
    TigertailError
        If it cannot be written.
    """
    check_format(file)
    figure = new_figure(16, 8.6)
    from matplotlib import colormaps

    country = pl.Series(c.COUNTRY, [None] * len(model.items), pl.String)
    items = positions.with_columns(
        full_names(model.items), model.items[c.LISTENERS], model.items.get_column(c.COUNTRY, default=country)
    )
    counted = (
        items[c.COUNTRY].drop_nulls().value_counts().sort(["count", c.COUNTRY], descending=[True, False])
    )
    colours = dict(zip(counted[c.COUNTRY][:COUNTRIES_SHOWN], colormaps["Paired"].colors, strict=False))  # type: ignore[attr-defined]
    for axes, where in zip(figure.subplots(1, 2), _TITLES, strict=True):
        _draw(axes, items.filter(pl.col(where[0]).is_not_null()), where, colours)
    _legend(figure.axes[0], colours)
    if colours:
        figure.legend(loc="outside lower left", ncols=min(len(colours) + 1, 7), frameon=False, fontsize=10)
    provenance = model.provenance
    set_headline(figure, provenance.dataset, "a map of the catalogue", simulated=provenance.simulated)
    save_figure(figure, file)


def _draw(
    axes: Axes,
    items: pl.DataFrame,
    where: tuple[str, str],
    colours: dict[str, tuple[float, float, float]],
) -> None:
    """Draw one of the two, those of no shown country at the bottom."""
    shown = items[c.COUNTRY].is_in(list(colours)).fill_null(False)
    for part, quiet in ((items.filter(~shown), True), (items.filter(shown), False)):
        across, up = part.select(where).to_numpy().T
        axes.scatter(
            across,
            up,
            s=1.5 + 1.2 * np.sqrt(part[c.LISTENERS].to_numpy()),
            c=_QUIET if quiet else [colours[country] for country in part[c.COUNTRY]],
            alpha=0.6 if quiet else 0.9,
            linewidths=0,
            rasterized=True,  # or a drawing of a large catalogue could not be opened
        )
    taken: list[tuple[float, float]] = []
    most = items.sort(c.LISTENERS, descending=True, maintain_order=True).head(NAMES_SHOWN)
    for name, x, y in most.select(c.NAME, *where).iter_rows():
        if all(abs(x - a) > _WIDE or abs(y - b) > _HIGH for a, b in taken):
            taken.append((x, y))
            axes.text(x, y, name, fontsize=7.5, color=INK, ha="center", va="center", parse_math=False)
    axes.set(xlim=(-1.03, 1.03), ylim=(-1.03, 1.03), xticks=[], yticks=[], aspect="equal")
    axes.spines[:].set_color("#e3e8ed")
    title, note = _TITLES[where]
    set_title(axes, title, f"{note}: {len(items):,} items")


def _legend(axes: Axes, colours: dict[str, tuple[float, float, float]]) -> None:
    for country, colour in colours.items():
        axes.scatter([], [], s=40, color=colour, label=place_name(country))
    axes.scatter([], [], s=40, color=_QUIET, label="another country, or unknown")
