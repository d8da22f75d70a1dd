import pytest

from tigertail.errors import DataError
from tigertail.ingest.formats.dbpedia import FACETS, Dbpedia

URI = "http://dbpedia.org/resource/"
MAPPING = f"7\tDeadmau5\t{URI}Deadmau5\n8\tDeadmau5 & Friends\t{URI}Deadmau5\n9\tTherapy?\t{URI}Therapy%3F\n"


def files(**changes):
    published = {
        "MappingLastfm2DBpedia-1.2.tsv": MAPPING,
        "genre.edgelist": f"{URI}Deadmau5 {URI}Electro_(music)\n{URI}Therapy%3F {URI}Post-punk\n",
        "instrument.edgelist": f"{URI}Deadmau5 {URI}Synthesizer\n",
        "hometown.edgelist": f"{URI}Deadmau5 {URI}New_York_(state)\n",
        "birthPlace.edgelist": f"{URI}Deadmau5 {URI}Niagara_Falls,_Ontario\n",
        "associatedBand.edgelist": f"{URI}Therapy%3F {URI}Does_It_Offend_You,_Yeah%3F\n",
        "recordLabel.edgelist": f"{URI}Deadmau5 {URI}Mau5trap\n",
    }
    return published | changes


def source(path, **options):
    return Dbpedia(format="dbpedia", path=path, **options)


@pytest.mark.parametrize("how", ["folder", "zip"])
def test_facts_are_annotations_of_experts_a_person_can_read(how, pack, read):
    rows = read(source(pack(files(), how)))["annotations"]
    assert set(rows["facet"]) == set(FACETS)
    assert set(rows["source"]) == {"expert"}
    said = {(name, facet, label) for name, facet, label in rows.select("name", "facet", "label").iter_rows()}
    assert ("Therapy?", "genre", "Post-punk") in said
    assert ("Therapy?", "associated band", "Does It Offend You, Yeah?") in said
    assert ("Deadmau5", "genre", "Electro") in said, "what stands in brackets after a genre says nothing"
    assert ("Deadmau5", "hometown", "New York (state)") in said, "after a place it tells two apart"


def test_a_resource_under_two_names_speaks_of_both(pack, read):
    rows = read(source(pack(files(), "folder"), facets=["instrument"]))["annotations"]
    assert rows["name"].to_list() == ["Deadmau5", "Deadmau5 & Friends"]


def test_what_is_no_resource_is_put_aside(pack, read, quarantine):
    edges = f"{URI}Nobody {URI}Rock\n{URI}Deadmau5 http://myspace.com/rock\n{URI}Therapy%3F\n"
    rows = read(source(pack(files(**{"genre.edgelist": edges}), "folder"), facets=["genre"]))["annotations"]
    assert rows.is_empty()
    assert quarantine.reasons_of("dbpedia") == {
        "artist without a usable entry in the mapping": 1,
        "not a DBpedia resource": 1,  # though the artist has two names
        "wrong number of fields (expected 2)": 1,
    }


def test_a_line_of_the_mapping_without_a_name_is_put_aside_and_no_fact_with_it(pack, read, quarantine):
    mapping = {"MappingLastfm2DBpedia-1.2.tsv": f"{MAPPING}10\t\t{URI}Therapy%3F\n"}
    rows = read(source(pack(files(**mapping), "folder"), facets=["genre"]))["annotations"]
    assert rows["name"].to_list() == ["Deadmau5", "Deadmau5 & Friends", "Therapy?"]
    assert [(row.file, row.line, row.reason) for row in quarantine.rows] == [
        ("MappingLastfm2DBpedia-1.2.tsv", 4, "no item name")
    ]


def test_a_resource_that_shares_but_a_part_of_the_name_is_another_artist(pack, read, quarantine):
    mapping = f"1\tVictor & Leo\t{URI}Victor_Wooten\n2\tWill Smith\t{URI}Patti_Smith\n"
    edges = f"{URI}Victor_Wooten {URI}Funk\n"
    changed = {"MappingLastfm2DBpedia-1.2.tsv": MAPPING + mapping, "genre.edgelist": edges}
    assert read(source(pack(files(**changed), "folder"), facets=["genre"]))["annotations"].is_empty()
    assert [(row.file, row.line, row.reason) for row in quarantine.rows] == [
        ("MappingLastfm2DBpedia-1.2.tsv", 4, "the resource is of another artist, by its name"),
        ("MappingLastfm2DBpedia-1.2.tsv", 5, "the resource is of another artist, by its name"),
        ("genre.edgelist", 1, "artist without a usable entry in the mapping"),
    ]


