import gzip
import io
from collections.abc import Callable

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tigertail.errors import DataError
from tigertail.text.documents.page import LONGEST_FILE, TOO_LARGE, Page, PageSink
from tigertail.text.documents.warc import PACKED, archived

Read = Callable[..., list[Page]]


def warc(*answers: tuple[str, str, bytes, dict[str, str]], packed: bool = False) -> bytes:
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=packed)
    for address, status, body, headers in answers:
        http = StatusAndHeaders(status, list(headers.items()), protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(address, "response", payload=io.BytesIO(body), http_headers=http)
        )
    return file.getvalue()


HTML = {"Content-Type": "text/html; charset=koi8-r"}


@pytest.mark.parametrize("named", ["; charset=koi8-r; x=y", ';Charset="KOI8-R"', ";charset='koi8-r'"])
def test_an_encoding_is_read_however_the_header_writes_it(named: str, read: Read) -> None:
    data = warc(
        ("http://kino.example/", "200 OK", "Кино".encode("koi8-r"), {"Content-Type": "text/html" + named})
    )
    assert read(archived, data) == [Page("http://kino.example/", "Кино", markup="html")]


@pytest.mark.parametrize("named", ["charset*=\0'x'y", f"charset*{'9' * 5000}=x"])
def test_a_header_that_cannot_be_read_names_no_encoding(named: str, read: Read) -> None:
    data = warc(("http://kino.example/", "200 OK", "Кино".encode(), {"Content-Type": f"text/html; {named}"}))
    assert [page.body for page in read(archived, data)] == ["Кино"]


@pytest.mark.parametrize("packed", [True, False])
def test_pages_with_their_addresses_and_encodings(packed: bool, read: Read) -> None:
    data = warc(("http://kino.example/", "200 OK", "<p>Кино".encode("koi8-r"), HTML), packed=packed)
    assert read(archived, data) == [Page("http://kino.example/", "<p>Кино", markup="html")]


def test_what_is_no_page_is_refused_and_counted(read: Read, sink: PageSink) -> None:
    picture = ("http://a/", "200 OK", b"GIF", {"Content-Type": "image/gif"})
    lost = ("http://b/", "404 Not Found", b"<p>no", HTML)
    assert read(archived, warc(picture, lost)) == []
    assert sink.quarantine.reasons_of("web") == {
        "response with a status other than 200": 1,
        "neither HTML nor plain text": 1,
    }


def test_an_answer_that_unpacks_without_end_is_refused(read: Read, sink: PageSink) -> None:
    bomb = gzip.compress(bytes(LONGEST_FILE + 10), 1)
    headers = {"Content-Type": "text/plain", "Content-Encoding": "gzip"}
    assert read(archived, warc(("http://bomb/", "200 OK", bomb, headers))) == []
    assert sink.quarantine.reasons_of("web") == {TOO_LARGE: 1}


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("br", b"\x0b\x02\x80<p>hey\x03"),
        ("zstd", b"\x28\xb5\x2f\xfd\x04\x00"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"<p>hey", mtime=0), mtime=0)),
    ],
)
def test_a_page_that_stays_compressed_is_refused(
    coding: str, body: bytes, read: Read, sink: PageSink
) -> None:
    assert read(archived, warc(("http://a/", "200 OK", body, HTML | {"Content-Encoding": coding}))) == []
    assert sink.quarantine.reasons_of("web") == {PACKED: 1}


@pytest.mark.parametrize("coding", ["gzip", "br", "utf-8"])
def test_a_page_that_the_crawler_unpacked_is_read(coding: str, read: Read) -> None:
    data = warc(("http://a/", "200 OK", b"<p>hey", HTML | {"Content-Encoding": coding}))
    assert [page.body for page in read(archived, data)] == ["<p>hey"]


def test_the_shifts_of_korean_text_are_not_taken_for_compressed_bytes(read: Read) -> None:
    """ISO-2022-KR writes them around each word: bytes 0x0E and 0x0F."""
    headers = {"Content-Type": "text/html; charset=iso-2022-kr", "Content-Encoding": "gzip"}
    data = warc(("http://a/", "200 OK", "<p>가나다".encode("iso2022_kr"), headers))
    assert [page.body for page in read(archived, data)] == ["<p>가나다"]


def test_an_archive_that_ends_within_a_record_is_an_error(read: Read) -> None:
    """Else the last page would be a part of itself, or missing, and so would those behind it."""
    first, second = (warc((f"http://{name}/", "200 OK", b"<p>Kent", HTML)) for name in "ab")
    for size in range(1, second.index(b"<p>Kent") + len(b"<p>Ken") + 1):
        with pytest.raises(DataError, match="not a web archive, or damaged"):
            read(archived, first + second[:size])


def test_a_response_without_an_address_is_an_error(read: Read) -> None:
    data = warc(("http://a/", "200 OK", b"<p>Kent", HTML)).replace(b"WARC-Target-URI: http://a/\r\n", b"")
    with pytest.raises(DataError, match="a record has no WARC-Target-URI"):
        read(archived, data)


def test_a_file_of_another_kind_is_an_error(read: Read) -> None:
    with pytest.raises(DataError, match="not a web archive"):
        read(archived, b"<html>not found</html>" * 100)
