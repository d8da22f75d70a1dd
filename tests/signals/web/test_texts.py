"""Pages are alike as far as they use the same words, however these are written."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.dataset.interactions import Interactions
from tigertail.signals.web.codes import read_mentions
from tigertail.signals.web.texts import text_similarity
from tigertail.sparse import CSR

Make = Callable[..., tuple[Dataset, Interactions]]
ITEMS = ["n1", "n2", "n3", "s1", "s2", "s3", "x"]


def similarity(
    make: Make,
    pages: list[tuple[str, str]],
    *,
    max_terms_per_page: int = 100,
    max_document_frequency: float = 1,
) -> CSR:
    """Compare pages of (item, text); items have the codes of their places in ``ITEMS``."""
    documents = [(f"page {place}", text, item) for place, (item, text) in enumerate(pages)]
    dataset, interactions = make(documents, [("x", "page 0", 1, [0])])
    assert interactions.items.ids.to_list() == ITEMS
    return text_similarity(
        dataset,
        read_mentions(dataset, interactions),
        len(ITEMS),
        max_terms_per_page=max_terms_per_page,
        max_document_frequency=max_document_frequency,
        neighbours=10,
    )


def entries(matrix: CSR) -> dict[tuple[str, str], float]:
    """Return the similarity of two items where they have one, for other pairs than an item with itself."""
    rows = matrix.entry_rows().tolist()
    found = zip(rows, matrix.indices.tolist(), matrix.data.tolist(), strict=True)
    return {(ITEMS[a], ITEMS[b]): value for a, b, value in found if a < b}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café Motörhead", unicodedata.normalize("NFD", "Café Motörhead")),
        ("DON'T", "don’t"),
        ("plays 'metal'", "plays metal"),
        ("“metal” plays", "‘metal’ plays"),
        ("the ﬁrst", "the first"),
    ],
)
def test_spellings_of_the_same_words_are_alike(make: Make, one: str, other: str) -> None:
    found = entries(similarity(make, [("n1", one), ("n2", other), ("n3", "something else")]))
    assert found == {("n1", "n2"): pytest.approx(1)}


def test_an_apostrophe_inside_a_word_is_part_of_it(make: Make) -> None:
    found = entries(similarity(make, [("n1", "o'neill"), ("n2", "neill"), ("n3", "o'neill rocks")]))
    assert found.keys() == {("n1", "n3")}


def test_a_share_is_exact(make: Make) -> None:
    """Three of five items are 0.6 of them, and 0.58 is less."""
    pages = [*((item, "fjord") for item in ITEMS[:3]), ("s1", "sand"), ("s2", "sun")]
    assert len(entries(similarity(make, pages, max_document_frequency=0.6))) == 3
    assert not entries(similarity(make, pages, max_document_frequency=0.58))


def test_a_word_of_two_items_counts_whatever_the_share(make: Make) -> None:
    found = entries(
        similarity(make, [("n1", "fjord"), ("n2", "fjord"), ("n3", "sand")], max_document_frequency=0.1)
    )
    assert found == {("n1", "n2"): pytest.approx(1)}


def test_words_are_kept_by_item_and_not_by_page(make: Make) -> None:
    """Of the words of two pages of one item the rarer stays."""
    pages = [
        ("n1", "music"),
        ("n1", "fjord"),
        ("n2", "fjord"),
        ("n3", "music"),
        ("s1", "music"),
        ("s2", "sun"),
    ]
    found = entries(similarity(make, pages, max_terms_per_page=1))
    assert found.keys() == {("n1", "n2"), ("n3", "s1")}
