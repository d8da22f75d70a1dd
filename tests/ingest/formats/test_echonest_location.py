import pytest

from tigertail.errors import DataError
from tigertail.ingest.formats.echonest_location import EchonestLocation

GEO = """AR1 <sep> Beyoncé <sep> 0.65 <sep> Houston, TX, US
AR2 <sep> Kult <sep> 0.5 <sep> Warszawa, Poland
AR3 <sep> Kent <sep> 0.5 <sep> Sweden
AR4 <sep> Burial <sep> 0.5 <sep> London
AR5 <sep> Tree
AR6 <sep> Kino <sep> 0.5 <sep>\x20
"""


def source(path):
    return EchonestLocation(format="echonest-location", path=path)


@pytest.mark.parametrize("how", ["folder", "tar.gz", "dat"])
def test_artists_have_a_country_and_a_home(how, pack, read):
    tables = read(source(pack({"geo.dat": GEO}, how)))
    assert tables["items"].select("name", "country").rows() == [
        ("Beyoncé", "US"),
        ("Kult", "PL"),
        ("Kent", "SE"),
        ("Burial", None),
        ("Kino", None),
    ]
    assert tables["annotations"].select("name", "label").rows() == [
        ("Beyoncé", "US"),
        ("Beyoncé", "Houston, TX, US"),
        ("Kult", "PL"),
        ("Kult", "Warszawa, PL"),
        ("Kent", "SE"),
        ("Burial", "London"),
    ]
    assert set(tables["annotations"]["facet"]) == {"home"}


def test_what_names_no_country_is_counted(pack, read, quarantine):
    read(source(pack({"geo.dat": GEO}, "folder")))
    assert quarantine.warnings == {("echonest-location", "unknown country, left out"): 1}
    assert quarantine.examples["echonest-location", "unknown country, left out"] == ["London"]
    assert [(row.line, row.reason) for row in quarantine.rows] == [(5, "wrong number of fields (expected 4)")]


def test_another_folder(pack, read):
    with pytest.raises(DataError, match=r"no file 'geo\.dat'"):
        read(source(pack({"other.txt": "x"}, "folder")))
