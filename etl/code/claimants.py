"""Say who a claimant is: the name claims carry, and the role the claimant plays towards one event.

Decides name and role from the words of the article and the actor registry. Does not decide what is claimed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml

from etl.code.meaning import SpeechAct
from etl.code.speakers import lexicon, strip_article
from etl.settings import SCHEMAS

if TYPE_CHECKING:
    from etl.code.actors import Registry

# Registry kinds that are outlets on one side's behalf, whoever the parties are.
SIDED_OUTLETS = {"state_media", "party_outlet"}
# Registry kinds whose registry name is how claims call them.
NAMED_SOURCES = SIDED_OUTLETS | {"agency", "monitor", "group", "mission"}
# Registry kinds that stand for whole peoples or unnamed people.
UNNAMED = {"generic", "nationality"}
ARMED = {"Rebel group", "Political militia", "Identity militia"}
# An outlet that the text itself puts on a side.
SIDED = re.compile(
    r"\b(?:state[- ](?:run|owned|controlled|linked|sponsored|affiliated|media|television|tv|news)|official|affiliated"
    r"|pro-\w+|\w+-(?:run|affiliated|linked|aligned)|mouthpiece|linked to|close to|run by|loyal to|aligned|allied)\b",
    re.IGNORECASE,
)
REBELS = frozenset(
    [
        "rebel",
        "rebels",
        "militants",
        "militant",
        "insurgents",
        "insurgent",
        "separatists",
        "guerrillas",
        "fighters",
        "jihadists",
        "group",
        "militia",
        "militiamen",
        "faction",
    ]
)
# A nationality with one of these is people, not a state's forces.
PEOPLE = frozenset(
    [
        "men",
        "man",
        "youths",
        "citizens",
        "civilians",
        "gunmen",
        "militants",
        "rebels",
        "fighters",
        "proxies",
        "protesters",
        "settlers",
        "people",
    ]
)
# These words mean the armed group named last.
BARE_GROUPS = frozenset({"group", "movement", "organisation", "organization"})
REGIME = frozenset(["junta", "regime", "government", "military", "army"])
FORCES = frozenset(
    ["army", "military", "forces", "troops", "navy", "pentagon", "command", "soldiers", "coalition", "junta", "brigade"]
)


@dataclass(frozen=True)
class Known:
    """A registry actor as it is called on the day of the event.

    Attributes:
        kind: as in ``ActorSpan.kind``: ``group``, ``mission``, ``agency``, ``state_media``, ``party_outlet``,
            ``monitor``, ``military``, ``police``, ``security``, ``state``, ``nationality``, ``generic``.
    """

    name: str
    actor_id: str
    kind: str = "group"
    inter: str = ""


@dataclass(frozen=True)
class NameSpan:
    """A stretch of the text that names a registry actor."""

    start: int
    end: int
    text: str
    known: Known


@dataclass(frozen=True)
class Names:
    """The registry actors named in one text, looked up by place or by words."""

    spans: tuple[NameSpan, ...] = ()
    registry: Registry | None = None
    on: date | None = None
    where: str | None = None

    def at(self, start: int, end: int) -> Known | None:
        """The actor named in a stretch: the one that reaches furthest to its right, the longest of those."""
        inside = [s for s in self.spans if s.start < end and s.end > start]
        best = max(inside, key=lambda s: (s.end, s.end - s.start), default=None)
        return best.known if best else None

    def called(self, words: str | None) -> Known | None:
        """The actor that these words name somewhere in the text."""
        if not words:
            return None
        wanted = strip_article(words).casefold()
        for span in self.spans:
            if strip_article(span.text).casefold() == wanted:
                return span.known
        for span in self.spans:
            name = strip_article(span.text).casefold()
            if wanted.endswith(f" {name}") or wanted.startswith(f"{name} "):
                return span.known
        return None


def names_in(doc: Any, registry: Registry, on: date | None = None, where: str | None = None) -> Names:
    """The registry actors of a text, called as on the day of an event.

    Args:
        doc: the annotated text.
        registry: ``etl.code.actors.registry()``.
        on: the day of the event.
        where: ISO3 of the country of the event.
    """
    spans = []
    for span in registry.find(doc, where, on):
        if span.actor_id is None:
            continue
        actor = registry.resolve(span.actor_id, on, where)
        spans.append(
            NameSpan(span.start, span.end, span.text, Known(actor.name, span.actor_id, span.kind, actor.inter))
        )
    return Names(tuple(spans), registry, on, where)


def known(act: SpeechAct, names: Names) -> Known | None:
    """The registry actor a claimant speaks as: its organisation's before its own words'."""
    if act.organisation:
        return names.called(act.organisation) or _seat(act.organisation, names)
    if strip_article(act.claimant).casefold() in BARE_GROUPS:
        before = [s for s in names.spans if s.known.kind == "group" and s.end <= act.claimant_start]
        if before:
            return before[-1].known
    return names.at(act.claimant_start, act.claimant_end) or _seat(act.claimant, names)


def perpetrator(words: str, start: int, end: int, names: Names) -> Known | None:
    """The registry actor meant by the words for an accused, None for unnamed people ("gunmen", "two men").

    A nationality with something military ("an Azerbaijani post") and a government by its kind ("junta jets") mean the
    state's forces.
    """
    inside = [s for s in names.spans if s.start < end and s.end > start]
    named = [s for s in inside if s.known.kind not in UNNAMED]
    if named:
        return named[-1].known
    registry = names.registry
    plain = re.findall(r"[\w-]+", words.casefold())
    if registry is None or not PEOPLE.isdisjoint(plain):
        return None
    iso3 = next((s.known.actor_id.partition(":")[2] for s in inside if s.known.kind == "nationality"), None)
    if iso3 is None:
        peoples = _peoples(registry)
        first = next((peoples[w] for w in plain if w in peoples), None)
        iso3 = first or (None if REGIME.isdisjoint(plain) else names.where)
    if iso3 is None or registry.owner(iso3) is None:
        return None
    forces = registry.state_forces(iso3, names.on, "military", names.where)
    return Known(forces.name, forces.actor_id, "military", forces.inter)


@cache
def _peoples(registry: Registry) -> dict[str, str]:
    """Countries' names and adjectives, lower case, to ISO3; no abbreviations, of which some are words ("car")."""
    return {
        word.casefold(): iso3
        for iso3, d in sorted(registry.demonyms.items())
        for word in (*d.names, *d.adjectives)
        if not word.isupper()
    }


