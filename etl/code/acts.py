"""One act: a trigger with its parties, its means, and the reason why it may not count.

Picks for each trigger the reading whose needs its clause meets, and puts what the parse says about roles into parties.
Does not join acts into events (``cluster``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from etl.code.cast import Cast
from etl.code.factuality import status
from etl.code.lexicon import Pattern, nouns, patterns, words
from etl.code.needs import MET, Clause
from etl.code.parties import ARMED, CIVILIANS, OBJECT, OTHER, PROTESTERS, RIOTERS, Party
from etl.code.roles import Frame, frame, is_passive
from etl.code.triggers import Trigger
from etl.code.words import norm, pobjs

EFFECTS = frozenset({"die", "perish", "hurt", "injure", "wound", "violence", "unrest", "destroy", "damage"})
_BURSTS = words("acts_bursts")
_BOMB_VERBS = words("acts_bomb_verbs")
_LOADED = words("acts_loaded")
"""Verbs between a charge and what carries it; what happened to it is told further up."""
_STRONG_AGENT = words("acts_strong_agent")
_ACCIDENTS = words("acts_accidents")
_ABSTRACT = words("acts_abstract")
_WANTED = words("acts_wanted")
_LOOSE = words("acts_loose")
"""Heads that stand for a crowd only where a word of protest stands beside them."""
_PEOPLE_ACTS = frozenset({"kill", "abduct", "sexual", "arrest"})
_CUES = words("acts_cues")
_CHARGES = frozenset(
    {"roadside", "buried", "remote-controlled", "explosive", "shaped", "hidden", "magnetic", "homemade"}
)
_HELD = words("where_settled") | words("acts_held")
"""Heads of what can be held as ground; houses and cars are seized otherwise."""
_WITH_GUNS = frozenset({"shoot", "fire", "gun", "open", "spray", "riddle", "machine-gun", "execute", "assassinate"})
_CARRYING = frozenset({"carry", "transport", "ferry", "bring"})
_HOLDING = frozenset({"use", "run", "own", "operate", "man", "occupy", "build", "dig"})
_RUNS_INTO = frozenset({"strike", "hit", "step", "tread", "run", "drive", "roll", "trip", "trigger"})
_ASSAULTS = frozenset({"assault", "attack", "offensive", "raid", "incursion", "advance", "attempt"})
_ORDINALS = frozenset({"first", "second", "third", "fourth", "latest", "last", "other", "former", "latter"})


@dataclass
class Act:
    """One trigger, read.

    Attributes:
        why_not: reason for which it does not count, or "".
        effect: only an outcome of another act ("was injured"): never an event by itself.
        anaphoric: refers back ("the attack"), so it opens no event of its own where one fits.
        echo: it leaves out what its words stand for ("killed in the first"): the same kind of act as told before.
        apart: its words set it apart from what was told before ("another attack").
        struck: heads of the nouns that were hit, whether they name a party or not.
    """

    trigger: Trigger
    pattern: Pattern
    sentence: int
    agents: list[Party]
    patients: list[Party]
    partners: list[Party]
    means: list[Any]
    why_not: str = ""
    effect: bool = False
    anaphoric: bool = False
    apart: bool = False
    echo: bool = False
    family: str = ""
    places: list[Any] = field(default_factory=list)
    own_place: bool = False
    when: Any = None
    day: date | None = None
    struck: list[Any] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The act's class."""
        return self.pattern.act

    @property
    def token(self) -> Any:
        """Head of the trigger."""
        return self.trigger.token

    def parties(self) -> list[Party]:
        """Everybody in it."""
        return [*self.agents, *self.partners, *self.patients]


