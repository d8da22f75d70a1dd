import pytest

from tigertail.text.documents.decoding import decode


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_is_known_for_sure(encoding: str) -> None:
    assert decode("Кино – 東京事変".encode(encoding)) == ("Кино – 東京事変", None)


def test_a_declared_encoding_is_believed_where_it_can_be() -> None:
    assert decode("Кино".encode("koi8-r"), "koi8-r") == ("Кино", None)
    assert decode('<meta charset="windows-1251">Кино'.encode("cp1251"), html=True)[0].endswith("Кино")


@pytest.mark.parametrize(
    ("text", "encoding", "declared"),
    [
        ("“Queen”", "cp1252", "iso-8859-1"),
        ("朱镕基", "gbk", "gb2312"),
        ("①東京事変", "cp932", "shift_jis"),
        ("똠방각하", "cp949", "euc-kr"),
        ("Mötley – Crüe", "cp1254", "iso-8859-9"),
        ("周杰倫 銹", "cp950", "big5"),
        ("①東京事変", "cp932", "x-sjis"),
        ("①東京事変", "cp932", "Windows-31J"),
        ("朱镕基", "gbk", "x-gbk"),
        ("คาราบาว", "cp874", "windows-874"),
        ("Кино и Кент", "mac_cyrillic", "x-mac-cyrillic"),
        ("שלום", "iso8859-8", "iso-8859-8-i"),
    ],
)
def test_a_name_means_the_wider_encoding_that_browsers_read(text: str, encoding: str, declared: str) -> None:
    assert decode(text.encode(encoding), declared) == (text, None)


@pytest.mark.parametrize(
    ("text", "encoding", "declared"),
    [
        ("Destiny’s Child", "cp1252", "iso-8859-1"),
        ("“Şebnem Ferah”", "cp1254", "iso-8859-9"),
        ("“คาราบาว”", "cp874", "tis-620"),
    ],
)
def test_a_byte_that_the_wider_encoding_lacks_changes_no_other(
    text: str, encoding: str, declared: str
) -> None:
    assert decode(text.encode(encoding) + b" \x9d", declared) == (f"{text} \x9d", None)


def test_a_declared_encoding_whose_bytes_are_valid_in_utf_8_comes_before_it() -> None:
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le"):
        assert decode("Кино и Кент".encode(encoding), encoding) == ("Кино и Кент", None)
    assert decode("Кино и Кент".encode("utf-16-le"), "utf-16") == ("Кино и Кент", None)
    page = '<meta charset="iso-2022-jp">東京事変'
    assert decode(page.encode("iso-2022-jp"), html=True) == (page, None)


@pytest.mark.parametrize("declared", ["utf-16", "utf-16le"])
def test_a_page_whose_declaration_can_be_read_is_not_in_utf_16(declared: str) -> None:
    page = f'<meta charset="{declared}">Mötley Crüe'
    assert decode(page.encode("cp1252"), html=True) == (page, "windows-1252")
    assert decode(page.encode() + b"\0", html=True) == (page, None)


@pytest.mark.parametrize(
    "page",
    [
        '<script src="x.js" charset="koi8-r"></script><meta charset="windows-1251">Кино и Кент',
        '<META http-equiv="Content-Type" content="text/html; charset=windows-1251">Кино и Кент',
        '<?xml version="1.0" encoding="windows-1251"?><html>Кино и Кент</html>',
    ],
)
def test_what_a_page_declares_is_that_of_its_meta_or_its_xml_declaration(page: str) -> None:
    assert decode(page.encode("cp1251"), html=True) == (page, None)


@pytest.mark.parametrize(
    "declared", [None, "utf-8", "no-such-thing", "zlib", "punycode", "a" * 100, "latin\0one", "utf-16"]
)
def test_else_bytes_are_read_as_browsers_do_and_that_is_said(declared: str | None) -> None:
    assert decode("Mötley Crüe".encode("cp1252"), declared) == ("Mötley Crüe", "windows-1252")


def test_half_a_character_at_the_end_is_left_out() -> None:
    assert decode("Sigur Rós".encode()[:-2]) == ("Sigur R", None)
    assert decode("Sigur Rós".encode("utf-8-sig")[:-2]) == ("Sigur R", None)
    assert decode("Sigur Rós".encode("utf-16")[:-1]) == ("Sigur Ró", None)


def test_a_last_letter_in_the_declared_encoding_is_no_half_character() -> None:
    assert decode(b"Beyonc\xe9", "iso-8859-1") == ("Beyoncé", None)
    assert decode("abc И".encode("cp1251"), "windows-1251") == ("abc И", None)
    assert decode("Beyoncé, Sigur Rós".encode()[:-2], "iso-8859-1") == ("Beyoncé, Sigur R", None)


def test_no_nul_survives() -> None:
    assert decode(b"Ke\0nt") == ("Kent", None)
