"""Folding of names: one normal form for all spellings of a name, in every script."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

import polars as pl

# Latin letters with a stroke or a ligature, which Unicode does not decompose.
_STROKES: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe"}
)
# The period of initials ("M.I.A.") goes; any other parts two words ("will.i.am", "R.Kelly").
_INITIALS: Final = re.compile(r"\b(\w)\.(?=\w\b)")
_ASCII: Final = {
    code: None if chr(code) in "'`\"" else " "
    for code in range(128)
    if not (chr(code).isalnum() or chr(code).isspace())
} | {ord(sign): None for sign in "!?*$#@^~%|\\=<>,;:()[]{}"}


def fold(name: str) -> str:
    """Fold a name so that its spellings compare equal.

    Case, Latin accents, punctuation, a leading "the" and runs of space are folded away, "&" becomes "and".
    Letters and marks of other scripts are left alone: they are letters there, not ornaments.

    Parameters
    ----------
    name
        Any text.

    Returns
    -------
    str
        The folded name; folding it again changes nothing. A name made of nothing but signs keeps them, so
        only blank text folds to nothing.

    Examples
    --------
    >>> fold("The Beatles"), fold("Sigur Rós"), fold("Simon & Garfunkel"), fold("Jay-Z")
    ('beatles', 'sigur ros', 'simon and garfunkel', 'jay z')
    >>> fold("Кино"), fold("東京事変"), fold("Цой"), fold("!!!"), fold("The The")
    ('кино', '東京事変', 'цой', '!!!', 'the')
    """
    if name.isascii():
        plain = name.casefold().strip()
        return _finish(_spell(plain).translate(_ASCII)) or " ".join(plain.split())
    while (folded := _fold_once(name)) != name:
        name = folded
    return folded


def fold_series(names: pl.Series) -> pl.Series:
    """Fold a column of names, each distinct one once; nulls stay null."""
    distinct = names.drop_nulls().unique()
    folded = pl.Series([fold(name) for name in distinct], dtype=pl.String)
    return names.replace_strict(distinct, folded, default=None, return_dtype=pl.String)


def _fold_once(name: str) -> str:
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    text = _without_accents(plain).translate(_STROKES)
    text = "".join(_sign(character) for character in _spell(text))
    return unicodedata.normalize("NFKC", _finish(text)) or " ".join(plain.split()) or name.strip()


def _spell(text: str) -> str:
    return _INITIALS.sub(r"\1", text).replace("&", " and ")


def _without_accents(text: str) -> str:
    """Drop the combining marks that follow a Latin letter."""
    kept = []
    latin = False
    for character in unicodedata.normalize("NFD", text):
        if unicodedata.combining(character):
            if not latin:
                kept.append(character)
        else:
            latin = _is_latin(character)
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))


@lru_cache(maxsize=1 << 16)
def _is_latin(character: str) -> bool:
    return unicodedata.name(character, "").startswith("LATIN ")


@lru_cache(maxsize=1 << 16)
def _sign(character: str) -> str:
    """Return what stands for a character once punctuation is folded away."""
    if character.isascii():
        return character.translate(_ASCII)
    category = unicodedata.category(character)
    if category in ("Pd", "Cc", "Zl", "Zp", "Zs"):
        return " "
    return "" if category[0] in "PS" or category == "Cf" else character


def _finish(text: str) -> str:
    words = text.split()
    while len(words) > 1 and words[0] == "the":
        del words[0]
    return " ".join(words)
