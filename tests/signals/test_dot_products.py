from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tigertail.ranking.topk import top_k
from tigertail.signals.dot_products import blocks, dots, largest_dots

Floats = NDArray[np.float32]


def vectors(items: int, factors: int, *, copies: int = 1) -> Floats:
    """Return random vectors, each as often as there are copies of it."""
    drawn = np.random.default_rng(items).standard_normal((items // copies, factors))
    return np.repeat(drawn.astype(np.float32), copies, axis=0)


def check(of_queries: Floats, of_items: Floats, k: int) -> None:
    """Compare what is found with the best of all products, to the bit."""
    exclude = np.arange(len(of_queries), dtype=np.int32)
    allowed = np.arange(len(of_items)) % 5 != 2
    scores = dots(of_queries, blocks(of_items), len(of_items))
    codes, best = top_k(np.where(allowed, scores, np.float32(-np.inf)), k, exclude)
    found, products = largest_dots(of_queries, of_items, k, allowed, exclude)
    assert found.tolist() == codes.tolist()
    assert products.tobytes() == best.tobytes()


@pytest.mark.parametrize("queries", [1, 7, 8, 300], ids=lambda n: f"{n} queries")
@pytest.mark.parametrize("factors", [7, 64])
def test_the_largest_products_are_found_to_the_bit(queries: int, factors: int) -> None:
    items = vectors(3_000, factors)
    check(items[:queries], items, 20)


def test_where_many_are_equal_all_products_are_compared() -> None:
    # 60 twins of each: more than are looked at beyond the best, and a BLAS may round them apart.
    items = vectors(3_000, 13, copies=60)
    check(items[::40], items, 20)


@pytest.mark.parametrize("k", [0, 1, 150, 200])
def test_more_may_be_asked_for_than_there_are(k: int) -> None:
    items = vectors(180, 9)
    codes, products = largest_dots(
        items[:20], items, k, np.ones(180, np.bool_), np.arange(20, dtype=np.int32)
    )
    assert codes.shape == products.shape == (20, k)
    assert (codes[:, : min(k, 179)] >= 0).all()
    assert (codes[:, 179:] == -1).all()
    assert np.isneginf(products[:, 179:]).all()
