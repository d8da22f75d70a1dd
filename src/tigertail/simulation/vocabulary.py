"""The invented words of pages: for genres, moods and countries, and filler words.

Each word is drawn without a look at the others: some are in two groups or twice in one, and some filler words are those
of a genre or mood too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tigertail.simulation.countries import COUNTRIES
from tigertail.simulation.names import SOUNDS, invent_word
from tigertail.simulation.world import MOOD_AXES, Codes, World

# How many words there are.
GENRE_WORDS: Final = 8  # of each genre
MOOD_WORDS: Final = 6  # of each end of a mood axis
TOWNS: Final = 8  # of each country
FILLER: Final = 400  # in all


@dataclass(frozen=True)
class Words:
    """Words by group; the first of a group are used most, by Zipf's law.

    Parameters
    ----------
    groups
        The words of each; all have as many.
    """

    groups: list[list[str]]

    def draw(self, group: Codes, rng: np.random.Generator) -> list[str]:
        """Draw a word of each group asked for."""
        share = 1 / np.arange(1, 1 + len(self.groups[0]))
        place = rng.choice(share.size, group.size, p=share / share.sum())
        return [self.groups[row][column] for row, column in zip(group.tolist(), place.tolist(), strict=True)]


@dataclass(frozen=True)
class Vocabulary:
    """The words there are.

    Parameters
    ----------
    genres
        Of each genre; those of shared genres are English, those of a country's scenes in its language.
    moods
        Of each end of each mood axis.
    towns
        Of each country; the first letter is a capital where the script has any.
    filler
        One group.
    """

    genres: Words
    moods: Words
    towns: Words
    filler: Words


def invent_vocabulary(world: World, rng: np.random.Generator) -> Vocabulary:
    """Invent the words that pages of a world are made of."""
    config = world.config
    homes = [country.language for country in COUNTRIES[: config.countries]]
    genres = ["en"] * config.genres + [
        language for language in homes for _ in range(config.scenes_per_country)
    ]
    return Vocabulary(
        _invent(genres, GENRE_WORDS, rng),
        _invent(["en"] * (2 * MOOD_AXES), MOOD_WORDS, rng),
        _invent(homes, TOWNS, rng, capital=True),
        _invent(["en"], FILLER, rng),
    )


def _invent(languages: list[str], words: int, rng: np.random.Generator, *, capital: bool = False) -> Words:
    groups = [[invent_word(SOUNDS[language], rng) for _ in range(words)] for language in languages]
    return Words(groups if capital else [[word.lower() for word in group] for group in groups])
