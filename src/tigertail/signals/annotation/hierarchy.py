"""A tree of genres, or any graph in which labels are kinds of other labels.

An item that carries a label carries those above it too, the less the further up they are: with decay d, what is
k steps up inherits d^k. Two items then meet at what their genres have in common, the more the nearer the genres
are in the graph.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tigertail.errors import DataError
from tigertail.signals.annotation.label_folding import label_keys
from tigertail.signals.annotation.label_tables import read_pairs

if TYPE_CHECKING:
    from scipy import sparse


def read_hierarchy(path: Path | str, variants: Path | str = "") -> pl.DataFrame:
    """Read which label is a kind of which: columns child, parent, as keys.

    Raises
    ------
    DataError
        If the file cannot be used, or a label is a kind of itself, directly or by others.
    """
    pairs = read_pairs(path, "child", "parent")
    edges = pairs.select(label_keys(pairs[name], variants).alias(name) for name in pairs.columns)
    edges = edges.drop_nulls().unique(maintain_order=True)
    left = edges
    while len(left):  # what is nobody's child has no loop above it
        rest = left.filter(pl.col("parent").is_in(left["child"].implode()))
        if len(rest) == len(left):
            raise DataError(
                f"'{rest['child'][0]}' is a kind of itself", path=path, remedy="remove one line of the loop"
            )
        left = rest
    return edges


def inheritance(edges: pl.DataFrame, keys: list[str], decay: float) -> tuple[list[str], sparse.csr_array]:
    """Work out what each label passes on.

    Parameters
    ----------
    edges
        Columns child, parent; without loops.
    keys
        The labels there are.
    decay
        What is left after one step.

    Returns
    -------
    further
        Labels of the hierarchy that are not among ``keys``, sorted.
    passed
        Labels by labels, those of ``keys`` first: decay to the power of the shortest way up; 0 where there is
        none, and for a label itself.

    Examples
    --------
    >>> edges = pl.DataFrame({"child": ["coldwave", "postpunk"], "parent": ["postpunk", "rock"]})
    >>> further, passed = inheritance(edges, ["coldwave", "rock"], 0.5)
    >>> further, passed.toarray()[0].tolist()
    (['postpunk'], [0.0, 0.25, 0.5])
    """
    from scipy import sparse

    known = set(keys)
    further = sorted((set(edges["child"]) | set(edges["parent"])) - known)
    code = {key: number for number, key in enumerate([*keys, *further])}
    child = np.array([code[key] for key in edges["child"]], np.int64)
    parent = np.array([code[key] for key in edges["parent"]], np.int64)
    shape = (len(code), len(code))
    step = sparse.csr_array((np.full(len(child), decay), (child, parent)), shape=shape)
    passed = walk = step
    while walk.nnz:
        walk = _longest(walk, step)
        passed = passed.maximum(walk)
    return further, passed.tocsr()


def _longest(walk: sparse.csr_array, step: sparse.csr_array) -> sparse.csr_array:
    """Go one step further; of several ways to one place count one, for all are equally long."""
    there = walk.astype(bool).astype(np.float64) @ step.astype(bool).astype(np.float64)
    there.data[:] = walk.data.min() * step.data.max()
    return there
