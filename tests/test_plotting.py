"""Figures: formats, bytes, and what happens without matplotlib."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tigertail.errors import ConfigError, TigertailError
from tigertail.plotting import (
    FORMATS,
    add_legend,
    check_format,
    clear_frame,
    new_figure,
    save_figure,
    set_headline,
    set_title,
)

STARTS = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


def drawn(file: Path) -> Path:
    figure = new_figure(3, 2, padding=(0.1, 0.1))
    axes = figure.subplots()
    axes.plot([0, 1], [1, 0])
    set_title(axes, "Title", "a note")
    clear_frame(axes, "top", "right", grid="both")
    set_headline(figure, "a {world}", "what it shows", simulated=True)
    save_figure(figure, file)
    return file


@pytest.mark.parametrize("kind", FORMATS)
def test_the_suffix_chooses_the_format_and_equal_figures_have_equal_bytes(kind: str, tmp_path: Path) -> None:
    first, second = (drawn(tmp_path / f"{name}.{kind.upper()}").read_bytes() for name in ("first", "second"))
    assert first.startswith(STARTS[kind])
    assert first == second


@pytest.mark.parametrize("name", ["plot.bmp", "plot", ".png"])
def test_another_format_is_refused_before_anything_is_drawn(name: str, tmp_path: Path) -> None:
    for refused in (check_format, drawn):
        with pytest.raises(ConfigError, match="unknown picture format") as error:
            refused(tmp_path / name)
        assert ".png, .svg, .pdf" in error.value.remedy
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TigertailError):
        drawn(tmp_path / "file" / "plot.png")


def test_dollars_in_names_are_dollars(tmp_path: Path) -> None:
    figure = new_figure(3, 2)
    axes = figure.subplots()
    set_headline(figure, r"a $\foo$")
    set_title(axes, r"$\frac$ by rank", r"of $\foo$")
    axes.plot([0, 1], label=r"$\foo$")
    add_legend(axes)
    save_figure(figure, tmp_path / "names.png")
    set_title(axes, "rank$^{-1.00}$", formula=True)
    assert axes.get_title(loc="left") == "rank$^{-1.00}$"


def test_a_control_character_is_shown_and_not_sent(tmp_path: Path) -> None:
    figure = new_figure(3, 2)
    set_headline(figure, "Bell\x07 End")
    save_figure(figure, tmp_path / "bell.svg")
    ElementTree.parse(tmp_path / "bell.svg")
    assert r"Bell\x07 End" in (tmp_path / "bell.svg").read_text("utf-8")


def test_a_grid_without_a_side_less() -> None:
    axes = new_figure(3, 2).subplots()
    clear_frame(axes, grid="x")
    assert axes.spines["top"].get_visible()


def test_without_matplotlib_the_remedy_is_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    for refused in (lambda: check_format("plot.png"), lambda: new_figure(3, 2)):
        with pytest.raises(ConfigError, match="a plot needs matplotlib") as error:
            refused()
        assert error.value.remedy == "pip install 'tigertail[plot]'"
