"""Curated sequences against their formula, and in worlds whose answer anyone can see."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.errors import DataError
from tigertail.signals.sequences.signal import Sequences, SequencesConfig, fit_sequences, mean_nearness
from tigertail.threads import limited

ITEMS = "abcdefgh"
PLAIN = SequencesConfig(reach=5.0, beta=1.0, shrinkage=0.0, curator=1.0, repertoire=False)
Row = tuple[str, int | None, str, str | None]


def fitted(folder: Path, rows: list[Row], config: SequencesConfig = PLAIN) -> Sequences:
    schema = {"sequence_id": pl.String, "position": pl.Int32, "item_id": pl.String, "curator": pl.String}
    plays = pl.DataFrame({"listener_id": [f"u{n}" for n in range(8)], "item_id": list(ITEMS), "plays": 1.0})
    tables: dict[str, pl.DataFrame | pl.LazyFrame] = {
        "plays": plays,
        "sequences": pl.DataFrame(rows, schema=schema, orient="row"),
    }
    dataset = Dataset.write(folder / "dataset", tables, name="shows", replace=True)
    return fit_sequences(dataset, Interactions.of(dataset), config)


def affinity(signal: Sequences, a: str, b: str) -> float:
    return float(signal.affinity(np.array([ITEMS.index(a)], np.int32))[0, ITEMS.index(b)])


def show(name: str, items: str, curator: str | None = None) -> list[Row]:
    return [(name, place, item, curator) for place, item in enumerate(items, start=1)]


def test_what_stands_side_by_side_is_nearer_than_what_stands_apart(tmp_path: Path) -> None:
    signal = fitted(tmp_path, show("s", "abcde"))
    assert affinity(signal, "a", "b") > affinity(signal, "a", "c") > affinity(signal, "a", "e") > 0
    assert affinity(signal, "a", "b") == pytest.approx(1.0)
    assert affinity(signal, "a", "c") == pytest.approx(np.exp(-1 / 5))


def test_what_no_sequence_holds_is_unknown(tmp_path: Path) -> None:
    signal = fitted(tmp_path, show("s", "abc") + show("t", "d"))
    assert signal.known.tolist() == [True] * 3 + [False] * 5, "d stands alone"
    assert affinity(signal, "a", "d") == -np.inf


def test_ten_times_by_one_curator_are_less_than_by_ten(tmp_path: Path) -> None:
    config = PLAIN.model_copy(update={"curator": 0.25, "beta": 0.0})
    often = [row for n in range(10) for row in show(f"s{n}", "ab", "one")]
    widely = [row for n in range(10) for row in show(f"t{n}", "ac", f"dj{n}")]
    signal = fitted(tmp_path, often + widely, config)
    assert affinity(signal, "a", "c") == pytest.approx(affinity(signal, "a", "b") * 10**0.75)
    counted = fitted(tmp_path, often + widely, config.model_copy(update={"curator": 1.0}))
    assert affinity(counted, "a", "c") == pytest.approx(affinity(counted, "a", "b"))


def test_a_sequence_of_nobodys_speaks_for_itself(tmp_path: Path) -> None:
    config = PLAIN.model_copy(update={"curator": 0.25})
    rows = [row for n in range(3) for row in show(f"s{n}", "ab")]
    assert affinity(fitted(tmp_path, rows, config), "a", "b") == pytest.approx(1.0)
    together = [row for n in range(3) for row in show(f"s{n}", "ac", "dj")] + show("t", "ad", "other")
    signal = fitted(tmp_path, rows + together, config)
    assert affinity(signal, "a", "b") > affinity(signal, "a", "c")


def test_few_curators_count_less(tmp_path: Path) -> None:
    config = PLAIN.model_copy(update={"shrinkage": 3.0})
    signal = fitted(tmp_path, show("s", "ab", "one"), config)
    assert affinity(signal, "a", "b") == pytest.approx(1 / 4)


def test_an_order_nobody_knows_is_the_mean_of_all(tmp_path: Path) -> None:
    signal = fitted(tmp_path, [("s", None, item, None) for item in "abc"])
    nearness = (2 * 1 + np.exp(-1 / 5)) / 3  # of three places two pairs are side by side
    assert mean_nearness(3, 5.0) == pytest.approx(nearness)
    assert affinity(signal, "a", "b") == affinity(signal, "a", "c") == pytest.approx(1.0)
    both = fitted(tmp_path, [("s", None, item, None) for item in "abc"] + show("t", "ab"))
    assert affinity(both, "a", "b") == pytest.approx((nearness + 1) / (nearness + 1))
    assert affinity(both, "a", "c") == pytest.approx(nearness / np.sqrt((1 + nearness) * nearness))


def test_one_place_without_a_number_takes_the_order_away(tmp_path: Path) -> None:
    rows = show("s", "abc")
    rows[1] = ("s", None, "b", None)
    signal = fitted(tmp_path, rows)
    assert affinity(signal, "a", "c") == pytest.approx(affinity(signal, "a", "b"))


def test_in_an_order_nobody_knows_an_item_that_has_several_places_counts_once(tmp_path: Path) -> None:
    rows = show("s", "abcab")
    rows[2] = ("s", None, "c", None)
    signal = fitted(tmp_path, rows, PLAIN.model_copy(update={"reach": 0.1}))
    assert [affinity(signal, "a", item) for item in "bc"] == pytest.approx([1.0, 1.0])


def test_a_curators_repertoire_is_a_sequence_more(tmp_path: Path) -> None:
    rows = show("s", "ab", "dj") + show("t", "cd", "dj")
    assert affinity(fitted(tmp_path, rows), "a", "c") == -np.inf
    config = PLAIN.model_copy(update={"repertoire": True})
    assert 0 < affinity(fitted(tmp_path, rows, config), "a", "c") < affinity(fitted(tmp_path, rows), "a", "b")


def test_a_popularity_exponent_below_one_lets_stars_rise(tmp_path: Path) -> None:
    rows = show("s", "ab") + show("t", "ac") + show("u", "bd") + show("v", "be")
    at_exponents = {
        beta: fitted(tmp_path, rows, PLAIN.model_copy(update={"beta": beta})) for beta in (0.0, 1.0)
    }
    assert affinity(at_exponents[1.0], "a", "c") > affinity(at_exponents[1.0], "a", "b"), "b is everywhere"
    assert affinity(at_exponents[0.0], "a", "c") == pytest.approx(affinity(at_exponents[0.0], "a", "b"))


def drawn(seed: int) -> list[Row]:
    """Shows of some DJs, items repeated, places shared and left out; every third one without an order."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for number in range(30):
        places = np.sort(rng.integers(0, 12, 6))
        dj = None if number % 5 == 0 else f"dj{rng.integers(0, 4)}"
        rows += {
            (f"s{number}", None if number % 3 == 0 else int(place), ITEMS[rng.integers(0, 7)], dj)
            for place in places
        }
    return sorted(rows, key=str)


