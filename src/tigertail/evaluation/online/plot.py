"""Plot of an online report: win share over time, position bias, and estimated nDCG of rankings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from tigertail.evaluation.online.report import DuelRow, OnlineReport
from tigertail.plotting import (
    BLUE,
    INK,
    ORANGE,
    QUIET,
    add_legend,
    clear_frame,
    new_figure,
    save_figure,
    set_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RANKS_SHOWN: Final = 30


def plot_online(report: OnlineReport, file: Path) -> None:
    """Plot a report; of several pairs of interleaved models the one with the most lists.

    Parameters
    ----------
    report
        The report.
    file
        The file to write: PNG, SVG or PDF.
    """
    panels = 2 + bool(report.estimates)
    figure = new_figure(5.5 * panels, 4.5)
    axes = np.atleast_1d(figure.subplots(1, panels))
    _win_share(axes[0], report.duels[0] if report.duels else None)
    _position_bias(axes[1], report)
    if report.estimates:
        _ndcg(axes[2], report)
    for one in axes:
        clear_frame(one, "top", "right", grid="both")
    save_figure(figure, file)


def _win_share(axes: Axes, duel: DuelRow | None) -> None:
    """Draw the confidence sequence of the first model's win share, in percent; 50 is a tie."""
    set_title(axes, "Win share")
    if duel is None or not duel.course:
        axes.text(0.5, 0.5, "no interleaved lists", transform=axes.transAxes, ha="center")
        return
    at, low, high = (np.array(column, float) for column in zip(*duel.course, strict=True))
    axes.fill_between(at, 100 * low, 100 * high, color=BLUE, alpha=0.3, linewidth=0)
    axes.axhline(50, color=INK, linewidth=1)
    if duel.test.decided_at is not None:
        axes.axvline(
            duel.test.decided_at,
            color=ORANGE,
            linewidth=1,
            label=f"decided: {duel.winner or 'for one, but the win share then changed'}",
        )
        add_legend(axes)
    axes.set_xlabel("listeners that count")
    axes.set_ylabel(f"win share of {duel.first} against {duel.second}, %", parse_math=False)
    axes.set_ylim(0, 100)


def _position_bias(axes: Axes, report: OnlineReport) -> None:
    """Draw how often each rank gets plays or likes, and how often it is examined, each relative to a first rank."""
    rows = report.ranks[:RANKS_SHOWN]
    ranks = [row.rank for row in rows]
    set_title(axes, "Position bias")
    base = next((row for row in rows if row.positive.mean), None)
    if base is None:
        axes.text(0.5, 0.5, "no plays or likes by rank", transform=axes.transAxes, ha="center")
        return
    positive = [row.positive.mean / base.positive.mean for row in rows]
    axes.plot(ranks, positive, "o--", color=QUIET, label=f"plays and likes, relative to rank {base.rank}")
    examined = [(row.rank, row.examination) for row in rows if row.examination is not None]
    if examined:
        known, values = zip(*examined, strict=True)
        axes.fill_between(
            known,
            [one.low for one in values],
            [one.high for one in values],
            color=BLUE,
            alpha=0.3,
            linewidth=0,
        )
        axes.plot(known, [one.mean for one in values], "o-", color=BLUE, label="examined, relative to rank 1")
    axes.set_xlabel("rank")
    axes.set_ylim(bottom=0)
    add_legend(axes)


def _ndcg(axes: Axes, report: OnlineReport) -> None:
    """Draw a row for each ranking, the first at the top, with a point and interval for each method of estimation."""
    set_title(axes, "Estimated nDCG of rankings")
    height = np.arange(len(report.estimates))[::-1]
    methods = list(report.estimates[0].ndcg)
    for shift, (method, colour) in enumerate(zip(methods, (QUIET, ORANGE, BLUE), strict=True)):
        values = [row.ndcg[method] for row in report.estimates]
        means = np.array([value.mean for value in values])
        bounds = np.array([[value.mean - value.low, value.high - value.mean] for value in values]).T
        axes.errorbar(
            means, height - 0.15 * (shift - 1), xerr=bounds.clip(0), fmt="o", color=colour, label=method
        )
    axes.set_yticks(height, [row.name for row in report.estimates], parse_math=False)
    axes.set_ylim(-0.6, len(height) - 0.4)
    axes.set_xlabel(f"nDCG@{report.estimates[0].k}")
    add_legend(axes)
