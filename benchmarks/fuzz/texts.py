"""Random and changed names: of every script, with everything that Unicode has to offer."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Sequence
from random import Random
from typing import Final

MBID: Final = "5b11f4ce-a62d-471e-81fc-a69a8278c7da"
NAMES: Final = (
    *("Can", "Nirvana", "The The", "The Beatles", "Beatles, The", "Eels (The)", "Sigur Rós", "Mø"),
    *("Simon & Garfunkel", "Guns N' Roses", "Florence + The Machine", "AC/DC", "Ke$ha", "P!nk", "!!!", "+44", "C++"),
    *("M.I.A.", "will.i.am", "R.Kelly", "Jay-Z", "311", "7", "deadmau5", "A$AP Rocky", "+/-", "(Sandy) Alex G"),
    *("Кино", "Чёрный Ёж", "Цой", "Їжак", "東京事変", "东京事变", "ゾルブ", "がガ", "きゃりーぱみゅぱみゅ", "방탄"),
    *("فيروز", "أم كلثوم", "علی عظیمی", "עברית", "ก้อง", "हिन्दी", "Μίκης Θεοδωράκης", "Ənvər", "İbrahim Tatlıses"),
    *("straße", "ﬁnal ﬂight", "Ⅳ", "½", "①②", "ℋ", "Ｆｕｌｌ", "ｶﾀｶﾅ", "ŉ", "ǆ", "ΐ", "ſ", "K", "Å", "\u1e9b\u0323"),
    *("[unknown]", "Various Artists", "None", "nan", "NA", "\\N", "<none>", "N/A", "-", "...", "?", "&", "The"),
    *("Can feat. Sade", "Can & Sade", "Can; Sade", "Can vs. Sade", "Nirvana (US)", "Nirvana (GB)", "Kult (track)"),
    *(MBID, MBID.upper(), f"mbid:{MBID}", "id:can", "ID:Can", "mbid:", "id:", "Can - Vitamin C", "=1+1", "--help"),
    *("Tom &amp; Jerry", "&#39;", "&#x1F600;", "&#0;", "&nbsp;", "&notanentity;", "&amp;amp;", "&Lt;", "%41", "%00"),
)  # fmt: skip
_RANGES: Final = (
    *((0x20, 0x7E), (0xA0, 0xFF), (0x100, 0x24F), (0x250, 0x2FF), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x52F)),
    *((0x531, 0x58F), (0x591, 0x5F4), (0x600, 0x6FF), (0x750, 0x77F), (0x900, 0xDFF), (0xE01, 0xE5B), (0xF00, 0xFFF)),
    *((0x10A0, 0x10FF), (0x1100, 0x11FF), (0x1780, 0x17FF), (0x1AB0, 0x1AFF), (0x1D00, 0x1DFF), (0x1E00, 0x1FFF)),
    *((0x2000, 0x206F), (0x2070, 0x209F), (0x20A0, 0x20FF), (0x2100, 0x218F), (0x2200, 0x22FF), (0x2460, 0x24FF)),
    *((0x2C00, 0x2DFF), (0x3000, 0x303F), (0x3041, 0x30FF), (0x3130, 0x318F), (0x3200, 0x33FF), (0x4E00, 0x9FFF)),
    *((0xA640, 0xA6FF), (0xA720, 0xA7FF), (0xAC00, 0xD7A3), (0xE000, 0xF8FF), (0xF900, 0xFAFF), (0xFB00, 0xFDFF)),
    *((0xFE00, 0xFE6F), (0xFE70, 0xFEFF), (0xFF00, 0xFFEF), (0xFFF0, 0xFFFF), (0x1D400, 0x1D7FF), (0x1F000, 0x1FAFF)),
    *((0x20000, 0x2FA1F), (0xE0000, 0xE01EF), (0x10000, 0x10FFFF)),
)  # fmt: skip
_SIGNS: Final = (
    *("\0", "\x07", "\x1b[31m", "\x1f", "\x7f", "\x85", "\x9b", "\t", "\n", "\r\n", "\u2028", "\u2029", "\ufeff"),
    *("\u200b", "\u200c", "\u200d", "\u200e", "\u202e", "\u2066", "\u2069", "\u00ad", "\u034f", "\u115f", "\u3164"),
    *("\u0301", "\u0308", "\u0327", "\u0653", "\u05b0", "\u3099", "\u20dd", "\ufe0f", "\u0640", "\u0130", "\u0131"),
    *(" ", "  ", "\xa0", "\u3000", "'", "’", "ʼ", "`", "´", '"', "+", " + ", "&", " & ", ",", ";", "(", ")", "[", "-"),
    *(".", "/", "\\", "%", "#", "|", "=", "@", "$", "!", "<b>", "</", "{", "}", "\U0001f3b5", "\U0001f1f5\U0001f1f1"),
    *("the ", ", The", " (the)", " n ", " 'n' ", "&amp;", "&lt;", "&#769;", "\u2212", "–", "\ue000", "٣", "㎏"),
)  # fmt: skip
_HALVES: Final = ("\ud800", "\udfff", "\ud83c")
_FORMS: Final = ("NFC", "NFD", "NFKC", "NFKD")


class Texts:
    """Makes random names.

    Parameters
    ----------
    random
        Where they come from.
    """

    def __init__(self, random: Random) -> None:
        self.random = random

    def name(self, *, halves: bool = False, known: Sequence[str] = NAMES) -> str:
        """Return a name.

        Parameters
        ----------
        halves
            Whether it may have half a surrogate pair, as texts from JSON and from arguments may.
        known
            Names that it may be a change of.
        """
        dice = self.random.random()
        if dice < 0.1:
            text = self.random.choice(known)
        elif dice < 0.65:
            text = self.changed(self.random.choice(known))
        elif dice < 0.99:
            text = self.letters(self.random.randint(0, 12))
        else:
            text = self._long()
        if halves and self.random.random() < 0.03:
            text = self._put(text, self.random.choice(_HALVES))
        return text

    def letters(self, count: int) -> str:
        """Return letters of one script, or of several."""
        own = self.random.choice(_RANGES)
        found = []
        for _ in range(count):
            first, last = own if self.random.random() < 0.8 else self.random.choice(_RANGES)
            found.append(chr(self.random.randint(first, last)))
        return "".join(one for one in found if not "\ud800" <= one <= "\udfff")

    def changed(self, text: str) -> str:
        """Return a text with a few changes."""
        for _ in range(self.random.choice((1, 1, 1, 2, 3, 5))):
            text = self._change(text)
        return text

    def _change(self, text: str) -> str:
        one = self.random
        dice = one.randrange(14)
        if dice < 3:
            return self._put(text, one.choice(_SIGNS))
        if dice < 5:
            place = one.randrange(len(text) + 1)
            return text[:place] + text[place + 1 :]
        if dice < 6:
            return self._put(text, self.letters(1))
        if dice < 7 and len(text) > 1:
            place = one.randrange(len(text) - 1)
            return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        if dice < 9:
            return one.choice((text.upper(), text.lower(), text.swapcase(), text.title(), text.casefold()))
        if dice < 10:
            return unicodedata.normalize(one.choice(_FORMS), text)
        if dice < 11:
            return one.choice((html.escape(text), f"&#{ord(text[0])};{text[1:]}" if text else "", f"{text};"))
        other = one.choice(NAMES)
        if dice < 13:
            begins = ("The ", "id:", "mbid:", " ", "\ufeff", "DJ ", f"{other} - ", f"{other} & ")
            ends = (
                ", The",
                " (PL)",
                " (Poland)",
                " (artist)",
                f" feat. {other}",
                f" vs {other}",
                f"; {other}",
                " ",
            )
            return one.choice((one.choice(begins) + text, text + one.choice(ends)))
        return one.choice(
            (text * 2, text[::-1], f'"{text}"', f"({text})", f"[{text}]", text.replace(" ", ""))
        )

    def _put(self, text: str, what: str) -> str:
        place = self.random.randrange(len(text) + 1)
        return text[:place] + what + text[place:]

    def _long(self) -> str:
        what = self.random.choice((self.random.choice(_SIGNS), self.random.choice(NAMES), self.letters(3)))
        return (what * 5000)[: self.random.choice((64, 65, 200, 300, 301, 1000, 3000))]
