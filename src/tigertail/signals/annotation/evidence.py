"""The evidence for each label of each item: its strength, its annotators, and its weight.

With s_il the reliable opinions for label l on item i, N the items with any label, and n_l those with label l,

    x_il = s_il^power log((N + 1) / n_l) w_facet(l)

the TF-IDF of G. Salton and C. Buckley, "Term-weighting approaches in automatic text retrieval" (Information
Processing & Management 24, 1988), with a power of the opinions as the term frequency.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.signals.annotation.config import AnnotationConfig
from tigertail.signals.annotation.opinions import NAMELESS, Opinions
from tigertail.signals.annotation.reliability import AnnotatorReliability, Reals

if TYPE_CHECKING:
    from scipy import sparse


@dataclass(frozen=True, eq=False)
class LabelEvidence:
    """The evidence for the labels of items.

    Parameters
    ----------
    strength
        How strongly each label holds, in opinions; sparse float64, (items, labels).
    people
        How many of the crowd give it, the nameless by their weights, rounded up; sparse float64, (items, labels).
    experts
        1 where an expert gives it; sparse float64, (items, labels).
    facets, keys, names
        Facet, key and spelling of each label.
    """

    strength: sparse.csr_array
    people: sparse.csr_array
    experts: sparse.csr_array
    facets: list[str]
    keys: list[str]
    names: list[str]


def gather(opinions: Opinions, reliability: AnnotatorReliability, config: AnnotationConfig) -> LabelEvidence:
    """Add up the opinions of each item, each by its reliability.

    An expert's annotation counts as much as ``config.expert_weight`` opinions of the crowd. In a facet in which an
    expert annotates an item, but for labels without a facet, those that the expert does not give it keep
    ``config.contested_weight`` of the crowd's opinion.
    """
    crowd = ~opinions.expert
    shape = (opinions.items, len(opinions.names))
    strength = _summed(opinions, reliability.opinions * opinions.weight[crowd], crowd, shape)
    # The opinion of the nameless is one, whose weight says of how many; rounded up, since a signal keeps whole numbers.
    nameless = opinions.annotator[crowd] == NAMELESS
    people = _summed(opinions, np.where(nameless, np.ceil(opinions.weight[crowd]), 1.0), crowd, shape)
    experts = _summed(opinions, np.ones(int(opinions.expert.sum())), opinions.expert, shape)
    experts.data[:] = 1
    strength = _uncontested(strength, experts, opinions.facets, config.contested_weight)
    return LabelEvidence(
        (strength + config.expert_weight * experts).tocsr(),
        people,
        experts,
        opinions.facets,
        opinions.keys,
        opinions.names,
    )


def idf_of(evidence: LabelEvidence, others: int = 0) -> Reals:
    """Return log((N + 1) / n) of each label; float64, (labels,).

    Parameters
    ----------
    evidence
        What is known of items.
    others
        Items that are counted in N though ``evidence`` has none of them: those that a signal knew before an update.
    """
    strength = evidence.strength
    items = np.count_nonzero(np.diff(strength.indptr)) + others
    carried = np.bincount(strength.indices, minlength=strength.shape[1])
    return np.asarray(np.log((items + 1) / np.maximum(carried, 1)))


def weigh(evidence: LabelEvidence, config: AnnotationConfig, idf: Reals) -> sparse.csr_array:
    """Return the TF-IDF weight of each label on each item; sparse float64, (items, labels)."""
    strength = evidence.strength
    facet = np.array([config.facets.get(facet, 1.0) for facet in evidence.facets])
    weights = strength.copy()
    weights.data = strength.data**config.opinion_exponent * (idf * facet)[strength.indices]
    return weights


def annotator_matrix(opinions: Opinions, reliability: AnnotatorReliability) -> sparse.csr_array:
    """Return who of the crowd annotates which item, whatever they say.

    Each counts as far as they are trusted, and the less the more they annotate; sparse float64,
    (items, annotators).
    """
    from scipy import sparse

    named = ~opinions.expert & (opinions.annotator > 0)
    shape = (opinions.items, len(reliability.annotators))
    pairs = np.unique(opinions.item[named] * shape[1] + opinions.annotator[named])
    item, annotator = pairs // shape[1], pairs % shape[1]
    items = np.count_nonzero(np.bincount(opinions.item, minlength=1))
    busy = np.bincount(annotator, minlength=shape[1])
    idf = np.log((items + 1) / np.maximum(busy, 1))
    values = (reliability.annotators * idf)[annotator]
    # Someone who annotates one item brings nobody together.
    kept = busy[annotator] > 1
    return sparse.csr_array((values[kept], (item[kept], annotator[kept])), shape=shape)


def entries(matrix: sparse.csr_array, rows: NDArray[np.integer], columns: NDArray[np.integer]) -> Reals:
    """Return some entries of a sparse matrix whose columns are ascending within a row; 0 where it has none."""
    if not matrix.nnz:
        return np.zeros(len(rows))
    width = matrix.shape[1]
    cells = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)) * width + matrix.indices
    asked = rows.astype(np.int64) * width + columns
    place = np.minimum(np.searchsorted(cells, asked), len(cells) - 1)
    return np.asarray(np.where(cells[place] == asked, matrix.data[place], 0.0))


def _summed(
    opinions: Opinions, values: Reals, which: NDArray[np.bool_], shape: tuple[int, int]
) -> sparse.csr_array:
    from scipy import sparse

    matrix = sparse.coo_array((values, (opinions.item[which], opinions.label[which])), shape=shape).tocsr()
    matrix.sort_indices()
    return matrix


def _uncontested(
    strength: sparse.csr_array, experts: sparse.csr_array, facets: list[str], share: float
) -> sparse.csr_array:
    """Reduce what the crowd says in a facet where an expert says otherwise."""
    from scipy import sparse

    if not experts.nnz:
        return strength
    kinds = {facet: number for number, facet in enumerate(dict.fromkeys(facets))}
    kind = np.array([kinds[facet] for facet in facets])
    spoken = sparse.csr_array(
        (experts.data, kind[experts.indices], experts.indptr), shape=(strength.shape[0], len(kinds))
    ).toarray()
    item = np.repeat(np.arange(strength.shape[0]), np.diff(strength.indptr))
    agreed = entries(experts, item, strength.indices) > 0
    silent = spoken[item, kind[strength.indices]] == 0
    loose = kind[strength.indices] == kinds.get(c.TAG, -1)
    reduced = strength.copy()
    reduced.data = np.where(agreed | silent | loose, strength.data, share * strength.data)
    return reduced
