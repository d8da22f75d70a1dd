import subprocess
import sys

from babel import Locale

from tigertail.geo import cldr


def test_a_country_has_its_languages_with_their_standing() -> None:
    spoken = {entry.language: entry for entry in cldr.languages_of()["PL"]}
    assert spoken["pl"].nationwide
    assert spoken["pl"].percent > 90
    assert spoken["csb"].status == "official_regional"
    assert not spoken["csb"].nationwide
    assert not spoken["en"].nationwide


def test_names_are_those_a_locale_gives_itself() -> None:
    assert cldr.names_in("pl", "territories")["DE"] == "Niemcy"
    assert cldr.names_in("pl", "languages")["de"] == "niemiecki"
    assert cldr.names_in("nb", "territories") == {}  # all of it is inherited from "no"


def test_reading_leaves_babel_as_it_was() -> None:
    cldr.names_in("nb", "territories")
    assert Locale("nb").territories["DE"] == "Tyskland"


def test_locales_are_those_of_official_languages() -> None:
    assert {"pl", "csb", "sr_Latn"} & set(cldr.official_locales()) == {
        "pl",
        "sr_Latn",
    }  # no names in Kashubian
    assert "br" not in cldr.official_locales()
    assert "br" in cldr.language_locales()


def test_codes_that_were_renamed() -> None:
    assert cldr.renamed_languages()["iw"] == "he"
    assert cldr.renamed_languages()["sh"] == "sr"
    assert cldr.successors()["SU"][0] == "RU"


def test_babel_is_not_loaded_before_it_is_asked() -> None:
    program = "import sys, tigertail.cli, tigertail.ingest.clean, tigertail.geo.regions; print('babel' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "False"
