"""Everybody one article names, and who its phrases and pronouns mean.

Reads a noun phrase into a party, and takes "the group", "they", "him" and "its troops" back to the party that was named
last, that suffered, or that speaks. Does not decide the actor's final name (``casting``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from etl.code.lexicon import nouns, word_set, words
from etl.code.parties import (
    ARMED,
    CIVILIANS,
    MEMBERS,
    OBJECT,
    OTHER,
    PROTESTERS,
    RIOTERS,
    STATE_KINDS,
    Party,
    armed_by_look,
    best_span,
    group_of,
    nouns_armed,
    with_span,
)
from etl.code.roles import subjects
from etl.code.words import norm, phrase
from etl.geocode import nationalities

_OFF_DUTY = words("parties_off_duty")
_EMPTY_HEADS = words("parties_empty_heads")
_NOBODY = words("parties_nobody")
_NUMBERS = words("parties_numbers")
_STATEMENTS = frozenset(
    {"statement", "claim", "report", "announcement", "assertion", "allegation", "communique", "declaration"}
)
_STATE_VOICES = frozenset(
    {"ministry", "government", "staff", "military", "army", "command", "president", "minister", "official", "defence"}
    | {"defense", "navy", "force", "spokesman", "spokeswoman", "spokesperson", "office", "service", "general"}
)
"""Who speaks for a state's forces, so that "its troops" in what they say are that state's."""
_BACK = {
    "group",
    "faction",
    "organization",
    "organisation",
    "movement",
    "they",
    "it",
    "them",
    "attacker",
    "assailant",
    "fighter",
    "gunman",
    "militant",
    "rebel",
    "perpetrator",
    "former",
    "he",
    "she",
    "raider",
    "insurgent",
    "terrorist",
    "guerrilla",
}


_THEIRS = frozenset({"military", "police", "military_object", "platform", "weapon"})
"""What a nationality before it makes a state's: "Rwandan patrols", "Pakistani guns"."""
_LEAVE = ("civilian clothes", "off duty", "on leave")
_OF_PLACES = words("cast_of_places")
"""Whose "its" is the town's: "its garrison"."""
_CLOTHES = frozenset({"uniform", "fatigue", "garb", "colour"})
_KIN = re.compile(r"\s*\b(?:from|of) (?:the )?([A-Z][\w'-]+) (?:village|clan|tribe|line|lineage|hamlet)\b")
"""Whose fighters somebody is: "men from Kambia village"."""
_IRREGULAR = words("identities_described") | {"group", "faction", "movement", "organization", "organisation", "gunman"}
"""Words that go back to a group, and never to a state's forces."""


