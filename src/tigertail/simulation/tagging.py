"""Who tags what: listeners put labels on artists they play; some labels are wrong, some people only make noise.

An honest tagger says of an artist what is true of it (scene, mood, home, language), now and then something
wrong, something that says nothing of the artist ("seen live"), or something only they use. Everybody spells
as they like. A spammer plays nothing and tags artists drawn at random, whatever they are: with a campaign's
slogan, with one label for all, or with any label that comes along.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.simulation.countries import COUNTRIES
from tigertail.simulation.styles import draw_scenes, marked_moods
from tigertail.simulation.world import MOODS, Codes, Flags, World

TAGGERS: Final = 0.3  # share of the listeners who tag at all
ARTISTS_TAGGED: Final = 10.0  # by a tagger, on average
FURTHER_LABELS: Final = 1.2  # a tagger has for an artist, beyond the first
ZEAL: Final = 4.0  # how many times as much a spammer tags
ARTISTS_A_CAMPAIGN: Final = 400  # how many artists there are for each campaign of spam
SCENE, MOOD, HOME, TONGUE, JUNK, PERSONAL, WRONG = range(7)
KINDS: Final = (0.52, 0.15, 0.10, 0.05, 0.08, 0.03, 0.07)  # what a tagger says, in that order
NOISE: Final = ("seen live", "albums i own", "favourites", "check out later")
_VARIANT: Final = 0.3  # share of labels in another spelling
_SPREAD: Final = 0.8  # of the logarithm of artists a tagger


def tag(
    world: World, listener: Codes, artist: Codes, listener_ids: pl.Series, rng: np.random.Generator
) -> pl.DataFrame:
    """Let listeners tag artists they play, and spammers any artist.

    Parameters
    ----------
    world
        The listeners and artists.
    listener, artist
        Who plays whom, one entry a pair.
    listener_ids
        Identifier of each listener; those of spammers go on from the last.
    rng
        The source of chance.

    Returns
    -------
    pl.DataFrame
        Columns annotator, item (an artist code), label; a row only once.
    """
    vocabulary = true_labels(world)
    taggers = rng.permutation(world.config.listeners)[: round(TAGGERS * world.config.listeners)]
    # The honest go first, so that they say the same whether or not there are spammers.
    honest = _spelled(_honest(world, taggers, listener, artist, vocabulary, rng), rng)
    share = world.config.spam_annotators
    spammers = round(len(taggers) * share / (1 - share))
    rows = pl.concat([honest, _spelled(_spam(world, spammers, vocabulary, rng), rng)])
    width = len(listener_ids[0].rpartition("-")[2])
    names = pl.concat(
        [
            listener_ids,
            pl.Series([f"listener-{world.config.listeners + n:0{width}}" for n in range(1, spammers + 1)]),
        ]
    )
    rows = rows.with_columns(names.gather(rows[c.ANNOTATOR]).alias(c.ANNOTATOR))
    return rows.unique().sort("item", c.LABEL, c.ANNOTATOR)


def true_labels(world: World) -> list[pl.Series]:
    """Return the labels that may be true of an artist.

    Returns
    -------
    list[pl.Series]
        Of each kind, in the order of its codes: scenes, moods (each axis's low end, then its high one), homes
        and languages by country.
    """
    config = world.config
    countries = COUNTRIES[: config.countries]
    genres = [f"genre {number}" for number in range(1, config.genres + 1)]
    scenes = [
        f"{country.code.lower()} scene {number}"
        for country in countries
        for number in range(1, config.scenes_per_country + 1)
    ]
    moods = [f"mood {axis} {end}" for axis in range(1, MOODS + 1) for end in ("low", "high")]
    return [
        pl.Series(genres + scenes),
        pl.Series(moods),
        pl.Series([f"from {country.code.lower()}" for country in countries]),
        pl.Series([f"sung in {country.language}" for country in countries]),
    ]


def _honest(
    world: World,
    taggers: Codes,
    listener: Codes,
    artist: Codes,
    vocabulary: list[pl.Series],
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Return what honest taggers say: annotator code, item and label."""
    appetite = np.zeros(world.config.listeners)
    appetite[taggers] = rng.lognormal(np.log(ARTISTS_TAGGED) - _SPREAD**2 / 2, _SPREAD, len(taggers))
    played = np.bincount(listener, minlength=len(appetite))
    chosen: Flags = rng.random(len(listener)) * played[listener] < appetite[listener]
    labels = 1 + rng.poisson(FURTHER_LABELS, int(chosen.sum()))
    who, what = np.repeat(listener[chosen], labels), np.repeat(artist[chosen], labels)
    kind = rng.choice(len(KINDS), len(who), p=KINDS)
    words = pl.concat(vocabulary)
    said = [
        vocabulary[SCENE].gather(draw_scenes(world, what, rng)),
        vocabulary[MOOD].gather(marked_moods(world, what)),
        vocabulary[HOME].gather(world.home[what]),
        vocabulary[TONGUE].gather(world.home[what]),
        pl.Series(NOISE).gather(rng.integers(len(NOISE), size=len(who))),
        "my list " + pl.Series(who).cast(pl.String),
        words.gather(rng.integers(len(words), size=len(who))),
    ]
    rows = pl.DataFrame({c.ANNOTATOR: who, "item": what, "kind": kind})
    label = pl.coalesce(
        pl.when(pl.col("kind") == number).then(pl.lit(series)) for number, series in enumerate(said)
    )
    return rows.select(c.ANNOTATOR, "item", label.alias(c.LABEL))


def _spam(world: World, spammers: int, vocabulary: list[pl.Series], rng: np.random.Generator) -> pl.DataFrame:
    """Return what spammers say, a third of them each: slogans, one label for all, anything."""
    config = world.config
    zeal = ZEAL * ARTISTS_TAGGED * (1 + FURTHER_LABELS)
    rows = np.minimum(rng.poisson(zeal, spammers), config.artists)
    who = np.repeat(np.arange(spammers), rows)
    what = rng.integers(config.artists, size=len(who))
    words = pl.concat(vocabulary)
    campaigns = 1 + config.artists // ARTISTS_A_CAMPAIGN
    slogan = rng.integers(campaigns, size=spammers)
    favourite = rng.integers(len(words), size=spammers)
    said = [
        "visit site " + pl.Series(slogan[who]).cast(pl.String),
        words.gather(favourite[who]),
        words.gather(rng.integers(len(words), size=len(who))),
    ]
    rows_of = pl.DataFrame({c.ANNOTATOR: config.listeners + who, "item": what, "kind": who % len(said)})
    label = pl.coalesce(
        pl.when(pl.col("kind") == number).then(pl.lit(series)) for number, series in enumerate(said)
    )
    return rows_of.select(c.ANNOTATOR, "item", label.alias(c.LABEL))


def _spelled(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Spell some labels otherwise: with hyphens, in one word, or with capitals."""
    way = pl.lit(pl.Series(rng.random(len(rows))))
    text = pl.col(c.LABEL)
    spelled = (
        pl.when(way < _VARIANT / 3)
        .then(text.str.replace_all(" ", "-"))
        .when(way < _VARIANT * 2 / 3)
        .then(text.str.replace_all(" ", ""))
        .when(way < _VARIANT)
        .then(text.str.to_titlecase())
    )
    return rows.with_columns(spelled.otherwise(text).alias(c.LABEL))