def _seat(words: str, names: Names) -> Known | None:
    """The state that its capital or its government's house stands for: "Damascus said", "the Kremlin"."""
    if names.registry is None:
        return None
    bare = strip_article(words)
    iso3 = seats().get(bare.casefold()) or names.registry.country_of(bare, capitals=True)
    if iso3 is None or names.registry.owner(iso3) is None:
        return None
    forces = names.registry.state_forces(iso3, names.on)
    return Known(forces.name, f"state:{iso3}", "state", forces.inter)


@cache
def seats() -> dict[str, str]:
    """Houses of government that stand for a state, lower case, to ISO3."""
    raw = yaml.safe_load((SCHEMAS / "lexicon" / "speech.yml").read_text(encoding="utf-8"))
    return {str(k).casefold(): str(v) for k, v in raw["seats"].items()}


def claimant_name(act: SpeechAct, names: Names) -> str:
    """The name a claim carries.

    A person is "Name (organisation)", with the registry's name of the organisation where there is one; an outlet or
    monitor has its registry name; everybody else is called as the text calls it, without an article.
    """
    who = known(act, names)
    if act.person:
        organisation = who.name if who and act.organisation else act.organisation
        return f"{act.person} ({organisation})" if organisation else act.person
    if who and who.kind in NAMED_SOURCES and not act.organisation and not _spoken_for(act):
        return who.name
    return strip_article(act.claimant)


def _spoken_for(act: SpeechAct) -> bool:
    """Whether the claimant is somebody of an organisation ("an adviser to the front") and not the organisation."""
    return act.claimant_head.casefold() in lexicon()["speakers"] | lexicon()["witnesses"] | {"adviser", "wing", "side"}


def role(act: SpeechAct, names: Names, parties: frozenset[str], context: str) -> str:
    """What a claimant is to one event.

    Args:
        act: the speech act.
        names: registry actors of the text.
        parties: registry names of those who took part or are accused.
        context: the claimant's words with what the text adds about it (an apposition).
    """
    who = known(act, names)
    lex = lexicon()
    words = [w.casefold().strip(".'") for w in re.findall(r"[\w.'-]+", act.claimant)]
    head = act.claimant_head.casefold()
    if (head in lex["witnesses"] or (words and words[-1] in lex["witnesses"])) and act.act != "claim_responsibility":
        return "witness"
    if who and not (who.kind in UNNAMED and who.inter not in ARMED):
        ids = {s.known.actor_id for s in names.spans if s.known.name in parties}
        stands = names.registry.stands(who.actor_id, ids, names.on) if names.registry else "outsider"
        if who.name in parties or stands == "party":
            return "party"
        if who.kind in SIDED_OUTLETS or (stands == "ally" and who.kind not in {"generic", "nationality"}):
            return "ally"
        if stands == "monitor":
            return "monitor"
        if stands == "outlet":
            return "outlet"
    if act.act == "claim_responsibility":
        return "party"
    everything = {*words, *re.findall(r"\w+", (act.organisation or "").casefold())}
    joined = " ".join([*words, (act.organisation or "").casefold()])
    outlet = bool(everything & lex["outlets"]) and head not in lex["speakers"]
    if outlet:
        return "ally" if SIDED.search(context) else "outlet"
    if any(re.search(rf"\b{re.escape(m)}\b", joined) for m in lex["monitors"]):
        return "monitor"
    if (who and who.inter in ARMED) or everything & REBELS:
        return "party"
    if act.act == "deny" and everything & FORCES:
        return "party"
    if everything & (lex["authorities"] | lex["speakers"] | FORCES) or who:
        return "authority"
    return "witness" if act.person and not act.organisation else "authority"


def same_claimant(a: SpeechAct, b: SpeechAct, names: Names) -> bool:
    """Whether two acts, perhaps one in a headline, are by one claimant ("US Military", "the U.S. military")."""
    one, other = known(a, names), known(b, names)
    if one and other and one.name == other.name:
        return True

    def stems(act: SpeechAct) -> set[str]:
        plain = f"{act.claimant} {act.organisation or ''}".replace(".", "").casefold()
        return {w[:4] for w in re.findall(r"\w{2,}", plain)} - {"the", "spok", "offi", "of", "for"}

    return bool(stems(a) & stems(b))
