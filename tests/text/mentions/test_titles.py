import pytest

from tigertail.text.mentions.titles import Remark, Title, read_title


@pytest.mark.parametrize(
    ("title", "name", "remark"),
    [
        ("Kent (band)", "kent", Remark.MUSICIAN),
        ("Nirvana (British band)", "nirvana", Remark.MUSICIAN),
        ("Кино (группа)", "кино", Remark.MUSICIAN),
        ("Perfume (音楽グループ)", "perfume", Remark.MUSICIAN),
        ("Love (Beatles album)", "love", Remark.OTHER),
        ("Air (Kent band album)", "air", Remark.OTHER),
        ("Kent (sa\u030angare)", "kent", Remark.MUSICIAN),
        ("五月天（乐队）", "五月天", Remark.MUSICIAN),
        ("Chicago (musical)", "chicago", Remark.OTHER),
        ("Chicago (musical group)", "chicago", Remark.MUSICIAN),
        ("Drive (banda sonora)", "drive", Remark.OTHER),
        ("Creep (chanson du groupe Radiohead)", "creep", Remark.OTHER),
        ("Angels (Lied der Musikgruppe X)", "angels", Remark.OTHER),
        ("Kent (county)", "kent", Remark.OTHER),
        ("Metallica", "metallica", Remark.NONE),
        ("Beatles (The)", "beatles", Remark.NONE),
        ("(Sandy) Alex G", "sandy alex g", Remark.NONE),
        ("Sunn O)))", "sunn o", Remark.NONE),
        ("()", "()", Remark.NONE),
    ],
)
def test_titles_and_their_remarks(title: str, name: str, remark: Remark) -> None:
    assert read_title(title) == Title(name, remark)
