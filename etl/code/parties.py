"""What kind of party a noun phrase names, and which actor of the registry it is.

Reads the head of a phrase (or what stands in its "of" phrase: "members of the group"), the registry's names around it,
nationality and whether it is armed and on duty. "The group", "they" and "the attackers" go back to the party named
last that fits. Does not decide the actor's final name, which depends on the day and country (``casting``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from etl.code.lexicon import nouns, words
from etl.code.words import norm

ARMED, PROTESTERS, RIOTERS, CIVILIANS, OBJECT, OTHER = "armed", "protesters", "rioters", "civilians", "object", "other"
_NAMED_KINDS = frozenset({"group", "mission"})
_CIVIL_BODIES = frozenset(
    {"party", "union", "newspaper", "company", "federation", "association", "bank", "firm", "campaign", "newsroom"}
)
"""Whose headquarters are no military object."""
_CIVIL_CAMPS = frozenset(
    {"refugee", "displaced", "displacement", "idp", "migrant", "people", "labour", "labor", "tent", "mining", "fishing"}
    | {"logging", "summer", "protest", "aid", "relief"}
)
"""Who lives or works in a camp that is no military object."""
_CARRIERS = frozenset({"pick-up", "pickup", "lorry", "truck", "car", "bus", "tanker", "minibus", "trader", "migrant"})
_CIVIL_AGENTS = frozenset({"municipal", "tax", "electoral", "customs", "travel", "polling", "estate", "health"})
"""Whose agents hold no arms."""
STATE_KINDS = frozenset({"military", "police", "security"})
_IRREGULAR = words("parties_irregular")
UNARMED = words("parties_unarmed")
"""Parties, unions and movements of the registry that hold no arms: their people and offices are civilian."""
_OF_FORCES = frozenset({"police", "army", "military", "navy", "gendarmerie", "gendarme", "troop", "soldier"})
_BY_DEED = frozenset(
    {"unidentified-armed", "militants", "rebels", "gangs", "settlers", "identity-militia", "private-security"}
)
"""Generic actors of the registry that are armed where they act, although their noun alone means people."""


_STAFF = frozenset({"chief", "engineer"})
"""People whom the name of a state's force makes members of it: "army chiefs", "a navy engineer"."""
MEMBERS = words("parties_members")
"""People whom the name of an armed group before or behind makes members of it: "Hezbollah men"."""


@dataclass(frozen=True)
class Party:
    """One participant as the text names it.

    Attributes:
        side: ``armed``, ``protesters``, ``rioters``, ``civilians``, ``object`` (a thing or place that is hit) or
            ``other`` (nothing that can act or suffer in an event).
        group: finer class of the head: a list of ``nouns.yml`` ("military", "militants", "platform" ...) or "".
        actor_id: registry id, or None.
        kind: the registry's kind of that id, or "".
        start: first character; ``end`` one behind the last; ``text`` what stands there.
        people: alternative readings of the same noun ("villagers" may protest, riot or suffer).
        off_duty: cannot fight back although a soldier or policeman.
    """

    side: str
    group: str
    start: int
    end: int
    text: str
    head: str
    sentence: int
    actor_id: str | None = None
    kind: str = ""
    people: frozenset[str] = frozenset()
    off_duty: bool = False
    named: bool = False
    country: str | None = None

    @property
    def key(self) -> str:
        """What makes two mentions the same party."""
        if self.actor_id and ":" in self.actor_id and self.kind in ("state", "nationality"):
            return self.actor_id.replace(f"{self.kind}:", "police:" if self.group == "police" else "military:")
        return self.actor_id if self.actor_id and (self.named or self.kind in STATE_KINDS) else self.group or self.head