def read(
    trigger: Trigger,
    cast: Cast,
    text: str,
    sentence: int,
    headline: bool,
    places: dict[int, Any],
    told: bool = False,
) -> Act | None:
    """Read one trigger; None where no reading has what it needs.

    Args:
        places: recognised places by the index of each of their tokens.
        told: a violent act was read before, to which "the strike" can go back.
    """
    roles = frame(trigger.token, trigger.nominal)
    roles.agents = [t for t in roles.agents if not (trigger.start <= t.idx < trigger.end)]
    agents = _named(roles.agents, cast, True)
    takes_people = any(p.act in _PEOPLE_ACTS for p in trigger.options)
    patients = _named([t for t in roles.patients if t.i not in places or not takes_people], cast, False, takes_people)
    partners = _named(roles.partners, cast, True)
    if any(norm(t) in _ACCIDENTS for t in roles.agents) and not any(p.side == ARMED for p in agents):
        return None
    chosen = next((p for p in trigger.options if _fits(p, trigger, roles, agents, patients, partners, places)), None)
    if chosen is None and told and trigger.nominal and _refers_back(trigger.token):
        chosen = next((p for p in trigger.options if p.needs == "violent_party"), None)
    if chosen is None:
        return None
    if chosen.act == "abduct_hint" and _by_law(agents, patients, trigger.token):
        chosen = next(p for p in patterns()[False, "arrest"] if p.act == "arrest" and not p.objects)
    if chosen.two_way and len(roles.agents) == 1 and not partners:
        agents = cast.nations(roles.agents[0]) or agents
    if trigger.nominal and chosen.act in ("kill", "abduct") and not patients and _owned(trigger.token):
        # "the senator's murder": who owns it is who was killed, unless he is one who kills
        patients = [p for p in agents if p.side in (CIVILIANS, PROTESTERS)]
        agents = [p for p in agents if p not in patients]
    act = Act(trigger, chosen, sentence, agents, patients, partners, list(roles.means), family=chosen.family)
    act.struck = [*roles.patients, *roles.beside]
    act.why_not = status(trigger.token, trigger.nominal, (trigger.start, trigger.end), text, headline)
    act.effect = (
        norm(trigger.token) in EFFECTS
        and chosen.act in ("harm", "attack", "projectile_hit", "riot")
        and not any(p.side == ARMED for p in agents)
        and chosen.act != "projectile_hit"
    )
    if trigger.nominal:
        vague = not any(p.side != OBJECT for p in [*patients, *partners]) and not any(
            t.i in places for t in roles.patients
        )
        determiners = {c.lower_ for c in trigger.token.lefts if c.dep_ in ("det", "poss", "amod", "nummod", "compound")}
        act.anaphoric = (
            bool(determiners & {"the", "this", "that", "these", "those", "its", "their", "both", "latest"}) and vague
        )
        act.apart = (bool(determiners & _CUES) and not determiners & {"the"}) or "another" in determiners
    else:
        act.apart = any(c.lower_ == "another" for t in roles.patients for c in t.lefts) and bool(
            places.keys() & {t.i for t in trigger.token.sent}
        )
        act.echo = any(
            o.lower_ in _ORDINALS and o.dep_ == "pobj"
            for p in trigger.token.children
            if p.lower_ == "in"
            for o in p.children
        )
    _sort_out(act)
    act.patients += [p for p in _aboard(roles, act, cast) if all(p.key != q.key for q in act.patients)]
    return act


def _aboard(roles: Frame, act: Act, cast: Cast) -> list[Party]:
    """Who sits in what is hit ("a pick-up carrying policemen"), or whose it is ("tunnels used by the group")."""
    hit = [t for t in (*roles.agents, *roles.patients) if any(p.start <= t.idx < p.end for p in act.patients)]
    clauses = [(t, c) for t in hit for c in t.children if c.dep_ == "acl"]
    riders = [o for _, c in clauses if norm(c) in _CARRYING for o in c.children if o.dep_ == "dobj"]
    found = [p for p in _named(riders, cast, False) if p.side in (ARMED, CIVILIANS)]
    if not any(p.side == CIVILIANS for p in act.patients):
        things = [c for t, c in clauses if norm(c) in _HOLDING and norm(t) not in _HELD]
        owners = [o for c in things for by in c.children if by.lower_ == "by" for o in pobjs(by)]
        found += [p for p in _named(owners, cast, True) if p.named]
    return found


def _by_law(agents: list[Party], patients: list[Party], verb: Any) -> bool:
    """Such as "the army captured a suspected trafficker": forces of a state take somebody who is wanted."""
    if not agents or any(p.group not in ("military", "police") for p in agents):
        return False
    spans = [verb.doc.char_span(p.start, p.end, alignment_mode="expand") for p in patients]
    return any(norm(t) in _WANTED for s in spans if s is not None for t in s)


