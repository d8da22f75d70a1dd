"""Plot of a diagnosis: local share of each country without groups and by group, and error of each group."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from tigertail.evaluation.diagnosis.diagnosis import BY_GROUP, WITHOUT_GROUPS, Diagnosis
from tigertail.evaluation.metrics.country_cohesion import LISTED, MAX_LOCAL_ARTISTS, CountryCohesion
from tigertail.geo.regions import place_name
from tigertail.plotting import (
    BLUE,
    INK,
    ORANGE,
    QUIET,
    clear_frame,
    new_figure,
    save_figure,
    set_headline,
    set_title,
)
from tigertail.signals.listening.groups import ELSEWHERE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COUNTRIES_SHOWN: Final = 24  # those with the most local artists that are compared; equals by code
GROUPS_SHOWN: Final = 24  # the largest


def plot_diagnosis(diagnosis: Diagnosis, file: Path) -> None:
    """Plot a diagnosis.

    Parameters
    ----------
    diagnosis
        The diagnosis.
    file
        The file to write: PNG, SVG or PDF.

    Raises
    ------
    TigertailError
        If the format is unknown, or the file cannot be written.
    """
    rows = max(_shown(diagnosis), min(len(diagnosis.capacity), GROUPS_SHOWN))
    figure = new_figure(14, 2.4 + 0.25 * max(rows, 8), padding=(0.15, 0.1))
    local_share, capacity = figure.subplots(1, 2)
    _local_share(local_share, diagnosis)
    _capacity(capacity, diagnosis)
    for axes in (local_share, capacity):
        clear_frame(axes, "top", "right", "left", grid="x")
        axes.tick_params(axis="y", length=0)
    figure.legend(loc="outside lower left", ncols=4, frameon=False, fontsize=10)
    text = "listening without and with groups, and the error of one embedding"
    set_headline(figure, diagnosis.dataset, text, simulated=diagnosis.simulated)
    save_figure(figure, file)


def _shown(diagnosis: Diagnosis) -> int:
    return min(len(diagnosis.countries), COUNTRIES_SHOWN)


def _local_share(axes: Axes, diagnosis: Diagnosis) -> None:
    before, after = _largest(diagnosis, WITHOUT_GROUPS), _largest(diagnosis, BY_GROUP)
    place = np.arange(len(before))[::-1]
    own = [100 * row.own.local_share for row in before]
    was, now = ([100 * row.model.local_share for row in rows] for rows in (before, after))
    axes.hlines(place, was, now, color=QUIET, linewidth=3, zorder=1)
    axes.plot(
        own,
        place,
        "|",
        color=INK,
        markersize=15,
        markeredgewidth=2,
        label="cosine among listeners of the country",
    )
    axes.plot(
        was,
        place,
        "o",
        color=ORANGE,
        markersize=9,
        fillstyle="none",
        markeredgewidth=2,
        label="listening without groups",
    )
    axes.plot(now, place, "o", color=BLUE, markersize=6, label="listening by group")
    axes.set_yticks(place, [f"{place_name(row.country)} ({row.local})" for row in before], color=INK)
    axes.set_ylim(-0.7, max(len(place), 1) - 0.3)
    axes.set_xlim(left=-1)
    axes.set_xlabel(
        f"% of local artists among the {LISTED} listed after a local artist\n"
        f"in brackets: how many local artists are compared, {MAX_LOCAL_ARTISTS} at most"
    )
    set_title(
        axes, "Local share", "right of the mark: more local than lists from the country's own listeners"
    )
    if not before:
        axes.text(0.5, 0.5, "no country has enough local artists", transform=axes.transAxes, ha="center")


def _largest(diagnosis: Diagnosis, signal: str) -> list[CountryCohesion]:
    """Return the countries with most local artists: those of every signal, in the same order.

    The one with the most local lists of its own listeners comes first.
    """
    rows = sorted(diagnosis.rows(signal), key=lambda row: (-row.local, row.country))[:COUNTRIES_SHOWN]
    return sorted(rows, key=lambda row: (-row.own.local_share, row.country))


def _capacity(axes: Axes, diagnosis: Diagnosis) -> None:
    largest = sorted(diagnosis.capacity, key=lambda row: (-row.listeners, row.group))[:GROUPS_SHOWN]
    rows = sorted(largest, key=lambda row: (-row.error, row.group))
    place = np.arange(len(rows))[::-1]
    colours = [QUIET if row.group == ELSEWHERE else ORANGE for row in rows]
    axes.barh(place, [row.error for row in rows], color=colours, height=0.7, alpha=0.85)
    local = [(y, row.error_own_vectors) for y, row in zip(place, rows, strict=True) if row.group != ELSEWHERE]
    axes.plot(
        [own for _, own in local],
        [y for y, _ in local],
        "D",
        color=BLUE,
        markersize=6,
        label="error with the group's own item vectors",
    )
    axes.axvline(1, color=INK, linewidth=1.2)
    axes.set_yticks(place, [row.name for row in rows], color=INK)
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_xlabel("reconstruction error an entry, relative to the mean")
    set_title(
        axes,
        "Capacity",
        f"the longer the bar, the worse the fit of one embedding ({len(rows)} largest groups)",
    )
