"""A diagnosis as a picture: neighbours from home before and after, beside how well each group is served."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from tigertail.errors import TigertailError, missing_extra
from tigertail.evaluation.diagnosis.diagnosis import AFTER, COSINE, Diagnosis
from tigertail.evaluation.metrics.country_cohesion import CountryCohesion
from tigertail.geo.regions import place_name
from tigertail.signals.local.groups import ELSEWHERE
from tigertail.storage import replaced_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COUNTRIES_SHOWN: Final = 24  # those of most local artists
GROUPS_SHOWN: Final = 24  # the largest

_INK: Final = "#1f2d3d"
_NOTE: Final = "#5b6b7b"
_BEFORE: Final = "#d1782f"
_AFTER: Final = "#3b6ea5"
_QUIET: Final = "#b8c4d0"


def plot_diagnosis(diagnosis: Diagnosis, file: Path) -> None:
    """Draw a diagnosis.

    Parameters
    ----------
    diagnosis
        What to draw.
    file
        The PNG to write.

    Raises
    ------
    TigertailError
        If the file is not to be a PNG, or cannot be written.
    """
    with missing_extra("plot", "drawing a plot"):
        from matplotlib.figure import Figure
        from matplotlib.layout_engine import ConstrainedLayoutEngine

    if file.suffix.lower() != ".png":
        raise TigertailError("the picture is a PNG", path=file, remedy="give a file such as diagnosis.png")
    rows = max(_shown(diagnosis), min(len(diagnosis.capacity), GROUPS_SHOWN))
    layout = ConstrainedLayoutEngine(w_pad=0.15, h_pad=0.1)
    figure = Figure(figsize=(14, 2.4 + 0.25 * max(rows, 8)), layout=layout)
    clumped, served = figure.subplots(1, 2)
    _clumping(clumped, diagnosis)
    _capacity(served, diagnosis)
    for axes in (clumped, served):
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", alpha=0.25)
        axes.set_axisbelow(True)
    figure.legend(loc="outside lower left", ncols=4, frameon=False, fontsize=10)
    invented = " – SIMULATED, no listener or artist in it is real" if diagnosis.simulated else ""
    title = f"{diagnosis.dataset}{invented}: one space for the world, and local models"
    figure.suptitle(title, x=0.01, ha="left", fontsize=13, weight="bold", color=_INK)
    with replaced_file(file) as temporary:
        figure.savefig(temporary, format="png", dpi=120)


def _shown(diagnosis: Diagnosis) -> int:
    return min(len(diagnosis.countries), COUNTRIES_SHOWN)


def _clumping(axes: Axes, diagnosis: Diagnosis) -> None:
    before, after = _largest(diagnosis, COSINE), _largest(diagnosis, AFTER)
    place = np.arange(len(before))[::-1]
    own = [100 * row.own.at_home for row in before]
    was, now = ([100 * row.model.at_home for row in rows] for rows in (before, after))
    axes.hlines(place, was, now, color=_QUIET, linewidth=3, zorder=1)
    axes.plot(own, place, "|", color=_INK, markersize=15, markeredgewidth=2, label="listeners of the country")
    axes.plot(
        was,
        place,
        "o",
        color=_BEFORE,
        markersize=9,
        fillstyle="none",
        markeredgewidth=2,
        label="before: cosine of factors",
    )
    axes.plot(now, place, "o", color=_AFTER, markersize=6, label="after: listening by group")
    axes.set_yticks(place, [f"{place_name(row.country)} ({row.local})" for row in before], color=_INK)
    axes.set_ylim(-0.7, max(len(place), 1) - 0.3)
    axes.set_xlim(left=-1)
    axes.set_xlabel("% of the 20 listed after a local artist that are local to the country too")
    _title(
        axes,
        "Cohesion",
        "right of the mark: drawn closer than by those who live there; in brackets: local artists",
    )
    if not before:
        axes.text(0.5, 0.5, "no country has local artists enough", transform=axes.transAxes, ha="center")


def _largest(diagnosis: Diagnosis, signal: str) -> list[CountryCohesion]:
    rows = sorted(diagnosis.rows(signal), key=lambda row: (-row.local, row.country))[:COUNTRIES_SHOWN]
    return sorted(rows, key=lambda row: (-row.own.at_home, row.country))


def _capacity(axes: Axes, diagnosis: Diagnosis) -> None:
    largest = sorted(diagnosis.capacity, key=lambda row: (-row.listeners, row.group))[:GROUPS_SHOWN]
    rows = sorted(largest, key=lambda row: (-row.error, row.group))
    place = np.arange(len(rows))[::-1]
    colours = [_QUIET if row.group == ELSEWHERE else _BEFORE for row in rows]
    axes.barh(place, [row.error for row in rows], color=colours, height=0.7, alpha=0.85)
    local = [(y, row.own) for y, row in zip(place, rows, strict=True) if row.group != ELSEWHERE]
    axes.plot(
        [own for _, own in local],
        [y for y, _ in local],
        "D",
        color=_AFTER,
        markersize=6,
        label="error with the group's own item vectors",
    )
    axes.axvline(1, color=_INK, linewidth=1.2)
    names = ["elsewhere or unknown" if row.group == ELSEWHERE else row.name for row in rows]
    axes.set_yticks(place, names, color=_INK)
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_xlabel("error of reconstruction, an entry; 1 is the mean of the world")
    _title(
        axes, "Capacity", f"the longer the bar, the worse one space serves them ({len(rows)} largest groups)"
    )


def _title(axes: Axes, title: str, note: str) -> None:
    axes.set_title(f"{title}\n", loc="left", fontsize=11, weight="bold", color=_INK)
    axes.text(0, 1.015, note, transform=axes.transAxes, fontsize=9, color=_NOTE)
