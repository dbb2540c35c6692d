"""Say what speaks for and against a stretch of text naming a place.

Each observation is a short key ("before=towards", "known=country&after=comma"); what a key weighs stands in
``schemas/gazetteer/name_weights.csv``. Observations look at letters, the gazetteer and the rest of the article; those
of the tagger come on top where the text has been tagged.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import lru_cache

from etl.geocode.gazetteer import Entry, Gazetteer
from etl.geocode.lexicon import (
    COMMON,
    KIND_AFTER,
    KIND_BEFORE,
    KIND_NAMES,
    NAME_WORDS,
    NAMES_AS_PERSONS,
    PUBLIC_BODIES,
    STRUCK,
    TITLES,
    US_STATES,
)
from etl.geocode.names import name_key
from etl.geocode.nationalities import nationality_spans
from etl.geocode.stretches import ROAD, Bounds, Stretches, Words, known

REGION_SPOKEN_OF = 4.0
"""Importance (100,000 people) of a first-level unit whose name alone says that the article speaks of it."""
ONE_WORD_STATES = frozenset(name.lower() for name in US_STATES.values() if " " not in name)
_HYPHENATED = frozenset({"based", "born", "area", "backed", "led", "controlled", "held"})
_PUNCTUATION = frozenset({".", '"', ":", "(", "\u2014", "--", "-"})
_DASHES = frozenset({"(", "\u2014", "--", ":"})
_PLACED = frozenset({"towards", "kind of", "direction", "kind"})
"""Contexts that treat what follows as a place."""


@lru_cache(maxsize=65536)
def _ending(word: str) -> str:
    """What kind of thing a capitalised name with this last word is."""
    word = word.rstrip(".")
    for name, kind in (("streets", "street"), ("facilities", "site"), ("features", "feature"), ("bodies", "body")):
        if word in NAME_WORDS[name]:
            return kind
    return "kind" if word in KIND_NAMES else "none"


@lru_cache(maxsize=65536)
def _body_first(word: str) -> str:
    """The same, with the readings of an organisation first ("Hospital", "Court")."""
    word = word.rstrip(".")
    return "body" if word in NAME_WORDS["bodies"] else _ending(word)


def prominence(entries: tuple[Entry, ...]) -> str:
    """How well a name is known: ``no``, ``country``, ``big``, ``mid`` or ``small``."""
    if not entries:
        return "no"
    if any(e.feature == "country" for e in entries):
        return "country"
    best = max(entries, key=lambda e: e.importance + e.main)
    if best.importance >= (5 if best.main else 6):
        return "big"
    return "mid" if best.main and best.importance >= 3 else "small"


class Evidence:
    """Observations on the stretches of one article."""

    def __init__(self, words: Words, found: Stretches, gaz: Gazetteer) -> None:
        self.words, self.found, self.gaz = words, found, gaz
        self.keys = {k: name_key(words.span(k)) for k in found}
        self.before = {k: self._before(k) for k in found}
        self.mentions = Counter(self.keys.values())
        self.placed = Counter(self.keys[k] for k in found if self.before[k] in _PLACED)
        self.small = Counter(w for w, capital in zip(words.low, words.capital, strict=True) if not capital)
        self.labels: dict[str, Counter[str]] = defaultdict(Counter)
        if words.tagged:
            for k in found:
                self.labels[self.keys[k]][self._label(k)[0]] += 1
        self.by_run: dict[Bounds | None, list[Bounds]] = defaultdict(list)
        for k in found:
            self.by_run[words.run[k[0]]].append(k)
        self.surnames = self._surnames()
        self.countries, self.regions = self._home()

    def of(self, stretch: Bounds) -> frozenset[str]:
        """All observations on one stretch."""
        entries = self.found[stretch]
        size = prominence(entries)
        seen = set(self._surroundings(stretch, size))
        seen.update(self._place_in_run(stretch, size))
        seen.update(self._own_words(stretch, size))
        seen.update(self._capitals(stretch, size))
        seen.update(self._article(stretch, size))
        seen.update(self._rivals(stretch, size))
        if self.words.tagged:
            seen.update(self._tagger(stretch, size))
        return frozenset(seen)

    def _before(self, stretch: Bounds) -> str:
        words, s = self.words, stretch[0]
        run = words.run[s]
        i = s - 1
        article = i >= 0 and words.low[i] == "the"
        i -= article
        if i < 0:
            return "start"
        word = words.low[i]
        if word in NAME_WORDS["towards"] or self._struck(i):
            return "towards"
        if word in NAME_WORDS["directions"]:
            return "direction"
        if word == "of":
            if i and words.low[i - 1] in KIND_BEFORE:
                return "kind of"
            return "name of" if i and words.capital[i - 1] and run and run[0] < s else "of"
        if word in KIND_BEFORE:
            return "kind"
        if words.text[i].rstrip(".") in TITLES:
            return "title"
        if word in {"and", "or", ","}:
            return "list" if i and words.capital[i - 1] else "and"
        if words.opens[s]:
            return "start"
        if words.text[i] in _PUNCTUATION:
            return "punctuation"
        if words.text[i] == "'s":
            return "owner"
        if run and run[0] < s and not article:
            return "capital"
        if word in {"by", "with", "for", "on"}:
            return word
        return "speech" if word in NAME_WORDS["speech"] else "the" if article else "word"

    def _struck(self, i: int) -> bool:
        """Whether the verb at a token strikes places more often than people ("shelled Homs")."""
        token = self.words.doc[i]
        return self.words.tagged and token.pos_ == "VERB" and token.lemma_.lower() in STRUCK

    def _after(self, stretch: Bounds) -> str:
        words, e = self.words, stretch[1]
        if e >= len(words.text):
            return "end"
        word, text = words.low[e], words.text[e]
        run = words.run[stretch[0]]
        if text in {"'s", ","}:
            return "possessive" if text == "'s" else "comma"
        if text == "-":
            return "hyphenated" if e + 1 < len(words.text) and words.low[e + 1] in _HYPHENATED else "hyphen"
        if words.capital[e]:
            if not run or run[1] <= e:
                return "other name"
            return "public body" if word in NAME_WORDS["people"] or word in PUBLIC_BODIES else "capital"
        if word in KIND_AFTER:
            return "kind"
        for name in ("people", "speech"):
            if word in NAME_WORDS[name]:
                return name
        if text in {".", "!", "?", ";", ":"}:
            return "stop"
        if text in {"(", '"', ")"}:
            return "opening" if text != ")" else "closing"
        return "and" if word in {"and", "or"} else "digit" if text[0].isdigit() else "word"

    def _surroundings(self, stretch: Bounds, size: str) -> Iterator[str]:
        before, after = self.before[stretch], self._after(stretch)
        yield from (f"before={before}", f"after={after}", f"{size}&before={before}", f"{size}&after={after}")
        words, entries = self.words, self.found[stretch]
        if after == "comma" and entries and self._followed_by_holder(stretch[1] + 1, entries):
            yield from ("held", f"held&{size}")
        if before == "list" and words.text[stretch[0] - 1] == "," and any(e.feature != "populated" for e in entries):
            run = words.run[stretch[0] - 2] if stretch[0] > 1 else None
            held = [e for s in range(*run) for e in self.found.get((s, stretch[0] - 1), ())] if run else []
            if held and self.gaz.containing(held[:80], words.span(stretch)):
                yield "holds"
        if self.keys[stretch] in COMMON:
            yield from ("common", f"common&before={before}", f"common&after={after}")
        surname = self.words.low[stretch[1] - 1] in self.surnames
        if surname:
            yield from ("surname", f"surname&{size}", f"surname&before={before}")
        first = words.text[stretch[0]]
        if stretch[1] - stretch[0] == 1 and first.rstrip(".") in US_STATES:
            yield from ("abbreviation", f"abbreviation&before={before}")
        if ROAD.match(first):
            yield from ("road code", f"road code&before={before}")
        elif first[-1].isdigit() or words.text[stretch[1] - 1].isdigit():
            yield from ("road", f"road&before={before}", f"road&after={after}")

    def _followed_by_holder(self, start: int, entries: tuple[Entry, ...]) -> bool:
        words = self.words
        for length in (3, 2, 1):
            if start + length > len(words.text) or not words.capital[start]:
                continue
            unit = words.span((start, start + length))
            if self.gaz.containing(entries, US_STATES.get(unit.rstrip("."), unit)):
                return True
        return False

    def _place_in_run(self, stretch: Bounds, size: str) -> Iterator[str]:
        words, (s, e) = self.words, stretch
        a, b = words.run[s] or stretch
        where = "whole" if (s, e) == (a, b) else "first" if s == a else "last" if e == b else "middle"
        kind = _body_first(words.low[b - 1]) if where != "whole" else ""
        yield from (f"in run={where}", f"{size}&in run={where}&{kind}", f"in run={where}&{kind}")
        yield f"in run={where}&ends={_ending(words.low[e - 1])}&{size}"
        if e < b:
            word = words.low[e]
            kind = "body" if word in NAME_WORDS["people"] else _body_first(word)
            if kind == "none":
                kind = "given" if word in NAME_WORDS["given_names"] else "name" if words.capital[e] else "joining"
            yield from (f"next={kind}", f"{size}&next={kind}")
        if s > a:
            word = words.low[s - 1]
            if word in NAME_WORDS["given_names"] or (len(word) == 2 and word[1] == "."):
                kind = "given"
            elif word in NAME_WORDS["directions"]:
                kind = "direction"
            elif not words.capital[s - 1]:
                kind = "joining"
            else:
                kind = "lead" if word in NAME_WORDS["leads"] else "name"
            yield from (f"previous={kind}", f"{size}&previous={kind}")

    def _own_words(self, stretch: Bounds, size: str) -> Iterator[str]:
        words, (s, e) = self.words, stretch
        entries = self.found[stretch]
        first, last = words.low[s], words.low[e - 1]
        yield from (f"words={min(e - s, 4)}", f"known={self._known(entries)}")
        if entries:
            yield f"feature={max(entries, key=lambda x: x.importance + x.main).feature}"
        kind = _ending(last)
        if e - s == 1:
            yield f"one&{kind}"
            if first in NAME_WORDS["given_names"]:
                yield from ("given", f"given&before={self.before[stretch]}")
            if any(c.isdigit() for c in first):
                yield f"digits&{kind}"
            if self.small[first]:
                yield from ("also in small letters", f"also in small letters&{size}")
            return
        run = words.run[s] or stretch
        yield from (f"ends={kind}", f"ends={kind}&{stretch == run}", f"ends={kind}&{size}")
        if first in NAME_WORDS["leads"]:
            yield "lead"
        if first in NAME_WORDS["given_names"]:
            yield from ("given first", f"given first&{size}")
        if first in NAME_WORDS["directions"]:
            yield from ("direction first", f"direction first&{size}")
        for token, name in (("of", "of"), ("'s", "possessive"), ("and", "and"), ("-", "hyphen")):
            if token in words.low[s:e] and not entries:
                yield f"holds {name}"
        if last == "county":
            yield "county"
        if first in ONE_WORD_STATES or last in ONE_WORD_STATES:
            yield "state within"
        if kind in {"street", "site", "feature"}:
            prefix = any(self.found.get((s, x)) for x in range(s + 1, e))
            yield from (f"{kind}&prefix={prefix}", f"{kind}&prefix={prefix}&{stretch == run}",
                        f"{kind}&before={self.before[stretch]}")  # fmt: skip

    @staticmethod
    def _known(entries: tuple[Entry, ...]) -> str:
        if not entries or any(e.feature == "country" for e in entries):
            return prominence(entries)
        best = max(entries, key=lambda e: e.importance + e.main)
        return f"{'main' if best.main else 'other'} {max(2, min(6, int(best.importance)))}"

    def _capitals(self, stretch: Bounds, size: str) -> Iterator[str]:
        words, (s, e) = self.words, stretch
        follows = words.text[e] if e < len(words.text) else ""
        before = self.before[stretch]
        if before == "start" and follows in _DASHES:
            yield from ("dash", f"dash&{size}")
        if ROAD.match(words.text[s]) or not all(t.isupper() for t in words.text[s:e] if t[0].isalpha()):
            return
        near = words.text[max(0, s - 3) : s] + words.text[e : e + 3]
        alone = not any(t.isupper() for t in near if t.isalpha() and len(t) > 1)
        yield from (
            "capitals",
            f"capitals {min(len(words.text[s]), 5)}&{size}",
            f"capitals&{alone}&{size}&{min(e - s, 2)}",
        )
        if before == "start" and alone:
            yield f"capitals open&{size}"
        if before == "start" and len(words.text[s]) > 3 and self._after(stretch) in {
            "comma", "opening", "hyphen", "other name", "end"}:  # fmt: skip
            yield "dateline"

    def _article(self, stretch: Bounds, size: str) -> Iterator[str]:
        key, entries = self.keys[stretch], self.found[stretch]
        mentions = self.mentions[key]
        share = round(3 * self.placed[key] / mentions)
        yield from (f"mentions={min(3, mentions)}", f"placed={share}", f"{size}&placed={share}")
        for name, at in (
            ("country", [e for e in entries if e.country in self.countries - NAMES_AS_PERSONS]),
            ("English country", [e for e in entries if e.country in self.countries & NAMES_AS_PERSONS]),
            ("region", [e for e in entries if e.admin1_code in self.regions and e.feature != "admin1"]),
        ):
            if at:
                yield from (f"at home in {name}", f"at home in {name} {min(5, int(max(e.importance for e in at)))}")

    def _rivals(self, stretch: Bounds, size: str) -> Iterator[str]:
        s, e = stretch
        others = [k for k in self.by_run[self.words.run[s]] if k != stretch and self.found[k]]
        if any(a <= s and e <= b for a, b in others):
            yield from ("within a longer name", f"within a longer name&{size}")
        if any(s <= a and b <= e for a, b in others):
            yield from ("holds a shorter name", f"holds a shorter name&{size}")

    def _tagger(self, stretch: Bounds, size: str) -> Iterator[str]:
        label, extent = self._label(stretch)
        yield from (f"tag={label}", f"tag={extent}", f"tag={label} {extent}", f"{size}&tag={label} {extent}")
        if label in {"GPE", "LOC", "FAC", "ORG", "PERSON"}:
            yield from (f"tag={label}&before={self.before[stretch]}", f"tag={label}&after={self._after(stretch)}")
        kind = _ending(self.words.low[stretch[1] - 1])
        if kind != "none":
            yield f"tag={label} {extent}&ends={kind}"
        last = self.words.doc[stretch[1] - 1]
        run = self.words.run[stretch[0]] or stretch
        if run != stretch:
            where = "first" if stretch[0] == run[0] else "last" if stretch[1] == run[1] else "middle"
            yield f"tag={label} {extent}&in run={where}&{_body_first(self.words.low[run[1] - 1])}"
        yield from (f"relation={last.dep_}", f"part of speech={last.pos_}", f"tag={label}&relation={last.dep_}")
        labels = self.labels[self.keys[stretch]]
        for name in ("GPE", "PERSON", "ORG"):
            yield f"tagged {name}={round(3 * labels[name] / labels.total())}"

    def _label(self, stretch: Bounds) -> tuple[str, str]:
        """The tagger's label of most tokens, and whether its name is the stretch, begins or ends with it."""
        doc, (s, e) = self.words.doc, stretch
        labels = [doc[i].ent_type_ for i in range(s, e)]
        if not any(labels):
            return "O", "outside"
        label = Counter(name for name in labels if name).most_common(1)[0][0]
        if not all(labels) or any(doc[i].ent_iob_ == "B" for i in range(s + 1, e)):
            return label, "part"
        starts = doc[s].ent_iob_ == "B" or (s > 0 and (doc[s - 1].ent_type_ != label or doc[s - 1].lower_ == "the"))
        ends = e >= len(doc) or doc[e].ent_iob_ != "I" or doc[e].text == "'s"
        return label, "whole" if starts and ends else "first" if starts else "last" if ends else "middle"

    def _surnames(self) -> frozenset[str]:
        """Last words of what reads like a person's full name."""
        words, names = self.words, set()
        n = len(words.text)
        for a, b in words.runs:
            last = words.low[b - 1]
            if b - a in {2, 3}:
                aged = b + 1 < n and words.text[b] == "," and words.text[b + 1].isdigit()
                if aged or (words.low[a] in NAME_WORDS["given_names"] and _body_first(last) == "none"):
                    names.add(last)
            speaks = b < n and words.low[b] in NAME_WORDS["speech"] and _body_first(last) == "none"
            if b - a > 1 and speaks and words.low[b - 2] not in NAME_WORDS["directions"]:
                names.add(last)
            if any(words.text[i].rstrip(".") in TITLES for i in range(a, b - 1)):
                names.add(last)
        if words.tagged:
            names |= {ent[-1].lower_ for ent in words.doc.ents if ent.label_ == "PERSON" and len(ent) > 1}
        return frozenset(names)

    def _home(self) -> tuple[frozenset[str], frozenset[str]]:
        """Countries and first-level units that the article names outright."""
        words = self.words
        countries = {n.iso3 for n in nationality_spans(words.doc)}
        regions = set()
        for entries in self.found.values():
            countries |= {e.country for e in entries if e.feature == "country" and e.main and e.country}
            regions |= {e.admin1_code for e in entries if e.feature == "admin1" and e.main
                        and e.importance >= REGION_SPOKEN_OF and e.admin1_code}  # fmt: skip
        for before, text in zip(words.text, words.text[1:], strict=False):
            if before == "," and text.rstrip(".") in US_STATES:
                regions |= {e.admin1_code for e in known(text, self.gaz) if e.admin1_code}
        return frozenset(countries), frozenset(regions)
