"""The weights of a mixture, as a table and as a picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from tigertail.errors import ConfigError
from tigertail.model import Model, weights
from tigertail.model.model import Provenance
from tigertail.model.registry import SIGNALS
from tigertail.model.weights import plot_weights, weights_table


def test_weights_sum_to_1_from_nobody_to_the_most_popular(local_model: Model) -> None:
    table = weights_table(local_model)
    assert table["listeners"].to_list() == [0, 1, 2, 5, 10, 20, 45]
    heard = table.filter(table["listeners"] > 0)
    assert heard["listening"].to_list() == [1.0] * 6
    assert table["listening"][0] == 0, "of whom nobody has heard, listening knows nothing"


def test_it_can_be_drawn(local_model: Model, tmp_path: Path) -> None:
    plot_weights(weights_table(local_model), tmp_path / "weights.png")
    assert (tmp_path / "weights.png").read_bytes().startswith(b"\x89PNG")


def test_the_picture_says_which_dataset_it_is_of_and_that_it_is_simulated(
    local_model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    headlines = []
    monkeypatch.setattr(weights, "save_figure", lambda figure, path: headlines.append(figure.get_suptitle()))
    for simulated in (True, False):
        plot_weights(weights_table(local_model), tmp_path / "w.png", Provenance("world", "", simulated))
    assert "SIMULATED" in headlines[0]
    assert headlines[1] == "world"


def test_signals_of_the_mixture_are_told_apart_by_colour() -> None:
    colours = [spec.colour for spec in SIGNALS.values() if spec.in_mixture]
    assert len(set(colours)) == len(colours)


def test_a_picture_of_no_known_format_is_refused_and_others_are_the_same_bytes(
    local_model: Model, tmp_path: Path
) -> None:
    table = weights_table(local_model)
    with pytest.raises(ConfigError, match=r"unknown picture format '\.bmp'"):
        plot_weights(table, tmp_path / "weights.bmp")
    for kind in ("png", "svg", "pdf"):
        one, two = tmp_path / f"one.{kind}", tmp_path / f"two.{kind}"
        plot_weights(table, one)
        plot_weights(table, two)
        assert one.read_bytes() == two.read_bytes()


def test_a_model_without_a_mixture_has_no_weights(local_model: Model) -> None:
    signals = {name: signal for name, signal in local_model.signals.items() if name != "mixture"}
    bare = Model(local_model.items, signals, local_model.config, local_model.provenance)
    with pytest.raises(ConfigError, match="has no mixture"):
        weights_table(bare)
