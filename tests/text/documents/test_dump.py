import io
from collections.abc import Callable
from pathlib import Path

import pytest

from tigertail.errors import DataError
from tigertail.io.archives import Stream
from tigertail.text.documents.dump import Dump
from tigertail.text.documents.page import Page, PageSink

Read = Callable[..., list[Page]]


def article(title: str, text: str, ns: int = 0, more: str = "") -> str:
    return f"<page><title>{title}</title><ns>{ns}</ns>{more}<revision><text bytes='1'>{text}</text></revision></page>"


def dump(*pages: str) -> bytes:
    return (
        f'<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/">{"".join(pages)}</mediawiki>'.encode()
    )


def test_articles_are_pages(read: Read) -> None:
    pages = read(Dump(100), dump(article("Kent (band)", "Med &amp; [[Sade]]"), article("Кино", "Цой")))
    assert [(page.title, page.body) for page in pages] == [("Kent (band)", "Med & [[Sade]]"), ("Кино", "Цой")]


def test_redirects_and_talk_are_passed_over_and_counted(read: Read, sink: PageSink) -> None:
    pages = read(
        Dump(100), dump(article("A", "x", more="<redirect title='B'/>"), article("Talk:A", "x", ns=1))
    )
    assert pages == []
    assert sink.quarantine.warnings == {
        ("web", "a redirect, skipped"): 1,
        ("web", "not an article, skipped"): 1,
    }
    assert sink.quarantine.examples["web", "not an article, skipped"] == ["Talk:A"]


def test_where_pages_name_no_namespace_their_titles_do(read: Read, sink: PageSink) -> None:
    titles = ("A", "Talk:A", "User talk:B", "Diskussion:A", "Talk", "2:54")
    old = "".join(article(title, "x").replace("<ns>0</ns>", "") for title in titles)
    names = "".join(f"<namespace>{name}</namespace>" for name in ("", "Talk", "User talk"))
    pages = read(Dump(100), dump(f"<siteinfo><namespaces>{names}</namespaces></siteinfo>", old))
    assert [page.title for page in pages] == ["A", "Diskussion:A", "Talk", "2:54"]
    assert sink.quarantine.warnings == {("web", "not an article, skipped"): 2}


def test_an_endless_text_is_not_held(read: Read) -> None:
    (page,) = read(Dump(1000), dump(article("Kent", "la " * 3_000_000)))
    assert 1000 < len(page.body) < 3_000_000


def test_entities_that_would_fill_the_memory_are_refused(read: Read) -> None:
    laughs = b'<!DOCTYPE x [\n<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><mediawiki>&b;</mediawiki>'
    with pytest.raises(DataError, match="line 2: the file declares entities"):
        read(Dump(100), laughs)


@pytest.mark.parametrize("data", [b"", b"no xml", dump(article("Kent", "x"))[:-20]])
def test_a_file_that_is_no_dump_or_breaks_off_is_an_error(data: bytes, read: Read) -> None:
    with pytest.raises(DataError, match="not an XML dump"):
        read(Dump(100), data)


def test_a_file_of_another_program_is_an_error(read: Read) -> None:
    abstracts = b"<feed>\n<doc><title>Wikipedia: Kent</title><abstract>x</abstract></doc></feed>"
    with pytest.raises(DataError, match="line 1: not a wiki dump: the outermost element is 'feed'"):
        read(Dump(100), abstracts)


@pytest.mark.parametrize("encoding", ["gbk", "utf8mb4"])
def test_an_encoding_that_cannot_be_read_is_an_error(encoding: str, read: Read) -> None:
    declared = f'<?xml version="1.0" encoding="{encoding}"?>'.encode()
    with pytest.raises(DataError, match="its encoding cannot be read") as error:
        read(Dump(100), declared + dump(article("Kent", "x")))
    assert (error.value.path, error.value.line) == (Path("file"), 1)


def test_a_damaged_member_of_an_archive_is_named(sink: PageSink) -> None:
    member = Stream("enwiki.xml", io.BytesIO(b"no xml"), Path("wikis.tar"), member=True)
    with pytest.raises(DataError) as error:
        list(Dump(100)(member, sink))
    assert error.value.path == Path("wikis.tar/enwiki.xml")