def formula(rows: list[Row], config: SequencesConfig) -> NDArray[np.float64]:
    """Return aff(A -> B) from the docstring, pair by pair."""
    shows: dict[tuple[str, str], list[tuple[int | None, str]]] = defaultdict(list)
    for sequence, position, item, curator in rows:
        shows[curator or f"\0{sequence}", sequence].append((position, item))
    said: dict[tuple[str, str, str], float] = defaultdict(float)
    for (curator, _), entries in shows.items():
        flat = mean_nearness(len(entries), config.reach)
        for a in ITEMS:
            for b in ITEMS:
                near = sum(
                    flat if p is None or q is None else np.exp(-max(abs(p - q) - 1, 0) / config.reach)
                    for p, i in entries
                    for q, j in entries
                    if (i, j) == (a, b)
                )
                if a == b and near:
                    near = flat if entries[0][0] is None else 1.0
                if near:
                    said[curator, a, b] += min(near, 1.0)
    total = np.zeros((8, 8))
    common = np.zeros((8, 8))
    for (_, a, b), value in said.items():
        total[ITEMS.index(a), ITEMS.index(b)] += value**config.curator
        common[ITEMS.index(a), ITEMS.index(b)] += 1
    own = np.where(np.diag(total) > 0, np.diag(total), 1.0)
    scores = (
        total
        / np.sqrt(own)[:, None]
        / own ** (config.beta / 2)
        * common
        / (common + config.shrinkage + 1e-300)
    )
    scores[common == 0] = -np.inf
    np.fill_diagonal(scores, -np.inf)
    return np.asarray(scores)


@pytest.mark.parametrize("seed", [0, 1])
def test_affinity_is_the_formula(tmp_path: Path, seed: int) -> None:
    config = SequencesConfig(reach=4.0, curator=0.5, beta=0.75, shrinkage=2.0, repertoire=False)
    scores = fitted(tmp_path, drawn(seed), config).affinity(np.arange(8, dtype=np.int32))
    np.testing.assert_allclose(scores, formula(drawn(seed), config), rtol=1e-5)


def test_the_number_of_threads_changes_no_byte(tmp_path: Path) -> None:
    made = []
    for threads in (1, None):
        with limited(threads):
            lists = fitted(tmp_path, drawn(3), SequencesConfig()).neighbours
        made.append((lists.indices.tobytes(), lists.data.tobytes()))
    assert made[0] == made[1]


def test_a_dataset_without_sequences_says_so(scenes: Dataset) -> None:
    with pytest.raises(DataError, match="no table 'sequences'"):
        fit_sequences(scenes, Interactions.of(scenes), SequencesConfig())


def test_of_what_goes_together_it_tells_where(tmp_path: Path) -> None:
    signal = fitted(tmp_path, show("s", "abc") + show("t", "de"))
    told = signal.explain(0, np.array([1, 3], np.int32))
    assert [evidence.words for evidence in told] == ["played on the same shows or playlists", ""]
