"""An online report as a picture: who wins, how places are looked at, and what rankings are worth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from tigertail.errors import missing_extra
from tigertail.evaluation.online.report import DuelRow, OnlineReport
from tigertail.storage import replaced_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RANKS_SHOWN: Final = 30
_INK: Final = "#1f2d3d"
_FIRST: Final = "#3b6ea5"
_SECOND: Final = "#d1782f"
_QUIET: Final = "#8795a3"


def plot_online(report: OnlineReport, file: Path) -> None:
    """Draw a report.

    Parameters
    ----------
    report
        What to draw.
    file
        The PNG to write.
    """
    with missing_extra("plot", "drawing a plot"):
        from matplotlib.figure import Figure

    panels = 2 + bool(report.judged)
    figure = Figure(figsize=(5.5 * panels, 4.5), layout="constrained")
    axes = np.atleast_1d(figure.subplots(1, panels))
    _course(axes[0], report.duels[0] if report.duels else None)
    _places(axes[1], report)
    if report.judged:
        _worth(axes[2], report)
    for one in axes:
        one.spines[["top", "right"]].set_visible(False)
        one.grid(alpha=0.25)
        one.set_axisbelow(True)
    with replaced_file(file) as temporary:
        figure.savefig(temporary, format="png", dpi=130)


def _course(axes: Axes, duel: DuelRow | None) -> None:
    axes.set_title("Who wins", loc="left", color=_INK)
    if duel is None or not duel.course:
        axes.text(0.5, 0.5, "nothing was interleaved", transform=axes.transAxes, ha="center")
        return
    at, low, high = (np.array(column, float) for column in zip(*duel.course, strict=True))
    axes.fill_between(at, 100 * low, 100 * high, color=_FIRST, alpha=0.3, linewidth=0)
    axes.axhline(50, color=_INK, linewidth=1)
    if duel.verdict.decided_at is not None:
        axes.axvline(duel.verdict.decided_at, color=_SECOND, linewidth=1, label=f"decided: {duel.winner}")
        axes.legend(frameon=False)
    axes.set_xlabel("listeners that count")
    axes.set_ylabel(f"% of lists won by {duel.first} against {duel.second}")
    axes.set_ylim(0, 100)


def _places(axes: Axes, report: OnlineReport) -> None:
    rows = report.ranks[:RANKS_SHOWN]
    ranks = [row.rank for row in rows]
    axes.set_title("Places", loc="left", color=_INK)
    right = [row.right.mean / max(rows[0].right.mean, 1e-12) for row in rows]
    axes.plot(ranks, right, "o--", color=_QUIET, label="plays and likes, the first being 1")
    looked = [(row.rank, row.examination) for row in rows if row.examination is not None]
    if looked:
        known, values = zip(*looked, strict=True)
        axes.fill_between(
            known,
            [one.low for one in values],
            [one.high for one in values],
            color=_FIRST,
            alpha=0.3,
            linewidth=0,
        )
        axes.plot(
            known, [one.mean for one in values], "o-", color=_FIRST, label="looked at, the first being 1"
        )
    axes.set_xlabel("rank")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)


def _worth(axes: Axes, report: OnlineReport) -> None:
    axes.set_title("What rankings are worth", loc="left", color=_INK)
    place = np.arange(len(report.judged))[::-1]
    methods = list(report.judged[0].ndcg)
    for shift, (method, colour) in enumerate(zip(methods, (_QUIET, _SECOND, _FIRST), strict=True)):
        values = [row.ndcg[method] for row in report.judged]
        means = np.array([value.mean for value in values])
        reach = np.array([[value.mean - value.low, value.high - value.mean] for value in values]).T
        axes.errorbar(
            means, place - 0.15 * (shift - 1), xerr=reach.clip(0), fmt="o", color=colour, label=method
        )
    axes.set_yticks(place, [row.name for row in report.judged])
    axes.set_ylim(-0.6, len(place) - 0.4)
    axes.set_xlabel(f"nDCG@{report.judged[0].k}")
    axes.legend(frameon=False)
