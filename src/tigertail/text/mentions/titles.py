"""What a link's target says: titles of a wiki's pages, and whose pages they are.

By convention a wiki adds a remark in brackets where a title has another meaning that is better known: "Kent
(band)" says that "Kent" alone is something else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from tigertail.dataset.folding import fold
from tigertail.text.documents.plain import word_set

_REMARK: Final = re.compile(r"(.+?)\s*\(([^()]{1,80})\)\s*$")
_WORD: Final = re.compile(r"\w+")
# In the languages whose wikis are largest; an unknown remark says that something else is meant.
_MUSICIANS: Final = word_set(
    "artist band bassist cellist composer conductor dj drummer duo ensemble entertainer group guitarist mc musical"
    " musician orchestra pianist producer quartet rapper saxophonist singer songwriter supergroup trio trumpeter"
    " violinist vocalist"
    " groupe chanteur chanteuse musicien musicienne rappeur rappeuse musikgruppe sänger sängerin musiker musikerin"
    " grupo banda cantante músico música cantor cantora gruppo musicista zespół piosenkarz piosenkarka"
    " muzyk musikgrupp sångare sångerska группа певец певица музыкант рэпер"
    " バンド 歌手 音楽グループ 밴드 가수 乐队 樂團 樂隊 فرقة مغني"
)
_WORKS: Final = word_set("album discography ep film single song soundtrack tour")


class Remark(IntEnum):
    """What stands in brackets behind a title."""

    NONE = 0
    MUSICIAN = 1
    OTHER = 2


@dataclass(frozen=True)
class Title:
    """A title taken apart.

    Parameters
    ----------
    name
        The folded name, without the remark.
    remark
        What the remark says.
    """

    name: str
    remark: Remark


def read_title(title: str) -> Title:
    """Take a title apart.

    Examples
    --------
    >>> read_title("Kent (band)"), read_title("Love (Beatles album)").remark, read_title("Sade").remark
    (Title(name='kent', remark=<Remark.MUSICIAN: 1>), <Remark.OTHER: 2>, <Remark.NONE: 0>)
    """
    match = _REMARK.match(title)
    if match is None:
        return Title(fold(title), Remark.NONE)
    remark = _WORD.findall(match[2].casefold())
    # "Heroes (David Bowie song)", "Low (band album)": a work, whoever made it.
    musical = _MUSICIANS.intersection(remark) and not _WORKS.intersection(remark)
    return Title(fold(match[1]), Remark.MUSICIAN if musical else Remark.OTHER)
