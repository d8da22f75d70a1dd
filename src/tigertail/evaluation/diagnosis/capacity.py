"""Capacity: reconstruction error of one embedding on the plays of each group of listeners.

With y the item vectors of the base model and x_u the vector of listener u solved for them
(:mod:`tigertail.factorization.folding_in`), the error of a group g is the mean over its entries

    e_g = mean_{u in g, i played by u} (1 - x_u . y_i)^2

A large error means that the embedding has little capacity for what the group plays. The same with the group's own
item vectors measures what its local model recovers. An entry is a listener and an item, with the confidence of one
play, whatever the number of plays: a model need not keep that. The objective is that of the base model, with its
settings worked out for these confidences, and over all pairs, also those that could not be observed. The vectors were
fitted to these listeners, and a group's own vectors to this group alone: errors compare groups; they are no estimate
for held-out listeners.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.factorization import ALSConfig, Basis, basis_of_product, solve_rows
from tigertail.factorization.blocks import row_penalty
from tigertail.factorization.confidence import confidence
from tigertail.model.config import ModelConfig
from tigertail.progress import progress
from tigertail.signals.listening import GroupedCoListening
from tigertail.signals.listening.groups import ELSEWHERE, group_name
from tigertail.sparse import CSR
from tigertail.threads import limited

LISTENERS: Final = 2**14  # solved at a time
STEPS: Final = 16  # conjugate-gradient steps from zero to convergence
AT_A_TIME: Final = 2**16  # errors, or vectors of a Gram matrix, in float64 at a time
BINS: Final = 64  # of popularity, by its binary logarithm

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class GroupCapacity:
    """Share of one group in the error of the base model.

    Parameters
    ----------
    group, name
        Key and name of the group.
    listeners, entries
        Number of listeners, and of pairs of listener and item.
    share_of_listeners, share_of_entries, share_of_error
        Shares of the whole dataset; the error is summed over entries.
    error
        Error an entry, relative to the mean: above 1 the embedding fits these listeners worse.
    at_equal_popularity
        The same, relative to the mean error of items of the same popularity.
    error_own_vectors
        Error an entry with the group's own item vectors, relative to the mean of the base model; ``error`` where
        the group has none.
    """

    group: str
    name: str
    listeners: int
    entries: int
    share_of_listeners: float
    share_of_entries: float
    share_of_error: float
    error: float
    at_equal_popularity: float
    error_own_vectors: float


def group_capacity(signal: GroupedCoListening, config: ModelConfig) -> list[GroupCapacity]:
    """Return the reconstruction error of the base model's item vectors for each group.

    Parameters
    ----------
    signal
        Plays by group, and the item vectors.
    config
        The configuration that the model was fitted with.

    Returns
    -------
    list of GroupCapacity
        Groups with plays, the largest error first; listeners without a group are "elsewhere".
    """
    sums = _errors(signal, config)
    world = sums.error.sum() / sums.entries.sum()
    usual = sums.error.sum(axis=0) / np.maximum(sums.entries.sum(axis=0), 1)
    sizes = np.diff(signal.starts)
    rows = []
    for group, key in enumerate([*signal.keys, ELSEWHERE]):
        entries = int(sums.entries[group].sum())
        if not entries:
            continue
        error = float(sums.error[group].sum())
        rows.append(
            GroupCapacity(
                group=key,
                name=group_name(key),
                listeners=int(sizes[group]),
                entries=entries,
                share_of_listeners=float(sizes[group] / sizes.sum()),
                share_of_entries=float(entries / sums.entries.sum()),
                share_of_error=float(error / sums.error.sum()),
                error=float(error / entries / world),
                at_equal_popularity=float(error / (sums.entries[group] * usual).sum()),
                error_own_vectors=float(sums.own[group] / entries / world),
            )
        )
    return sorted(rows, key=lambda row: (-row.error, row.group))


@dataclass(frozen=True, eq=False)
class _Sums:
    """Sums over entries, by group; the last is elsewhere.

    Attributes
    ----------
    error, entries
        Error and number, also by popularity; (groups + 1, BINS).
    own
        Error with the groups' own vectors; (groups + 1,).
    """

    error: NDArray[np.float64]
    entries: NDArray[np.int64]
    own: NDArray[np.float64]


def _errors(signal: GroupedCoListening, config: ModelConfig) -> _Sums:
    keys = [*signal.keys, ELSEWHERE]
    shape = (len(keys), BINS)
    sums = _Sums(np.zeros(shape), np.zeros(shape, np.int64), np.zeros(len(keys)))
    binary = signal.plays.with_data(np.ones(signal.plays.nnz, np.float32))
    weights = confidence(binary, config.confidence)
    settings = config.base.solver(weights)
    bin_of = np.log2(np.maximum(signal.popularity, 1)).astype(np.int64)
    # One thread of BLAS: the same bits for any number of threads.
    with progress("capacity", weights.shape[0]) as tick, limited(None):
        gram = _gram(signal.vectors)
        basis = basis_of_product(gram)
        for group, key in enumerate(keys):
            first, last = int(signal.starts[group]), int(signal.starts[group + 1])
            span = slice(0, 0) if key == ELSEWHERE else signal.local(group)  # elsewhere has no local model
            items, vectors = signal.local_items[span], signal.local_vectors[span]
            own_basis = basis
            if len(items):
                own_basis = basis_of_product(gram - _gram(signal.vectors[items]) + _gram(vectors))
            for start in range(first, last, LISTENERS):
                rows = weights.select_rows(np.arange(start, min(start + LISTENERS, last)))
                plays, played_items = _compact(rows)
                used = signal.vectors[played_items]
                error = _square_errors(plays, used, basis, settings, weights.shape[1])
                where = bin_of[rows.indices]
                sums.error[group] += np.bincount(where, error, BINS)
                sums.entries[group] += np.bincount(where, minlength=BINS)
                if len(items):
                    used = _replaced(used, played_items, items, vectors)
                    error = _square_errors(plays, used, own_basis, settings, weights.shape[1])
                sums.own[group] += float(error.sum())
                tick(rows.shape[0], note=group_name(key))
    return sums


def _gram(vectors: Floats) -> NDArray[np.float64]:
    """Return Y'Y, summed in blocks so that no copy in float64 of a whole catalogue is made."""
    total = np.zeros((vectors.shape[1], vectors.shape[1]))
    for start in range(0, len(vectors), AT_A_TIME):
        block = vectors[start : start + AT_A_TIME].astype(np.float64)
        total += block.T @ block
    return total


