"""Plot of the frontiers: nDCG to the right, IPS-nDCG upwards, one curve a system."""

from __future__ import annotations

from pathlib import Path

from tigertail.evaluation.report import Report
from tigertail.evaluation.scoring import EXPONENTS
from tigertail.plotting import add_legend, clear_frame, new_figure, save_figure, set_title


def plot_frontiers(report: Report, file: Path) -> None:
    """Plot the curve of every system over popularity exponents.

    Parameters
    ----------
    report
        The report.
    file
        The file to write: PNG, SVG or PDF.
    """
    figure = new_figure(8, 6)
    from matplotlib import colormaps

    axes = figure.add_subplot()
    colours = colormaps["tab20"].colors  # type: ignore[attr-defined]
    as_is = EXPONENTS.index(0.0)
    for number, (name, curve) in enumerate(report.curves.items()):
        ndcg, ips = zip(*curve, strict=True)
        colour = colours[number % len(colours)]
        axes.plot(ndcg, ips, "-", color=colour, linewidth=1.5, label=name)
        axes.plot(ndcg[as_is], ips[as_is], "o", color=colour, markersize=6)
    axes.set_xlabel(f"nDCG@{report.k}")
    axes.set_ylabel(f"IPS-nDCG@{report.k}: hits weighted by rarity")
    simulated = " (simulated)" if report.simulated else ""
    set_title(axes, f"{report.dataset}{simulated}: up and to the right is better")
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    clear_frame(axes, "top", "right", grid="both")
    add_legend(axes, fontsize=8)
    axes.text(1, -0.11, "dot: the system as it is", transform=axes.transAxes, ha="right", fontsize=8)
    save_figure(figure, file)
