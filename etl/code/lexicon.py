"""Read what ``schemas/lexicon/`` knows: words that report acts, heads of noun phrases, and contexts that undo an act.

Decides how the YAML patterns are compiled; not whether a match in a text is a real act (``triggers``, ``factuality``).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from etl.errors import Misconfigured
from etl.settings import SCHEMAS

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Pattern:
    """One way to report an act.

    Attributes:
        words: lemmas in a row; the last is the head, or the first in "exchange of fire".
        particle: the verb's particle ("blow +up").
        objects: lemmas one of which must head the verb's object.
        around: lemmas all of which must stand among the verb's dependents.
    """

    act: str
    family: str
    words: tuple[str, ...]
    nominal: bool
    needs: str | None = None
    two_way: bool = False
    particle: str | None = None
    objects: frozenset[str] = frozenset()
    around: tuple[str, ...] = ()
    order: int = 0

    @property
    def weight(self) -> int:
        """How specific the pattern is: the most specific one that fits a word wins."""
        return 2 * len(self.words) + 2 * bool(self.particle) + 3 * bool(self.objects) + 2 * len(self.around)


@cache
def _read(name: str) -> Any:
    path = SCHEMAS / "lexicon" / name
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 a safe loader, in C
    except (OSError, yaml.YAMLError) as error:
        raise Misconfigured(f"cannot read {path}: {error}. Restore schemas/lexicon from the repository.") from error


@cache
def nouns() -> dict[str, frozenset[str]]:
    """Classes of noun heads by name; ``parties`` and ``objects`` are laid out flat."""
    flat: dict[str, frozenset[str]] = {}
    for name, value in _read("nouns.yml").items():
        groups = value.items() if isinstance(value, dict) else [(name, value)]
        for group, words in groups:
            flat[group] = frozenset(str(w) for w in words)
    flat["human"] = flat["civilians"] | flat["military"] | flat["police"]
    return flat


@cache
def contexts() -> dict[str, Any]:
    """``contexts.yml`` as it stands."""
    return dict(_read("contexts.yml"))


@cache
def words(name: str) -> frozenset[str]:
    """One list of ``words.yml``."""
    return frozenset(str(w) for w in _read("words.yml")[name])


@cache
def word_set(name: str) -> frozenset[str]:
    """One flat list of ``contexts.yml``."""
    return frozenset(str(w) for w in contexts()[name])


def _expand(names: str) -> frozenset[str]:
    words: set[str] = set()
    for name in names.split("|"):
        words |= nouns()[name[1:]] if name.startswith("@") else {name}
    return frozenset(words)


def _pattern(entry: dict[str, Any], text: str, nominal: bool, order: int) -> Pattern:
    words: list[str] = []
    around: list[str] = []
    particle, objects = None, frozenset[str]()
    for part in text.split():
        if part.startswith("+"):
            particle = part[1:]
        elif part.startswith("~"):
            objects = _expand(part[1:])
        elif part.startswith(">"):
            around.append(part[1:])
        else:
            words.append(part)
    return Pattern(
        entry["act"],
        entry["family"],
        tuple(words),
        nominal,
        entry.get("needs"),
        bool(entry.get("two_way")),
        particle,
        objects,
        tuple(around),
        order,
    )


@cache
def hyphenated() -> frozenset[str]:
    """Words of the lexicon that are written with a hyphen, which tokenizers split."""
    found = {w for group in patterns().values() for p in group for w in (*p.words, *p.objects) if "-" in w}
    return frozenset(found | {f"{w}s" for w in found} | {f"{w}es" for w in found})


_STATE_FIRST = {"state_crowd": 0, "state_agent": 1}
"""What forces of a state do to crowds and suspects is asked for before what anybody else does with the same words."""


@cache
def patterns() -> dict[tuple[bool, str], tuple[Pattern, ...]]:
    """All patterns by (nominal, last word), the most specific first."""
    found: dict[tuple[bool, str], list[Pattern]] = defaultdict(list)
    for order, entry in enumerate(_read("triggers.yml")):
        for nominal, key in ((True, "nouns"), (False, "verbs")):
            for text in entry.get(key) or ():
                one = _pattern(entry, str(text), nominal, order)
                found[nominal, one.words[-1]].append(one)
    return {
        k: tuple(sorted(v, key=lambda p: (-p.weight, _STATE_FIRST.get(p.needs or "", 2), p.order)))
        for k, v in found.items()
    }


class PhraseTable:
    """Lists of phrases, found as whole words with any blank between them and an optional plural.

    At each word only phrases that open as it does are tried; one pattern for all would be tried at every letter.
    """

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        openings: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for name, phrases in lists.items():
            for phrase in sorted({str(p).lower() for p in phrases}, key=len, reverse=True):
                first = _WORD.match(phrase)
                if first is None:
                    raise Misconfigured(f"a phrase of {SCHEMAS / 'lexicon'} opens with no letter: {phrase!r}")
                opening = phrase[: min(first.end(), OPENING)]
                plurals = ("", "e", "s") if first.end() == len(phrase) < OPENING else ("",)
                for plural in plurals:
                    openings[opening + plural][name].append(re.escape(phrase).replace(r"\ ", r"\s+"))
        self._names = tuple(lists)
        self._patterns = {
            opening: [
                (name, re.compile(rf"(?:{'|'.join(group)})(?:e?s)?(?!\w)", re.IGNORECASE))
                for name, group in groups.items()
            ]
            for opening, groups in openings.items()
        }

    def found(self, text: str) -> dict[str, list[re.Match[str]]]:
        """Of each list in its order the longest phrase at each place of a text, none overlapping."""
        found: dict[str, list[re.Match[str]]] = {name: [] for name in self._names}
        low = text.lower()
        if len(low) != len(text):  # a letter whose small form is two
            low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
        for word in _WORD.finditer(low):
            start = word.start()
            for name, pattern in self._patterns.get(low[start : min(word.end(), start + OPENING)], ()):
                before = found[name]
                if (not before or before[-1].end() <= start) and (match := pattern.match(text, start)):
                    before.append(match)
        return found


@cache
def phrases(name: str) -> PhraseTable:
    """Lists of ``contexts.yml``: one, or several where they stand under reasons ("collocations", "domains")."""
    lists = contexts()[name]
    return PhraseTable(lists if isinstance(lists, dict) else {name: lists})


def speaks_of(name: str, text: str) -> bool:
    """Whether a phrase of one list of ``contexts.yml`` stands in a text."""
    return any(phrases(name).found(text).values())


@cache
def governors() -> dict[str, str]:
    """Lemma -> the reason for which what it governs is no act."""
    return {str(w): reason for reason, words in contexts()["governors"].items() for w in words}


OPENING = 3
"""Letters of the shortest stem of an act's word."""


@cache
def stems() -> dict[str, tuple[str, ...]]:
    """Stems with one of which a word of every text with an event begins, by their first three letters."""
    found = set()
    for group in patterns().values():
        for p in group:
            word = max(p.words, key=len)
            if len(word) < OPENING:  # "be in control": the other words decide
                continue
            found.add(word[:-1] if word.endswith(("e", "y")) and len(word) > 3 else word)
    irregular = [
        "shot",
        "stole",
        "slain",
        "slew",
        "held",
        "took",
        "taken",
        "broke",
        "fought",
        "threw",
        "blew",
        "fell",
        "laid",
        "sent",
        "hung",
    ]
    by_opening: dict[str, list[str]] = defaultdict(list)
    for stem in sorted(found | set(irregular)):
        by_opening[stem[:OPENING]].append(stem)
    return {opening: tuple(group) for opening, group in by_opening.items()}
