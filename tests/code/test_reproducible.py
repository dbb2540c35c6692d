"""The same text has the same answer in every process, whatever order sets have there."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from etl import annotate
from etl.code.coder import RuleCoder
from etl.model import Article
from etl.settings import ROOT

SCRIPT = """
import hashlib
from etl import annotate
from etl.code.coder import RuleCoder
from etl.model import Article
from etl.newsroom import load_pieces, piece_text

articles = [Article(p.slug, piece_text(p), p.title, p.published[:10], language="en") for p in load_pieces()][:40]
capitals = [Article(a.doc_id, a.text.upper(), a.title, a.published_at, language="en") for a in articles[:15]]
shown = [repr(coding) for coding in RuleCoder().code([*articles, *capitals])]
print(hashlib.sha256("".join(shown).encode()).hexdigest())
"""


@pytest.mark.slow
def test_the_order_of_sets_changes_nothing():
    def run(seed: str) -> str:
        env = os.environ | {"PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, cwd=ROOT, env=env
        )
        return done.stdout

    assert len({run(seed) for seed in ("1", "2", "3")}) == 1


def test_two_threads_code_beside_one_another(monkeypatch):
    texts = [f"Gunmen shot dead {n} farmers in Gao, Mali, on 6 May 2024. Mr Quux{n} wept." for n in range(2, 40)]
    articles = [Article(str(n), text, published_at="2024-05-08") for n, text in enumerate(texts)]

    def told(_: int = 0) -> list[object]:
        return [coding.mentions for coding in RuleCoder().code(articles)]

    monkeypatch.setattr(annotate, "VOCABULARY", 0)
    alone = told()
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(told, range(2))) == [alone, alone]
    assert all(len(found) == 1 for found in alone)


def test_a_full_vocabulary_forgets_words_and_changes_no_answer(monkeypatch):
    text = "Gunmen shot dead two zorbifiers in Gao, Mali, on 6 May 2024, the quuxmaster said."
    article = Article("a", text, published_at="2024-05-08")
    monkeypatch.setattr(annotate, "VOCABULARY", 0)
    full = next(RuleCoder().code([article]))
    assert "quuxmaster" not in annotate.pipeline().vocab.strings
    monkeypatch.setattr(annotate, "VOCABULARY", 10**9)
    assert next(RuleCoder().code([article])) == full
    assert "quuxmaster" in annotate.pipeline().vocab.strings
