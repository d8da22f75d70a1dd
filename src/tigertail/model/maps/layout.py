"""Items in the plane: those that list one another lie together (UMAP, L. McInnes et al., arXiv:1802.03426).

We use UMAP's layout, but build its graph from ranks, not distances: affinities of different signals are on different
scales, and by rank their maps can be compared.
"""

from __future__ import annotations

import warnings
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tigertail.errors import missing_extra

NEIGHBOURS: Final = 15
# Decay length, in ranks, of an edge's weight: 15 weights then sum to about log2(15), as in UMAP.
_DECAY_LENGTH: Final = 3.4
_DEGREE_EXPONENT: Final = 0.5  # of the symmetric degree normalisation, which weakens the edges of hubs
# These three are chosen by eye on real models: with UMAP's own, whatever many listen to is pressed into one spot.
_SPREAD: Final = 1.5
_MIN_DIST: Final = 0.5
_REPULSION: Final = 3.0
_EPOCHS: Final = 200  # UMAP's own for more than 10,000 items
_NEGATIVES: Final = 5  # UMAP's own
_JITTER: Final = 0.01  # of the standard deviation of the initial positions

Floats = NDArray[np.float32]


def neighbour_graph(
    queries: NDArray[np.int32], items: NDArray[np.int32], ranks: NDArray[np.int32], n: int
) -> Any:
    """Return the weights of the symmetric neighbour graph.

    Parameters
    ----------
    queries, items, ranks
        Lists: which item stands at which rank, from 1, after which query; int32, (rows,).
    n
        How many items there are.

    Returns
    -------
    scipy.sparse.csr_array
        Symmetric and not negative; float32, (n, n).
    """
    from scipy.sparse import coo_array

    weights = np.exp((1 - ranks) / _DECAY_LENGTH).astype(np.float32)
    listed = coo_array((weights, (queries, items)), shape=(n, n)).tocsr()
    back = listed.T.tocsr()
    union = listed + back - listed * back  # of fuzzy sets
    degree = np.asarray(union.sum(axis=1), np.float64)
    scale = np.where(degree > 0, degree, 1.0) ** -_DEGREE_EXPONENT
    return union.multiply(scale[:, None]).multiply(scale[None, :]).tocsr().astype(np.float32)


def layout(graph: Any, init: Floats, seed: int) -> Floats:
    """Lay items out in the plane.

    Parameters
    ----------
    graph
        What :func:`neighbour_graph` returns. Items without an edge get no position.
    init
        Initial position of each item; float32, (items, 2). Where it is NaN, the item starts at the mean of its
        neighbours.
    seed
        Random seed.

    Returns
    -------
    numpy.ndarray
        Positions; float32, (items, 2), NaN where there is none.

    Raises
    ------
    TigertailError
        If umap-learn is not installed.
    """
    connected = np.flatnonzero(np.diff(graph.indptr))
    positions = np.full(init.shape, np.nan, np.float32)
    if not len(connected):
        return positions
    from scipy.sparse import coo_matrix

    umap = _umap()
    rng = np.random.RandomState(seed)
    subgraph = graph[connected][:, connected]
    initial = _among_neighbours(subgraph, init[connected])
    initial += rng.normal(scale=_JITTER * max(float(initial.std()), _JITTER), size=initial.shape)
    a, b = umap.find_ab_params(_SPREAD, _MIN_DIST)
    embedding, _ = umap.simplicial_set_embedding(
        data=None,
        graph=coo_matrix(subgraph),
        n_components=2,
        initial_alpha=1.0,
        a=a,
        b=b,
        gamma=_REPULSION,
        negative_sample_rate=_NEGATIVES,
        n_epochs=_EPOCHS,
        init=initial.astype(np.float32),
        random_state=rng,
        metric="euclidean",
        metric_kwds={},
        densmap=False,
        densmap_kwds={},
        output_dens=False,
        parallel=False,  # or the layout would depend on the threads
    )
    positions[connected] = embedding
    return positions


def align(positions: Floats, target: Floats) -> Floats:
    """Turn or mirror positions so that they lie as near as can be to others (orthogonal Procrustes).

    Parameters
    ----------
    positions, target
        Positions of the same items, both already centred; float32, (items, 2); NaN where there is none.
    """
    both = _has_position(positions) & _has_position(target)
    left, _, right = np.linalg.svd(positions[both].astype(np.float64).T @ target[both])
    return np.asarray(positions @ (left @ right), np.float32)


def centre(positions: Floats) -> Floats:
    """Move positions so that their median is at 0."""
    placed = _has_position(positions)
    return (
        np.asarray(positions - np.median(positions[placed], axis=0), np.float32)
        if placed.any()
        else positions
    )


def scale(positions: Floats) -> Floats:
    """Scale positions so that the farthest coordinate is 1 or -1."""
    farthest = np.nanmax(np.abs(positions), initial=0)
    return np.asarray(positions / farthest, np.float32) if farthest > 0 else positions


def _among_neighbours(graph: Any, init: Floats) -> NDArray[np.float64]:
    """Return initial positions, unknown ones at the mean of the neighbours' known ones."""
    known = _has_position(init)
    initial = np.where(known[:, None], init, 0).astype(np.float64)
    weight = np.asarray(graph @ known.astype(np.float64))
    mean = np.asarray(graph @ initial) / np.where(weight > 0, weight, 1.0)[:, None]
    middle = initial[known].mean(axis=0) if known.any() else np.zeros(2)
    mean[weight == 0] = middle
    return np.asarray(np.where(known[:, None], initial, mean))


def _has_position(positions: Floats) -> NDArray[np.bool_]:
    return np.asarray(np.isfinite(positions).all(axis=1), np.bool_)


def _umap() -> Any:
    with missing_extra("map", "the layout of the map"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about optional parts that need TensorFlow
        from umap import umap_  # type: ignore[import-untyped]
    return umap_