class Cast:
    """Everybody one article names, so that phrases can be resolved one after the other."""

    def __init__(
        self,
        doc: Any,
        text: str,
        spans: Sequence[Any],
        trigger_tokens: Iterable[int],
        capitals: Mapping[int, str] | None = None,
    ) -> None:
        """Read nothing yet.

        Args:
            spans: what the registry found in the text.
            trigger_tokens: indices of words that report acts, which are nobody.
            capitals: ISO3 by the index of each token that names a capital; a capital that speaks is its state.
        """
        self.doc, self.text = doc, text
        self._capitals = capitals or {}
        self._events = set(trigger_tokens)
        self._spans: dict[int, Any] = {}
        for span in spans:
            tokens = doc.char_span(span.start, span.end, alignment_mode="expand")
            if tokens is None:
                continue
            for t in tokens:
                held = self._spans.get(t.i)
                if held is None or (span.end - span.start) > (held.end - held.start):
                    self._spans[t.i] = span
        self.spans = tuple(spans)
        self._seen: list[Party] = []
        self._hurt: list[Party] = []
        self._asked: set[int] = set()
        self._nations = {
            t.i: iso3
            for start, end, _, iso3 in nationalities(doc)
            for t in doc.char_span(start, end, alignment_mode="expand") or ()
        }
        self._sentence = {i: n for n, s in enumerate(doc.sents) for i in range(s.start, s.end)}

    def party(self, token: Any, agent: bool, person: bool = False) -> Party | None:
        """The party a noun's head names; None for words that are none (acts, times, numbers alone).

        Args:
            token: head of the phrase.
            agent: whether it acts; a country's name acts as its forces and suffers as a place.
            person: only people can stand here ("kidnapped X"), so that an unknown name is somebody's.
        """
        if token.i in self._events and norm(token) not in (
            "protester",
            "demonstrator",
            "rioter",
            "suicide bomber",
            "bomber",
            "mob",
        ):
            return None
        if any(c.dep_ == "det" and c.lower_ == "no" for c in token.lefts):
            return None
        if token.ent_type_ in ("DATE", "TIME", "PERCENT", "MONEY", "ORDINAL") and token.i not in self._spans:
            return None
        taken = self._taken_up(token, agent)
        if taken is not None or token.pos_ == "PRON":
            return taken
        found = self._read(token, agent)
        found = armed_by_look(found, token) if agent and found is not None else found
        if person and found is not None and found.side == OTHER and token.pos_ == "PROPN":
            found = replace(found, side=CIVILIANS, group="civilians", people=frozenset({CIVILIANS}))
        if found is not None and found.side in (ARMED, PROTESTERS, RIOTERS):
            self._seen.append(found)
        elif found is not None and found.side == CIVILIANS and not agent:
            self._hurt.append(found)
        return found

    def sentence_of(self, token: Any) -> int:
        """The number of a word's sentence."""
        return self._sentence[token.i]

    def nation_of(self, token: Any) -> str | None:
        """ISO3 of the state that a word stands for: "Russian", "Russia", "Moscow"; None for other words."""
        span = self._spans.get(token.i)
        if span is not None and span.kind in ("state", "nationality"):
            return str(span.actor_id).partition(":")[2] or None
        return self._nations.get(token.i) or self._capitals.get(token.i)

    def look(self, token: Any) -> Party | None:
        """The party a noun names, without taking note of it for later words that refer back."""
        return self._read(token, True) if token.i not in self._events else None

    def refer(self, token: Any, agent: bool) -> Party | None:
        """The party a word names, counts or goes back to, without taking note of it."""
        taken = self._taken_up(token, agent)
        if taken is not None or token.pos_ == "PRON":
            return taken
        found = self._read(token, agent)
        return armed_by_look(found, token) if agent and found is not None else found

    def _taken_up(self, token: Any, agent: bool) -> Party | None:
        """Whom a number, a pronoun or a word such as "the group" stands for; None for words that name somebody."""
        counted = self._counted(token, agent)
        back = norm(token) in _BACK and self._definite(token) and not self._inside(token)
        if counted is None and (token.pos_ == "PRON" or (back and not any(c.lower_ == "of" for c in token.rights))):
            return self._back(token, agent)
        return counted

    def _counted(self, token: Any, agent: bool) -> Party | None:
        """Such as "one of the gunmen", "thirty of them", "22": whom a number stands for, if the text says it."""
        if not (token.like_num or token.lower_ in _NUMBERS):
            return None
        start, end = token.idx, token.idx + len(token)
        for child in token.rights:
            if child.dep_ == "prep" and child.lower_ == "of":
                for inner in child.children:
                    if inner.dep_ == "pobj":
                        found = self._back(inner, agent) if inner.pos_ == "PRON" else self._read(inner, agent)
                        end = inner.idx + len(inner)
                        if found is not None:
                            return replace(found, start=start, end=end, text=self.text[start:end])
        return Party(
            CIVILIANS,
            "number",
            start,
            end,
            self.text[start:end],
            "people",
            self._sentence[token.i],
            people=frozenset({CIVILIANS}),
        )

    def _inside(self, token: Any) -> list[Any]:
        """Registry spans that stand in the phrase: on the head, before it, or in its "of" phrase."""
        first, last = phrase(token)
        found = []
        beside = [t.i for c in token.rights if c.dep_ == "appos" for t in (*c.lefts, c)]
        for i in [token.i, *range(token.i - 1, first - 1, -1), *range(token.i + 1, last + 1), *beside]:
            span = self._spans.get(i)
            if span is not None and span not in found:
                found.append(span)
        return found

    def _definite(self, token: Any) -> bool:
        return any(c.lower_ in ("the", "these", "those", "this", "that") for c in token.lefts) or token.lower_ in (
            "former",
            "latter",
        )

    def _back(self, token: Any, agent: bool) -> Party | None:
        if token.lower_ in _NOBODY:
            return None
        if token.lower_ in (
            "i",
            "we",
            "you",
            "who",
            "what",
            "which",
            "that",
            "us",
            "me",
            "this",
            "those",
            "these",
            "he",
            "she",
            "him",
            "her",
        ):
            if token.lower_ in ("he", "she", "him", "her") and not agent:
                victim = self._victim(token)
                victim = victim or self._person(token)
                if victim is not None:
                    return victim
                first = token.idx
                return Party(
                    CIVILIANS,
                    "civilians",
                    first,
                    first + len(token),
                    self.text[first : first + len(token)],
                    token.lower_,
                    self._sentence[token.i],
                )
            return None
        said = self._speaker(token)
        if said is not None:
            return said
        victim = self._victim(token) if not agent and token.lower_ in ("they", "them") else None
        if victim is not None:
            return victim
        armed_only = norm(token) not in ("they", "them", "it")
        for party in reversed(self._seen):
            if party.start >= token.idx or self._sentence[token.i] - party.sentence > 3:
                continue
            if armed_only and party.side != ARMED:
                continue
            if norm(token) in _IRREGULAR and party.kind in STATE_KINDS | {"state"}:
                continue
            if not agent and party.side == ARMED and token.pos_ == "PRON" and self._sentence[token.i] == party.sentence:
                continue
            return replace(party, sentence=self._sentence[token.i])
        return None

    def _victim(self, token: Any) -> Party | None:
        """Whom "him" or "them" goes back to: those who suffered in the two sentences before, one or many."""
        many = token.lower_ in ("they", "them")
        here = self._sentence[token.i]
        for party in reversed(self._hurt):
            if party.start >= token.idx or here - party.sentence > 2:
                continue
            noun = self.doc.char_span(party.start, party.end, alignment_mode="expand").root
            if (noun.tag_ in ("NNS", "NNPS") or norm(noun) == "people") == many:
                return replace(party, sentence=here)
        return None

    def _person(self, token: Any) -> Party | None:
        """Whom "he was shot" goes back to where nobody suffered yet: the person named last, here or a sentence ago."""
        here = self._sentence[token.i]
        for other in reversed(self.doc[max(0, token.i - 80) : token.i]):
            if here - self._sentence[other.i] > 1:
                return None
            if other.ent_type_ == "PERSON" and other.dep_ in ("nsubj", "nsubjpass", "appos"):
                found = self._read(other, False)
                return replace(found, sentence=here) if found is not None and found.side == CIVILIANS else None
        return None

    def _speaker(self, token: Any) -> Party | None:
        """Such as "JNIM said that it had attacked": a pronoun in a statement is whoever speaks."""
        objects = token.lower_ in ("them", "us") and token.dep_ in ("dobj", "pobj")
        if not objects and (
            token.lower_ not in ("it", "they", "we", "its", "their", "our") or token.dep_ not in ("nsubj", "poss")
        ):
            return None
        return self._said_by(token)

    def _said_by(self, token: Any) -> Party | None:
        """The armed party (or state) in whose statement a word stands."""
        node, steps = token, 0
        while node.head.i != node.i and steps < 20:
            above = node.head
            if node.dep_ == "ccomp" and norm(above) in word_set("speech_verbs"):
                return next((p for s in subjects(above) if (p := self._as_speaker(s)) is not None), None)
            if node.dep_ in ("acl", "ccomp", "relcl") and above.pos_ == "NOUN" and norm(above) in _STATEMENTS:
                owners = [c for c in above.lefts if c.dep_ in ("amod", "poss", "compound", "nmod")]
                return next((p for s in owners if (p := self._as_speaker(s)) is not None), None)
            node, steps = above, steps + 1
        for child in node.lefts:
            if child.lower_ == "according":
                sources = [o for p in child.children if p.lower_ == "to" for o in p.children if o.dep_ == "pobj"]
                return next((p for s in sources if (p := self._as_speaker(s)) is not None), None)
        return None

    def _as_speaker(self, token: Any) -> Party | None:
        """The forces that a speaker stands for: a group, a state's ministry or army, or a capital."""
        if token.pos_ not in ("NOUN", "PROPN", "ADJ"):
            return None
        start, end = token.idx, token.idx + len(token)
        plain = Party(ARMED, "military", start, end, self.text[start:end], norm(token), self._sentence[token.i])
        nation = self._capitals.get(token.i) or (self._nations.get(token.i) if token.pos_ == "ADJ" else None)
        if nation is not None:
            return replace(plain, actor_id=f"state:{nation}", kind="state")
        if token.i in self._asked:  # "according to the army": the army's owner would be whoever speaks, itself
            return None
        self._asked.add(token.i)
        try:
            found = self._read(token, True)
        finally:
            self._asked.discard(token.i)
        if found is not None and found.side == ARMED:
            if found.kind in STATE_KINDS and found.actor_id and ":" not in found.actor_id:
                return None
            return found
        owner = next((s for s in self._inside(token) if s.kind in ("state", "nationality")), None)
        if owner is not None and (token.pos_ == "ADJ" or norm(token) in _STATE_VOICES):
            return replace(plain, actor_id=str(owner.actor_id).replace("nationality:", "state:"), kind="state")
        return None

    def _read(self, token: Any, agent: bool) -> Party | None:
        first, last = phrase(token)
        start, end = self.doc[first].idx, self.doc[last].idx + len(self.doc[last])
        lemma = norm(token)
        before = self.doc[token.i - 1] if token.i else None
        pair = f"{norm(before)} {lemma}" if before is not None and before.i >= first else lemma
        spans = self._inside(token)
        group, people = group_of(token, lemma, pair)
        modifiers = {t.lower_ for t in self.doc[first : token.i]}
        off_duty = bool(modifiers & _OFF_DUTY) or any(m.startswith(("ex-", "former")) for m in modifiers)
        if group in _THEIRS and token.n_rights:
            told = " ".join(t.lower_ for t in token.subtree)
            off_duty = off_duty or any(words in told for words in _LEAVE)
        off_duty = off_duty and group not in ("military_object", "civilian_object", "place", "")
        base = Party(
            OTHER,
            group,
            start,
            end,
            self.text[start:end],
            pair if pair in nouns().get(group, ()) else lemma,
            self._sentence[token.i],
            people=people,
            off_duty=off_duty,
        )
        best = best_span(spans, token, group)
        if lemma in MEMBERS and (best is None or best.kind == "generic"):
            best = self._dressed(token) or best
        joined = any(t.dep_ == "cc" for t in self.doc[first : token.i])
        nation = next((self._nations[i] for i in range(first, token.i) if i in self._nations and not joined), None)
        if best is None and nation is not None and (group in _THEIRS or lemma == "fire"):
            return replace(base, side=ARMED, actor_id=f"military:{nation}", kind="military")
        if best is None or (best.kind in STATE_KINDS | {"generic"} and ":" not in best.actor_id):
            owns = group in nouns_armed() or group == "platform" or lemma in ("man", "boy", "lion", "son")
            owner = self._owner(token) if owns else None
            if owner is None and agent and group == "military" and not any(c.dep_ == "poss" for c in token.lefts):
                owner = self._said_by(token)
                owner = owner if owner is not None and owner.kind in STATE_KINDS | {"state"} else None
            if owner is not None:
                return replace(base, side=ARMED, actor_id=owner.actor_id, kind=owner.kind, named=owner.named)
        if best is not None:
            return with_span(base, best, token, agent)
        kin = _KIN.match(self.text, base.end) or _KIN.search(base.text)
        if kin and group in ("militants", "militia", "communal", "rebels"):
            return replace(base, side=ARMED, group="communal", actor_id=f"communal:{kin[1]}", kind="generic")
        if group in nouns_armed():
            return replace(base, side=ARMED)
        if people:
            return replace(
                base, side=PROTESTERS if group == "protesters" else RIOTERS if group == "rioters" else CIVILIANS
            )
        if group in ("military_object", "civilian_object", "place", "weapon", "platform"):
            return replace(base, side=ARMED if group == "platform" and agent else OBJECT)
        if token.ent_type_ == "PERSON":
            return replace(base, side=CIVILIANS, group="civilians", people=frozenset({CIVILIANS}))
        if lemma in _EMPTY_HEADS:
            for child in token.rights:
                if child.dep_ == "prep" and child.lower_ == "of":
                    for inner in child.children:
                        if inner.dep_ == "pobj":
                            found = self._read(inner, agent)
                            return (
                                replace(
                                    found,
                                    start=start,
                                    end=max(end, found.end),
                                    text=self.text[start : max(end, found.end)],
                                )
                                if found
                                else None
                            )
        return base

    def _dressed(self, token: Any) -> Any:
        """Such as "men in Hezbollah uniforms": the group whose clothes somebody wears."""
        worn = [o for c in token.rights if c.lower_ == "in" for o in c.children if norm(o) in _CLOTHES]
        return next((s for o in worn for s in self._inside(o) if s.named and s.kind == "group"), None)

    def nations(self, token: Any) -> list[Party]:
        """Such as "Armenian and Azerbaijani soldiers": one party for each state, where one noun names several."""
        found = self._read(token, True)
        spans = [
            s for s in self._inside(token) if s.kind in STATE_KINDS | {"state", "nationality"} and ":" in s.actor_id
        ]
        if found is None or found.side != ARMED or len({s.actor_id.partition(":")[2] for s in spans}) < 2:
            return []
        return [replace(found, actor_id=s.actor_id, kind=s.kind) for s in sorted(spans, key=lambda s: int(s.start))]

    def _owner(self, token: Any) -> Party | None:
        """Whose "its troops" are: the speaker's, or those of the party named last."""
        for child in token.lefts:
            if child.dep_ == "poss" and child.lower_ in ("its", "their") and norm(token) not in _OF_PLACES:
                found = self._speaker(child)
                if found is None:
                    found = next(
                        (
                            p
                            for p in reversed(self._seen)
                            if p.sentence >= self._sentence[token.i] - 1
                            and (p.named or p.kind in STATE_KINDS | {"state"})
                        ),
                        None,
                    )
                if found is not None and found.actor_id and (found.named or ":" in found.actor_id):
                    return found
                if found is not None and found.kind in STATE_KINDS:
                    return found
        return None
