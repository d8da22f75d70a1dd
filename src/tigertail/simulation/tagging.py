"""Annotations by the crowd: labels that listeners give to artists they play, with errors and spam.

An honest annotator gives true labels (genre, mood, home, language), and sometimes a wrong label, one without
information ("seen live"), or a personal one. Spellings vary. A spammer plays nothing and labels random artists: with
the slogan of a campaign, with one label for all, or with random labels.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from tigertail import columns as c
from tigertail.simulation.countries import COUNTRIES
from tigertail.simulation.styles import draw_genres, marked_moods
from tigertail.simulation.world import MOOD_AXES, Codes, Flags, World

TAGGERS: Final = 0.3  # share of annotators among listeners
ARTISTS_TAGGED: Final = 10.0  # by one annotator, on average; less where they play fewer
FURTHER_LABELS: Final = 1.2  # mean number of labels for an artist after the first
ZEAL: Final = 4.0  # ratio of a spammer's labels to an honest annotator's
ARTISTS_A_CAMPAIGN: Final = 400  # artists for each campaign of spam
GENRE, MOOD, HOME, LANGUAGE, JUNK, PERSONAL, WRONG = range(7)
KINDS: Final = (0.52, 0.15, 0.10, 0.05, 0.08, 0.03, 0.07)  # shares of an honest annotator's labels, by kind
NOISE: Final = ("seen live", "albums i own", "favourites", "check out later")
_VARIANT: Final = 0.3  # share of labels in another spelling
_SPREAD: Final = 0.8  # standard deviation of the log number of artists of an annotator


def tag(
    world: World, listener: Codes, artist: Codes, listener_ids: pl.Series, rng: np.random.Generator
) -> pl.DataFrame:
    """Simulate labels of listeners for artists they play, and of spammers for any artist.

    Parameters
    ----------
    world
        The listeners and artists.
    listener, artist
        Codes of the distinct pairs of listener and played artist; (pairs,) each.
    listener_ids
        Id of each listener, "listener-" and a number from 1; those of spammers continue after the last.
    rng
        Random generator.

    Returns
    -------
    pl.DataFrame
        Columns annotator (an id), item (an artist code), label; distinct rows.
    """
    vocabulary = true_labels(world)
    taggers = rng.permutation(world.config.listeners)[: round(TAGGERS * world.config.listeners)]
    # Honest labels are drawn first, so that they do not depend on spammers.
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
        Of each kind, in the order of its codes: genres, moods (each axis's low end, then its high one), homes
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
    moods = [f"mood {axis} {end}" for axis in range(1, MOOD_AXES + 1) for end in ("low", "high")]
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
    """Return labels of honest annotators: annotator code, item and label."""
    # How many artists each would label: the log-normal mean is ARTISTS_TAGGED, hence the - _SPREAD**2 / 2.
    appetite = np.zeros(world.config.listeners)
    appetite[taggers] = rng.lognormal(np.log(ARTISTS_TAGGED) - _SPREAD**2 / 2, _SPREAD, len(taggers))
    played = np.bincount(listener, minlength=len(appetite))
    chosen: Flags = rng.random(len(listener)) * played[listener] < appetite[listener]
    labels = 1 + rng.poisson(FURTHER_LABELS, int(chosen.sum()))
    annotator, what = np.repeat(listener[chosen], labels), np.repeat(artist[chosen], labels)
    kind = rng.choice(len(KINDS), len(annotator), p=KINDS)
    words = pl.concat(vocabulary)
    labels_of_kind = [
        vocabulary[GENRE].gather(draw_genres(world, what, rng)),
        vocabulary[MOOD].gather(marked_moods(world, what)),
        vocabulary[HOME].gather(world.home[what]),
        vocabulary[LANGUAGE].gather(world.home[what]),
        pl.Series(NOISE).gather(rng.integers(len(NOISE), size=len(annotator))),
        "my list " + pl.Series(annotator).cast(pl.String),
        words.gather(rng.integers(len(words), size=len(annotator))),
    ]
    return _labelled(annotator, what, kind, labels_of_kind)


def _spam(world: World, spammers: int, vocabulary: list[pl.Series], rng: np.random.Generator) -> pl.DataFrame:
    """Return labels of spammers, of whom a third each gives slogans, one label for all, or random labels.

    Columns as of :func:`_honest`; codes of spammers follow those of listeners.
    """
    config = world.config
    mean_labels = ZEAL * ARTISTS_TAGGED * (1 + FURTHER_LABELS)
    labels = np.minimum(rng.poisson(mean_labels, spammers), config.artists)
    annotator = np.repeat(np.arange(spammers), labels)
    what = rng.integers(config.artists, size=len(annotator))
    words = pl.concat(vocabulary)
    campaigns = 1 + config.artists // ARTISTS_A_CAMPAIGN
    slogan = rng.integers(campaigns, size=spammers)
    favourite = rng.integers(len(words), size=spammers)
    labels_of_kind = [
        "visit site " + pl.Series(slogan[annotator]).cast(pl.String),
        words.gather(favourite[annotator]),
        words.gather(rng.integers(len(words), size=len(annotator))),
    ]
    return _labelled(config.listeners + annotator, what, annotator % len(labels_of_kind), labels_of_kind)


def _labelled(annotator: Codes, artist: Codes, kind: Codes, labels_of_kind: list[pl.Series]) -> pl.DataFrame:
    """Return a row for each label: annotator code, item and, of the row's labels of each kind, that of its own kind."""
    rows = pl.DataFrame({c.ANNOTATOR: annotator, "item": artist, "kind": kind})
    label = pl.coalesce(
        pl.when(pl.col("kind") == number).then(pl.lit(series)) for number, series in enumerate(labels_of_kind)
    )
    return rows.select(c.ANNOTATOR, "item", label.alias(c.LABEL))


def _spelled(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Vary the spelling of some labels: with hyphens, in one word, or with capitals."""
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
