"""Which item is meant: by id, by MBID, by name in any spelling, or by what has been typed so far."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.folding import fold, fold_loosely, fold_series, loose_series
from tigertail.dataset.full_names import full_name, is_credited
from tigertail.errors import UnknownItemError
from tigertail.lookup.ambiguity import note_on_better_known, note_on_others
from tigertail.lookup.mbids import Mbids
from tigertail.lookup.spellings import CODE, FOLDED, LOOSE, Folding, Spellings

if TYPE_CHECKING:
    from tigertail.lookup.name_index import NameIndex

SUGGESTED: Final = 5  # close names that an error lists
WITHIN: Final = 0.8  # match above which a name is closer than one that is a part of the text
PART: Final = 1 / 3  # share of the letters of a text from which on a name that is a part of it is close
WORDS: Final = 8  # words of a text that names may be a part of
REORDERED: Final = 3  # words of a text up to which the last may be meant to come first, or the first last
BARELY_KNOWN: Final = 10  # listeners below which an item of another spelling may be meant
FAR_MORE: Final = 10  # times as many listeners as that item has
COMPARED: Final = 20  # items whose names are compared with a typing error
# Texts that `match_all` and `codes` were given, in all, from which on tables are built that make each look-up fast.
MANY: Final = 10
_PREFIXED: Final = re.compile(r"\s*(id|mbid):(.+)", re.IGNORECASE | re.DOTALL)
_QUALIFIED: Final = re.compile(r"(.*\S)\s*\(([^()]+)\)\s*", re.DOTALL)
_ANY_DASH: Final = re.compile(r"\s+[-\u2010-\u2015\u2212]+\s+")  # between an artist and a title

Codes = NDArray[np.int32]


@dataclass(frozen=True)
class Match:
    """The item that a text means.

    Parameters
    ----------
    code
        Its code.
    note
        What a person should know: that other items have the name too, that the name is not spelled so, or that an item
        of another spelling has far more listeners; else empty.
    """

    code: int
    note: str = ""


class ItemIndex:
    """Resolves what people and programs call an item, for every interface in the same way.

    A text is an MBID in any letter case; an id; a name in any spelling that is known of the item, whatever its
    case, accents and punctuation (:func:`~tigertail.dataset.folding.fold`); an artist and the name of a track or an
    album of theirs, with a dash between, of one artist of several too; either with a country or a kind in brackets;
    or, where no item has the name, one that is loosely the same
    (:func:`~tigertail.dataset.folding.fold_loosely`), or that of an artist with the family name at the other end.
    An MBID comes first, and an id gives way only to a better-known item of that name.
    Of several items the one with most listeners is meant, and a note says how many there are and how to ask for
    another. After the prefix ``id:`` or ``mbid:`` only an id or an MBID is looked up, and never a name.

    Parameters
    ----------
    items
        One row per item, in the order of the item codes, which is that of popularity: item_id, name, folded,
        listeners, and where the catalogue has them kind, mbid, country, artist_id and artist_name.
    aliases
        Further names, MBIDs and ids: item_id, scheme (:data:`~tigertail.columns.SCHEMES`), alias, and folded, which
        is null but for names; None where there are none.
    country_of
        The code of a country from its name; None where a country is known by its code alone.

    Examples
    --------
    >>> items = {"item_id": ["a1", "a2"], "name": ["Sigur Rós", "Кино"], "folded": ["sigur ros", "кино"]}
    >>> index = ItemIndex(pl.DataFrame(items | {"listeners": [9, 5]}))
    >>> index.match("sigur ros").code, index.match("a2").code
    (0, 1)
    """

    def __init__(
        self,
        items: pl.DataFrame,
        aliases: pl.DataFrame | None = None,
        country_of: Callable[[str], str | None] | None = None,
    ) -> None:
        self._items = items
        self._aliases = aliases
        self._country_of = country_of or str.upper
        self._prepared = False
        self._look_ups = 0

    @property
    def items(self) -> pl.DataFrame:
        """The items, in the order of their codes."""
        return self._items

    def prepare(self) -> None:
        """Build at once what makes each look-up fast, for a process that answers many."""
        self._prepared = True
        self._spellings.prepare()
        _ = self._by_id, self._mbids.codes
        if self._owned:
            _ = self._artists
        self.name_index.search("", 1)  # to build the index: a search for nothing takes no time

    def match(self, text: str, option: str | None = None) -> Match:
        """Return an item given by id, MBID or name, and what a person should know of the choice.

        Parameters
        ----------
        text
            The id, MBID or name.
        option
            As of :meth:`match_all`.

        Raises
        ------
        UnknownItemError
            If there is no such item; the error suggests close names.
        """
        item = self.match_or_none(text)
        if item is None:
            raise self.unknown_item_error(text, option=option)
        return item

    def match_all(self, texts: Sequence[str], option: str | None = None) -> tuple[Codes, tuple[str, ...]]:
        """Return the code of each text, int32, (texts,), and the notes on all of them.

        Parameters
        ----------
        texts
            Ids, MBIDs or names.
        option
            The option that they are values of, which an error names; None where they are what is asked about.

        Raises
        ------
        UnknownItemError
            If one is unknown: the first of them.
        """
        self._expect(len(texts))
        matches = [self.match(text, option) for text in texts]
        notes = dict.fromkeys(one.note for one in matches if one.note)
        return np.array([one.code for one in matches], np.int32), tuple(notes)

    def code_or_none(self, text: str) -> int | None:
        """Return the code that :meth:`match_or_none` does, in less time: without a note. None where there is none."""
        meant = self._meanings(_encodable(text))
        return int(meant[0][0]) if len(meant[0]) else None

    def codes(self, texts: Sequence[str]) -> Codes:
        """Return the code of each text, as :meth:`code_or_none` does; int32, (texts,); -1 for the unknown."""
        self._expect(len(texts))
        each = (self.code_or_none(text) for text in texts)
        return np.array([-1 if code is None else code for code in each], np.int32)

    def match_or_none(self, text: str) -> Match | None:
        """Return an item given by id, MBID or name, and what a person should know; None where there is none."""
        text = _encodable(text)
        codes, loosely = self._meanings(text)
        if not len(codes):
            return None
        code = int(codes[0])
        notes = []
        if len(codes) > 1:
            own = self._by_id_within(text)
            asked = text.strip()
            notes = [note_on_others(self._items, self.mbids, asked, code, codes[1:], own, loosely=loosely)]
        if loosely:
            notes.insert(0, f"no item is spelled '{text}'; {self._full_name(code)} is taken for it")
        if (better := self._better_known(text, code)) is not None:
            notes.append(note_on_better_known(self._items, self.mbids, better))
        return Match(code, "; ".join(notes))

    def all_named(self, text: str, kind: str | None = None) -> Codes:
        """Return the codes of all items with a name, those with most listeners first.

        Parameters
        ----------
        text
            The name, in any spelling, or after that of its artist, either with a country or a kind in brackets or not
            (:class:`ItemIndex`). Where no item has it, those are returned whose name is loosely the same.
        kind
            Only items of this kind; None for all kinds.
        """
        return self._named(_encodable(text), kind)[0]

    def all_named_by(self, name: str, artist: str, kind: str | None = None) -> Codes:
        """Return the codes of the tracks and albums of an artist that have a name, those with most listeners first.

        Parameters
        ----------
        name, artist
            Their name and that of their artist, in any spelling. Where nothing has both, either may be loosely
            the same, or the artist one of several.
        kind
            Only items of this kind; None for all kinds.
        """
        return self._by_artist(_encodable(name), _encodable(artist), kind)[0]

    def mask_of_artist(self, artist: str) -> NDArray[np.bool_]:
        """Return which items are tracks and albums of an artist, in any spelling; bool, (items,)."""
        artist = fold(_encodable(artist))
        if not self._owned:
            return np.zeros(len(self._items), np.bool_)
        owned = (self._artists == artist) | self._items[c.ARTIST_ID].is_in(self._artist_ids(FOLDED, artist))
        return np.asarray(owned.fill_null(False).to_numpy())

    @cached_property
    def _artists(self) -> pl.Series:
        """The folded name of the artist of each item; null where there is none."""
        return fold_series(self._items[c.ARTIST_NAME])

    def _artist_ids(self, folding: Folding, spelled: str) -> pl.Series:
        """Return the ids of the artists among the items with a spelling, as one list."""
        return (
            self._items[c.ITEM_ID]
            .gather(self._of_kind(self._spellings.items_with(folding, spelled), c.ARTIST))
            .implode()
        )

    @property
    def _owned(self) -> bool:
        """Whether tracks and albums have an artist."""
        return {c.ARTIST_ID, c.ARTIST_NAME} <= set(self._items.columns)

    def by_id(self, item: str) -> int | None:
        """Return the code of an item given by id alone; None where there is none."""
        if self._prepared:
            return self._by_id.get(item)
        codes = (self._items[c.ITEM_ID] == _encodable(item)).arg_true()
        if not len(codes) and (aliases := self._aliases_of(c.ITEM_ID)) is not None:
            codes = aliases.filter(pl.col(c.ALIAS) == _encodable(item))[CODE]
        return int(codes[0]) if len(codes) else None

    def by_mbid(self, mbid: str, kind: str) -> int | None:
        """Return the code of the item of a kind with an MBID, in any letter case; None where there is none."""
        codes = self._with_mbid(mbid, kind)
        return int(codes[0]) if len(codes) else None

    @property
    def mbids(self) -> pl.Series:
        """The MBID of each item, in lower case: of its column, or its id where that is one; null where unknown."""
        return self._mbids.of_items

    def unknown_item_error(
        self,
        text: str,
        *,
        option: str | None = None,
        path: Path | None = None,
        line: int | None = None,
    ) -> UnknownItemError:
        """Return the error that says there is no such item, and suggests close names; none for an id.

        Parameters
        ----------
        text
            The text.
        option
            As of :meth:`match_all`.
        path, line
            The file and the line that have it.
        """
        problem = f"no item called '{text}'"
        prefixed = _PREFIXED.fullmatch(text)
        close = [] if prefixed else self.suggest(text)
        remedy = f"did you mean: {', '.join(close)}?" if close else "no name in this model is close to it"
        if prefixed:
            scheme, given = prefixed.groups()
            remedy = f"leave out '{scheme}:' to look for a name too, as in '{given.strip()}'"
        return UnknownItemError(
            problem if option is None else f"{option}: {problem}",
            remedy=remedy,
            path=path,
            line=line,
            suggestions=close,
        )

    def suggest(self, text: str, n: int = SUGGESTED) -> list[str]:
        """Return the names that best match a text, ties by number of listeners.

        Names that are a part of the text come after those that are nearly it. What stands in brackets behind a name is
        taken for a country or a kind.
        """
        qualified = _QUALIFIED.fullmatch(text)
        asked = qualified[1] if qualified else text
        codes, match = self.search(asked, n)
        close = dict.fromkeys([*codes[match > WITHIN].tolist(), *self._within(asked), *codes.tolist()])
        return [self._full_name(code) for code in list(close)[:n]]

    def _within(self, text: str) -> list[int]:
        """Return the items whose names are words of a text in their order, those of most letters first."""
        words = fold(text).split()[:WORDS]
        parts = {" ".join(part) for n in range(1, len(words)) for part in combinations(words, n)}
        letters = {part: len(part.replace(" ", "")) for part in parts}
        least = PART * sum(map(len, words))
        near = sorted(
            (part for part in parts if letters[part] >= least), key=lambda part: (-letters[part], part)
        )
        found = self._spellings.items_with_any(near)
        return [code for part in near for code in found.get(part, [])]

    def correct(self, text: str, allowed: NDArray[np.bool_] | None = None) -> int | None:
        """Return the code of the item that a name with a typing error means; None where it may be an unknown name.

        Parameters
        ----------
        text
            A name that no item has.
        allowed
            Mask of the items that may be meant; bool, (items,); None where all may.
        """
        from tigertail.lookup.correction import log_odds

        scored = [(log_odds(one), -code) for code, one in self.near_misses(text, allowed)]
        likely, code = max(scored, default=(0.0, 0))
        return -code if likely > 0 else None

    def near_misses(
        self, text: str, allowed: NDArray[np.bool_] | None = None
    ) -> list[tuple[int, list[float]]]:
        """Return the items whose names a typing error may turn into a text, each with that error's features.

        These are in the order of :data:`tigertail.lookup.correction.FEATURES`. An item is there once for each of its
        spellings that is near enough.
        """
        from tigertail.lookup.correction import features

        typed = fold(text)
        near = []
        for code in self.search(text, COMPARED, allowed)[0].tolist():
            listeners = self._items["listeners"][code]
            for name in self._spellings.of_item(code):
                if (one := features(typed, name, listeners, self._spellings.is_word)) is not None:
                    near.append((code, one))
        return near

    def search(
        self, text: str, n: int = 10, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[Codes, NDArray[np.float32]]:
        """Return the items whose names best match what has been typed so far, and how well they match, 0 to 1."""
        return self.name_index.search(text, n, allowed)

    @cached_property
    def name_index(self) -> NameIndex:
        """The index that names are searched with, built when it is first needed."""
        from tigertail.lookup.name_index import NameIndex

        return NameIndex(
            self._items[c.NAME],
            self._items["listeners"].to_numpy(),
            self._items[FOLDED],
            self._spellings.aliases,
        )

    def _expect(self, look_ups: int) -> None:
        self._look_ups += look_ups
        if self._look_ups >= MANY:
            self._prepared = True
            self._spellings.index()

    def _meanings(self, text: str) -> tuple[Codes, bool]:
        """Return the items that a text may mean, best first, and whether none of them is spelled so."""
        if prefixed := _PREFIXED.fullmatch(text):
            return self._alone(*prefixed.groups()), False
        mbids = self._with_mbid(text)
        if len(mbids):
            return mbids, False
        own = self._by_id_within(text)
        codes, loosely = self._named(text)
        if own is None:
            return (codes, loosely) if len(codes) else (self._reordered(text), True)
        if loosely:
            return np.array([own], np.int32), False
        listeners = self._items["listeners"]
        better = [code for code in codes.tolist() if code != own and listeners[code] > listeners[own]]
        others = [code for code in codes.tolist() if code != own and code not in better]
        return np.array([*better, own, *others], np.int32), False

    def _better_known(self, text: str, code: int) -> int | None:
        """Return the item that is loosely spelled as a text and far better known than one that is spelled so."""
        listeners = self._items["listeners"]
        few = listeners[code]
        if few >= BARELY_KNOWN or fold(text) not in self._spellings.of_item(code):
            return None
        best = next(iter(self._spellings.items_with(LOOSE, fold_loosely(text)).tolist()), code)
        return best if listeners[best] >= FAR_MORE * max(few, 1) else None

    def _reordered(self, text: str) -> Codes:
        """Return the artists whose name begins at another word of a text of few words, best first.

        A family name comes first in some languages and in lists: "Bartók Béla" is Béla Bartók.
        """
        words = fold(text).split()
        if not 1 < len(words) <= REORDERED:
            return np.empty(0, np.int32)
        orders = [" ".join(words[first:] + words[:first]) for first in range(1, len(words))]
        codes = np.unique(np.concatenate([self._spellings.items_with(FOLDED, order) for order in orders]))
        return self._of_kind(codes, c.ARTIST) if c.KIND in self._items.columns else codes

    def _alone(self, scheme: str, text: str) -> Codes:
        """Return the items that a text with a prefix means."""
        if scheme.lower() == c.MBID:
            return self._with_mbid(text)
        code = self._by_id_within(text)
        return np.array([] if code is None else [code], np.int32)

    def _by_id_within(self, text: str) -> int | None:
        """Return the code of the item with an id, blanks around it or not: an id may end with what is a blank here."""
        code = self.by_id(text)
        return self.by_id(text.strip()) if code is None else code

    def _named(self, text: str, kind: str | None = None) -> tuple[Codes, bool]:
        """Return the items of a name, best first, and whether it is only loosely theirs."""
        if not text.strip():
            return np.empty(0, np.int32), False
        codes = self._of_kind(self._spellings.items_with(FOLDED, fold(text)), kind)
        if len(codes):
            return codes, False
        qualified = _QUALIFIED.fullmatch(text)
        if qualified:
            named = self._spellings.items_with(FOLDED, fold(qualified[1]))
            if len(codes := self._qualified(named, qualified[2])):
                return self._of_kind(codes, kind), False
        codes, loosely = self._after_artist(text, kind)
        if qualified and not len(codes):
            of_artist, loosely = self._after_artist(qualified[1], kind)
            codes = self._qualified(of_artist, qualified[2])
        if len(codes):
            return codes, loosely
        return self._of_kind(self._spellings.items_with(LOOSE, fold_loosely(text)), kind), True

    def _after_artist(self, text: str, kind: str | None) -> tuple[Codes, bool]:
        """Return what :meth:`_by_artist` does for a text with a dash; nothing for one without."""
        for dash in _ANY_DASH.finditer(text):
            codes, loosely = self._by_artist(text[dash.end() :], text[: dash.start()], kind)
            if len(codes):
                return codes, loosely
        return np.empty(0, np.int32), False

    def _by_artist(self, name: str, artist: str, kind: str | None) -> tuple[Codes, bool]:
        """Return the items of a name and an artist, best first, and whether either is only loosely so spelled."""
        if self._owned and name.strip() and artist.strip():
            exactly = self._spellings.items_with(FOLDED, fold(name))
            codes, loosely = self._whose(self._of_kind(exactly, kind), artist)
            if len(codes):
                return codes, loosely
            roughly = self._spellings.items_with(LOOSE, fold_loosely(name))
            return self._whose(self._of_kind(roughly, kind), artist)[0], True
        return np.empty(0, np.int32), False

    def _whose(self, codes: Codes, artist: str) -> tuple[Codes, bool]:
        """Return which of some tracks and albums are an artist's, and whether their name is only loosely so spelled.

        Where none is the artist's alone, those are that have the artist as one of several.
        """
        if not len(codes):
            return codes, False
        names, owners = (self._items[column].gather(codes) for column in (c.ARTIST_NAME, c.ARTIST_ID))
        folded = self._artists.gather(codes) if self._prepared else fold_series(names)
        for loosely, folding in ((False, fold), (True, fold_loosely)):
            ids = self._artist_ids(LOOSE if loosely else FOLDED, folding(artist))
            spelled = (loose_series(names, folded) if loosely else folded) == folding(artist)
            theirs = (spelled | owners.is_in(ids)).fill_null(False).to_numpy()
            if theirs.any():
                return codes[theirs], loosely
        guest = fold_loosely(artist)
        near = loose_series(names, folded).str.contains(guest, literal=True).fill_null(False)
        credited = [
            bool(is_near) and is_credited(guest, name) for name, is_near in zip(names, near, strict=True)
        ]
        return codes[np.array(credited, np.bool_)], True

    def _qualified(self, codes: Codes, qualifier: str) -> Codes:
        """Return which of some items are of a country or a kind."""
        wanted = np.zeros(len(codes), np.bool_)
        for column, value in ((c.COUNTRY, self._country_of(qualifier)), (c.KIND, qualifier.lower())):
            if column in self._items.columns and value is not None:
                wanted |= (self._items[column].gather(codes) == value).fill_null(False).to_numpy()
        return codes[wanted]

    def _with_mbid(self, mbid: str, kind: str | None = None) -> Codes:
        """Return the items with an MBID, best first."""
        return self._of_kind(self._mbids.items_with(mbid), kind)

    def _of_kind(self, codes: Codes, kind: str | None) -> Codes:
        if kind is None or not len(codes):
            return codes
        return np.asarray(codes[(self._items[c.KIND].gather(codes) == kind).to_numpy()])

    def _full_name(self, code: int) -> str:
        return full_name(self._items.row(code, named=True))

    @cached_property
    def _spellings(self) -> Spellings:
        return Spellings(self._items, self._aliases_of(c.NAME))

    @cached_property
    def _mbids(self) -> Mbids:
        return Mbids(self._items, self._aliases_of(c.MBID))

    def _aliases_of(self, scheme: str) -> pl.DataFrame | None:
        if self._aliases is None:
            return None
        codes = self._items.select(c.ITEM_ID, pl.int_range(pl.len(), dtype=pl.Int32).alias(CODE))
        wanted = self._aliases.filter(pl.col(c.SCHEME) == scheme)
        return wanted.join(codes, on=c.ITEM_ID, maintain_order="left").sort(CODE, maintain_order=True)

    @cached_property
    def _by_id(self) -> dict[str, int]:
        own = {item: code for code, item in enumerate(self._items[c.ITEM_ID])}
        aliases = self._aliases_of(c.ITEM_ID)
        return own if aliases is None else dict(aliases.select(c.ALIAS, CODE).reverse().iter_rows()) | own


def is_prefixed(text: str) -> bool:
    """Return whether a text begins with ``id:`` or ``mbid:``, so that it is no name."""
    return _PREFIXED.fullmatch(text) is not None


def _encodable(text: str) -> str:
    """Escape half a surrogate pair, which arguments and JSON may hold, but no name: UTF-8 cannot express it."""
    return text.encode("utf-8", "backslashreplace").decode()
