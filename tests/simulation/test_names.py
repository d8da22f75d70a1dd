"""Names for artists who do not exist."""

from __future__ import annotations

import unicodedata

import numpy as np

from tigertail.dataset.folding import fold
from tigertail.simulation.countries import COUNTRIES
from tigertail.simulation.names import SOUNDS, invent_names


def names_in(language: str, count: int = 50) -> list[str]:
    return invent_names([language] * count, np.random.default_rng(0))


def test_every_country_has_a_language_with_sounds() -> None:
    assert {country.language for country in COUNTRIES} <= set(SOUNDS)


def test_names_are_in_the_script_of_their_language() -> None:
    scripts = {
        "ru": "CYRILLIC",
        "el": "GREEK",
        "ja": "HIRAGANA",
        "ko": "HANGUL",
        "ar": "ARABIC",
        "pl": "LATIN",
    }
    for language, script in scripts.items():
        letters = "".join(names_in(language))
        assert any(unicodedata.name(letter, "").startswith(script) for letter in letters), language


def test_names_differ_even_when_folded() -> None:
    names = invent_names([language for language in SOUNDS for _ in range(300)], np.random.default_rng(0))
    assert all(name.strip() for name in names)
    assert len({fold(name) for name in names}) == len(names)


def test_a_name_already_taken_grows_by_a_word() -> None:
    names = names_in("fr", 5_000)
    assert len({fold(name) for name in names}) == 5_000


def test_the_same_seed_gives_the_same_names() -> None:
    assert names_in("pt") == names_in("pt")
