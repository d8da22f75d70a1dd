import pytest

from tigertail.text.documents.html import from_html, link_target

PAGE = """<html><head><title> Kent –
 a band </title><script>Sade</script></head><body><nav><a href="/">Air</a></nav>
<p>With <a href="https://sv.wikipedia.org/wiki/Sade_(s%C3%A5ngerska)#x">Sade</a> on <i>Isola</i>,</p>
<p>and <a href="https://cure.example/">the <b>Cure</b></a><a href="#top">!</a></p><!-- Yes --></body></html>"""


def test_text_links_works_and_title() -> None:
    page = from_html(PAGE)
    assert page.text.split() == ["With", "Sade", "on", "Isola,", "and", "the", "Cure!"]
    assert [(page.text[begin:end], target) for begin, end, target in page.links] == [
        ("Sade", "Sade (sångerska)"),
        ("the Cure", "https://cure.example/"),
    ]
    assert [page.text[begin:end] for begin, end in page.works] == ["Isola"]
    assert page.title == "Kent – a band"


def test_a_link_around_a_link_is_none() -> None:
    page = from_html("<a href=/tour><div>with <a href=/sade>Sade</a></div></a> <a href=/kent>Kent</a>")
    assert [page.text[begin:end] for begin, end, _ in page.links] == ["Sade", "Kent"]


def test_italics_within_italics_are_a_part_of_them() -> None:
    page = from_html("<i>Isola, <cite>Blue</cite> and more</i> by <em>Kent</em>")
    assert [page.text[begin:end] for begin, end in page.works] == ["Isola, Blue and more", "Kent"]


def test_paragraphs_do_not_run_together() -> None:
    assert from_html("<p>Kent</p><p>Sade</p>").text.split() == ["Kent", "Sade"]


@pytest.mark.parametrize(
    "broken",
    ["<p>Kent", "Kent</p>", "<a href=x>Kent", "<b><i>Kent</b></i>", "<p" + " a" * 9 + ">Kent", "&#0;Kent"],
)
def test_broken_html_is_mended(broken: str) -> None:
    assert "Kent" in from_html(broken).text


@pytest.mark.parametrize("empty", ["", "  ", "<!-- -->", "<script>x</script>"])
def test_nothing_is_nothing(empty: str) -> None:
    assert from_html(empty).text.strip() == ""


def test_elements_may_be_nested_without_end() -> None:
    assert isinstance(from_html("<div>" * 50_000 + "Kent").text, str)


def test_an_old_page_that_closes_no_element_is_read_to_its_end() -> None:
    assert from_html("Kent" + "<font>,<b>," * 500 + "Sade").text.strip() == "Kent" + "," * 1000 + "Sade"


@pytest.mark.parametrize("address", ["http://[Kent]/x#y", "http://[Kent", "//[#"])
def test_a_link_that_is_no_address_is_a_link_all_the_same(address: str) -> None:
    page = from_html(f"<a href='{address}'>Kent</a>")
    assert page.links == ((page.text.index("Kent"), page.text.index("Kent") + 4, address.partition("#")[0]),)


@pytest.mark.parametrize("more", ["", "?oldid=7", "#History", "?oldid=7#History"])
def test_a_link_to_a_version_or_a_part_of_a_wiki_page_is_one_to_the_page(more: str) -> None:
    assert link_target(f"/wiki/What%3F_(band){more}") == "What? (band)"


def test_a_title_in_a_drawing_is_not_the_page_s() -> None:
    drawing = "<svg><g><title>Menu</title></g></svg>"
    assert from_html(f"<body>{drawing}Kent").title is None
    assert from_html(f"{drawing}<title>Kent</title>").title == "Kent"


@pytest.mark.parametrize("tag", ["acronym", "del", "dfn", "ins", "nobr", "strike"])
def test_a_word_may_be_marked_in_part(tag: str) -> None:
    assert from_html(f"<p>AC<{tag}>/DC</{tag}></p>").text.split() == ["AC/DC"]


def test_a_declared_encoding_means_nothing_in_decoded_text() -> None:
    assert (
        from_html('<?xml version="1.0" encoding="latin-1"?><meta charset="koi8-r"><p>Кино').text.strip()
        == "Кино"
    )
