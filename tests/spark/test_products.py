"""Common listeners counted by ranges of items are those of one machine, to the last bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.spark.here import ClusterHere, confidences

from tigertail.signals.co_listening import CoListeningConfig, fit_co_listening, strongest_products
from tigertail.spark import products
from tigertail.spark.products import DistributedProducts, ranges_of
from tigertail.sparse import CSR


def bits(matrix: CSR) -> list[bytes]:
    return [array.tobytes() for array in matrix.to_arrays().values()]


@pytest.fixture(scope="module")
def plays() -> CSR:
    return confidences()


@pytest.mark.parametrize("pairs", [10**9, 50_000], ids=["two ranges", "seven ranges"])
def test_neighbours_are_those_of_one_machine(
    plays: CSR, pairs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(products, "RANGE_PAIRS", pairs)
    cluster, config = ClusterHere(), CoListeningConfig(neighbours=30)
    found = fit_co_listening(plays, config, products=DistributedProducts(cluster, tmp_path)).neighbours
    assert found.nnz > 10_000
    assert bits(found) == bits(fit_co_listening(plays, config).neighbours)
    assert cluster.made == ["neighbours"]
    assert len(list(tmp_path.glob("*/neighbours/*"))) == (2 if pairs == 10**9 else 7)


def test_ranges_have_the_same_work(plays: CSR) -> None:
    heavy = CSR.from_coo(np.arange(100), np.zeros(100), np.ones(100), (100, 4))  # all play one item
    assert ranges_of(heavy.transpose(), heavy).tolist() == [0, 1, 4]
    bounds = ranges_of(plays.transpose(), plays)
    work = np.add.reduceat(plays.transpose().row_sizes, bounds[:-1])
    assert abs(work[0] / work[1] - 1) < 0.01


def test_what_changed_is_counted_again(plays: CSR, tmp_path: Path) -> None:
    few = plays.select_rows(np.arange(500))

    def made(weights: CSR = few, k: int = 5, shrinkage: float = 0.0) -> list[str]:
        cluster = ClusterHere()
        found = DistributedProducts(cluster, tmp_path)(weights.transpose(), weights, k, shrinkage=shrinkage)
        assert bits(found) == bits(strongest_products(weights.transpose(), weights, k, shrinkage=shrinkage))
        return cluster.made

    assert made() == ["neighbours"]
    assert made() == []
    assert made(k=6) == made(shrinkage=1.0) == made(few.with_data(few.data + 1)) == ["neighbours"]
