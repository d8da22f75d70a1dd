"""Items in the plane: those that list one another lie together (UMAP, L. McInnes et al., arXiv:1802.03426).

Of the method we use its layout. Its graph is made of ranks here: affinities of different signals are on different
scales, and by rank their maps can be compared.
"""

from __future__ import annotations

import warnings
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tigertail.errors import missing_extra

NEIGHBOURS: Final = 15
# Ranks over which the weight of an edge falls by e: 15 weights then sum to about log2(15), as in UMAP.
_FALL: Final = 3.4
_HUBS: Final = 0.5  # exponent of the symmetric degree normalisation, which weakens the edges of hubs
# Chosen by eye on real models: with UMAP's own settings, whatever many listen to is pressed into one spot.
_SPREAD: Final = 1.5
_MIN_DIST: Final = 0.5
_REPULSION: Final = 3.0
_EPOCHS: Final = 200
_NEGATIVES: Final = 5
_JITTER: Final = 0.01

Floats = NDArray[np.float32]


def links(queries: NDArray[np.int32], items: NDArray[np.int32], ranks: NDArray[np.int32], n: int) -> Any:
    """Return the weights of the symmetric graph of neighbours.

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

    weights = np.exp((1 - ranks) / _FALL).astype(np.float32)
    listed = coo_array((weights, (queries, items)), shape=(n, n)).tocsr()
    back = listed.T.tocsr()
    either = listed + back - listed * back  # the fuzzy union
    held = np.asarray(either.sum(axis=1), np.float64)
    less = np.where(held > 0, held, 1.0) ** -_HUBS
    return either.multiply(less[:, None]).multiply(less[None, :]).tocsr().astype(np.float32)


def layout(held: Any, start: Floats, seed: int) -> Floats:
    """Lay items out in the plane.

    Parameters
    ----------
    held
        What :func:`links` returns. Items without a link get no place.
    start
        Where each item starts; float32, (items, 2); NaN where unknown: the item then starts among its neighbours.
    seed
        Of all chance.

    Returns
    -------
    numpy.ndarray
        Places; float32, (items, 2), NaN where there is none.

    Raises
    ------
    TigertailError
        If umap-learn is not installed.
    """
    linked = np.flatnonzero(np.diff(held.indptr))
    places = np.full(start.shape, np.nan, np.float32)
    if not len(linked):
        return places
    from scipy.sparse import coo_matrix

    umap = _umap()
    chance = np.random.RandomState(seed)
    inner = held[linked][:, linked]
    begin = _among_neighbours(inner, start[linked])
    begin += chance.normal(scale=_JITTER * max(float(begin.std()), _JITTER), size=begin.shape)
    a, b = umap.find_ab_params(_SPREAD, _MIN_DIST)
    laid, _ = umap.simplicial_set_embedding(
        data=None,
        graph=coo_matrix(inner),
        n_components=2,
        initial_alpha=1.0,
        a=a,
        b=b,
        gamma=_REPULSION,
        negative_sample_rate=_NEGATIVES,
        n_epochs=_EPOCHS,
        init=begin.astype(np.float32),
        random_state=chance,
        metric="euclidean",
        metric_kwds={},
        densmap=False,
        densmap_kwds={},
        output_dens=False,
        parallel=False,  # or chance would depend on the threads
    )
    places[linked] = laid
    return places


def aligned(places: Floats, to: Floats) -> Floats:
    """Turn or mirror places so that they lie as near as can be to others (orthogonal Procrustes); both are centred.

    Parameters
    ----------
    places, to
        Centred places of the same items; float32, (items, 2); NaN where there is none.
    """
    both = _there(places) & _there(to)
    left, _, right = np.linalg.svd(places[both].astype(np.float64).T @ to[both])
    return np.asarray(places @ (left @ right), np.float32)


def centred(places: Floats) -> Floats:
    """Move places so that their median is at 0."""
    there = _there(places)
    return np.asarray(places - np.median(places[there], axis=0), np.float32) if there.any() else places


def scaled(places: Floats) -> Floats:
    """Scale places so that the farthest coordinate is 1 or -1."""
    farthest = np.nanmax(np.abs(places), initial=0)
    return np.asarray(places / farthest, np.float32) if farthest > 0 else places


def _among_neighbours(held: Any, start: Floats) -> NDArray[np.float64]:
    """Return where items start, those of unknown place at the mean of their neighbours of known place."""
    known = _there(start)
    begin = np.where(known[:, None], start, 0).astype(np.float64)
    weight = np.asarray(held @ known.astype(np.float64))
    mean = np.asarray(held @ begin) / np.where(weight > 0, weight, 1.0)[:, None]
    middle = begin[known].mean(axis=0) if known.any() else np.zeros(2)
    mean[weight == 0] = middle
    return np.asarray(np.where(known[:, None], begin, mean))


def _there(places: Floats) -> NDArray[np.bool_]:
    return np.asarray(np.isfinite(places).all(axis=1), np.bool_)


def _umap() -> Any:
    with missing_extra("map", "the layout of the map"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about optional parts that need TensorFlow
        from umap import umap_  # type: ignore[import-untyped]
    return umap_
