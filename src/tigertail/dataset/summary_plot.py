"""A picture of a dataset: its popularity curve, its countries, its listeners."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.summary import (
    FIT_LISTENERS,
    Description,
    describe,
    items_per_listener,
    listeners_per_item,
    top_countries,
)
from tigertail.errors import TigertailError, missing_extra

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COUNTRIES_SHOWN: Final = 15

_INK: Final = "#1f2d3d"
_BAR: Final = "#3b6ea5"
_QUIET: Final = "#b8c4d0"
_BANDS: Final = ("#f6c9a6", "#fbe8cd", "#eaf1f8")  # head, mid, tail
_BINS: Final = 30


def plot(dataset: Dataset, file: Path | str) -> None:
    """Draw a dataset.

    Parameters
    ----------
    dataset
        Any dataset.
    file
        Where the picture goes; the ending says in which format.

    Raises
    ------
    TigertailError
        If the file cannot be written, or its format is unknown.
    """
    with missing_extra("plot", "drawing a plot"):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.layout_engine import ConstrainedLayoutEngine

    facts = describe(dataset)
    figure = Figure(figsize=(15, 4.8), dpi=120, layout=ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1))
    FigureCanvasAgg(figure)
    curve, countries, listeners = figure.subplots(1, 3, width_ratios=(1.35, 1, 1))
    _popularity(curve, dataset, facts)
    _countries(countries, facts)
    _listeners(listeners, dataset, facts)
    for axes in (curve, countries, listeners):
        axes.spines[["top", "right"]].set_visible(False)
    invented = " – no listener or artist in it is real" if facts.simulated else ""
    figure.suptitle(f"{facts.name}{invented}", x=0.01, ha="left", fontsize=13, weight="bold", color=_INK)
    try:
        figure.savefig(file)
    except (OSError, ValueError) as error:
        raise TigertailError(
            f"the picture cannot be written ({error})", path=file, remedy="give a file such as world.png"
        ) from error


def _popularity(axes: Axes, dataset: Dataset, facts: Description) -> None:
    popularity = listeners_per_item(dataset)
    popularity = popularity[popularity > 0]
    left, seen = 0.8, 0
    for size, colour in zip(facts.strata, _BANDS, strict=False):
        if not size.items:
            continue
        seen += size.items
        axes.axvspan(left, max(seen, left), color=colour, linewidth=0)
        axes.text(
            np.sqrt(left * max(seen, left)),
            0.97,
            f"{size.stratum}\n{size.items:,} items\n{size.share:.0%}",
            transform=axes.get_xaxis_transform(),
            ha="center",
            va="top",
            fontsize=9,
            color=_INK,
        )
        left = max(seen, left)
    axes.loglog(np.arange(1, popularity.size + 1), popularity, color=_INK, linewidth=2)
    axes.set(
        xlim=(0.8, popularity.size),
        ylim=(0.8, popularity[0] * 4),
        xlabel="rank of the item",
        ylabel="listeners",
    )
    slope = facts.popularity_exponent
    fitted = f", falling as rank$^{{-{slope:.2f}}}$" if slope is not None else ""
    _title(axes, f"Popularity{fitted}", f"fitted to items of {FIT_LISTENERS} listeners or more")


def _countries(axes: Axes, facts: Description) -> None:
    rows = top_countries(facts, COUNTRIES_SHOWN)
    place = np.arange(len(rows))[::-1]
    colours = [_BAR if len(label) == 2 else _QUIET for label, _, _ in rows]
    axes.barh(place, [share * 100 for _, _, share in rows], color=colours)
    axes.set_yticks(place, [label for label, _, _ in rows])
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("% of listeners")
    named = sum(country.country is not None for country in facts.countries)
    _title(axes, "Countries", f"{named} in all" if named else "nobody says")


def _listeners(axes: Axes, dataset: Dataset, facts: Description) -> None:
    counts = items_per_listener(dataset)
    step = int(np.quantile(counts, 0.995)) // _BINS + 1
    edges = [0.5 + step * edge for edge in range(_BINS + 1)]
    axes.hist(np.minimum(counts, edges[-1]), bins=edges, color=_BAR, edgecolor="white", linewidth=0.5)
    axes.axvline(facts.items_per_listener, color=_INK, linestyle="--", linewidth=1.2)
    axes.set(xlabel="items a listener", ylabel="listeners")
    _title(
        axes,
        "Items a listener",
        f"mean {facts.items_per_listener:.1f} (dashed); those with more are in the last bar",
    )


def _title(axes: Axes, title: str, note: str) -> None:
    axes.set_title(f"{title}\n", loc="left", fontsize=11, weight="bold", color=_INK)
    axes.text(0, 1.02, note, transform=axes.transAxes, fontsize=9, color="#5b6b7b")