def _owned(noun: Any) -> bool:
    return any(c.dep_ == "poss" for c in noun.lefts)


def _refers_back(noun: Any) -> bool:
    """Such as "the strike", "Friday's raid"."""
    return any(
        c.lower_ in ("the", "this", "that") or (c.dep_ == "poss" and c.ent_type_ in ("DATE", "TIME"))
        for c in noun.lefts
    )


def _named(tokens: list[Any], cast: Cast, agent: bool, person: bool = False) -> list[Party]:
    found: list[Party] = []
    for token in tokens:
        party = cast.party(token, agent, person)
        if party is not None and (party.side != OTHER or party.named) and all(party.text != f.text for f in found):
            found.append(party)
    return found


def _sort_out(act: Act) -> None:
    """Move people who demonstrate or riot to the family of demonstrations; give clashes two sides."""
    crowd = [
        p
        for p in act.parties()
        if p.group in ("protesters", "rioters") and p.side in (PROTESTERS, RIOTERS) and p.head not in _LOOSE
    ]
    if act.name == "loot" and any(p in crowd for p in act.agents):
        act.family = "demonstration"
    if act.name == "arrest" and any(
        p.head in ("protester", "demonstrator", "protestor", "marcher") for p in act.patients
    ):
        act.family = "demonstration"
    if (
        act.family == "violence"
        and crowd
        and act.name in ("clash", "fight", "kill", "harm", "attack", "ambush", "projectile_hit", "grenade", "explosive")
    ):
        act.family = "demonstration"
    if act.family == "violence" and act.name in ("kill", "harm", "attack") and _by_mob(act):
        act.family = "demonstration"
    if act.name == "explosive" and not act.trigger.nominal and norm(act.token) in _RUNS_INTO:
        # "a lorry struck a mine": who runs into it suffers it
        act.patients, act.agents = [p for p in [*act.agents, *act.patients] if p.group != "weapon"], []
    if norm(act.token) in ("die", "perish") and not act.trigger.nominal:
        act.patients, act.agents, act.effect = [*act.agents, *act.patients], [], True
    if act.pattern.two_way and not act.partners:
        if len(act.agents) > 1:
            act.partners, act.agents = act.agents[1:], act.agents[:1]
        elif act.patients:
            act.partners, act.patients = act.patients, []


def _by_mob(act: Act) -> bool:
    """Such as "villagers beat a man to death": several people who are no armed party, without guns."""
    if act.trigger.nominal or norm(act.token) in _WITH_GUNS or any(p.side == ARMED for p in act.agents):
        return False
    for p in act.agents:
        span = act.token.doc.char_span(p.start, p.end, alignment_mode="expand")
        many = span is not None and span.root.tag_ in ("NNS", "NNPS")
        if p.people and p.head in nouns()["rioters"] and many:
            return any(x.side in (CIVILIANS, ARMED) for x in act.patients)
    return False


def _fits(
    p: Pattern,
    trigger: Trigger,
    roles: Frame,
    agents: list[Party],
    patients: list[Party],
    partners: list[Party],
    places: dict[int, Any],
) -> bool:
    token = trigger.token
    lemma = norm(token)
    if (
        p.family != "demonstration"  # people do march "against the bill"
        and any(norm(t) in _ABSTRACT for t in roles.patients)
        and not any(x.side in (ARMED, CIVILIANS) for x in patients)
    ):
        return False
    if p.needs in MET:
        clause = Clause(token, roles, agents, patients, partners, places, trigger.nominal)
        return MET[p.needs](clause) and (p.act != "mob" or trigger.nominal or MET["person_patient"](clause))
    if p.act == "kill":
        return _kill(lemma, trigger, roles, agents, patients)
    if p.act in ("protest", "riot", "mob", "disperse"):
        return _demonstration(p, trigger, agents, patients)
    if p.act == "arrest":
        return trigger.nominal or any(x.side != OBJECT for x in patients) or bool(agents and patients)
    if p.act == "abduct" and not trigger.nominal:
        return not any(x.group in ("weapon", "platform") for x in patients)
    if p.act == "shelling" and lemma in ("fire", "shoot") and _small_rounds(roles):
        return False
    if p.act == "loot":
        return any(x.side in (OBJECT, CIVILIANS) for x in patients) or trigger.nominal
    if p.act == "shelling" and not trigger.nominal and not p.objects:
        return any(x.side == ARMED for x in agents) or bool(patients) or any(t.i in places for t in roles.patients)
    if p.act == "airstrike" or p.act == "explosive":
        return lemma != "bomb" or bool(trigger.nominal or agents or patients)
    if p.needs is None or p.objects:
        return True
    return _needs(p.needs, p, lemma, trigger, roles, agents, patients, partners, places)


