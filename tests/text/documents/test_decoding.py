import pytest

from tigertail.text.documents.decoding import decode


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_is_known_for_sure(encoding: str) -> None:
    assert decode("Кино – 東京事変".encode(encoding)) == ("Кино – 東京事変", None)


def test_a_declared_encoding_is_believed_where_it_can_be() -> None:
    assert decode("Кино".encode("koi8-r"), "koi8-r") == ("Кино", None)
    assert decode('<meta charset="windows-1251">Кино'.encode("cp1251"), html=True)[0].endswith("Кино")


@pytest.mark.parametrize("declared", [None, "utf-8", "no-such-thing", "zlib", "punycode", "a" * 100])
def test_else_bytes_are_read_as_browsers_do_and_that_is_said(declared: str | None) -> None:
    assert decode("Mötley Crüe".encode("cp1252"), declared) == ("Mötley Crüe", "windows-1252")


def test_half_a_character_at_the_end_is_left_out() -> None:
    assert decode("Sigur Rós".encode()[:-2]) == ("Sigur R", None)


def test_no_nul_survives() -> None:
    assert decode(b"Ke\0nt") == ("Kent", None)