def _compact(rows: CSR) -> tuple[CSR, NDArray[np.int32]]:
    """Return a matrix without its empty columns, and which columns are left."""
    used = np.unique(rows.indices)
    place = np.searchsorted(used, rows.indices).astype(np.int32)
    return CSR(rows.indptr, place, rows.data, (rows.shape[0], len(used))), used


def _replaced(
    used: Floats, used_items: NDArray[np.int32], items: NDArray[np.int32], vectors: Floats
) -> Floats:
    """Return the vectors of some items: the group's own where there are any."""
    out = np.array(used)
    _, in_used, in_items = np.intersect1d(used_items, items, assume_unique=True, return_indices=True)
    out[in_used] = vectors[in_items]
    return out


def _square_errors(
    plays: CSR, vectors: Floats, basis: Basis, settings: ALSConfig, columns: int
) -> NDArray[np.float64]:
    """Return (1 - x.y)^2 of every entry, with x solved for the vectors y.

    Parameters
    ----------
    plays
        Entries of some listeners, without the columns that are empty here.
    vectors
        The item vectors of its columns.
    basis
        That of all item vectors.
    settings
        Those of the objective.
    columns
        How many columns the whole matrix has.
    """
    solved = solve_rows(
        plays,
        vectors,
        np.zeros((plays.shape[0], vectors.shape[1]), np.float32),
        alpha0=settings.alpha0,
        penalty=row_penalty(plays.row_sizes, columns, settings),
        cg_steps=STEPS,
        basis=basis,
    )
    row = plays.entry_rows()
    errors = np.empty(plays.nnz)
    for start in range(0, plays.nnz, AT_A_TIME):
        part = slice(start, start + AT_A_TIME)
        errors[part] = 1 - np.einsum("ij,ij->i", solved[row[part]], vectors[plays.indices[part]])
    return errors**2
