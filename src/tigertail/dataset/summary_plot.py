"""A figure of a dataset: popularity curve, countries, listeners."""

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
from tigertail.plotting import BLUE, INK, QUIET, clear_frame, new_figure, save_figure, set_headline, set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COUNTRIES_SHOWN: Final = 15

_BANDS: Final = ("#f6c9a6", "#fbe8cd", "#eaf1f8")  # head, mid, tail
_BINS: Final = 30


def plot(dataset: Dataset, file: Path | str) -> None:
    """Draw a dataset.

    Parameters
    ----------
    dataset
        Any dataset.
    file
        File of the figure; its suffix decides the format.

    Raises
    ------
    TigertailError
        If not one play counts, the file cannot be written, or its format is unknown.
    """
    facts = describe(dataset)
    figure = new_figure(15, 4.8, padding=(0.12, 0.1))
    curve, countries, listeners = figure.subplots(1, 3, width_ratios=(1.35, 1, 1))
    _popularity(curve, dataset, facts)
    _countries(countries, facts)
    _listeners(listeners, dataset, facts)
    for axes in (curve, countries, listeners):
        clear_frame(axes, "top", "right")
    set_headline(figure, facts.name, simulated=facts.simulated)
    save_figure(figure, file)


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
            color=INK,
        )
        left = max(seen, left)
    axes.loglog(np.arange(1, popularity.size + 1), popularity, color=INK, linewidth=2)
    axes.set(
        xlim=(0.8, popularity.size),
        ylim=(0.8, popularity[0] * 4),
        xlabel="rank of the item",
        ylabel="listeners",
    )
    slope = facts.zipf_exponent
    if slope is None:
        set_title(axes, "Popularity")
    else:
        power = round(-slope, 2) + 0.0  # no -0.00
        title = f"Popularity, falling as rank$^{{{power:.2f}}}$"
        set_title(axes, title, f"fitted to items of {FIT_LISTENERS} listeners or more", formula=True)


def _countries(axes: Axes, facts: Description) -> None:
    rows = top_countries(facts, COUNTRIES_SHOWN)
    place = np.arange(len(rows))[::-1]
    colours = [BLUE if len(label) == 2 else QUIET for label, _, _ in rows]
    axes.barh(place, [share * 100 for _, _, share in rows], color=colours)
    axes.set_yticks(place, [label for label, _, _ in rows])
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("% of listeners")
    named = sum(country.country is not None for country in facts.countries)
    set_title(axes, "Countries", f"{named} in all" if named else "unknown")


def _listeners(axes: Axes, dataset: Dataset, facts: Description) -> None:
    counts = items_per_listener(dataset)
    step = int(np.quantile(counts, 0.995)) // _BINS + 1
    edges = [0.5 + step * edge for edge in range(_BINS + 1)]
    axes.hist(np.minimum(counts, edges[-1]), bins=edges, color=BLUE, edgecolor="white", linewidth=0.5)
    axes.axvline(min(facts.items_per_listener, edges[-1]), color=INK, linestyle="--", linewidth=1.2)
    axes.set(xlabel="items per listener", ylabel="listeners")
    set_title(
        axes,
        "Items per listener",
        f"mean {facts.items_per_listener:.1f} (dashed); listeners of more items than shown are in the last bar",
    )
