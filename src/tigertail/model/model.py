"""A fitted model: items, signals, and the queries it answers."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.full_names import full_name
from tigertail.dataset.unlisted import SPECIAL_PURPOSE, special_purpose, unlisted
from tigertail.dataset.vocabulary import Vocabulary
from tigertail.errors import ConfigError, TigertailWarning, UnknownItemError
from tigertail.geo.countries import country_code
from tigertail.lookup.item_index import ItemIndex
from tigertail.model.answers import Answers, BulkAnswers
from tigertail.model.config import ModelConfig
from tigertail.model.explanation import explain, unlocalised
from tigertail.model.html import facts_html
from tigertail.model.owners import GROWTH, among_first, owners
from tigertail.model.path import ends_of, path_between
from tigertail.model.query_options import QueryOptions, takes_options
from tigertail.model.radio import RadioOrder, draw, seeds_of
from tigertail.model.recommend import History, ListenerFoldIn, history_scores, uses_vector, with_defaults
from tigertail.model.resolution import ResolvedSignal, allowed_mask, default_signal, resolve_signal
from tigertail.progress import progress
from tigertail.ranking.topk import top_k
from tigertail.signals.contract import (
    Composite,
    Contributions,
    HasCandidates,
    RanksAll,
    Signal,
    has_capability,
)

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
class Model:
    """A fitted model.

    Parameters
    ----------
    items
        One row per item, in the order of the item codes: item_id, name, kind, listeners, stratum, folded and
        whatever else the catalogue says.
    signals
        Signals by name.
    config
        The configuration it was fitted with.
    provenance
        The dataset it was fitted to.
    training_summary
        What it was fitted to: how many listeners, interactions, and items that have a listener; and what was added
        since (:mod:`tigertail.model.update.drift`).
    version
        Which model it is, of those that were written to disk: a digest of what was written; None if it was not.
    aliases
        What else its items are called, as :class:`~tigertail.lookup.item_index.ItemIndex` takes it; None where no
        more is known of them.
    """

    items: pl.DataFrame
    signals: Mapping[str, Signal]
    config: ModelConfig
    provenance: Provenance
    training_summary: Mapping[str, Any] = field(default_factory=dict)
    version: str | None = None
    aliases: pl.DataFrame | None = field(default=None, repr=False)

    @takes_options
    def similar(
        self,
        item: str | int | Sequence[str | int],
        n: int = 20,
        *,
        why: bool = False,
        options: QueryOptions | None = None,
        **keywords: Any,
    ) -> pl.DataFrame:
        """List what to recommend to someone who likes an item.

        Parameters
        ----------
        item
            Id, MBID or name of the item, or of several, as of a playlist
            (:class:`~tigertail.lookup.item_index.ItemIndex` says what is found); of several items with one name
            the one with most listeners is meant. A number is the id that it is as text.
        n
            How many to list.
        why
            Whether to say why each answer is listed.
        options
            The options of the query.
        **keywords
            Options by name, as of :class:`tigertail.model.QueryOptions`; they replace those of ``options``.

        Returns
        -------
        polars.DataFrame
            Columns rank, item_id, name, artist_name where items are by artists, score (the affinity; after several
            items the mean of theirs), listeners and stratum; shorter than ``n`` where the signal has no more
            answers, empty where it does not cover the item. With ``why`` also the column why
            (:mod:`tigertail.model.explanation`).

        Warns
        -----
        TigertailWarning
            If the place has too few listeners: which region stands for it; if it is known of no listener of the item
            where they live. If several items have a name: how many, and how to ask for another.

        Raises
        ------
        UnknownItemError
            If there is no such item; the message suggests close names.
        ConfigError
            If the model cannot answer with these options.
        TypeError
            If there is no such option; the message suggests the closest.
        """
        options = (options or QueryOptions()).replace(**keywords)
        seeds, notes = self.index.match_all(_texts(item))
        answers = self.answer(seeds, n, why=why, options=options)
        _warn((*notes, *answers.notices))
        return answers.table()

    @takes_options
    def answer(
        self,
        seeds: NDArray[np.int32],
        n: int = 20,
        *,
        why: bool = False,
        options: QueryOptions | None = None,
        **keywords: Any,
    ) -> Answers:
        """Answer as :meth:`similar` does, with item codes, for programs: the notices are returned, not warned of.

        Parameters
        ----------
        seeds
            Codes of the items of the query; int32, (seeds,), at least one.
        n, why, options, **keywords
            As in :meth:`similar`.

        Raises
        ------
        ConfigError, TypeError
            As in :meth:`similar`.
        """
        options = (options or QueryOptions()).replace(**keywords)
        _check_length(n)
        if not len(seeds):
            raise ConfigError("no item given", remedy="give the id or name of an item")
        resolved = resolve_signal(self.signals, options)
        allowed, notes = self._allowed(options)

        def best(length: int) -> _Ranked:
            # No item is a candidate of itself, so the seed need not be left out.
            if len(seeds) == 1 and _asks_candidates(resolved.signal, options):
                [ranked] = _from_candidates(resolved.signal, seeds, length, allowed, why)
                if ranked is not None:
                    return ranked
            others = np.ones(len(self.items), np.bool_) if allowed is None else allowed.copy()
            others[seeds] = False
            return _from_all(resolved.signal, seeds, length, others, why)

        return self._answers(resolved, notes, seeds, self._within(best, n, options), why)

    @takes_options
    def answer_each(
        self,
        queries: NDArray[np.int32],
        n: int = 20,
        *,
        why: bool = False,
        options: QueryOptions | None = None,
        **keywords: Any,
    ) -> list[Answers]:
        """Answer as :meth:`answer` does after each of some items: in less time than one by one.

        Parameters
        ----------
        queries
            Codes of the items; int32, (queries,).
        n, why, options, **keywords
            As in :meth:`similar`.

        Raises
        ------
        ConfigError, TypeError
            As in :meth:`similar`.
        """
        options = (options or QueryOptions()).replace(**keywords)
        _check_length(n)
        resolved = resolve_signal(self.signals, options)
        if not _asks_candidates(resolved.signal, options) or options.max_per_artist is not None:
            return [self.answer(queries[[row]], n, why=why, options=options) for row in range(len(queries))]
        allowed, notes = self._allowed(options)
        every = _from_candidates(resolved.signal, queries, min(n, len(self.items)), allowed, why)
        return [
            self.answer(queries[[row]], n, why=why, options=options)
            if ranked is None
            else self._answers(resolved, notes, queries[[row]], ranked, why)
            for row, ranked in enumerate(every)
        ]

    def _within(self, best: Callable[[int], _Ranked], n: int, options: QueryOptions) -> _Ranked:
        """Return as many of the best answers as are asked for, with no more of one artist than the options say.

        Parameters
        ----------
        best
            Returns so many of them, whosever they are.
        n, options
            As in :meth:`similar`.
        """
        length = n = min(n, len(self.items))
        while True:
            ranked = best(length)
            if options.max_per_artist is None:
                return ranked
            kept = among_first(owners(self.items, ranked.items), options.max_per_artist)[:n]
            if len(kept) == n or len(ranked.items) < length or length == len(self.items):
                return ranked.take(kept)
            length = min(length * GROWTH, len(self.items))

    def _answers(
        self,
        resolved: ResolvedSignal,
        notes: tuple[str, ...],
        seeds: NDArray[np.int32],
        ranked: _Ranked,
        why: bool,
    ) -> Answers:
        items, affinities, by_seed, *contributions = ranked
        reasons = None
        if why:
            several = len(seeds) > 1
            names = [full_name(self.items.row(code, named=True)) for code in seeds.tolist() if several]
            reasons = explain(resolved.name, resolved.signal, seeds, items, names, by_seed, *contributions)
        notices = (*resolved.notices_on(seeds, self.items), *notes)
        return Answers(self.items, seeds, items, affinities, notices, reasons)

    @takes_options
    def recommend(
        self,
        history: Mapping[str, float] | Sequence[Any],
        n: int = 20,
        *,
        include_known: bool = False,
        options: QueryOptions | None = None,
        **keywords: Any,
    ) -> pl.DataFrame:
        """List what to recommend to a listener, from what they played.

        Parameters
        ----------
        history
            Ids, MBIDs or names of the items they played, each once or as often as they played it; pairs of an item and
            a count; or counts by item. The listener need not be in the model, and is not added to it.
        n
            How many to list.
        include_known
            Whether to list what they played too.
        options
            The options of the query. By default the character is 0, what is also played
            (:mod:`tigertail.model.recommend`).
        **keywords
            Options by name, as of :class:`tigertail.model.QueryOptions`; they replace those of ``options``.

        Returns
        -------
        polars.DataFrame
            The columns of :meth:`similar`; the score is relative to the best item of each of its two parts,
            the lists of what they played and their vector (:mod:`tigertail.model.recommend`).

        Warns
        -----
        TigertailWarning
            If items of the history are unknown, and as in :meth:`similar`.

        Raises
        ------
        UnknownItemError
            If no item of the history is known.
        ConfigError, TypeError
            As in :meth:`similar`, and if the history is empty or has a count that is no positive number.
        """
        played = History.of(self.index, history)
        options = (options or QueryOptions()).replace(**keywords)
        answers = self.answer_history(played, n, include_known=include_known, options=options)
        _warn(answers.notices)
        return answers.table()

    @takes_options
    def answer_history(
        self,
        history: History,
        n: int = 20,
        *,
        include_known: bool = False,
        options: QueryOptions | None = None,
        **keywords: Any,
    ) -> Answers:
        """Answer as :meth:`recommend` does, for programs: the notices are returned, not warned of.

        Parameters
        ----------
        history
            What the listener played, in codes.
        n, include_known, options, **keywords
            As in :meth:`recommend`.

        Raises
        ------
        ConfigError, TypeError
            As in :meth:`recommend`.
        """
        options = (options or QueryOptions()).replace(**keywords)
        _check_length(n)
        options = with_defaults(options, self.signals, default_signal(self.signals))
        resolved = resolve_signal(self.signals, options)
        allowed, notes = self._allowed(options)
        allowed = np.ones(len(self.items), np.bool_) if allowed is None else allowed
        if not include_known:
            allowed[history.items] = False
        fold_in = self.fold_in if uses_vector(options) else None
        scores = history_scores(resolved.signal, history, len(self.items), fold_in, beta=options.beta)
        masked = _masked(scores[None], allowed)
        ranked = self._within(lambda length: _Ranked.of(*top_k(masked, length)), n, options)
        notices = (*history.notices, *resolved.notices_on(history.items, self.items), *notes)
        caption = "For a listener of {}"
        return Answers(self.items, history.items, ranked.items, ranked.affinities, notices, caption=caption)

    @takes_options
    def path(
        self,
        start: str | int,
        goal: str | int,
        n: int | None = None,
        *,
        options: QueryOptions | None = None,
        **keywords: Any,
    ) -> pl.DataFrame:
        """List a walk from one item to another, every step near (:mod:`tigertail.model.path`).

        Parameters
        ----------
        start, goal
            Id, MBID or name of each end; in a catalogue of tracks also the name of an artist, for the track with
            most listeners.
        n
            How many items, both ends included; None takes as many as it needs. It has fewer where no more lie between.
        options, **keywords
            As in :meth:`similar`. By default it goes through items of the kinds of its ends.

        Returns
        -------
        polars.DataFrame
            The columns of :meth:`similar`; the score is the affinity from the item before as a share of the best one's,
            or, where that item does not list it, the affinity to that item as such a share.

        Warns
        -----
        TigertailWarning
            As in :meth:`similar`.

        Raises
        ------
        UnknownItemError, TypeError
            As in :meth:`similar`.
        NoPathError
            If there is no such walk.
        ConfigError
            As in :meth:`similar`, and if ``n`` is below 2.
        """
        first, last, notes = ends_of(self.index, str(start), str(goal))
        answers = self.answer_path(first, last, n, options=options, **keywords)
        _warn((*notes, *answers.notices))
        return answers.table()

    @takes_options
    def answer_path(
        self,
        start: int,
        goal: int,
        n: int | None = None,
        *,
        options: QueryOptions | None = None,
        **keywords: Any,
    ) -> Answers:
        """Answer as :meth:`path` does, with item codes, for programs: the notices are returned, not warned of.

        Parameters
        ----------
        start, goal
            Codes of its ends.
        n, options, **keywords
            As in :meth:`path`.

        Raises
        ------
        NoPathError, ConfigError, TypeError
            As in :meth:`path`.
        """
        options = (options or QueryOptions()).replace(**keywords)
        if options.max_per_artist is not None:
            raise ConfigError(
                "max_per_artist does not hold for a path, whose steps are as near as they can be",
                remedy="leave it out",
            )
        walk = path_between(self.items, self.answer_many, start, goal, n, options)
        ends = np.array([start, goal], np.int32)
        return Answers(self.items, ends, walk.items, walk.nearness, walk.notices, caption="Path between {}")

    @takes_options
    def radio(
        self,
        item: str | int | Sequence[str | int],
        n: int = 50,
        *,
        variety: float = 0.3,
        explore: float = 0.1,
        seed: int = 0,
        options: QueryOptions | None = None,
        **keywords: Any,
    ) -> pl.DataFrame:
        """List what to play after some items, an artist never twice in a row (:mod:`tigertail.model.radio`).

        Parameters
        ----------
        item
            As in :meth:`similar`; in a catalogue of tracks also the name of an artist, for the tracks.
        n
            How many to list.
        variety
            How far the order is from that of the affinities: 0 is that order, 1 varies most.
        explore
            Share of the list that is drawn from tail and cold items, 0 to 1; the rest may have some of these too.
        seed
            Of the random order: the same seed lists the same.
        options, **keywords
            As in :meth:`similar`.

        Returns
        -------
        polars.DataFrame
            The columns of :meth:`similar`.

        Warns
        -----
        TigertailWarning
            As in :meth:`similar`, and where no tail or cold item fits the query but ``explore`` is not 0.

        Raises
        ------
        UnknownItemError, TypeError
            As in :meth:`similar`.
        ConfigError
            As in :meth:`similar`, and if a number is out of range, or ``explore`` is not 0 and the query names strata.
        """
        seeds, notes = seeds_of(self.index, _texts(item))
        answers = self.answer_radio(
            seeds, n, variety=variety, explore=explore, seed=seed, options=options, **keywords
        )
        _warn((*notes, *answers.notices))
        return answers.table()

    @takes_options
    def answer_radio(
        self,
        seeds: NDArray[np.int32],
        n: int = 50,
        *,
        variety: float = 0.3,
        explore: float = 0.1,
        seed: int = 0,
        options: QueryOptions | None = None,
        **keywords: Any,
    ) -> Answers:
        """Answer as :meth:`radio` does, with item codes, for programs: the notices are returned, not warned of.

        Parameters
        ----------
        seeds
            Codes of the items that it starts from; int32, (seeds,), at least one.
        n, variety, explore, seed, options, **keywords
            As in :meth:`radio`.

        Raises
        ------
        ConfigError, TypeError
            As in :meth:`radio`.
        """
        options = (options or QueryOptions()).replace(**keywords)
        _check_length(n)
        drawn = draw(self.items, self.answer, seeds, n, RadioOrder(variety, explore, seed), options)
        return Answers(self.items, seeds, drawn.items, drawn.nearness, drawn.notices)

    @cached_property
    def fold_in(self) -> ListenerFoldIn | None:
        """Solves the vector of a listener; None where the model keeps no factors or no plays."""
        return ListenerFoldIn.of(self.signals, self.config)

    @takes_options
    def neighbours(
        self,
        queries: str | int | Sequence[str | int] | NDArray[np.int32] | None = None,
        top: int = 100,
        *,
        names: bool = False,
        options: QueryOptions | None = None,
        **keywords: Any,
    ) -> pl.DataFrame:
        """List the nearest items of many items.

        Parameters
        ----------
        queries
            Ids, MBIDs or names, or an array of codes; None means every item the signal covers.
        top
            How many to list for each.
        names
            Whether to add the columns target_name and name, and where items are by artists target_artist_name and
            artist_name.
        options, **keywords
            As in :meth:`similar`.

        Returns
        -------
        polars.DataFrame
            Columns target_item_id (RecTools' name for the query), item_id, score and rank, in the order of the
            queries.

        Warns
        -----
        TigertailWarning
            As in :meth:`similar`.

        Raises
        ------
        UnknownItemError
            If a query is not in the catalogue.
        ConfigError, TypeError
            As in :meth:`similar`.
        """
        answers = self.answer_many(queries, top, options=options, **keywords)
        _warn(answers.notices)
        return answers.table(names=names)

    @takes_options
    def answer_many(
        self,
        queries: str | int | Sequence[str | int] | NDArray[np.int32] | None = None,
        top: int = 100,
        *,
        options: QueryOptions | None = None,
        **keywords: Any,
    ) -> BulkAnswers:
        """Answer as :meth:`neighbours` does, for programs: the notices are returned, not warned of.

        Parameters
        ----------
        queries, top, options, **keywords
            As in :meth:`neighbours`.

        Raises
        ------
        UnknownItemError, ConfigError, TypeError
            As in :meth:`neighbours`.
        """
        options = (options or QueryOptions()).replace(**keywords)
        _check_length(top)
        resolved = resolve_signal(self.signals, options)
        notes: tuple[str, ...] = ()
        if queries is None:
            codes = np.flatnonzero(resolved.signal.known).astype(np.int32)
        elif isinstance(queries, np.ndarray) and queries.dtype.kind in "iu":
            if len(beyond := queries[(queries < 0) | (queries >= len(self.items))]):
                last = len(self.items) - 1
                raise UnknownItemError(
                    f"no item has the code {beyond[0]}: an array of numbers is one of codes, 0 to {last}",
                    remedy="give ids as a list",
                )
            # A copy: kernels are compiled again for another type, and for an array that may not be written to.
            codes = queries.astype(np.int32)
        else:
            codes, notes = self.index.match_all(_texts(queries))
        allowed, further = self._allowed(options)
        blocks = list(self._lists(resolved.signal, codes, top, allowed, options))
        asked, items, scores, ranks = (
            np.concatenate([block[place] for block in blocks] or [np.empty(0, dtype)])
            for place, dtype in enumerate((np.int32, np.int32, np.float32, np.int32))
        )
        notices = (*notes, *resolved.notices, *further)
        return BulkAnswers(self.items, asked, items, scores, ranks, notices)

    def save(self, path: Path | str) -> None:
        """Write the model to a folder; a model there is replaced in one step.

        Raises
        ------
        TigertailError
            If the disk is full or cannot be written; what was there before is still there, whole.
        ModelError
            If ``path`` is something else than a model.
        """
        # What writes models needs this class, so it is looked up when it is called.
        import_module("tigertail.model.store.folder").save(self, path)

    def _repr_html_(self) -> str:
        facts = {
            "items": len(self.items),
            **{name: value for name, value in self.training_summary.items() if isinstance(value, int)},
            "signals": ", ".join(self.signals),
            "version": self.version or "not on disk",
        }
        invented = ", simulated" if self.provenance.simulated else ""
        return facts_html(facts, f"Model of {self.provenance.dataset}{invented}")

    def with_unlisted(self, items: Sequence[str] | None) -> Self:
        """Return the model with another list of items that no answer lists; None leaves it as it is.

        The version stays: it is that of the model on disk, which answers otherwise under another list.
        """
        if items is None:
            return self
        return replace(self, config=self.config.model_copy(update={"unlisted": tuple(items)}))

    @cached_property
    def index(self) -> ItemIndex:
        """Resolves ids, MBIDs and names to item codes, and suggests close names."""
        return ItemIndex(self.items, self.aliases, country_code)

    def _allowed(self, options: QueryOptions) -> tuple[NDArray[np.bool_] | None, tuple[str, ...]]:
        """Return which items may be listed, None where all may, and what a person should know of the choice.

        The array is new: the caller may change it.
        """
        allowed = allowed_mask(self.items, options)
        if not options.exclude and not len(self.unlisted):
            return allowed, ()
        allowed = np.ones(len(self.items), np.bool_) if allowed is None else allowed
        allowed[self.unlisted] = False
        if not options.exclude:
            return allowed, ()
        codes, notes = self.index.match_all(options.exclude, "exclude")
        excluded = np.zeros(len(self.items), np.bool_)
        excluded[codes] = True
        allowed[excluded | self._works_of(excluded)] = False
        return allowed, notes

    def _works_of(self, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which items are tracks and albums of the artists among some items; bool, (items,)."""
        if c.ARTIST_ID not in self.items.columns:
            return np.zeros(len(chosen), np.bool_)
        artists = chosen & (self.items[c.KIND] == c.ARTIST).to_numpy()
        return np.append(artists, False)[self._artist_of]  # -1, no artist, is the last

    @cached_property
    def _artist_of(self) -> NDArray[np.int32]:
        """Code of the item that is the artist of each; -1 where none is; int32, (items,)."""
        return Vocabulary(self.items[c.ITEM_ID]).codes(self.items[c.ARTIST_ID])

    @property
    def main_kind(self) -> str:
        """What most of the items are: artist, album or track."""
        return str(self.items[c.KIND].mode().sort().first())

    @cached_property
    def unlisted(self) -> NDArray[np.intp]:
        """Codes of the items that no answer lists."""
        wanted = self.config.unlisted
        if wanted is None and c.UNLISTED in self.items.columns:
            named = self.items[c.UNLISTED].fill_null(False).to_numpy()
        else:
            named = unlisted(self.items, (SPECIAL_PURPOSE,) if wanted is None else wanted, self.aliases)
        if c.ARTIST_ID in self.items.columns:  # only here it is known of each track which item is its artist
            # An album of Various Artists stays.
            named = named | self._works_of(named & ~special_purpose(self.items, self.aliases))
        return np.flatnonzero(named)

    def _lists(
        self,
        signal: Signal,
        codes: NDArray[np.int32],
        top: int,
        allowed: NDArray[np.bool_] | None,
        options: QueryOptions,
    ) -> Iterator[_Lists]:
        """Yield queries, answers, scores and ranks, a block of queries at a time."""
        block = max(1, BLOCK_BYTES // (4 * max(1, len(self.items))))
        top = min(top, len(self.items))

        def best(queries: NDArray[np.int32], length: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
            if not _asks_candidates(signal, options):
                return _best_of_all(signal, queries, length, allowed)
            assert has_capability(signal, HasCandidates)
            answers, scores, trusted = signal.best_candidates(queries, length, allowed)
            rest = np.flatnonzero(~trusted)
            if len(rest):
                answers[rest], scores[rest] = _best_of_all(signal, queries[rest], length, allowed)
            return answers, scores

        def capped(query: NDArray[np.int32]) -> _Ranked:
            return self._within(lambda length: _Ranked.of(*best(query, length)), top, options)

        with progress("neighbours", len(codes)) as tick:
            for start in range(0, len(codes), block):
                queries = codes[start : start + block]
                if options.max_per_artist is None:
                    answers, scores = best(queries, top)
                    row, place = np.nonzero(answers >= 0)
                    ranks = (place + 1).astype(np.int32)
                    yield _Lists(queries[row], answers[row, place], scores[row, place], ranks)
                else:
                    for query in queries:
                        ranked = capped(np.array([query]))
                        ranks = np.arange(1, len(ranked.items) + 1, dtype=np.int32)
                        of_query = np.full(len(ranks), query)
                        yield _Lists(of_query, ranked.items, ranked.affinities, ranks)
                tick(len(queries))


class _Ranked(NamedTuple):
    """The answers to a query.

    Parameters
    ----------
    items
        Codes, best first; int32, (answers,).
    affinities
        After all seeds together; float32, (answers,).
    by_seed
        From each seed; float32, (seeds, answers).
    contributions
        What the parts of a mixture add to these.
    without_lens
        The same without its lens, where it has one and candidates.
    """

    items: NDArray[np.int32]
    affinities: NDArray[np.float32]
    by_seed: NDArray[np.float32]
    contributions: Contributions | None = None
    without_lens: Contributions | None = None

    @classmethod
    def of(cls, codes: NDArray[np.int32], affinities: NDArray[np.float32]) -> _Ranked:
        """Make it of one list, -1 after its end; both (1, length)."""
        listed = codes[0] >= 0
        best = affinities[0][listed]
        return cls(codes[0][listed], best, best[None])

    def take(self, places: NDArray[np.intp]) -> _Ranked:
        """Return some of the answers."""
        return self._replace(
            items=self.items[places], affinities=self.affinities[places], by_seed=self.by_seed[:, places]
        )


class _Lists(NamedTuple):
    """The lists of some queries, one row an answer.

    Parameters
    ----------
    queries, items
        Codes; int32, (rows,).
    affinities
        Float32, (rows,).
    ranks
        From 1; int32, (rows,).
    """

    queries: NDArray[np.int32]
    items: NDArray[np.int32]
    affinities: NDArray[np.float32]
    ranks: NDArray[np.int32]


def _asks_candidates(signal: Signal, options: QueryOptions) -> bool:
    """Return whether a query of one item is answered from its candidates."""
    return not options.exact and has_capability(signal, HasCandidates) and signal.has_candidates


def _from_candidates(
    signal: Signal, queries: NDArray[np.int32], n: int, allowed: NDArray[np.bool_] | None, why: bool
) -> list[_Ranked | None]:
    """Return the answers after each item from its candidates; None where every item must be looked at."""
    assert has_capability(signal, HasCandidates)
    codes, affinities, trusted, contributions = signal.best_candidates_with_contributions(queries, n, allowed)
    plain = unlocalised(signal) if why and has_capability(signal, Composite) else None
    without_lens = None
    if has_capability(plain, HasCandidates):
        *_, without_lens = plain.best_candidates_with_contributions(queries, 1)
    every: list[_Ranked | None] = []
    for row, is_trusted in enumerate(trusted.tolist()):
        listed = codes[row] >= 0
        items, best = codes[row][listed], affinities[row][listed]
        of_query, plain_of_query = (
            one and partial(_contributions, one, row) for one in (contributions, without_lens)
        )
        ranked = _Ranked(items, best, best[None], of_query, plain_of_query)
        every.append(ranked if is_trusted else None)
    return every


def _contributions(
    contributions: Contributions, row: int, place: int, items: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return what the parts add to the affinities of one of several queries, which has no other seed."""
    assert place == 0
    return contributions(row, items)


def _from_all(
    signal: Signal, seeds: NDArray[np.int32], n: int, allowed: NDArray[np.bool_], why: bool
) -> _Ranked:
    """Return the answers to a query from a look at every item."""
    contributions = None
    if why and has_capability(signal, Composite):
        by_seed, contributions = signal.affinity_with_contributions(seeds)
    else:
        by_seed = signal.affinity(seeds)
    codes, affinities = top_k(_masked(mean_affinity(by_seed), allowed), n)
    listed = codes[0] >= 0
    items = codes[0][listed]
    return _Ranked(items, affinities[0][listed], by_seed[:, items], contributions)


def _best_of_all(
    signal: Signal, queries: NDArray[np.int32], top: int, allowed: NDArray[np.bool_] | None
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    if has_capability(signal, RanksAll):
        return signal.best_of_all(queries, top, allowed)
    return top_k(_masked(signal.affinity(queries), allowed), top, queries)


def _warn(notices: Sequence[str]) -> None:
    """Warn the caller of the method that calls this."""
    for notice in notices:
        warnings.warn(notice, TigertailWarning, stacklevel=3)


def _texts(asked: Any) -> list[str]:
    """Return one item, or each of several, as text, by which items are known: in a frame ids may be numbers."""
    several = isinstance(asked, Iterable) and not isinstance(asked, str)
    return [str(one) for one in (asked if several else [asked])]


def _check_length(n: int) -> None:
    if not isinstance(n, int | np.integer) or n < 0:
        raise ConfigError(f"{n} items asked for", remedy="ask for a whole number, 0 or more")


def _masked(scores: NDArray[np.float32], allowed: NDArray[np.bool_] | None) -> NDArray[np.float32]:
    """Return affinities, ``-inf`` for items that may not be listed."""
    return scores if allowed is None else np.where(allowed, scores, np.float32(-np.inf))


def mean_affinity(affinities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the affinity after several seeds together: the mean, to which a seed without an affinity adds 0.

    Parameters
    ----------
    affinities
        Float32, (seeds, items); ``-inf`` where a seed has no affinity.

    Returns
    -------
    NDArray[np.float32]
        Float32, (1, items); ``-inf`` where no seed has one.

    Examples
    --------
    >>> mean_affinity(np.array([[0.4, 0.2, -np.inf], [0.2, -np.inf, -np.inf]], np.float32))
    array([[ 0.3,  0.1, -inf]], dtype=float32)
    """
    if len(affinities) == 1:
        return affinities
    finite = affinities > -np.inf
    mean = np.where(finite, affinities, 0).mean(axis=0, dtype=np.float32)
    return np.where(finite.any(axis=0), mean, np.float32(-np.inf))[None]
