from collections.abc import Callable

import polars as pl
import pytest

from tigertail.text.mentions.names import Names
from tigertail.text.mentions.owners import Owners
from tigertail.text.mentions.tokens import Words

ID = "0031bc7a-1b6f-4620-99db-5202405b0749"


@pytest.fixture(scope="module")
def owners() -> Owners:
    items = pl.DataFrame(
        {
            "item_id": ["kent", "love", "sade", "ghost 1", "ghost 2", "alias us", "kent band", "sea group"],
            "name": ["Kent", "Love", "Sade", "Ghost", "Ghost", "Alias (US)", "Kent Band", "Sea Group"],
            "mbid": [None, None, ID, *[None] * 5],
        }
    )
    return Owners(items, Names(items))


@pytest.mark.parametrize(
    ("mbid", "name", "item"),
    [
        (ID, None, "sade"),
        (ID, "Kent", "sade"),
        ("unknown", "Kent", "kent"),
        (None, "Kent (band)", "kent"),
        (None, "Alias (US)", "alias us"),
        (None, "Alias US", "alias us"),
        (None, "Kent Band", "kent band"),
        (None, "Sea (group)", None),
        (None, "Kent (The)", "kent"),
        (None, "Love (Beatles album)", None),
        (None, "Ghost", None),
        (None, None, None),
        (None, "Unheard Of", None),
    ],
)
def test_an_id_is_surer_than_a_name(
    mbid: str | None, name: str | None, item: str | None, owners: Owners
) -> None:
    assert owners.owner(mbid, name) == item


def test_in_a_whole_wiki_a_title_alone_proves_nothing(owners: Owners, words: Callable[[str], Words]) -> None:
    feeling = words("Love encompasses a range of strong and positive emotional states.")
    music = words("Kent was a Swedish rock band formed in 1990.")
    assert owners.owner(None, "Love", feeling) is None
    assert owners.owner(None, "Kent", music) == "kent"
    assert owners.owner(None, "Love (band)", feeling) == "love"
