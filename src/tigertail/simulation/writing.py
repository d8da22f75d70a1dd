"""Pages about the better known artists, which mention related artists.

Sentences are English with invented words: words of the artist's genre and mood, towns of the country, and filler
words. Half of the mentioned artists are of the same genre, a fifth of the same country, the others anybody; the
popular more often. Sometimes a name is the title of a song, which is not a mention.

Of wiki pages, ``links`` of the mentions says that the first mention of each other artist is a link; the text has no
markup, as after the ingest of real pages: the column ``markup`` says what a page was before it became plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.simulation.circles import mentioned
from tigertail.simulation.styles import draw_genres, known_of, marked_moods
from tigertail.simulation.vocabulary import Words, invent_vocabulary
from tigertail.simulation.world import Codes, Flags, World, popularity_quantile

SENTENCES: Final = 4  # of the shortest page
FURTHER: Final = 12.0  # sentences of the most popular beyond those, on average
WIKI: Final = 0.5  # share of pages that are on a wiki
WRONG: Final = 0.25  # share of words of a genre or mood that are of any, drawn at random

OPENING: Final = "{owner} is a band from {town} whose songs are {genre} and {mood}."
TEMPLATES: Final = (
    "They toured with {artist} and {artist}.",
    "{artist} covered one of their songs.",
    "The singer was influenced by {artist}, {artist} and {artist}.",
    "Some compared the {filler} record with {artist}.",
    "The band {artist} joined them in {town}.",
    "A {filler} song called “{title}” opens the {genre} record.",
    "In {town} the {filler} crowd asked for {genre} and {filler} songs.",
    "It is more {mood} than {genre}, and {filler} to the end.",
    "The {filler} {filler} of {town} is {mood}, {filler} and {genre}.",
)
"""What a sentence after the first may be, each as often as the others."""

_PIECE: Final = re.compile(r"(?P<before>[^{\s]*)\{(?P<slot>\w+)\}(?P<after>[^\s]*)")
_Piece = tuple[str, str, str]
"""What stands before a slot, the kind of slot, and what stands after it; or a word and no slot."""


def _pieces(template: str) -> list[_Piece]:
    found = [(_PIECE.fullmatch(piece), piece) for piece in template.split()]
    return [
        (match["before"], match["slot"], match["after"]) if match else (raw, "", "") for match, raw in found
    ]


_SENTENCES: Final = [_pieces(template) for template in (OPENING, *TEMPLATES)]
_KINDS: Final = ("owner", "artist", "title", "town", "genre", "mood", "filler")
_MENTIONS: Final = ("owner", "artist")
_SLOTS: Final = {
    kind: np.array([sum(slot == kind for _, slot, _ in pieces) for pieces in _SENTENCES]) for kind in _KINDS
}


def write_pages(
    world: World, names: list[str], rng: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Write pages about some artists.

    Parameters
    ----------
    world
        The artists.
    names
        Their names.
    rng
        Random generator.

    Returns
    -------
    documents, mentions
        Documents with columns item (the code of the artist of the page), text, markup, title. Mentions with
        item, document_id (the row of the document), count, positions, links; by document, then item. They are
        the true mentions; an algorithm that reads the text may find fewer, or others.
    """
    owners = known_of(world, world.config.pages, rng)
    popularity = popularity_quantile(world.log_popularity)[owners]
    # The cube of the quantile: few pages are long.
    lengths = SENTENCES + rng.poisson(FURTHER * popularity**3)
    wiki = rng.random(len(owners)) < WIKI
    sentence = rng.integers(1, len(_SENTENCES), lengths.sum())
    sentence[np.cumsum(lengths) - lengths] = 0
    fill = _fillings(world, names, np.repeat(owners, lengths), sentence, rng)
    texts, rows = [], []
    stop = np.cumsum(lengths).tolist()
    for page, end in enumerate(stop):
        text, places = _page(sentence[end - lengths[page] : end].tolist(), fill)
        texts.append(text)
        rows += [(page, item, place) for item, place in places]
    documents = pl.DataFrame(
        {
            "item": owners,
            c.TEXT: texts,
            c.MARKUP: pl.Series(np.where(wiki, "wikitext", "plain").tolist(), dtype=pl.String),
            c.TITLE: pl.Series([names[owner] for owner in owners], dtype=pl.String),
        }
    )
    return documents, _mentions(rows, owners, wiki)


