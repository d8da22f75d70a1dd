"""Names: folded, split, looked up, corrected, left out and printed.

What must hold: folding changes nothing when it is done again, and composed and decomposed letters fold alike; parts of
a credit are parts of its text; every interface of the index gives the same answer; each item of a catalogue is found
by all that is known of it, or a better-known one with a note; what is printed steers no terminal.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from random import Random
from typing import Any, Final

import numpy as np
import polars as pl
from typer.testing import CliRunner

from tigertail import columns as c
from tigertail.cli import app
from tigertail.dataset.folding import fold, fold_loosely, fold_series
from tigertail.dataset.unlisted import SPECIAL_PURPOSE, unlisted
from tigertail.errors import TigertailError, UnknownItemError, printable
from tigertail.geo.countries import country_code
from tigertail.ingest.credits import split_credit
from tigertail.io.quarantine import Quarantine
from tigertail.lookup.item_index import ItemIndex
from tigertail.model import load

from .area import Area, FaultError, Outcome, check_error, check_printable
from .texts import NAMES, Texts
from .world import cleaned, mbid, odd_model

ITEMS: Final = 30  # of the catalogue of an attempt
ASKED: Final = 30  # texts that are looked up in it
FOLDED: Final = 940  # texts that are folded and split alone
_SEPARATORS: Final = (" feat. ", " & ", ";", " vs. ", "•", ", ", " - ")
_PREFIX: Final = re.compile(r"\s*(id|mbid):", re.IGNORECASE)
_FOLDED_NAMES: Final = [fold(name) for name in NAMES]
_COLUMNS: Final = [c.ITEM_ID, c.NAME, c.MBID, c.COUNTRY]
_COUNTRIES: Final = {"PL": "Poland", "GB": "United Kingdom", "BR": "Brazil"}


class Names(Area):
    """Names of a catalogue, and texts that are looked up in it."""

    name = "names"
    share = 0.885

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._model = odd_model(folder)
        self._known = load(self._model).items[c.NAME].to_list()
        self._runner = CliRunner()

    def attempt(self, random: Random, folder: Path) -> Outcome:
        """Make a catalogue, ask it for all it has, then for texts."""
        texts = Texts(random)
        outcome = Outcome()
        rows = [self._row(random, texts) for _ in range(ITEMS)]
        quarantine = Quarantine()
        items = cleaned(rows, _COLUMNS, quarantine)
        items = items.filter(pl.col(c.NAME).is_not_null() & pl.col(c.ITEM_ID).is_not_null())
        items = items.unique(c.ITEM_ID, keep="first", maintain_order=True)
        outcome.rejected["no id or name, or an id twice"] += ITEMS - items.height
        if items.is_empty():
            return outcome
        listeners = sorted((random.randrange(20) for _ in range(items.height)), reverse=True)
        index = _index(items, listeners, random, texts)
        for code, item in enumerate(items.iter_rows(named=True)):
            _check_found(index, listeners, code, item)
        outcome.accepted += items.height
        known = [*items[c.NAME], *NAMES]
        for place in range(ASKED + FOLDED):
            text = texts.name(halves=True, known=known)
            _check_folding(text)
            _check_credit(text, random)
            if place < ASKED:
                self._look_up(index, items, text, outcome)
            else:
                outcome.accepted += 1
        _check_unlisted(items, [texts.name(known=known) for _ in range(3)])
        self._print(texts.name(known=self._known), random)
        return outcome

    def _row(self, random: Random, texts: Texts) -> tuple[str | None, ...]:
        name = texts.name()
        item = random.choice((f"i{random.randrange(10**6)}", texts.name(), fold(name), mbid(random)))
        own = random.choice((None, mbid(random), mbid(random).upper()))
        return item, name, own, random.choice((None, *_COUNTRIES))

    def _look_up(self, index: ItemIndex, items: pl.DataFrame, text: str, outcome: Outcome) -> None:
        found = index.match_or_none(text)
        code = index.code_or_none(text)
        if (None if found is None else found.code) != code or index.codes([text])[0] != (
            -1 if code is None else code
        ):
            raise FaultError(f"match_or_none, code and codes differ about {text!a}")
        _check_search(index, items, text)
        if found is not None:
            outcome.accepted += 1
            return
        try:
            index.match(text)
        except UnknownItemError as error:
            outcome.rejected[check_error(error)] += 1
            if lost := [name for name in error.suggestions if index.code_or_none(name) is None]:
                raise FaultError(f"{lost[0]!a} is suggested for {text!a}, and unknown") from None
        else:
            raise FaultError(f"{text!a} is found, and is not")
        corrected = index.correct(text)
        if corrected is not None and not 0 <= corrected < len(items):
            raise FaultError(f"{text!a} is corrected to no item: {corrected}")

    def _print(self, text: str, random: Random) -> None:
        """Ask the command line."""
        text = text.replace("\0", "")  # no argument can hold it
        more = random.choice(
            ([], ["--why"], ["--beside", "cosine"], ["--exclude", Texts(random).name(known=self._known)])
        )
        more = [one.replace("\0", "") for one in more]
        arguments = ["similar", str(self._model), "-n", "3", *more, "--", text]
        try:
            result = self._runner.invoke(app, arguments, catch_exceptions=False)
        except TigertailError as error:
            check_error(error)
        else:
            check_printable(result.output)
            if result.exit_code not in (0, 2):
                raise FaultError(f"{arguments!a} ended with {result.exit_code}: {result.output!a}")


def _index(items: pl.DataFrame, listeners: list[int], random: Random, texts: Texts) -> ItemIndex:
    items = items.with_columns(
        fold_series(items[c.NAME]).alias("folded"),
        pl.Series("listeners", listeners),
        pl.Series(c.KIND, [random.choice((c.ARTIST, c.ARTIST, c.TRACK)) for _ in listeners]),
    )
    ids = items[c.ITEM_ID].to_list()
    aliases = [(random.choice(ids), c.NAME, f"x{texts.name()}") for _ in range(5)]
    aliases += [(random.choice(ids), c.MBID, mbid(random)) for _ in range(3)]
    aliases += [(random.choice(ids), c.ITEM_ID, f"shop:{number}") for number in range(3)]
    table = pl.DataFrame(aliases, [c.ITEM_ID, c.SCHEME, c.ALIAS], orient="row")
    named = pl.col(c.SCHEME) == c.NAME
    folded = fold_series(table.select(pl.when(named).then(c.ALIAS)).to_series()).alias("folded")
    index = ItemIndex(items, table.with_columns(folded), country_code)
    if random.random() < 0.5:
        index.prepare()
    for item, scheme, alias in aliases:
        _check_handle(index, listeners, ids.index(item), alias, exact=scheme != c.NAME)
    return index


def _check_found(index: ItemIndex, listeners: list[int], code: int, item: dict[str, Any]) -> None:
    _check_handle(index, listeners, code, item[c.ITEM_ID])
    _check_handle(index, listeners, code, f"id:{item[c.ITEM_ID]}", exact=True)
    _check_handle(index, listeners, code, item[c.NAME])
    if item[c.NAME].isascii() and "&" not in item[c.NAME]:  # "&AMP;" is "&", but "&LT;" is no "<"
        _check_handle(index, listeners, code, item[c.NAME].swapcase())
    if item[c.MBID]:
        _check_handle(index, listeners, code, item[c.MBID])
        _check_handle(index, listeners, code, f"MBID:{item[c.MBID].upper()}", exact=True)
    with_country = f"{item[c.NAME]} ({_COUNTRIES.get(item[c.COUNTRY])})"
    if item[c.COUNTRY] and not _is_spelling(index, with_country):
        _check_handle(index, listeners, code, with_country)


def _is_spelling(index: ItemIndex, text: str) -> bool:
    """Return whether a text is the whole name or id of an item, which comes before a name with a country."""
    match = index.search(text, 1)[1]
    return bool((match == 1).any()) or index.by_id(text) is not None  # 1 is the very name


def _check_handle(
    index: ItemIndex, listeners: list[int], code: int, handle: str, *, exact: bool = False
) -> None:
    """Check that an item is found by what is known of it, or a better-known one with a note."""
    if not exact and _PREFIX.match(handle):  # an id or a name such as "id:7" yields to the item with the id 7
        return
    found = index.match(handle)
    check_printable(printable(found.note))
    if found.code == code:
        return
    if exact or not found.note or listeners[found.code] < listeners[code]:
        raise FaultError(f"{handle!a} finds item {found.code}, not {code}; note: {found.note!a}")


def _check_folding(text: str) -> None:
    folded, loose = fold(text), fold_loosely(text)
    if fold(folded) != folded:
        raise FaultError(f"fold({text!a}) is {folded!a}, folded again {fold(folded)!a}")
    if bool(folded) != bool(text.strip()) or bool(loose) != bool(folded):
        raise FaultError(f"{text!a} folds to {folded!a} and loosely to {loose!a}")
    for form in ("NFC", "NFD"):
        other = unicodedata.normalize(form, text)
        if other != text and fold(other) != folded:
            raise FaultError(f"{text!a} folds to {folded!a}, but to {fold(other)!a} in {form}")


def _check_credit(text: str, random: Random) -> None:
    separators = random.sample(_SEPARATORS, 3)
    known = frozenset(random.sample(_FOLDED_NAMES, 5))
    parts = split_credit(text, separators, known)
    if not parts or len(set(parts)) < len(parts) or any(part not in text for part in parts):
        raise FaultError(f"{text!a} is split into {parts!a}")
    if again := [part for part in parts if split_credit(part, separators, known) != [part]]:
        raise FaultError(f"{text!a}: the part {again[0]!a} splits once more at {separators}")


def _check_search(index: ItemIndex, items: pl.DataFrame, text: str) -> None:
    codes, match = index.search(text, 5)
    ordered = bool((np.diff(match) <= 0).all())
    within = not len(match) or (match.min() > 0 and match.max() <= 1 and codes.max() < len(items))
    if not ordered or not within or len(set(codes.tolist())) < len(codes) or len(codes) > 5:
        raise FaultError(f"a search for {text!a} finds {codes} with {match}")


def _check_unlisted(items: pl.DataFrame, wanted: list[str]) -> None:
    items = items.with_columns(pl.lit(c.ARTIST).alias(c.KIND))
    first = items[c.NAME][0]
    left_out = unlisted(items, [*wanted, first, SPECIAL_PURPOSE])
    if len(left_out) != len(items) or not left_out[0]:
        raise FaultError(f"{first!a} is left out, and listed")