def group_of(token: Any, lemma: str, pair: str) -> tuple[str, frozenset[str]]:
    """The class of a phrase's head (a list of ``nouns.yml``) and what sides its people can be on."""
    civil = _CIVIL_BODIES if lemma == "headquarters" else _CIVIL_CAMPS if lemma == "camp" else frozenset()
    if any(norm(t) in civil or t.lower_ in civil for t in token.subtree):
        return "civilian_object", frozenset()
    people = frozenset(
        s
        for s, name in ((PROTESTERS, "protesters"), (RIOTERS, "rioters"), (CIVILIANS, "civilians"))
        if lemma in nouns()[name] or pair in nouns()[name]
    )
    if lemma in nouns()["military"] and any(norm(t) in _IRREGULAR for t in token.lefts):
        return "rebels", people
    for name in ("police", "military", "rebels", "militants", "gang", "militia", "communal", "state"):
        if pair in nouns()[name] and pair != lemma:
            return name, people
    if lemma == "force" and token.head.lower_ in ("in", "by", "into") and not any(token.lefts):
        return "", frozenset()  # "a curfew is in force"
    if lemma == "convoy" and any(norm(t) in _CARRIERS for t in token.rights for t in t.children):
        return "civilian_object", frozenset()
    if lemma == "agent" and any(t.lower_ in _CIVIL_AGENTS for t in token.lefts):
        return "civilians", frozenset({CIVILIANS})
    if lemma in ("officer", "commissioner", "official", "chief", "inspector") and any(
        t.lower_ == "police" for t in token.sent
    ):
        return "police", frozenset()
    for name in ("police", "military", "rebels", "militants", "gang", "militia", "communal", "state", "coalition"):
        if lemma in nouns()[name]:
            if (
                lemma
                in (
                    "individual",
                    "subject",
                    "stranger",
                    "suspect",
                    "element",
                    "squad",
                    "private",
                    "general",
                    "captain",
                    "major",
                    "official",
                )
                and lemma in nouns()["civilians"]
            ):
                continue
            return name, people if name == "communal" else frozenset()
    if people:
        only = "protesters" if people == {PROTESTERS} else "rioters" if people == {RIOTERS} else "civilians"
        strong = (
            "protesters"
            if lemma in ("protester", "protestor", "demonstrator", "marcher", "picketer")
            else "rioters"
            if lemma in ("rioter", "mob", "looter", "hooligan")
            else only
        )
        return strong, people
    for name in ("platform", "weapon", "projectile"):
        if lemma in nouns()[name] or pair in nouns()[name]:
            return "weapon" if name == "projectile" else name, frozenset()
    if lemma in nouns()["civilian_object"] and any(norm(t) in _OF_FORCES for t in token.lefts):
        return "military_object", frozenset()  # "a police kiosk", "an army lorry"
    for name in ("military_object", "civilian_object", "place"):
        if pair in nouns()[name] and pair != lemma:
            return name, frozenset()
    for name in ("military_object", "civilian_object", "place"):
        if lemma in nouns()[name]:
            return name, frozenset()
    return "", frozenset()


def best_span(spans: Sequence[Any], token: Any, group: str) -> Any:
    """The name in a phrase that tells most of who it is."""
    group = (
        "weapon" if norm(token) in ("fire", "gunfire", "shelling", "bombardment", "position", "artillery") else group
    )
    named = [s for s in spans if s.kind in _NAMED_KINDS and s.actor_id not in UNARMED]
    if named:  # "mujahideen of JNIM": the name before the word that many groups use
        return next((s for s in named if not s.text.islower()), named[0])
    for span in spans:
        if span.kind in STATE_KINDS:
            return span
    for span in spans:
        if span.kind in ("state", "nationality") and (
            group in ("military", "police", "platform", "weapon", "state", "military_object")
            or span.start <= token.idx < span.end
        ):
            return span
    for span in spans:
        if span.kind == "generic" and span.start <= token.idx < span.end:
            return span
    return None


