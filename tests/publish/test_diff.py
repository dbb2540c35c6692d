"""What changed between two releases or moments: every difference once, with its reason, hostile words escaped."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from etl.errors import Misconfigured
from etl.publish.diff import ABSENT, UNEXPLAINED, State, as_html, as_json, as_text, compare, state
from tests.publish.test_release import EVENT

LATER = datetime(2026, 3, 6, tzinfo=UTC)


def revision(field: str, reason: str, number: int = 2, key: str = "MLI1") -> dict[str, object]:
    return {"event_id_cnty": key, "revision": number, "field": field, "revision_reason": reason, "recorded_at": LATER}


def at(*events: dict[str, object], name: str = "v", revisions=(), deletions=()) -> State:
    by_event: dict[str, list[dict[str, object]]] = {}
    for r in revisions:
        by_event.setdefault(r["event_id_cnty"], []).append(r)
    return State(name, {e["event_id_cnty"]: e for e in events}, by_event, {d["event_id_cnty"]: d for d in deletions})


def gone(key: str, reason: str, into: str | None = None) -> dict[str, object]:
    return {"event_id_cnty": key, "deletion_reason": reason, "merged_into": into, "detail": "told"}


def test_the_same_state_twice_differs_in_nothing():
    found = compare(at(EVENT), at(EVENT))
    assert not any(found.counts.values())
    assert "Nothing" in as_html(found)


def test_a_revised_value_has_its_old_and_new_value_and_its_reason():
    later = EVENT | {"fatalities": 6, "revision": 2, "timestamp": 9}
    (change,) = compare(at(EVENT), at(later, revisions=[revision("fatalities", "toll_update")])).revised
    assert (change.field, change.old, change.new, change.reasons) == ("fatalities", "4", "6", ("toll_update",))


def test_a_change_that_no_revision_explains_is_told_too():
    (change,) = compare(at(EVENT), at(EVENT | {"fatalities": 6})).revised
    assert change.reasons == (UNEXPLAINED,)


def test_all_reasons_between_two_states_are_told_and_none_from_before():
    told = [revision("fatalities", r, n) for n, r in ((2, "new_report"), (3, "toll_update"), (4, "correction"))]
    earlier, later = EVENT | {"revision": 2}, EVENT | {"revision": 4, "fatalities": 9}
    (change,) = compare(at(earlier), at(later, revisions=told)).revised
    assert change.reasons == ("toll_update", "correction")


def test_added_withdrawn_merged_and_split_are_told_apart():
    old = [EVENT | {"event_id_cnty": f"MLI{n}"} for n in (1, 2, 3, 4)]
    new = [old[0], EVENT | {"event_id_cnty": "MLI5", "timestamp": 1}, EVENT | {"event_id_cnty": "MLI6"}]
    new[2] = new[2] | {"timestamp": int(LATER.timestamp())}
    deletions = [gone("MLI2", "merged", "MLI1"), gone("MLI3", "report_withdrawn")]
    after = at(*new, deletions=deletions, revisions=[revision("reports", "split")])
    found = compare(at(*old), after)
    assert [e["event_id_cnty"] for e in found.added] == ["MLI5"]
    assert [(e["event_id_cnty"], e["into"]) for e in found.merged] == [("MLI2", "MLI1")]
    assert [(e["event_id_cnty"], e["reason"]) for e in found.withdrawn] == [
        ("MLI3", "report_withdrawn"),
        ("MLI4", ABSENT),
    ]
    assert [(e["event_id_cnty"], e["from"]) for e in found.split] == [("MLI6", "MLI1")]
    assert found.counts == {"added": 1, "revised": 0, "withdrawn": 2, "merged": 1, "split": 1}
    assert all(words in as_html(found) for words in ("into <b>MLI1", "from <b>MLI1", "report withdrawn"))


def test_a_release_of_an_earlier_schema_can_be_compared():
    older = {k: v for k, v in EVENT.items() if k != "uncertainty_km"}
    assert not compare(at(older), at(EVENT | {"uncertainty_km": None})).revised


def test_hostile_words_are_escaped_on_the_page():
    evil = "<script>alert(1)</script>"
    found = compare(
        at(EVENT, name=evil), at(EVENT | {"actor1": evil}, EVENT | {"event_id_cnty": "MLI2", "location": evil})
    )
    page = as_html(found)
    assert "<script" not in page and page.count("&lt;script&gt;") >= 3
    assert "http://" not in page and "https://" not in page


def test_the_same_is_told_as_text_json_and_page():
    later = EVENT | {"fatalities": 6, "revision": 2}
    found = compare(at(EVENT), at(later, revisions=[revision("fatalities", "toll_update")]))
    assert "toll_update  fatalities  4 -> 6" in as_text(found)
    assert json.loads(as_json(found))["counts"]["revised"] == 1
    assert "toll update" in as_html(found)


@pytest.mark.parametrize("name", ["yesterday", "var/no-release"])
def test_what_is_no_state_says_what_one_is(name):
    with pytest.raises(Misconfigured, match="neither the folder of a release nor an ISO date"):
        state(name)


def test_a_folder_that_is_no_release_says_so(tmp_path: Path):
    with pytest.raises(Misconfigured, match=r"has no events\.parquet"):
        state(str(tmp_path))
