import pytest

from tigertail.text.documents.html import from_html

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


def test_a_declared_encoding_means_nothing_in_decoded_text() -> None:
    assert (
        from_html('<?xml version="1.0" encoding="latin-1"?><meta charset="koi8-r"><p>Кино').text.strip()
        == "Кино"
    )
