"""Folding of names, in every script: strictly, for what is one name, and loosely, for what may be meant by one.

Case, compatibility and decomposition are those of the Unicode Character Database (NFKC, NFD). Which further letters are
one follows the root collation for search of the Unicode CLDR, and Chinese characters and their variants the tables
of OpenCC; a few variants in names of Japanese people, which these lack, are ours.

Folded names are kept: in models, and as ids of items in datasets. A changed rule needs another ``VERSION`` in
``model/store/folder.py``, and datasets that are built anew.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from html.entities import html5
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from opencc import OpenCC

# Letters with a stroke or a ligature, and those of African languages, which Unicode does not decompose.
_STROKES: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe"}
    | {"ɔ": "o", "ɛ": "e", "ɓ": "b", "ɖ": "d", "ɗ": "d", "ƒ": "f", "ƙ": "k", "ŋ": "n", "ƴ": "y"}
)
# Forms that CLDR's root collation for search holds equal, and the Persian and Urdu letters that Arabic keyboards lack.
_ARABIC: Final = str.maketrans(
    {"ى": "ي", "ة": "ه", "ٱ": "ا", "ی": "ي", "ک": "ك", "ھ": "ه", "ہ": "ه", "ے": "ي"}
)
_TATWEEL: Final = "\u0640"
# Minus, slashes and a tilde, which Unicode counts as mathematics.
_JOINERS: Final = "\u2212\u2044\u2215\u223c"
# Marks that choose how a sign is drawn, as that of emoji, or how it is sorted; none is part of a name.
_UNSEEN: Final = re.compile("[\u034f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_AND: Final = str.maketrans(dict.fromkeys("&⅋⁊🙰🙱🙲🙳🙴🙵", " and ") | {"➕": "+", "∔": "+"})
_PLUS: Final = re.compile(r"(?<=[^\W\d])\+(?=\w)|(?<=\w)\+(?=[^\W\d])|(?<=\w)\s+\++\s+(?=\S*\w)")
_QUOTED_N: Final = re.compile(r"(?<=\w)'n'(?=\w)")
_MARK: Final = re.compile(r"^\+\s+(?=\d)|(?<!\S)\+(?=\w)|(?<=\w)\++(?!\S)")  # "+44", "A+", "C++": no joiner
_KEPT: Final = "\ue000"  # stands for a "+" that is kept
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
_LAST_ARTICLE: Final = re.compile(r"(?:,\s*(the|an?|los|las|les|el|la|le|der|die|das)|\(the\))$")
# "!!! (US)": a name of signs, and what tells it from others.
_OF_SIGNS: Final = re.compile(r"([^\w\s()\[\]](?:[^\w()\[\]]*[^\w\s()\[\]])?)\s*[(\[]([^()\[\]]*)[)\]]")
_WORD: Final = re.compile(r"\w")
# The period of initials ("M.I.A.", "5.6.7.8's") goes; any other parts two words ("will.i.am", "R.Kelly", "2.0").
_INITIALS: Final = re.compile(r"\b(\w)\.(?=\w\b)(?!(?<=\d\.)(?<!\w\.\d\.)\d(?!\.?\w))")
# A sign that joins words becomes a space, as control characters do; any other goes, as those beyond ASCII do.
_ASCII: Final = {
    code: " " if chr(code) in "&+-./_~" or not chr(code).isprintable() else None
    for code in range(128)
    if not (chr(code).isalnum() or chr(code).isspace())
}
_LIKE_LETTERS: Final = str.maketrans({"$": "s", "€": "e", "£": "l", "@": "a", "!": "i", "¡": "i"})
_INSIDE: Final = re.compile(r"(?<=\w)[€£@!¡](?=\$*\w)|(?<!\$)\$++(?=\w)|(?<=\w)\$++")
# Variants that OpenCC lacks, as in 渡邉, 髙橋, 濵田 and 山﨑.
_KANJI: Final = str.maketrans({"邉": "邊", "髙": "高", "濵": "濱", "﨑": "崎"})
# Final forms of Hebrew letters, "ґ", which many Ukrainian texts write as "г", and the two characters of the name Saito.
_SEARCHED: Final = str.maketrans({"ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ", "ґ": "г", "斋": "齐"})
_ACCENT: Final = 200  # combining classes from here on are signs above and below a letter


def fold(name: str) -> str:
    """Fold a name strictly: spellings that fold alike are one name.

    Folded away are case, accents, punctuation, a leading "the", also where it comes last ("Beatles, The"), runs of
    space and HTML entities. Another article that comes last ("Fabulosos Cadillacs, Los") goes first. "&" and "+"
    between words are "and". A name of signs keeps them, also before words in brackets ("!!! (US)"). Accents are those
    of Latin and Greek letters, "ё", and the vowel signs of Arabic and Hebrew; elsewhere marks make letters ("й", "が").
    African letters are the Latin ones that they are made of ("ɔ", "ŋ"). Forms of an Arabic or Persian letter, and
    traditional, simplified and Japanese forms of a Chinese character, are one.

    Parameters
    ----------
    name
        Any text.

    Returns
    -------
    str
        The folded name; folding it again changes nothing. Only blank text folds to nothing.

    Examples
    --------
    >>> fold("The Beatles"), fold("Sigur Rós"), fold("Simon & Garfunkel"), fold("Jay-Z")
    ('beatles', 'sigur ros', 'simon and garfunkel', 'jay z')
    >>> fold("Кино"), fold("東京事変"), fold("Цой"), fold("!!!"), fold("The The")
    ('кино', '东京事变', 'цой', '!!!', 'the')
    >>> fold("Florence + The Machine"), fold("Eels, The"), fold("+44"), fold("+")
    ('florence and the machine', 'eels', '+44', '+')
    """
    if name.isascii() and not _ENTITY.search(name):
        return _fold_ascii(name)
    while (folded := _fold_once(name)) != name:
        name = folded
    return folded


def fold_loosely(name: str) -> str:
    """Fold a name loosely: names that fold alike may be meant by one another, where no strict spelling is known.

    Beyond :func:`fold`, spaces and the word "the" do not count, "n" is "and", all accents go, katakana is
    hiragana, and signs that stand for letters are these letters.

    Examples
    --------
    >>> fold_loosely("Guns N' Roses"), fold_loosely("Ke$ha"), fold_loosely("P!nk"), fold_loosely("ゾルブ")
    ('gunsandroses', 'kesha', 'pink', 'ぞるぶ')
    """
    return loosened(fold(_INSIDE.sub(lambda sign: sign[0].translate(_LIKE_LETTERS), name)))


def loosened(folded: str) -> str:
    """Fold loosely what is folded strictly, of a name in which no sign stands for a letter."""
    words = ["and" if word == "n" else word for word in folded.split()]
    plain = "".join(word for word in words if word != "the") or "".join(words)
    if plain.isascii():
        return plain
    bare = "".join(
        character
        for character in unicodedata.normalize("NFD", plain)
        if unicodedata.combining(character) < _ACCENT
    )
    return in_hiragana(unicodedata.normalize("NFC", bare)).translate(_SEARCHED) or plain


def in_hiragana(text: str) -> str:
    """Write katakana as hiragana, letter by letter; a letter for foreign words only has none and stays."""
    return "".join(map(_hiragana, text))


def fold_series(names: pl.Series, folding: Callable[[str], str] = fold) -> pl.Series:
    """Fold a column of names, each distinct one once; nulls stay null."""
    distinct = names.drop_nulls().unique()
    folded = pl.Series([folding(name) for name in distinct], dtype=pl.String)
    return names.replace_strict(distinct, folded, default=None, return_dtype=pl.String)


def loose_series(names: pl.Series, folded: pl.Series) -> pl.Series:
    """Fold a column of names loosely, whose strict foldings are known: nearly all names need only these."""
    signs = names.str.contains("[$€£@!¡]")
    loose = [
        None if name is None or strict is None else fold_loosely(name) if sign else loosened(strict)
        for name, strict, sign in zip(names, folded, signs, strict=True)
    ]
    return pl.Series(names.name, loose, dtype=pl.String)


def _fold_ascii(name: str) -> str:
    plain = name.casefold().strip()
    if of_signs := _of_signs(plain):
        return of_signs
    return _finish(_spell(plain).translate(_ASCII)) or " ".join(plain.split())


def _fold_once(name: str) -> str:
    text = unicodedata.normalize("NFC", name)
    while (decoded := _ENTITY.sub(_decoded, text)) != text:
        text = decoded
    text = "".join(map(_typed, unicodedata.normalize("NFC", _UNSEEN.sub("", text))))
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    if of_signs := _of_signs(plain.strip()):
        return of_signs
    spelled = _spell(_without_accents(plain).translate(_STROKES))
    folded = "".join(map(_sign, spelled)).translate(_ARABIC)
    folded = _without_variants(unicodedata.normalize("NFKC", _finish(folded)))
    return folded or " ".join(plain.split()) or name.strip()


def _of_signs(plain: str) -> str | None:
    """Fold a name of nothing but signs with words in brackets behind it, which keeps both; None for any other name."""
    found = _OF_SIGNS.fullmatch(plain)
    words = fold(found[2]) if found else ""
    return f"{' '.join(found[1].split())} ({words})" if found and any(map(str.isalnum, words)) else None


def _decoded(entity: re.Match[str]) -> str:
    """Return what an entity stands for; of a name that only begins like one, as "&notes;" does, all is kept."""
    return html.unescape(entity[0]) if entity[0][1] == "#" or entity[0][1:] in html5 else entity[0]


def _spell(text: str) -> str:
    """Write joiners as words, put a last article away, and close up initials."""
    text = _INITIALS.sub(r"\1", text).strip()
    if not any(map(str.isalnum, text)):
        return text
    article = _LAST_ARTICLE.search(text)
    if article and _WORD.search(text, 0, article.start()):
        text = f"{article[1] or 'the'} {text[: article.start()].rstrip()}"
    text = _PLUS.sub(" and ", _QUOTED_N.sub(" n ", text.translate(_AND)))
    return _MARK.sub(lambda signs: _KEPT * signs[0].count("+"), text)


@lru_cache(maxsize=1 << 16)
def _typed(character: str) -> str:
    """Return "'" for what is typed for it, and a space before a fraction: Unicode compatibility takes both apart."""
    category, name = unicodedata.category(character), unicodedata.name(character, "")
    alone = unicodedata.normalize("NFKC", character) == character
    if name.startswith("VULGAR FRACTION"):
        return f" {character}"
    if (
        "SALTILLO" in name
        or "SINGLE QUOTATION MARK" in name
        or (category == "Sk" and not character.isascii())
    ):
        return "'"
    return "'" if category == "Lm" and alone and name.startswith("MODIFIER LETTER") else character


def _without_accents(text: str) -> str:
    """Drop the combining marks that are no part of a letter of its own."""
    kept: list[str] = []
    script = letter = ""
    for character in unicodedata.normalize("NFD", text):
        if not unicodedata.combining(character):
            script, letter = _script(character), character
            if character != _TATWEEL:
                kept.append(character)
        elif not (script in _ACCENTED or (script == "CYRILLIC" and _is_accent(letter, character))):
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))


_ACCENTED: Final = ("LATIN", "GREEK", "ARABIC", "HEBREW")


def _is_accent(letter: str, mark: str) -> bool:
    """Return whether a mark over a Cyrillic letter is a stress, or the dots of "ё", and makes no other letter."""
    return letter == "е" or len(unicodedata.normalize("NFC", letter + mark)) > 1


@lru_cache(maxsize=1 << 16)
def _script(character: str) -> str:
    return unicodedata.name(character, "").partition(" ")[0]


@lru_cache(maxsize=1 << 16)
def _sign(character: str) -> str:
    """Return what stands for a character once punctuation is folded away."""
    if character == _KEPT:
        return "+"
    if character.isascii():
        return character.translate(_ASCII)
    category = unicodedata.category(character)
    if category in ("Pd", "Cc", "Zl", "Zp", "Zs") or character in _JOINERS:
        return " "
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return "" if category[0] in "PS" or category == "Cf" else character


def _without_variants(text: str) -> str:
    """Write Chinese characters in their simplified forms."""
    return text if text.isascii() else "".join(map(_simplified, text))


@lru_cache(maxsize=1 << 16)
def _simplified(character: str) -> str:
    if not _script(character).startswith("CJK"):
        return character
    traditional, simplified = _converters()
    return str(simplified.convert(traditional.convert(character.translate(_KANJI))))


@lru_cache(maxsize=1)
def _converters() -> tuple[OpenCC, OpenCC]:
    from opencc import OpenCC

    return OpenCC("jp2t"), OpenCC("t2s")


@lru_cache(maxsize=1 << 12)
def _hiragana(character: str) -> str:
    """Return the hiragana of a katakana, which has the same name in Unicode."""
    name = unicodedata.name(character, "")
    if not name.startswith("KATAKANA LETTER"):
        return character
    try:
        return unicodedata.lookup(name.replace("KATAKANA", "HIRAGANA", 1))
    except KeyError:  # a letter for foreign words only
        return character


def _finish(text: str) -> str:
    words = text.replace(_KEPT, "+").split()
    while len(words) > 1 and words[0] == "the":
        del words[0]
    return " ".join(words)
