"""Names meet their entries across spellings and scripts; a bad file is told apart from a missing one."""

import sys

import pytest

from etl.errors import Misconfigured
from etl.geocode import build, distance_km, uncertainty_km
from etl.geocode.gazetteer import Gazetteer, open_gazetteer
from etl.geocode.names import loose_key, name_key, skeleton


@pytest.mark.parametrize(
    ("spellings", "geonameid"),
    [
        (["Al-Bukamal", "Abu Kamal", "Albu Kamal", "Ālbū Kamāl", "AL BUKAMAL", "البوكمال", "أبو كمال"], 174448),
        (["Kyiv", "Kiev", "Киев", "Київ"], 703448),
        (["Ar Raqqah", "Raqqa", "Al-Raqqah", "الرقة"], 172955),
        (["Sana'a", "Sanaa", "Sana’a"], 71137),
    ],
)
def test_spellings_of_one_town_meet(gaz, spellings, geonameid):
    for name in spellings:
        assert geonameid in {e.id for e in gaz.lookup(name)[:4]}, name


@pytest.mark.parametrize("name", ["Deir ez-Zor", "Deir al-Zor", "Deir el-Zor", "دير الزور"])
def test_article_variants_meet(gaz, name):
    assert {"admin1", "populated"} <= {e.feature for e in gaz.lookup(name) if e.country == "SYR"}


def test_a_near_transliteration_is_found_only_in_the_country_asked_for(gaz):
    assert gaz.similar("Deir Ezzour", "SYR")[0].country == "SYR"
    assert not gaz.similar("Deir Ezzour", "BRA")
    assert not gaz.similar("Homs", "SYR"), "short names have too many neighbours"


def test_unknown_names_are_unknown(gaz):
    assert gaz.lookup("Xqzzt") == () == gaz.lookup("") == gaz.lookup("'; DROP TABLE place; --")


def test_capitals(gaz):
    assert gaz.capital("SYR").name == "Damascus"
    assert gaz.capital("IRQ", "Al Anbar").name == "Ramadi"
    assert gaz.capital("SYR", "Deir ez-Zor").id == 170794
    assert gaz.capital("XXX") is None and gaz.capital("SYR", "Texas") is None


@pytest.mark.parametrize(
    ("iso3", "point", "buffer_km", "inside"),
    [
        ("SYR", (34.4523, 40.9185), 0, True),
        ("IRQ", (34.4523, 40.9185), 0.0, False),
        ("IRQ", (34.4523, 40.9185), 30.0, True),
        ("IRQ", (33.5, 36.3), 20.0, False),
        ("UKR", (44.6, 33.53), 5.0, True),
        ("MDV", (4.175, 73.509), 20.0, True),
        ("NOR", (69.65, 18.96), 5.0, True),
        ("FJI", (-18.14, 178.44), 10.0, True),
    ],
)
def test_point_in_country(gaz, iso3, point, buffer_km, inside):
    assert gaz.in_country(iso3, *point, buffer_km) is inside


def test_nearest_and_around(gaz):
    assert gaz.nearest(34.45, 40.92).id == 174448
    assert gaz.nearest(0.0, -140.0) is None


def test_a_quarter_of_a_large_city_is_written_with_the_city(gaz):
    quarter = next(e for e in gaz.lookup("Sadr City") if e.country == "IRQ")
    assert gaz.display_name(quarter).startswith("Baghdad - ")
    assert gaz.display_name(gaz.entry(174448)) == "Ālbū Kamāl"


def test_country_names_are_those_of_the_codebook(gaz):
    assert gaz.country_name("COD") == "Democratic Republic of Congo"
    assert gaz.country_name("XXX") is None


def test_uncertainty_grows_with_the_precision_code():
    radii = [uncertainty_km(precision, "populated") for precision in (1, 2, 3)]
    assert radii == sorted(set(radii))
    assert uncertainty_km(3, "natural", 300.0) == 300.0


def test_distance():
    assert distance_km((0.0, 0.0), (0.0, 0.0)) == 0
    assert distance_km((0.0, 179.5), (0.0, -179.5)) == pytest.approx(111.2, abs=0.1)


def test_keys_never_fail_and_are_stable():
    for name in ("", "-", "al", "\x00", "ﷺ", "北京", "O'Higgins"):
        assert name_key(name_key(name)) == name_key(name)
        assert isinstance(loose_key(name), str) and isinstance(skeleton(name), str)


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(Misconfigured, match="Build it"):
        open_gazetteer(tmp_path / "none.sqlite")


def test_a_damaged_file_says_what_to_do(tmp_path):
    path = tmp_path / "bad.sqlite"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(Misconfigured, match="Delete it"):
        Gazetteer(path)


def test_a_damaged_file_of_the_installation_is_built_again(tmp_path, monkeypatch, gaz):
    own = tmp_path / "own.sqlite"
    own.write_bytes(b"")
    monkeypatch.setattr(sys.modules["etl.geocode.gazetteer"], "default_path", lambda: own)
    monkeypatch.setattr("etl.geocode.builder._write", lambda path, progress: path.write_bytes(gaz.path.read_bytes()))
    assert open_gazetteer().entry(174448).country == "SYR"


def test_a_folder_that_cannot_be_written_is_a_setting_to_change(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(Misconfigured, match="EVENTWIRE_CACHE"):
        build(blocked / "gazetteer.sqlite")


def test_a_failed_build_leaves_nothing_behind(tmp_path, monkeypatch):
    def broken(path, progress):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("etl.geocode.builder._write", broken)
    with pytest.raises(Misconfigured, match="No space"):
        build(tmp_path / "g.sqlite")
    assert [p.name for p in tmp_path.iterdir()] == ["g.sqlite.lock"]
