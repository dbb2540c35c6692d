"""Pages that hand their text to scripts, and pages whose text is the opening of their own description."""

from __future__ import annotations

import json

import pytest

from etl.errors import SetAside
from etl.extract import extract

PARAGRAPHS = [
    f"Shells fell on the {place} on Tuesday evening, residents said, and the clinic there took in {count} people "
    "before its generator failed and the others were driven to the next town."
    for place, count in (("mill quarter", 4), ("river port", 7), ("old station", 2))
]
BODY = "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
URL = "https://news.example/article/2026/4711"


def page(*scripts: str, head: str = "", body: str = "<div id=root></div>") -> bytes:
    code = "".join(scripts)
    return f"<html><head><title>Shelling in Orsk</title>{head}</head><body>{body}{code}</body></html>".encode()


def streamed(body: str) -> list[str]:
    row = f"a:T{len(body.encode()):x},{body}"
    half = len(row) // 2
    parts = ['2:["$","html"]\n', row[:half], row[half:], '5:["$","$L23"]\n']
    return [f"<script>self.__next_f.push({json.dumps([1, part])})</script>" for part in parts]


def test_the_text_of_a_stream_is_read_across_its_parts():
    assert extract(page(*streamed(BODY)), URL).text.split("\n\n") == PARAGRAPHS


def test_the_length_of_a_row_counts_bytes():
    body = BODY.replace("Tuesday", "вторник")
    found = extract(page(*streamed(body)), URL).text
    assert found.split("\n\n")[-1].endswith("the next town.") and "$L23" not in found


def test_the_text_of_the_older_object_is_read():
    data = {"props": {"pageProps": {"menu": ["World"], "article": {"body": BODY}}}}
    script = f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(data)}</script>'
    assert extract(page(script), URL).text.split("\n\n") == PARAGRAPHS


def test_a_visible_text_goes_before_the_state():
    found = extract(page(*streamed("<p>Another story.</p>" * 200), body=f"<article>{BODY}</article>"), URL).text
    assert "Another story" not in found and found.startswith(PARAGRAPHS[0])


@pytest.mark.parametrize(
    "broken", ["self.__next_f.push([1,)", "self.__next_f.push([1,7])", 'self.__next_f.push([1,"a:Tfffff,<p>"])']
)
def test_a_broken_state_is_no_text(broken: str):
    with pytest.raises(SetAside) as aside:
        extract(page(f"<script>{broken}</script>"), URL)
    assert aside.value.reason == "no_text"


LINKS = "".join(f"<li><a href=/s/{n}>A song of the river, number {n}, in full</a></li>" for n in range(80))
SONG = [f"The boats came down at {n} in the morning and nobody sang" for n in range(8)]


@pytest.mark.parametrize("described", [True, False])
def test_a_short_text_between_many_links_is_a_page_where_its_description_opens_it(described: bool):
    head = f'<meta property="og:description" content="{" ".join(SONG)[:90]}...">' if described else ""
    body = f"<div class=post-body>{''.join(f'<p>{line}</p>' for line in SONG)}</div><ul>{LINKS}</ul>"
    if described:
        assert SONG[-1] in extract(page(head=head, body=body), URL).text
    else:
        with pytest.raises(SetAside) as aside:
            extract(page(head=head, body=body), URL)
        assert aside.value.reason == "index_page"
