"""Titles of wiki pages: a name and a remark in brackets.

By convention a wiki adds a remark in brackets if the title has a better known meaning: "Kent (band)" implies
that "Kent" alone means something else.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from tigertail.dataset.folding import fold
from tigertail.text.documents.builder import word_set

# A remark has at most 80 characters. The name ends with "\S", so that blanks are not tried one by one.
_REMARK: Final = re.compile(r"(.*\S)\s*\(([^()]{1,80})\)\s*$")
_WORD: Final = re.compile(r"\w+")
# In languages of the largest wikis. One such word makes a musician, unless a word of a work stands beside it; a
# remark without any means something else.
_MUSICIANS: Final = word_set(
    "artist band bassist cellist composer conductor dj drummer duo ensemble entertainer group guitarist mc"
    " musician orchestra pianist producer quartet rapper saxophonist singer songwriter supergroup trio trumpeter"
    " violinist vocalist"
    " groupe chanteur chanteuse musicien musicienne rappeur rappeuse musikgruppe sänger sängerin musiker musikerin"
    " grupo banda cantante músico cantor cantora gruppo musicista zespół piosenkarz piosenkarka"
    " muzyk musikgrupp sångare sångerska группа певец певица музыкант рэпер فرقة مغني"
)
# These may end a longer word, which then is a musician too: "英国歌手", a British singer.
_MUSICIANS_AT_THE_END: Final = ("バンド", "歌手", "音楽グループ", "밴드", "가수", "乐队", "樂團", "樂隊")
_WORKS: Final = word_set(
    "album discography ep film single song soundtrack tour"
    " chanson álbum canción canção canzone lied песня альбом"
    " sonora desenhada"  # banda sonora: a soundtrack; banda desenhada: a comic
)


class Remark(IntEnum):
    """What the brackets after a title contain."""

    NONE = 0
    MUSICIAN = 1
    OTHER = 2


@dataclass(frozen=True)
class Title:
    """A title, split into name and remark.

    Parameters
    ----------
    name
        The folded name, without the remark.
    remark
        What kind of remark it is.
    """

    name: str
    remark: Remark


def read_title(title: str) -> Title:
    """Split a title into name and remark.

    Examples
    --------
    >>> read_title("Kent (band)"), read_title("Love (Beatles album)").remark, read_title("Sade").remark
    (Title(name='kent', remark=<Remark.MUSICIAN: 1>), <Remark.OTHER: 2>, <Remark.NONE: 0>)
    """
    # Brackets may be of full width, and marks apart from their letters.
    match = _REMARK.match(unicodedata.normalize("NFKC", title))
    if match is None or fold(title) == fold(match[1]):  # "Beatles (The)": an article
        return Title(fold(title), Remark.NONE)
    remark = match[2].casefold().strip()
    words = _WORD.findall(remark)
    musician = remark.endswith(_MUSICIANS_AT_THE_END) or _MUSICIANS.intersection(words)
    # "Heroes (David Bowie song)", "Low (band album)": a work, whoever made it.
    musical = musician and not _WORKS.intersection(words)
    return Title(fold(match[1]), Remark.MUSICIAN if musical else Remark.OTHER)
