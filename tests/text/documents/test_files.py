import json
from collections.abc import Callable
from functools import partial

import pytest

from tigertail.text.documents.files import JsonLines, one_page
from tigertail.text.documents.page import BAD_BYTES, LONGEST_FILE, TOO_LARGE, Page, PageSink

Read = Callable[..., list[Page]]
KEYS = {"document_id": "id", "text": "text", "title": "title", "name": "name", "mbid": "mbid"}


def test_a_file_is_a_page(read: Read, sink: PageSink) -> None:
    assert [page.body for page in read(one_page, "Кино".encode())] == ["Кино"]
    assert sink.quarantine.read["web"] == 1


def test_an_unknown_encoding_is_reported(read: Read, sink: PageSink) -> None:
    assert read(one_page, "Mötley Crüe".encode("latin-1"))[0].body == "Mötley Crüe"
    assert sink.quarantine.warnings["web", BAD_BYTES] == 1


@pytest.mark.parametrize("start", ["<html>", ""])
def test_the_encoding_that_a_page_declares_is_read_without_a_tag_html(start: str, read: Read) -> None:
    page = f'<!DOCTYPE html>{start}<meta charset="koi8-r"><title>Кино</title>'
    assert read(partial(one_page, html=True), page.encode("koi8-r"))[0].body == page


def test_a_file_too_large_to_be_a_page_is_refused(read: Read, sink: PageSink) -> None:
    assert read(one_page, bytes(LONGEST_FILE + 1)) == []
    assert sink.quarantine.reasons_of("web") == {TOO_LARGE: 1}


def test_lines_of_json_are_pages(read: Read) -> None:
    lines = [{"id": 7, "text": "Kent sings", "title": "Kent", "mbid": " x "}, {"text": "Sade sings"}]
    pages = read(JsonLines(KEYS), "\n".join(json.dumps(line) for line in lines).encode())
    assert pages == [
        Page("7", "Kent sings", "Kent", {"mbid": "x"}),
        Page("file#2", "Sade sings", line=2),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not a JSON object"),
        ("[" * 100_000, "not a JSON object"),
        ('"Kent"', "not a JSON object"),
        ('{"title": "Kent"}', "no text under 'text'"),
        ('{"text": 7}', "no text under 'text'"),
    ],
)
def test_other_lines_are_refused(line: str, reason: str, read: Read, sink: PageSink) -> None:
    assert len(read(JsonLines(KEYS), f'{line}\n{{"text": "Kent"}}'.encode())) == 1
    assert sink.quarantine.reasons_of("web") == {reason: 1}


def test_an_object_in_each_line_of_an_array_is_a_page(read: Read, sink: PageSink) -> None:
    array = b'[\n{"id": "1", "text": "Kent"},\n{"id": "2", "text": "Sade"}\n]\n'
    assert [page.name for page in read(JsonLines(KEYS), array)] == ["1", "2"]
    assert sink.quarantine.reasons_of("web") == {"not a JSON object": 2}  # the brackets


def test_half_a_surrogate_pair_does_no_harm(read: Read) -> None:
    page = read(JsonLines(KEYS), rb'{"id": "\ud800", "text": "Kent \ud800", "title": "Kent \ud800"}')[0]
    assert (page.name, page.body, page.title) == ("?", "Kent ?", "Kent ?")


def test_true_and_false_are_no_titles(read: Read) -> None:
    assert read(JsonLines(KEYS), b'{"text": "Kent", "title": true}')[0].title is None


def test_whole_numbers_are_ids_and_what_is_none_is_reported(read: Read, sink: PageSink) -> None:
    lines = b'{"id": 7.0, "text": "Kent"}\n{"id": [7], "text": "Kent", "name": null, "title": " "}'
    assert read(JsonLines(KEYS), lines) == [Page("7", "Kent"), Page("file#2", "Kent", line=2)]
    assert sink.quarantine.warnings == {("web", "'id' is no text and no whole number, left out"): 1}
