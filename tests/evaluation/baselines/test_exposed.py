"""Baselines where half of the listeners use a service that lacks the last ten items."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.evaluation import ProtocolConfig, Split, hold_out
from tigertail.evaluation.baselines import ALS, ItemItem, RP3Beta

EVERY = np.arange(26, dtype=np.int32)


@pytest.fixture(scope="module")
def served(world: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Split:
    path: Path = tmp_path_factory.mktemp("served") / "dataset"
    small = pl.col(c.LISTENER_ID) < "u30"
    plays = world.plays.filter(~small | (pl.col(c.ITEM_ID) < "i15"))
    listeners = world.listeners.with_columns(
        pl.when(small).then(pl.lit("small")).otherwise(pl.lit("large")).alias(c.SOURCE)
    )
    tables = {c.PLAYS_TABLE: plays, c.LISTENERS_TABLE: listeners, c.ITEMS_TABLE: world.items}
    return hold_out(Dataset.write(path, tables, name="served"), ProtocolConfig())


@pytest.fixture(scope="module")
def scale(served: Split) -> NDArray[np.float64]:
    """Return by how much more listeners each item would have if all could hear it: those of the small service too."""
    sizes = dict(served.train.listeners[c.SOURCE].value_counts().iter_rows())
    late = (served.interactions.items.ids >= "i15").to_numpy()
    return np.where(late, 1 + sizes["small"] / sizes["large"], 1.0)


def ratio(exposed: NDArray[np.float32], blind: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return by how much exposure multiplies each affinity; NaN where there is none."""
    assert np.array_equal(np.isfinite(exposed), np.isfinite(blind))
    both = np.where(np.isfinite(blind), [exposed, blind], np.nan).astype(np.float64)
    return np.asarray(both[0] / both[1])


def test_rp3beta_divides_by_the_listeners_there_would_be(served: Split, scale: NDArray[np.float64]) -> None:
    exposed, blind = (RP3Beta(beta=0.5, exposure=on).fit(served).affinity(EVERY) for on in (True, False))
    found = ratio(exposed, blind)
    assert np.isfinite(found).any(axis=0).sum() == 25
    np.testing.assert_allclose(found, np.where(np.isfinite(found), scale**-0.5, np.nan), rtol=1e-5)


def test_the_cosine_is_that_of_the_listeners_there_would_be(
    served: Split, scale: NDArray[np.float64]
) -> None:
    exposed, blind = (ItemItem(exposure=on).fit(served).affinity(EVERY) for on in (True, False))
    found = ratio(exposed, blind)
    longer = np.sqrt(np.outer(scale, scale))
    assert np.isfinite(found).any(axis=0).sum() == 25
    np.testing.assert_allclose(found, np.where(np.isfinite(found), 1 / longer, np.nan), rtol=1e-5)


def test_als_leaves_out_what_could_not_be_observed(served: Split) -> None:
    exposed, blind = (ALS(factors=8, beta=0, exposure=on).fit(served).affinity(EVERY) for on in (True, False))
    late = (served.interactions.items.ids >= "i15").to_numpy() & (served.popularity > 0)
    early = (served.interactions.items.ids < "i15").to_numpy()
    pairs = np.ix_(early, late)
    assert np.median(exposed[pairs] / blind[pairs]) > 1, "not to be offered is not to be disliked"


@pytest.mark.parametrize("baseline", [ALS, ItemItem, RP3Beta])
def test_where_all_could_hear_everything_exposure_changes_nothing(
    baseline: type[ALS | ItemItem | RP3Beta], split: Split
) -> None:
    exposed, blind = (baseline(exposure=on).fit(split).affinity(EVERY) for on in (True, False))
    np.testing.assert_array_equal(exposed, blind)
