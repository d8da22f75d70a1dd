"""A fitted model: items, signals, and the questions people ask of them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Unpack

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.folding import fold
from tigertail.errors import ConfigError, TigertailWarning, UnknownItemError
from tigertail.model.config import ModelConfig
from tigertail.model.explanation import Reasons, explain
from tigertail.model.query_options import Dials, admitted, ask, check_dials
from tigertail.progress import progress
from tigertail.retrieval.topk import top_k
from tigertail.signals.contract import Composite, Signal

_ASKED: Final = {"asked": pl.String, "folded": pl.String}
BLOCK_BYTES: Final = 2**27  # affinities held at a time while lists are made


@dataclass(frozen=True)
class Provenance:
    """Where a model comes from.

    Parameters
    ----------
    dataset
        Name of the dataset it was fitted to.
    fingerprint
        The dataset's fingerprint.
    simulated
        Whether the dataset is invented.
    """

    dataset: str
    fingerprint: str
    simulated: bool


@dataclass(frozen=True, eq=False)
class Answers:
    """What follows after some items.

    Parameters
    ----------
    seeds
        Codes of the items asked about; int32, (seeds,).
    items
        Codes of the answers, best first; int32, (answers,).
    affinities
        Their affinities; float32, (answers,).
    notices
        What a person should know of them.
    why
        Why each is there, where that was asked.
    """

    seeds: NDArray[np.int32]
    items: NDArray[np.int32]
    affinities: NDArray[np.float32]
    notices: tuple[str, ...]
    why: Reasons | None = None


@dataclass(frozen=True, eq=False)
class Model:
    """A fitted model.

    Parameters
    ----------
    items
        One row an item, in the order of the item codes: item_id, name, kind, listeners, stratum, folded and
        whatever else the catalogue says.
    signals
        Signals by name.
    config
        The configuration it was fitted with.
    provenance
        The dataset it was fitted to.
    metrics
        How much it has seen: listeners, interactions, and items that have a listener.
    version
        Which model it is, of those that were written to disk; None if it was not.
    """

    items: pl.DataFrame
    signals: Mapping[str, Signal]
    config: ModelConfig
    provenance: Provenance
    metrics: Mapping[str, Any] = field(default_factory=dict)
    version: str | None = None

    def similar(
        self, item: str | Sequence[str], n: int = 20, *, why: bool = False, **dials: Unpack[Dials]
    ) -> pl.DataFrame:
        """Answer what someone who likes an item should hear next.

        Parameters
        ----------
        item
            Id or name of the item, or of several, as of a playlist. A name is matched whatever its case,
            accents and punctuation; of several items with one name the one with most listeners is meant.
        n
            How many to list.
        why
            Whether to say why each answer is there.
        **dials
            How the question is turned: see :class:`tigertail.model.Dials`.

        Returns
        -------
        polars.DataFrame
            Columns rank, item_id, name, score (the affinity; after several items the mean of theirs),
            listeners and stratum; shorter than ``n`` where the signal knows no more, empty where it does not
            know the item. With ``why`` also the column why (:mod:`tigertail.model.explanation`).

        Warns
        -----
        TigertailWarning
            If the place is too small to stand alone: which region stands for it.

        Raises
        ------
        UnknownItemError
            If there is no such item; the message suggests close names.
        ConfigError
            If a dial cannot be turned so.
        """
        seeds = [self.find(one) for one in ([item] if isinstance(item, str) else item)]
        answers = self.answer(np.array(seeds, np.int32), n, why=why, **dials)
        for notice in answers.notices:
            warnings.warn(notice, TigertailWarning, stacklevel=2)
        chosen = self.items.select(pl.all().gather(answers.items))
        table = chosen.select(
            pl.int_range(1, pl.len() + 1, dtype=pl.Int32).alias(c.RANK),
            c.ITEM_ID,
            c.NAME,
            pl.Series(c.SCORE, answers.affinities),
            "listeners",
            "stratum",
        )
        return table if answers.why is None else table.with_columns(answers.why.column())

    def answer(
        self, seeds: NDArray[np.int32], n: int = 20, *, why: bool = False, **dials: Unpack[Dials]
    ) -> Answers:
        """Do as :meth:`similar` with item codes, for programs: nothing is warned of, notices are returned.

        Parameters
        ----------
        seeds
            Codes of the items asked about; int32, (seeds,), at least one.
        n, why, **dials
            As in :meth:`similar`.

        Raises
        ------
        ConfigError
            As in :meth:`similar`.
        """
        check_dials(dials, n)
        if not len(seeds):
            raise ConfigError("nothing was asked about", remedy="give the id or name of an item")
        asked = ask(self.signals, dials)
        allowed = self._admitted(dials)
        allowed = np.ones(len(self.items), np.bool_) if allowed is None else allowed
        allowed[seeds] = False
        contributions = None
        if why and isinstance(asked.signal, Composite):
            affinities, contributions = asked.signal.affinity_with_contributions(seeds)
        else:
            affinities = asked.signal.affinity(seeds)
        scores = _listable(after_all(affinities), allowed)
        codes, best = top_k(scores, n)
        listed = codes[0] >= 0
        items = codes[0][listed]
        names = self.items[c.NAME].gather(seeds).to_list()
        reasons = explain(asked.name, asked.signal, seeds, items, names, contributions) if why else None
        return Answers(seeds, items, best[0][listed], asked.notices, reasons)

    def neighbours(
        self,
        queries: Sequence[str] | None = None,
        top: int = 100,
        *,
        names: bool = False,
        **dials: Unpack[Dials],
    ) -> pl.DataFrame:
        """List the nearest items of many items.

        Parameters
        ----------
        queries
            Ids or names; None means every item the signal knows.
        top
            How many to list for each.
        names
            Whether to add the columns target_name and name.
        **dials
            As in :meth:`similar`.

        Returns
        -------
        polars.DataFrame
            Columns target_item_id, item_id, score and rank, in the order of the queries.

        Raises
        ------
        UnknownItemError
            If a query is not in the catalogue.
        ConfigError
            As in :meth:`similar`.
        """
        check_dials(dials, top)
        question = ask(self.signals, dials)
        for notice in question.notices:
            warnings.warn(notice, TigertailWarning, stacklevel=2)
        asked = question.signal
        if queries is None:
            codes = np.flatnonzero(asked.known).astype(np.int32)
        else:
            codes = self.codes(queries)
            if (codes < 0).any():
                raise self.unknown(queries[int(np.argmin(codes))])
        parts = list(self._lists(asked, codes, top, self._admitted(dials)))
        target = np.concatenate([part[0] for part in parts] or [np.empty(0, np.int32)])
        answer = np.concatenate([part[1] for part in parts] or [np.empty(0, np.int32)])
        ids, called = self.items[c.ITEM_ID], self.items[c.NAME]
        lists = {
            c.TARGET_ITEM_ID: ids.gather(target),
            c.ITEM_ID: ids.gather(answer),
            c.SCORE: np.concatenate([part[2] for part in parts] or [np.empty(0, np.float32)]),
            c.RANK: np.concatenate([part[3] for part in parts] or [np.empty(0, np.int32)]),
        }
        if names:
            lists |= {"target_name": called.gather(target), c.NAME: called.gather(answer)}
        return pl.DataFrame(lists)

    def find(self, item: str) -> int:
        """Return the code of an item given by id or name.

        Raises
        ------
        UnknownItemError
            If there is no such item.
        """
        for column, value in ((c.ITEM_ID, item), (c.NAME, item), ("folded", fold(item))):
            codes = (self.items[column] == value).arg_true()
            if len(codes):
                return int(codes[0])
        raise self.unknown(item)

    def codes(self, queries: Sequence[str]) -> NDArray[np.int32]:
        """Return the codes of many items given by id or name, as :meth:`find` does; -1 for the unknown."""
        asked = pl.DataFrame({"asked": queries, "folded": [fold(query) for query in queries]}, _ASKED)
        for column, key in ((c.ITEM_ID, "asked"), (c.NAME, "asked"), ("folded", "folded")):
            called = self.items.select(
                pl.col(column).alias(key), pl.int_range(pl.len()).alias(f"by {column}")
            )
            first = called.unique(key, keep="first")
            asked = asked.join(first, on=key, how="left", maintain_order="left")
        found = pl.coalesce("^by .*$").fill_null(-1)
        return asked.select(found.cast(pl.Int32)).to_series().to_numpy()

    def unknown(self, item: str) -> UnknownItemError:
        """Return the error that says there is no such item, and suggests close names."""
        close = self.suggest(item)
        return UnknownItemError(
            f"no item called '{item}'",
            remedy=f"did you mean: {', '.join(close)}?" if close else "no name in this model is close to it",
        )

    def suggest(self, text: str, n: int = 5) -> list[str]:
        """Return the names that best answer a text, equals by number of listeners."""
        from tigertail.retrieval.name_index import NameIndex

        names = self.items[c.NAME]
        index = NameIndex(names, self.items["listeners"].to_numpy(), self.items["folded"])
        return names.gather(index.search(text, n)[0]).to_list()

    def _admitted(self, dials: Dials) -> NDArray[np.bool_] | None:
        """Return which items may be listed; None where all may."""
        allowed = admitted(self.items, dials)
        excluded = list(dials.get("exclude", ()))
        if not excluded:
            return allowed
        codes = self.codes(excluded)
        if (codes < 0).any():
            raise self.unknown(excluded[int(np.argmin(codes))])
        allowed = np.ones(len(self.items), np.bool_) if allowed is None else allowed.copy()
        allowed[codes] = False
        return allowed

    def _lists(
        self, signal: Signal, codes: NDArray[np.int32], top: int, allowed: NDArray[np.bool_] | None
    ) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32], NDArray[np.int32]]]:
        """Yield queries, answers, scores and ranks, a block of queries at a time."""
        block = max(1, BLOCK_BYTES // (4 * max(1, len(self.items))))
        with progress("neighbours", len(codes)) as tick:
            for start in range(0, len(codes), block):
                queries = codes[start : start + block]
                answers, scores = top_k(_listable(signal.affinity(queries), allowed), top, queries)
                row, place = np.nonzero(answers >= 0)
                yield queries[row], answers[row, place], scores[row, place], (place + 1).astype(np.int32)
                tick(len(queries))


def _listable(scores: NDArray[np.float32], allowed: NDArray[np.bool_] | None) -> NDArray[np.float32]:
    """Return affinities with those of items that may not be listed taken out."""
    return scores if allowed is None else np.where(allowed, scores, np.float32(-np.inf))


def after_all(affinities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the affinity after several items together: the mean, to which a silent one adds nothing.

    Parameters
    ----------
    affinities
        Float32, (seeds, items); ``-inf`` where a seed is silent.

    Returns
    -------
    NDArray[np.float32]
        Float32, (1, items); ``-inf`` where all are silent.

    Examples
    --------
    >>> after_all(np.array([[0.4, 0.2, -np.inf], [0.2, -np.inf, -np.inf]], np.float32))
    array([[ 0.3,  0.1, -inf]], dtype=float32)
    """
    if len(affinities) == 1:
        return affinities
    spoken = affinities > -np.inf
    mean = np.where(spoken, affinities, 0).mean(axis=0, dtype=np.float32)
    return np.where(spoken.any(axis=0), mean, np.float32(-np.inf))[None]
