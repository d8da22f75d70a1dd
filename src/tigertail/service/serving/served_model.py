"""One version of a model, made ready to answer many requests."""

from __future__ import annotations

import logging
import threading
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any, ClassVar, Final, Self, overload

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.full_names import full_names
from tigertail.dataset.unlisted import unmatched_entries
from tigertail.errors import ConfigError, ModelError
from tigertail.geo.regions import place_name
from tigertail.model import Answers, Model, QueryOptions, load
from tigertail.model.explanation import Reasons, format_reasons
from tigertail.model.maps.map import read_map
from tigertail.model.portrait import labels, listener_shares
from tigertail.model.query_options import COSINE, query_options
from tigertail.model.radio import RadioOrder
from tigertail.model.recommend import History
from tigertail.model.registry import FACTORS, LISTENING, MIXTURE, OTHER_COLOUR, SIGNALS
from tigertail.model.resolution import model_defaults, resolve_signal
from tigertail.model.store.folder import map_file
from tigertail.service.http.json import to_json
from tigertail.service.http.problems import ServiceError
from tigertail.signals.contract import Composite, ListenerGroups, groups_of
from tigertail.signals.evidence import Fact
from tigertail.signals.listening.groups import sums_by_place
from tigertail.version import __version__

LOG: Final = logging.getLogger("tigertail.service")
_JSON_TYPES: Final = {str: "string", float: "number", int: "integer", bool: "boolean"}


@dataclass(frozen=True)
class AnswerSettings:
    """The settings of the service that its answers depend on.

    Parameters
    ----------
    unlisted
        Items that no answer lists; None means those of the model.
    longest
        Where the service cuts lists, those also that a request does not say the length of; None cuts none.
    players_place
        The country or region whose view the APIs of players give where a request names none; None is the world.
    """

    unlisted: tuple[str, ...] | None = None
    longest: int | None = None
    players_place: str | None = None


AS_THE_MODEL: Final = AnswerSettings()
"""Answers as those of the model, and all of them."""