def _kill(lemma: str, trigger: Trigger, roles: Frame, agents: list[Party], patients: list[Party]) -> bool:
    if trigger.nominal:
        return True
    if lemma in ("open", "spray", "fire"):
        return True
    if lemma == "execute" and not any(x.side in (ARMED, CIVILIANS, PROTESTERS, RIOTERS) for x in patients):
        return False
    human = any(x.side in (ARMED, CIVILIANS, PROTESTERS, RIOTERS) for x in patients)
    return human or any(x.side == ARMED for x in agents) or (roles.passive and bool(roles.patients))


def _demonstration(p: Pattern, trigger: Trigger, agents: list[Party], patients: list[Party]) -> bool:
    token, lemma = trigger.token, norm(trigger.token)
    if lemma == "disperse" and not trigger.nominal and not patients and not is_passive(token):
        return False
    if p.act == "protest" and trigger.nominal and lemma in ("march", "rally"):
        month = token.ent_type_ == "DATE" or any(t.like_num for t in token.doc[max(0, token.i - 1) : token.i + 2])
        return bool(token.pos_ == "NOUN" or token.text.islower()) and not (lemma == "march" and month)
    if p.act == "protest" and not trigger.nominal and lemma in ("rally", "march"):
        return any(x.people or x.side in (PROTESTERS, RIOTERS, CIVILIANS) for x in agents)
    if p.act == "riot" and lemma in ("torch", "set", "burn", "throw", "hurl", "ransack", "vandalize", "vandalise"):
        return any(
            x.side in (PROTESTERS, RIOTERS) or PROTESTERS in x.people or RIOTERS in x.people for x in agents
        ) and not any(x.side == ARMED for x in agents)
    if p.act == "mob" and lemma == "mob":
        return not trigger.nominal and any(x.side == CIVILIANS for x in patients)
    return True


def _needs(
    needs: str,
    p: Pattern,
    lemma: str,
    trigger: Trigger,
    roles: Frame,
    agents: list[Party],
    patients: list[Party],
    partners: list[Party],
    places: dict[int, Any],
) -> bool:
    token = trigger.token
    armed = any(x.side == ARMED for x in agents)
    sentence = list(token.sent)
    if needs == "projectile_agent":
        return any(norm(t) in nouns()["projectile"] for t in roles.agents)
    if needs == "armed_both":
        others = [*partners, *patients]
        if trigger.nominal:
            return armed or any(x.side == ARMED for x in others)
        if lemma in ("repel", "repulse", "fight", "beat") and any(norm(t) in _ASSAULTS for t in roles.patients):
            return armed
        return armed and any(x.side in (ARMED, PROTESTERS, RIOTERS) or x.named for x in others)
    if needs == "explosive_context":
        if not trigger.nominal:
            heads = roles.agents or roles.patients
            return any(norm(t) in _BURSTS or any(norm(c) in _BURSTS for c in t.lefts) for t in heads)
        return lemma in ("explosion", "blast") or _at_work(token)
    if needs == "grenade_context":
        return any(norm(t) in _BOMB_VERBS for t in sentence if t.pos_ == "VERB")
    human = any(x.side in (ARMED, CIVILIANS, PROTESTERS, RIOTERS) for x in patients)
    if needs == "armed_agent_human_patient":
        people = any(
            x.side in (CIVILIANS, ARMED) and x.group not in ("platform",) and (x.people or x.side == ARMED)
            for x in patients
        )
        return armed and people and not any(t.i in places for t in roles.patients)
    if needs == "violent_party":
        return _violent(lemma, trigger, roles, agents, patients, armed, human)
    place = any(
        x.group in ("place", "military_object") or (x.group == "civilian_object" and x.head in _HELD) for x in patients
    ) or any(t.i in places for t in roles.patients)
    if needs == "place_patient":
        if lemma in _STRONG_AGENT or trigger.nominal:
            return armed and place
        return place and (armed or not agents)
    if needs == "captive_patient":
        captives = any(x.head in nouns()["captive"] or x.people for x in patients)
        return captives and (armed or roles.passive or trigger.nominal)
    if needs == "group_party":
        return (
            armed
            or any(x.side == ARMED for x in patients)
            or any(norm(c) in nouns()["military"] | {"troop", "military"} for c in token.lefts)
        )
    return True