@pytest.mark.parametrize(
    ("name", "resource"),
    [
        ("AFX", "Aphex_Twin"),  # another name in full
        ("Peter Doherty", "Pete_Doherty"),  # a short form
        ("M. Craft", "Martin_Craft"),  # an initial
        ("Bruno & Marrone", "Bruno_e_Marrone"),  # "and" in another language
        ("Ella Fitzgerald & Louis Armstrong", "Ella_Fitzgerald"),  # one of two
        ("Tarja", "Tarja_Turunen"),  # a part of the name
        ("SE7EN", "Seven_(Korean_singer)"),  # other letters
        ("Blur", "Blur_(band)"),  # what tells it from others
    ],
)
def test_an_artist_keeps_facts_under_a_name_that_may_be_theirs(pack, read, name, resource):
    changed = {
        "MappingLastfm2DBpedia-1.2.tsv": f"1\t{name}\t{URI}{resource}\n",
        "genre.edgelist": f"{URI}{resource} {URI}Rock\n",
    }
    rows = read(source(pack(files(**changed), "folder"), facets=["genre"]))["annotations"]
    assert rows["name"].to_list() == [name]


def spellings(pack, read, mapping):
    rows = read(source(pack(files(**{"MappingLastfm2DBpedia-1.2.tsv": mapping}), "folder")))["aliases"]
    return rows.select("name", "alias").rows()


@pytest.mark.parametrize(
    ("name", "resource", "spelling"),
    [
        ("Ke$ha", "Kesha", "Kesha"),
        ("nevershoutnever!", "Never_Shout_Never", "Never Shout Never"),
        ("Ha-Ash", "Ha*Ash_(duo)", "Ha*Ash"),
        ("Welle:Erdball", "Welle%3A_Erdball", "Welle: Erdball"),
    ],
)
def test_the_name_of_a_resource_is_a_spelling(pack, read, name, resource, spelling):
    assert spellings(pack, read, f"1\t{name}\t{URI}{resource}\n") == [(name, spelling)]


@pytest.mark.parametrize(
    ("name", "resource"),
    [
        ("Blur", "Blur_(band)"),  # it is spelled so already
        ("Goldie", "Goldie_Loc"),  # who is somebody else
        ("Deadmau5 & Friends", "Deadmau5"),  # one of several
        ("Haji & Emanuel", "Bai_Konte"),  # the search went wrong
        ("Tim Berg", "Avicii"),  # another name of one man, but nothing in the mapping says so
    ],
)
def test_the_name_of_a_resource_that_may_be_somebody_else_is_no_spelling(pack, read, name, resource):
    assert spellings(pack, read, f"1\t{name}\t{URI}{resource}\n") == []


def test_names_of_one_resource_that_are_loosely_the_same_are_one_artist(pack, read):
    assert spellings(pack, read, f"1\tP!nk\t{URI}Pink_(singer)\n2\tPink\t{URI}Pink_(singer)\n") == [
        ("P!nk", "Pink")
    ]


def test_a_name_of_two_artists_merges_neither(pack, read):
    assert spellings(pack, read, f"1\tP!nk\t{URI}Pink\n2\tPink\t{URI}Pink_(band)\n") == []


def test_a_resource_without_a_name_is_put_aside_once(pack, read, quarantine):
    edges = {"genre.edgelist": f"{URI}Deadmau5 {URI}\n"}  # the artist has two names
    assert read(source(pack(files(**edges), "folder"), facets=["genre"]))["annotations"].is_empty()
    assert quarantine.reasons_of("dbpedia") == {"not a DBpedia resource": 1}


def test_a_missing_relation_is_named_and_an_unknown_one_refused(pack, read):
    published = files()
    del published["genre.edgelist"]
    with pytest.raises(DataError, match=r"no file 'genre\.edgelist'"):
        read(source(pack(published, "folder")))
    with pytest.raises(ValueError, match="unknown facet 'mood'"):
        source("x", facets=["mood"])
    with pytest.raises(ValueError, match="no facet is named"):
        source("x", facets=[])