class ServedModel:
    """A model with what every answer needs at hand: records of its items, and an index to find them.

    Parameters
    ----------
    model
        The model.
    folder
        Where it is kept. Its map is read there, since one may be made after a copy of the model is opened.
    settings
        What else its answers depend on.
    """

    _kernel_lock: ClassVar = threading.Lock()
    """Held while a model computes: kernels share state that is not safe for two threads. The work queue has one thread,
    but :class:`ServedModels` opens a new model on another."""

    def __init__(self, model: Model, folder: Path, settings: AnswerSettings = AS_THE_MODEL) -> None:
        self.model = model
        self.folder = folder
        self.players_place = settings.players_place
        self.version = model.version or "unsaved"
        # Of its ETags, which the request is part of too. The same version answers otherwise under other settings.
        self.tag = f"{self.version}.{__version__}.{zlib.crc32(repr(settings).encode()):x}"
        self.items = ItemRecords(model.items)
        self.index = model.index
        self.index.prepare()

    @classmethod
    def open(cls, folder: Path, copy: Path | None = None, settings: AnswerSettings = AS_THE_MODEL) -> Self:
        """Open the current model, checked whole, so that no request will find it damaged.

        Parameters
        ----------
        folder
            The model's folder.
        copy
            A copy of it to read instead.
        settings
            What else its answers depend on. The log says what of them this model does not know.

        Raises
        ------
        ModelError
            If it is missing or damaged.
        """
        model = load(folder if copy is None else copy).with_unlisted(settings.unlisted)
        for name in model.signals:
            model.signals[name]  # reads it, and so checks it
        if unknown := unmatched_entries(model.items, settings.unlisted or (), model.aliases):
            LOG.warning("entries of unlisted match no item", extra={"unlisted": ", ".join(unknown)})
        if settings.players_place is not None:
            try:
                resolve_signal(model.signals, QueryOptions(country=settings.players_place))
            except ConfigError as error:
                LOG.warning(
                    "players see the catalogue from nowhere: the model knows no such place",
                    extra={"players_place": settings.players_place, "problem": error.problem},
                )
                settings = replace(settings, players_place=None)
        served = cls(model, folder, settings)
        if len(served.items):
            # Whatever is made once is made now: a query of two seeds looks at every item, with the kernels.
            served.answer([0, 0], 1, QueryOptions(), why=True)
        return served

    def answer(self, seeds: Sequence[int], n: int, options: QueryOptions, *, why: bool = False) -> Answers:
        """Answer a query."""
        with self._kernel_lock:
            return self.model.answer(np.array(seeds, np.int32), n, why=why, options=options)

    def answer_each(
        self, codes: Sequence[int], n: int, options: QueryOptions, *, why: bool = False
    ) -> list[Answers]:
        """Answer the same query after each of several items."""
        with self._kernel_lock:
            return self.model.answer_each(np.array(codes, np.int32), n, why=why, options=options)

    def recommend(
        self, history: History, n: int, options: QueryOptions, *, include_known: bool = False
    ) -> Answers:
        """Answer for a listener."""
        with self._kernel_lock:
            return self.model.answer_history(history, n, include_known=include_known, options=options)

    def path(self, start: int, goal: int, n: int | None, options: QueryOptions) -> Answers:
        """Walk from one item to another in a list of ``n``, both included; None takes as many as it needs."""
        with self._kernel_lock:
            return self.model.answer_path(start, goal, n, options=options)

    def radio(self, seeds: Sequence[int], n: int, order: RadioOrder, options: QueryOptions) -> Answers:
        """List what to play after some items."""
        with self._kernel_lock:
            return self.model.answer_radio(np.array(seeds, np.int32), n, **asdict(order), options=options)

    def search(self, text: str, n: int) -> list[dict[str, Any]]:
        """Return the items whose names match a text, best first; for no text those with most listeners."""
        if not text.strip():
            return [{**record, "match": 1.0} for record in self.items[:n]]
        codes, matches = self.index.search(text, n)
        return [
            {**self.items[code], "match": round(match, 4)}
            for code, match in zip(codes.tolist(), matches.tolist(), strict=True)
        ]

    def neighbours(self, codes: Sequence[int], top: int, options: QueryOptions) -> pl.DataFrame:
        """Return the lists of some items, as :meth:`Model.neighbours` does."""
        with self._kernel_lock:
            return self.model.answer_many(np.array(codes, np.int32), top, options=options).table()

    def map_tag(self) -> str:
        """Return a tag that changes when the map is made anew."""
        try:
            found = map_file(self.folder, self.version).stat()
        except OSError:
            return f"{self.tag}.none"
        return f"{self.tag}.{found.st_mtime_ns:x}.{found.st_size:x}"

    def map(self) -> dict[str, Any]:
        """Return the catalogue in two dimensions.

        Raises
        ------
        ServiceError
            If none was made of this version.
        """
        command = f"tigertail map {self.folder.absolute().name}"  # the folder may be called "."
        try:
            table = read_map(self.folder, self.version)
        except ModelError as error:
            LOG.error("the map cannot be read", extra={"problem": str(error)})
            raise ServiceError(503, "the map is damaged", remedy=f"make it anew with: {command}") from error
        if table is None:
            raise ServiceError(404, "there is no map of this model yet", remedy=f"make one with: {command}")
        places = self.model.items.select(c.ITEM_ID).join(
            table, on=c.ITEM_ID, how="left", maintain_order="left"
        )
        # schemas.Map has no kind, and the artist as a part of the name.
        fields = {key: values for key, values in self.items.fields.items() if key not in (c.KIND, "artist")}
        fields |= {c.NAME: full_names(self.model.items).to_list()}
        return {
            "model": self.version,
            **fields,
            **{when: _points(places, when) for when in ("before", "after")},
        }

    def answer_json(self, answers: Answers) -> orjson.Fragment:
        """Return the JSON of :meth:`answer_records`, byte for byte, but faster: that of the items is made already."""
        numbers = to_json(_rounded(answers.affinities))[1:-1].split(b",")
        version = to_json(self.version)
        records = [  # each without its closing brace, which comes last
            b'%b,"rank":%d,"affinity":%b,"model":%b' % (self.items.json(code)[:-1], rank, number, version)
            # Not strict: without items there is one number, an empty text.
            for rank, (code, number) in enumerate(zip(answers.items.tolist(), numbers, strict=False), start=1)
        ]
        if answers.why is not None:
            records = [
                b"%b,%b" % (record, to_json({"why": why, "because": format_reasons(why)})[1:-1])
                for record, why in zip(records, _carriers(answers.why), strict=True)
            ]
        return orjson.Fragment(b"[%b]" % b",".join([b"%b}" % record for record in records]))

    def answer_records(self, answers: Answers) -> list[dict[str, Any]]:
        """Return answers as :class:`tigertail.service.http.schemas.Listed`."""
        why = [None] * len(answers.items) if answers.why is None else _carriers(answers.why)
        return [
            {
                **self.items[code],
                "rank": rank,
                "affinity": affinity,
                "model": self.version,
                **({} if carriers is None else {"why": carriers, "because": format_reasons(carriers)}),
            }
            for rank, (code, affinity, carriers) in enumerate(
                zip(answers.items.tolist(), _rounded(answers.affinities), why, strict=True), start=1
            )
        ]

    def playlist_records(self, answers: Answers) -> list[dict[str, Any]]:
        """Return answers as :class:`tigertail.service.http.schemas.PlaylistItem`."""
        return [
            {
                **self.items[code],
                "mbid": self.index.mbids[code],
                "rank": rank,
                "affinity": affinity,
            }
            for rank, (code, affinity) in enumerate(
                zip(answers.items.tolist(), _rounded(answers.affinities), strict=True), start=1
            )
        ]

    def details(self, code: int) -> dict[str, Any]:
        """Return :class:`tigertail.service.http.schemas.Details` of an item."""
        model = self.model
        row = model.items.row(code, named=True)
        more = {
            key: value
            for key, value in row.items()
            if key not in (c.ITEM_ID, c.ARTIST_NAME, "folded", *self.items.fields)
        }
        mixture = model.signals.get(MIXTURE)
        weights: dict[str, float] = {}
        if isinstance(mixture, Composite):
            values = mixture.weights(np.array([code], np.int32))[0].tolist()
            weights = dict(zip(mixture.parts, values, strict=True))
        known = {name: bool(signal.known[code]) for name, signal in model.signals.items()}
        return {
            **self.items[code],
            "more": more,
            "model": self.version,
            "known_by": known,
            "weights": weights,
            "places": [
                {"code": place, "name": place_name(place), "share": round(share, 4)}
                for place, share in listener_shares(model, code).items()
            ],
            "labels": [{"facet": facet, "name": label} for facet, label in labels(model, code)],
        }

    def described(self, role: str) -> dict[str, Any]:
        """Return :class:`tigertail.service.http.schemas.Described` of the model, which is served in a role."""
        model, items = self.model, self.model.items
        mixture, listening = model.signals.get(MIXTURE), model.signals.get(LISTENING)
        groups = groups_of(listening)
        defaults = model_defaults(model.signals, model.config)
        return {
            "version": self.version,
            "role": role,
            "dataset": model.provenance.dataset,
            "simulated": model.provenance.simulated,
            "items": len(items),
            "listeners": model.training_summary.get("listeners"),
            "default": defaults["signal"],
            "signals": _signals(model),
            "mixture": list(mixture.parts) if isinstance(mixture, Composite) else [],
            "lens": defaults["lens"],
            "beta": defaults["beta"],
            "character": defaults["character"],
            "places": _places(groups) if groups else [],
            "item_countries": _item_countries(items),
            "kinds": [kind for kind in c.ITEM_KINDS if (items[c.KIND] == kind).any()],
            "strata": list(c.STRATA),
            "options": [
                {
                    "name": option.parameter,
                    "type": _JSON_TYPES[option.type],
                    "repeated": option.repeated,
                    "min": option.minimum,
                    "max": option.maximum,
                    "choices": list(option.choices),
                    "default": defaults.get(option.name),
                    "both_lists": option.both_lists,
                    "help": option.help,
                }
                for option in query_options()
            ],
        }


