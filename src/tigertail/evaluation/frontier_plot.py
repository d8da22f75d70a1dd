"""The frontier as a picture: accuracy to the right, the tail's share upwards, one curve a system."""

from __future__ import annotations

from pathlib import Path

from tigertail.errors import missing_extra
from tigertail.evaluation.report import Report
from tigertail.evaluation.scoring import DIAL
from tigertail.storage import replaced_file


def plot_frontiers(report: Report, file: Path) -> None:
    """Draw every system's curve over the popularity dial.

    Parameters
    ----------
    report
        What to draw.
    file
        The PNG to write.
    """
    with missing_extra("plot", "drawing a plot"):
        from matplotlib import colormaps
        from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 6), layout="constrained")
    axes = figure.add_subplot()
    colours = colormaps["tab20"].colors  # type: ignore[attr-defined]
    own = DIAL.index(0.0)
    for number, (name, curve) in enumerate(report.curves.items()):
        ndcg, ips = zip(*curve, strict=True)
        colour = colours[number % len(colours)]
        axes.plot(ndcg, ips, "-", color=colour, linewidth=1.5, label=name)
        axes.plot(ndcg[own], ips[own], "o", color=colour, markersize=6)
    axes.set_xlabel(f"nDCG@{report.k}")
    axes.set_ylabel(f"IPS-nDCG@{report.k}: each hit weighs by how rare it is")
    invented = " (simulated)" if report.simulated else ""
    axes.set_title(f"{report.dataset}{invented}: up and to the right is better", loc="left")
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, fontsize=8)
    axes.text(1, -0.11, "dot: the system as it is", transform=axes.transAxes, ha="right", fontsize=8)
    with replaced_file(file) as temporary:
        figure.savefig(temporary, format="png", dpi=150)