_Filling = Iterator[tuple[str, int]]  # the text of a slot, and the artist it mentions, -1 for none


def _fillings(
    world: World, names: list[str], owner: Codes, sentence: Codes, rng: np.random.Generator
) -> dict[str, _Filling]:
    """Return what goes into the slots of each kind, in the order of the text."""
    words = invent_vocabulary(world, rng)
    about = {kind: np.repeat(owner, slots[sentence]) for kind, slots in _SLOTS.items()}
    named = {
        "owner": about["owner"],
        "artist": mentioned(world, about["artist"], rng),
        "title": rng.integers(world.config.artists, size=len(about["title"])),
    }
    fill: dict[str, _Filling] = {}
    for kind, artists in named.items():
        mention = artists if kind in _MENTIONS else np.full(len(artists), -1)
        fill[kind] = zip([names[code] for code in artists.tolist()], mention.tolist(), strict=True)
    fill["town"] = _spoken(words.towns, world.home[about["town"]], rng)
    genres = _mistaken(draw_genres(world, about["genre"], rng), words.genres, rng)
    moods = _mistaken(marked_moods(world, about["mood"]), words.moods, rng)
    fill["genre"] = _spoken(words.genres, genres, rng)
    fill["mood"] = _spoken(words.moods, moods, rng)
    fill["filler"] = _spoken(words.filler, np.zeros(len(about["filler"]), np.int64), rng)
    return fill


def _mistaken(group: Codes, words: Words, rng: np.random.Generator) -> Codes:
    """Replace some groups by random ones, which may be the same."""
    wrong = rng.random(len(group)) < WRONG
    taken: Codes = np.where(wrong, rng.integers(len(words.groups), size=len(group)), group)
    return taken


def _spoken(words: Words, group: Codes, rng: np.random.Generator) -> _Filling:
    """Draw a word of each group, earlier ones more often."""
    drawn = words.draw(group, rng)
    return zip(drawn, [-1] * len(drawn), strict=True)


def _page(sentences: list[int], fill: dict[str, _Filling]) -> tuple[str, list[tuple[int, int]]]:
    """Return the text of a page, and of each mention the artist and the number of its first word.

    Words are counted as the finder of names does (:mod:`tigertail.text.mentions.tokens`): texts are split at spaces.
    """
    pieces: list[str] = []
    places = []
    words = 0
    for number in sentences:
        for before, slot, after in _SENTENCES[number]:
            text, artist = next(fill[slot]) if slot else ("", -1)
            if artist >= 0:
                places.append((artist, words))
            words += 1 + text.count(" ")
            pieces.append(before + text + after)
    return " ".join(pieces), places


def _mentions(rows: list[tuple[int, int, int]], owners: Codes, wiki: Flags) -> pl.DataFrame:
    """Return the table of mentions; a wiki page links the first mention of each other artist."""
    schema = {c.DOCUMENT_ID: pl.Int64, "item": pl.Int64, c.POSITIONS: pl.Int32}
    mentions = (
        pl.DataFrame(rows, schema, orient="row")
        .group_by(c.DOCUMENT_ID, "item")
        .agg(pl.len().cast(pl.Float32).alias(c.COUNT), pl.col(c.POSITIONS).sort())
        .sort(c.DOCUMENT_ID, "item")
    )
    page = mentions[c.DOCUMENT_ID].to_numpy()
    linked = wiki[page] & (owners[page] != mentions["item"].to_numpy())
    return mentions.with_columns(pl.Series(c.LINKS, linked.astype(np.float32)))
