import re

import pytest

from tigertail.text.documents import to_plain
from tigertail.text.documents.wikitext import cut, from_wikitext


def words(text: str) -> str:
    return " ".join(from_wikitext(text).text.split())


def test_links_keep_their_words_and_lead_to_titles() -> None:
    page = to_plain("With [[Kent (band)|Kent]] and [[the_Cure#Members|Cure]] and [[Sade]].", "wikitext")
    assert page.text == "With Kent and Cure and Sade."
    assert [(page.text[begin:end], target) for begin, end, target in page.links] == [
        ("Kent", "Kent (band)"),
        ("Cure", "the Cure"),
        ("Sade", "Sade"),
    ]


def test_a_link_leads_to_the_title_that_its_entities_mean() -> None:
    page = from_wikitext("[[Simon &amp; Garfunkel]] and [[Beyonc&eacute;|B]]")
    assert page.text == "Simon & Garfunkel and B"
    assert [target for *_, target in page.links] == ["Simon & Garfunkel", "Beyoncé"]


def test_half_of_a_surrogate_pair_is_no_sign() -> None:
    text = from_wikitext("Ke&#xD800;nt &#128567; [[Sa&#xDFFF;de]]").text
    assert text == "Kent \N{FACE WITH MEDICAL MASK} Sade"
    assert text.encode()


def test_italics_are_remembered_as_works_and_end_with_their_line() -> None:
    page = from_wikitext("'''Kent''' made ''[[Isola (album)|Isola]]'' and ''Vapen\nand no more")
    assert [page.text[begin:end] for begin, end in page.works] == ["Isola", "Vapen"]
    assert page.text == "Kent made Isola and Vapen\nand no more"


def test_a_link_around_a_link_is_none() -> None:
    page = from_wikitext("[[Tour|with [[Sade]] and others]] [[Kent]]")
    assert [(page.text[begin:end], target) for begin, end, target in page.links] == [
        ("Sade", "Sade"),
        ("Kent", "Kent"),
    ]


def test_references_comments_templates_and_files_are_gone() -> None:
    text = (
        "Kent<ref>{{cite web|title=[[Sade]]}}</ref><ref name='a'/> <!-- Yes --> {{convert|1|km}}sing"
        "[[File:Air.jpg|thumb|Air]][[Category:Love]][[de:Kent]]."
    )
    assert words(text) == "Kent sing."


def test_members_and_associated_acts_of_an_infobox_stay() -> None:
    text = "{{Infobox band\n| name = Kent\n| associated_acts = {{hlist|[[Sade]]|[[Air (band)|Air]]}}\n| genre = x}}"
    page = from_wikitext(text)
    assert page.text.split() == ["Sade", "Air"]
    assert [target for *_, target in page.links] == ["Sade", "Air (band)"]


def test_how_a_template_shows_its_list_is_not_shown() -> None:
    text = "{{ubl|item_style=white-space:nowrap;|[[Sade]]|[[Air (band)|Air]]}} {{nowrap|1=Kent}} {{small|[[a = b]]}}"
    assert words(text) == "Sade Air Kent a = b"


def test_sections_of_references_are_left_out_and_what_follows_is_not() -> None:
    text = "Kent\n== References ==\nSade\n=== Books ===\nYes\n== Legacy ==\nAir"
    assert words(text) == "Kent Legacy Air"


@pytest.mark.parametrize(
    "broken",
    [
        "{{Kent",
        "Kent}}",
        "[[Kent",
        "Kent]]",
        "<ref>Kent",
        "''Kent",
        "[[|Kent]]",
        "{|\n| Kent",
        "<b>Kent",
        "<!-- Kent",
        "&#x110000000;Kent",
    ],
)
def test_malformed_markup_is_text(broken: str) -> None:
    assert "Kent" in from_wikitext(broken).text


@pytest.mark.parametrize(
    "sign", ["{{", "[[", "<!--", "<ref>", "{{a|", "''", "}}", "<ref ", "[[a|", "<b>", "[http://", "\n{|\n|a"]
)
def test_a_page_of_nothing_but_openings_is_read(sign: str) -> None:
    assert len(cut(sign * 200_000)) <= len(sign) * 200_000
    assert isinstance(from_wikitext(sign * 20_000).text, str)


def test_long_pages_are_parsed_in_pieces_that_lose_nothing() -> None:
    page = from_wikitext("\n\n".join(f"Song {n} with [[Kent (band)|Kent]]." for n in range(2_000)))
    assert page.text.count("with Kent.") == len(page.links) == 2_000
    assert all(page.text[begin:end] == "Kent" for begin, end, _ in page.links)


def test_markup_that_never_ends_does_not_hide_the_page() -> None:
    assert words("[[a|" * 5_000 + "\n\nKent and [[Sade]]").endswith("Kent and Sade")


def test_a_page_of_cities_keeps_its_table() -> None:
    assert words('{| class="x"\n! Act\n|-\n| [[Sade]]\n|}') == "Act Sade"
    assert words('Acts\n::{| class="x"\n| Sade\n|}') == "Acts Sade"


@pytest.mark.parametrize(
    "between", ["\n", "\n\n", "\n| a\n{|\n| b\n|}\n"], ids=["rows", "blanks", "a table inside"]
)
def test_the_attributes_of_a_long_table_are_not_text(between: str) -> None:
    rows = (f'|-\n| style="color:red" | [[Song {n}]] || live{between}' for n in range(1_000))
    page = from_wikitext(f'Kent\n{{| class="wikitable"\n{"".join(rows)}|}}\n| and Sade')
    assert not {"style", "class", "wikitable", "red"} & set(re.findall(r"\w+", page.text))
    assert len(page.links) == 1_000
    assert page.text.endswith("| and Sade")


def test_a_long_page_whose_table_never_ends_is_read_to_its_end() -> None:
    page = from_wikitext("{|\n" + "| [[Kent]]\n\n" * 2_000 + "== References ==\nAir\n== Legacy ==\n| Sade")
    assert len(page.links) == 2_000
    assert page.text.split()[-3:] == ["Legacy", "|", "Sade"]


def test_the_end_of_a_link_that_did_not_begin_hides_no_pipe() -> None:
    assert cut("{{hlist|Kent]]|Sade|[[the Cure|Cure]]}}") == "Kent]]\nSade\n[[the Cure|Cure]]"
