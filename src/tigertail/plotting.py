"""Figures: one style for every picture, and one function that saves them as PNG, SVG or PDF."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tigertail.errors import ConfigError, missing_extra, printable
from tigertail.storage import replaced_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS: Final[dict[str, dict[str, None]]] = {
    "png": {},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}
"""Formats by file suffix, with the metadata to leave out, so that equal figures give equal bytes."""

INK: Final = "#1f2d3d"
NOTE: Final = "#5b6b7b"  # small print
QUIET: Final = "#b8c4d0"  # what is compared with, or only a background
# Of data; neither means the same in every figure.
BLUE: Final = "#3b6ea5"
ORANGE: Final = "#d1782f"

DPI: Final = 130


def check_format(path: Path | str) -> None:
    """Refuse, before the work for it is done, a picture that cannot be drawn.

    Raises
    ------
    ConfigError
        If the file name's suffix is not one of :data:`FORMATS`, or matplotlib is not installed.
    """
    if _format(path) not in FORMATS:
        raise ConfigError(
            f"unknown picture format '{Path(path).suffix}'",
            path=path,
            remedy=f"give the file a name, and one of the suffixes {', '.join(f'.{name}' for name in FORMATS)}",
        )
    with missing_extra("plot", "a plot"):
        import matplotlib.figure  # noqa: F401


def new_figure(width: float, height: float, *, padding: tuple[float, float] | None = None) -> Figure:
    """Return an empty figure.

    Parameters
    ----------
    width, height
        In inches.
    padding
        Padding around the axes, horizontal and vertical, in inches; None means matplotlib's.

    Raises
    ------
    ConfigError
        If matplotlib is not installed.
    """
    with missing_extra("plot", "a plot"):
        from matplotlib.figure import Figure
        from matplotlib.layout_engine import ConstrainedLayoutEngine
    across, up = padding or (None, None)
    return Figure(figsize=(width, height), dpi=DPI, layout=ConstrainedLayoutEngine(w_pad=across, h_pad=up))


def set_headline(figure: Figure, dataset: str, text: str = "", *, simulated: bool = False) -> None:
    """Write a headline at the top left: a dataset, a warning if it is simulated, and what the figure shows."""
    warning = " – SIMULATED, no listener or artist in it is real" if simulated else ""
    headline = f"{dataset}{warning}: {text}" if text else f"{dataset}{warning}"
    # The name is a person's: a dollar in it begins no formula.
    figure.suptitle(headline, x=0.01, ha="left", fontsize=13, weight="bold", color=INK, parse_math=False)


def set_title(axes: Axes, title: str, note: str = "", *, formula: bool = False) -> None:
    """Write a title at the top left of axes, with a note in small print below it.

    Parameters
    ----------
    axes
        The axes.
    title, note
        The texts.
    formula
        Whether the title has a formula in it, between dollars.
    """
    text = f"{title}\n" if note else title
    axes.set_title(text, loc="left", fontsize=11, weight="bold", color=INK, parse_math=formula)
    if note:
        axes.text(0, 1.015, note, transform=axes.transAxes, fontsize=9, color=NOTE, parse_math=False)


def add_legend(axes: Axes, **style: Any) -> None:
    """Draw a legend without a frame; a dollar in its names begins no formula."""
    for text in axes.legend(frameon=False, **style).get_texts():
        text.set_parse_math(False)


def clear_frame(axes: Axes, *sides: str, grid: Any = None) -> None:
    """Remove the frame at some sides of axes, and draw a light grid below the data.

    Parameters
    ----------
    axes
        The axes.
    *sides
        Any of "top", "right", "left" and "bottom".
    grid
        Axis of the grid: "x", "y" or "both"; None for no grid.
    """
    for side in sides:
        axes.spines[side].set_visible(False)
    if grid is not None:
        axes.grid(axis=grid, alpha=0.25)
        axes.set_axisbelow(True)


def save_figure(figure: Figure, path: Path | str) -> None:
    """Write a figure, atomically, in the format of the file's suffix; control characters of its texts are shown.

    Raises
    ------
    ConfigError
        If the format is unknown.
    TigertailError
        If the file cannot be written.
    """
    check_format(path)
    from matplotlib import rc_context
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        text.set_text(printable(text.get_text()))  # they would make an SVG no XML
    kind = _format(path)
    with (
        replaced_file(Path(path)) as temporary,
        rc_context({"svg.hashsalt": "tigertail"}),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", "Glyph .* missing")  # names are of any script, fonts are not
        figure.savefig(temporary, format=kind, metadata=FORMATS[kind])


def _format(path: Path | str) -> str:
    return Path(path).suffix.removeprefix(".").lower()