def _at_work(noun: Any) -> bool:
    """Whether a bomb or charge does or suffers what its clause tells ("a car full of dynamite exploded")."""
    if any(norm(c) in _BOMB_VERBS for c in noun.rights if c.dep_ in ("acl", "relcl")):
        return True
    node = noun
    while node.head.i != node.i and node.dep_ not in ("advcl", "ccomp", "csubj"):
        node = node.head
        if node.pos_ in ("VERB", "AUX") and norm(node) not in _LOADED:
            return norm(node) in _BOMB_VERBS and not (noun.head.lower_ == "in" and norm(noun) == "charge")
    return node.pos_ not in ("VERB", "AUX")


def _small_rounds(roles: Frame) -> bool:
    """Such as "fired live rounds": rounds are of guns unless a heavier weapon stands before them."""
    rounds = [t for t in roles.patients if norm(t) == "round"]
    heavy = {"mortar", "artillery", "tank", "rocket", "howitzer", "mm"}
    return bool(rounds) and not any(norm(c) in heavy for t in rounds for c in t.lefts)


def _is_bomb(charge: Any) -> bool:
    """Whether a "charge" is one that explodes, not one that is brought, taken or denied."""
    kinds = {norm(c) for c in charge.lefts}
    bursting = norm(charge.head) in ("explode", "detonate", "go", "rip", "wreck", "blow", "destroy", "plant", "bury")
    return bool(kinds & _BURSTS) or bool(kinds & _CHARGES) or (bursting and charge.dep_ != "prep")


def _violent(
    lemma: str, trigger: Trigger, roles: Frame, agents: list[Party], patients: list[Party], armed: bool, human: bool
) -> bool:
    weapons = any(
        norm(t) in nouns()["small_arms"] or norm(t) in nouns()["projectile"] or norm(t) in nouns()["platform"]
        for t in [*roles.means, *roles.agents]
    )
    hit = human or any(x.side == OBJECT for x in patients)
    crowd = any(x.side in (RIOTERS, PROTESTERS) for x in agents)
    if trigger.nominal:
        if lemma in ("strike", "raid", "offensive", "incursion", "siege", "attempt"):
            return armed or weapons or any(x.group == "military_object" for x in patients)
        if lemma in ("gunfire", "shooting"):
            return True
        if lemma in ("violence",):
            return True
        return (
            armed
            or weapons
            or hit
            or crowd
            or any(norm(t) in ("kill", "wound", "injure", "claim", "condemn", "dead") for t in trigger.token.sent)
            or any(c.lower_ in ("the", "armed", "deadly", "bloody", "terrorist", "terror") for c in trigger.token.lefts)
        )
    if lemma in (
        "hit",
        "strike",
        "target",
        "pound",
        "destroy",
        "invade",
        "overrun",
        "besiege",
        "ravage",
        "terrorize",
        "sabotage",
        "blow",
        "raid",
        "storm",
    ):
        return (
            ((armed or weapons) and (hit or not roles.patients))
            or (roles.passive and hit and armed)
            or (crowd and lemma in ("storm", "raid", "destroy"))
        )
    if lemma in (
        "shoot",
        "stab",
        "hack",
        "torture",
        "beat",
        "maim",
        "mutilate",
        "slap",
        "thrash",
        "assault",
        "attack",
        "fire",
    ):
        return (human or armed or crowd or weapons) and (human or hit or armed or not roles.patients)
    if lemma in ("die", "perish", "hurt", "injure", "wound"):
        return human or armed
    return armed or human