class ItemRecords(Sequence[dict[str, Any]]):
    """Items as :class:`tigertail.service.http.schemas.Item`.

    A record is a dictionary that is made when it is asked for: a million dictionaries would fill the memory of a
    worker. What is kept are the values of each field, and all records in one text of JSON.

    Parameters
    ----------
    items
        A model's items.

    Attributes
    ----------
    fields
        The values of each field, item by item, by its name.
    """

    def __init__(self, items: pl.DataFrame) -> None:
        country = pl.col(c.COUNTRY) if c.COUNTRY in items.columns else pl.lit(None, pl.String)
        records = items.select(
            id=c.ITEM_ID, name=c.NAME, kind=c.KIND, country=country, listeners="listeners", stratum="stratum"
        )
        if c.ARTIST_NAME in items.columns:
            records = records.with_columns(items[c.ARTIST_NAME].alias("artist"))
        self.fields = {name: records[name].to_list() for name in records.columns}
        texts = records.select(pl.struct(pl.all()).struct.json_encode()).to_series()
        self._json = "".join(texts).encode()
        self._ends = np.concatenate([[0], np.cumsum(texts.str.len_bytes().to_numpy(), dtype=np.int64)])

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.fields["id"])

    def json(self, code: int) -> bytes:
        """Return the record of an item as JSON.

        It lies in one place: most of what it costs to gather a record from the values of each field is reading memory.
        """
        return self._json[self._ends[code] : self._ends[code + 1]]

    @overload
    def __getitem__(self, code: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, code: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, code: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        """Return the record of an item by its code, or several."""
        if isinstance(code, slice):
            return [self[one] for one in range(*code.indices(len(self)))]
        return {name: values[code] for name, values in self.fields.items()}


def _rounded(affinities: NDArray[np.float32]) -> list[float]:
    """Return affinities with the 7 digits that a float32 has."""
    return [float(f"{affinity:.7g}") for affinity in affinities.tolist()]


def _carriers(reasons: Reasons) -> list[list[dict[str, Any]]]:
    """Return the carriers of each item as :class:`tigertail.service.http.schemas.Contribution`.

    They are what its affinity comes from (:class:`Reasons`): signals and the prior, or groups of listeners.
    """
    carriers = [dict(row) for rows in reasons.rows for row in rows]
    # Listening alone is explained by groups of listeners, which have no evidence.
    for carrier, evidence in zip(carriers, reasons.evidence, strict=bool(reasons.evidence)):
        carrier["facts"] = _facts(evidence.facts)
        if evidence.seed:
            carrier["seed"] = evidence.seed
    ends = list(accumulate(reasons.sizes))
    return [carriers[end - size : end] for size, end in zip(reasons.sizes, ends, strict=True)]


@lru_cache(4096)
def _facts(facts: tuple[Fact, ...]) -> orjson.Fragment:
    """Return facts as JSON: with a list in it a carrier would be looked through by Python's garbage collector."""
    return orjson.Fragment(to_json([fact.record() for fact in facts]))


def _signals(model: Model) -> list[dict[str, str]]:
    """Return name, title and colour of what can be queried."""
    signals = [
        {"name": name, "title": SIGNALS[name].title, "colour": SIGNALS[name].colour}
        for name in model.signals
        if name in SIGNALS
    ]
    if MIXTURE in model.signals:
        signals.append(
            {"name": MIXTURE, "title": "all signals, weighted by the query", "colour": OTHER_COLOUR}
        )
    if FACTORS in model.signals:
        signals.append({"name": COSINE, "title": "cosine of the factors: naive CF", "colour": OTHER_COLOUR})
    return signals


def _places(groups: ListenerGroups) -> list[dict[str, Any]]:
    """Return the countries and regions that listeners are grouped by, the largest first."""
    if not groups.placed:
        return []
    return [
        {"code": code, "name": place_name(code), "listeners": size}
        for code, size in sums_by_place(groups.keys, groups.group_sizes.tolist()).items()
    ]


def _points(places: pl.DataFrame, when: str) -> list[tuple[float, float] | None]:
    """Return places on the map, rounded to what a screen can show; None where there is none."""
    columns = (places[f"{when}_{axis}"].round(4).to_list() for axis in "xy")
    return [None if x is None or y is None else (x, y) for x, y in zip(*columns, strict=True)]


def _item_countries(items: pl.DataFrame) -> list[dict[str, Any]]:
    if c.COUNTRY not in items.columns:
        return []
    counted = (
        items[c.COUNTRY]
        .drop_nulls()
        .value_counts(sort=True)
        .sort(["count", c.COUNTRY], descending=[True, False])
    )
    return [{"code": code, "name": place_name(code), "items": count} for code, count in counted.iter_rows()]
