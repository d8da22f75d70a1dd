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
        ("Adele (英国歌手)", "adele", Remark.MUSICIAN),
        ("カーズ (アメリカのバンド)", "カーズ", Remark.MUSICIAN),
        ("カルマ (バンドの曲)", "カルマ", Remark.OTHER),  # of a band: a song
        ("Chicago (musical)", "chicago", Remark.OTHER),
        ("Chicago (musical group)", "chicago", Remark.MUSICIAN),
        ("Drive (banda sonora)", "drive", Remark.OTHER),
        ("Creep (chanson du groupe Radiohead)", "creep", Remark.OTHER),
        ("Angels (Lied der Musikgruppe X)", "angels", Remark.OTHER),
        ("Pulso (música)", "pulso", Remark.OTHER),  # in music: the beat
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


def test_a_long_run_of_blanks_costs_no_more_than_other_text() -> None:
    """A page may have any title; where each blank is tried, this one takes half a minute."""
    title = f"Kent{' ' * 200_000}(band"
    assert read_title(title) == Title("kent band", Remark.NONE)
