"""The map as a picture: before and after side by side, coloured by country, sized by listeners."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.errors import missing_extra
from tigertail.geo.regions import place_name
from tigertail.model.maps.map import AFTER, BEFORE
from tigertail.model.model import Model
from tigertail.model.weights import PICTURES, check_picture
from tigertail.storage import replaced_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COUNTRIES_SHOWN: Final = 12  # those of most items
NAMES_SHOWN: Final = 60  # of those most heard, where there is room

_INK: Final = "#1f2d3d"
_NOTE: Final = "#5b6b7b"
_QUIET: Final = "#c3cad2"
_WIDE, _HIGH = 0.2, 0.035  # what a name takes
_TITLES: Final[dict[tuple[str, str], tuple[str, str]]] = {
    BEFORE: ("Before", "cosine of factors, as naive collaborative filtering has it"),
    AFTER: ("After", "as the model has it"),
}


def plot_map(model: Model, places: pl.DataFrame, file: Path) -> None:
    """Draw a map; the suffix of ``file`` says in which format.

    Parameters
    ----------
    model
        The model it is of.
    places
        What :func:`tigertail.model.maps.map.make_map` returned.
    file
        The picture to write.

    Raises
    ------
    ConfigError
        If its format is unknown.
    TigertailError
        If it cannot be written.
    """
    check_picture(file)
    with missing_extra("plot", "drawing a plot"):
        from matplotlib import colormaps, rc_context
        from matplotlib.figure import Figure

    country = pl.Series(c.COUNTRY, [None] * len(model.items), pl.String)
    items = places.with_columns(
        model.items[c.NAME], model.items["listeners"], model.items.get_column(c.COUNTRY, default=country)
    )
    counted = (
        items[c.COUNTRY].drop_nulls().value_counts().sort(["count", c.COUNTRY], descending=[True, False])
    )
    colours = dict(zip(counted[c.COUNTRY][:COUNTRIES_SHOWN], colormaps["Paired"].colors, strict=False))  # type: ignore[attr-defined]
    figure = Figure(figsize=(16, 8.6), layout="constrained")
    for axes, where in zip(figure.subplots(1, 2), _TITLES, strict=True):
        _draw(axes, items.filter(pl.col(where[0]).is_not_null()), where, colours)
    _legend(figure.axes[0], colours)
    if colours:
        figure.legend(loc="outside lower left", ncols=min(len(colours) + 1, 7), frameon=False, fontsize=10)
    invented = " – SIMULATED, no listener or artist in it is real" if model.provenance.simulated else ""
    title = f"{model.provenance.dataset}{invented}: a map of the catalogue"
    figure.suptitle(title, x=0.01, ha="left", fontsize=13, weight="bold", color=_INK)
    kind = file.suffix.removeprefix(".").lower()
    with (
        replaced_file(file) as temporary,
        rc_context({"svg.hashsalt": "tigertail"}),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", "Glyph .* missing")  # names are of any script, fonts are not
        figure.savefig(temporary, format=kind, dpi=120, metadata=PICTURES[kind])


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
            s=1.5 + 1.2 * np.sqrt(part["listeners"].to_numpy()),
            c=_QUIET if quiet else [colours[country] for country in part[c.COUNTRY]],
            alpha=0.6 if quiet else 0.9,
            linewidths=0,
            rasterized=True,  # or a drawing of a large catalogue could not be opened
        )
    taken: list[tuple[float, float]] = []
    for name, x, y in items.top_k(NAMES_SHOWN, by="listeners").select(c.NAME, *where).iter_rows():
        if all(abs(x - a) > _WIDE or abs(y - b) > _HIGH for a, b in taken):
            taken.append((x, y))
            axes.text(x, y, name, fontsize=7.5, color=_INK, ha="center", va="center", parse_math=False)
    axes.set(xlim=(-1.03, 1.03), ylim=(-1.03, 1.03), xticks=[], yticks=[], aspect="equal")
    axes.spines[:].set_color("#e3e8ed")
    title, note = _TITLES[where]
    axes.set_title(f"{title}\n", loc="left", fontsize=11, weight="bold", color=_INK)
    axes.text(0, 1.01, f"{note}: {len(items):,} items", transform=axes.transAxes, fontsize=9, color=_NOTE)


def _legend(axes: Axes, colours: dict[str, tuple[float, float, float]]) -> None:
    for country, colour in colours.items():
        axes.scatter([], [], s=40, color=colour, label=place_name(country))
    axes.scatter([], [], s=40, color=_QUIET, label="another country, or unknown")
