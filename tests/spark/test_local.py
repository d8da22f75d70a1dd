"""Local models from tasks are those of one machine, to the last bit, and are not fitted twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.spark.here import ITEMS, LISTENERS, ClusterHere, confidences
from tests.support import als_config

from tigertail.factorization import Factors, fit_als
from tigertail.signals.listening.solve import LocalModel, Ridge, fit_groups
from tigertail.spark.local import DistributedGroups
from tigertail.sparse import CSR

RIDGE = Ridge(min_listeners=2, alpha0=0.1, penalty=3.0)
GROUPS = [np.arange(place, LISTENERS, 7) for place in range(3)] + [np.array([5])]
"""Three of a seventh of the listeners each, and a listener alone, who has no item in common with another."""


@pytest.fixture(scope="module")
def fitted() -> tuple[CSR, Factors]:
    weights = confidences()
    return weights, fit_als(weights, als_config(factors=12, iterations=1))


def bits(models: list[LocalModel]) -> list[tuple[bytes, bytes, tuple[int, ...]]]:
    return [(model.known.tobytes(), model.vectors.tobytes(), model.vectors.shape) for model in models]


def test_every_group_is_that_of_one_machine(fitted: tuple[CSR, Factors], tmp_path: Path) -> None:
    ticks: list[int] = []
    found = DistributedGroups(ClusterHere(), tmp_path)(*fitted, GROUPS, RIDGE, after_group=ticks.append)
    assert bits(found) == bits(fit_groups(*fitted, GROUPS, RIDGE))
    assert 0 < len(found[0].known) < ITEMS
    assert found[-1].vectors.shape == (0, 12)
    assert ticks == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("groups", "ridge", "made"),
    [
        (GROUPS, RIDGE, []),
        (GROUPS[:2], RIDGE, ["local-models"]),
        (GROUPS, Ridge(2, 0.1, 4.0), ["local-models"]),
    ],
    ids=["nothing", "groups", "penalty"],
)
def test_what_changed_is_fitted_again(
    fitted: tuple[CSR, Factors],
    groups: list[NDArray[np.int64]],
    ridge: Ridge,
    made: list[str],
    tmp_path: Path,
) -> None:
    DistributedGroups(ClusterHere(), tmp_path)(*fitted, GROUPS, RIDGE)
    again = ClusterHere()
    assert bits(DistributedGroups(again, tmp_path)(*fitted, groups, ridge)) == bits(
        fit_groups(*fitted, groups, ridge)
    )
    assert again.made == made


def test_without_a_group_there_is_no_task(fitted: tuple[CSR, Factors], tmp_path: Path) -> None:
    cluster = ClusterHere()
    assert DistributedGroups(cluster, tmp_path)(*fitted, [], RIDGE) == []
    assert cluster.made == []