def with_span(base: Party, span: Any, token: Any, agent: bool) -> Party:
    """A phrase's party by the name that stands in it."""
    on_head = span.start <= token.idx < span.end
    if span.kind in _NAMED_KINDS:
        hit_thing = base.group in ("military_object", "civilian_object", "place") and not on_head
        civil = base.people == {CIVILIANS} or (
            base.people
            and base.group == "civilians"
            and base.head in ("supporter", "family", "relative", "sympathizer", "activist", "candidate", "politician")
        )
        if civil and not on_head and base.head not in MEMBERS:
            return replace(base, side=CIVILIANS)
        return replace(
            base,
            side=ARMED,
            actor_id=span.actor_id,
            kind=span.kind,
            named=True,
            group=base.group if hit_thing else "group",
        )
    if span.kind in STATE_KINDS or span.kind in ("state", "nationality"):
        if base.group in ("civilian_object", "place") and not on_head:
            return replace(base, side=OBJECT)
        if base.people and base.group not in nouns_armed() and not on_head and base.head not in MEMBERS | _STAFF:
            return replace(base, side=CIVILIANS if base.group != "protesters" else PROTESTERS)
        if (
            span.kind in ("state", "nationality")
            and not agent
            and base.group not in nouns_armed()
            and base.group not in ("platform", "military_object")
        ):
            side = CIVILIANS if span.kind == "nationality" and on_head and token.tag_ in ("NNS", "NNPS") else OBJECT
            return replace(
                base,
                side=side,
                group="civilians" if side == CIVILIANS else "place",
                people=frozenset({CIVILIANS}) if side == CIVILIANS else frozenset(),
            )
        group = base.group if base.group in nouns_armed() else "police" if span.kind == "police" else "military"
        return replace(base, side=ARMED, actor_id=span.actor_id, kind=span.kind, group=group)
    side = _generic_side(span.actor_id, base)
    if not agent and span.actor_id.startswith("ethnic:") and base.people and base.group not in nouns_armed():
        side = CIVILIANS  # "Dogon villagers" who are hit
    if not agent and base.group == "communal" and span.actor_id.startswith("pastoralists"):
        side = CIVILIANS  # herders who are hit; herders who act are armed
    if agent and on_head and base.people and (span.actor_id in _BY_DEED or base.head == "dissident"):
        side, base = ARMED, replace(base, group="militants", people=frozenset())  # "masked men" who act
        if base.head == "dissident":
            return replace(base, side=side)
    return replace(base, side=side, actor_id=span.actor_id, kind="generic")


def _generic_side(actor_id: str, base: Party) -> str:
    if base.group in nouns_armed() or base.group == "platform" or actor_id.startswith("ethnic:"):
        return ARMED
    for word, side in (("protest", PROTESTERS), ("riot", RIOTERS)):
        if word in actor_id:
            return side
    if base.people or any(
        w in actor_id
        for w in (
            "civilian",
            "women",
            "student",
            "teacher",
            "journalist",
            "farmer",
            "worker",
            "official",
            "clergy",
            "activist",
            "politician",
        )
    ):
        return PROTESTERS if base.group == "protesters" and base.people == {PROTESTERS} else CIVILIANS
    if base.group in ("military_object", "civilian_object", "place", "weapon"):
        return OBJECT
    return (
        ARMED
        if any(
            w in actor_id
            for w in (
                "armed",
                "militant",
                "rebel",
                "gang",
                "militia",
                "military",
                "mutin",
                "peace",
                "coalition",
                "security",
            )
        )
        else CIVILIANS
    )


def nouns_armed() -> frozenset[str]:
    """Names of the classes of armed parties."""
    return nouns()["armed"]


_ANYBODY = frozenset({"man", "person", "people", "youth", "boy", "stranger", "rider", "individual", "passenger"})
_ARMED_LOOK = frozenset(
    {
        "armed",
        "masked",
        "hooded",
        "uniform",
        "uniforms",
        "uniformed",
        "fatigues",
        "camouflage",
        "balaclava",
        "balaclavas",
    }
    | {"rifles", "guns", "kalashnikovs", "machetes", "motorcycle", "motorcycles", "motorbike", "motorbikes", "pick-ups"}
    | {"unknown", "unidentified", "plain-clothes", "plainclothes", "gun-toting", "helmeted", "cloaked", "gunpoint"}
)


def _looks_armed(token: Any) -> bool:
    """Such as "men in army uniform", "two helmeted riders": people whom their words show to be no bystanders."""
    near = [t for t in token.subtree if -4 <= t.i - token.i <= 8 and t.dep_ != "relcl"]
    sticks = any(t.lower_ in ("sticks", "stones", "clubs", "bricks", "staves") for t in near)
    return not sticks and any(t.lower_ in _ARMED_LOOK for t in near)


def armed_by_look(party: Party, token: Any) -> Party:
    """Such as "men in army uniform" who act."""
    if party.side == CIVILIANS and norm(token) in _ANYBODY and _looks_armed(token):
        return replace(party, side=ARMED, group="militants", people=frozenset())
    return party
