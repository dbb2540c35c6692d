"""Who does it, and to whom, in the clause of one trigger.

Reads agents, patients, companions ("clashed with"), means and the words between which something went both ways from
spaCy's dependencies: actives, passives, nominalisations, possessives, reduced relatives, control and light verbs. Does
not decide what kind of party a noun is (``parties``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from etl.code.lexicon import nouns, word_set, words
from etl.code.words import coordinated, norm, pobjs

_SUBJECTS = ("nsubj", "csubj")
_PASSIVE = ("nsubjpass", "csubjpass")
_TARGET_PREPS = frozenset({"on", "against", "at", "into", "upon", "towards", "toward", "onto"})
_OUTCOME_VERBS = words("roles_outcome_verbs")
_BURSTS = frozenset({"explode", "detonate", "go", "burst"})
_BURST_PLACES = frozenset({"in", "near", "outside", "inside", "under", "opposite", "beside", "beneath", "by"})
_FRONTS = frozenset({"front", "vicinity", "middle", "side", "entrance", "rear", "back"})
_LAYING = frozenset({"place", "plant", "hide", "throw", "hurl", "toss", "lob", "park", "leave", "set", "activate"})
"""What is done with a bomb before it bursts."""
_BLASTS = frozenset({"explosion", "blast", "detonation", "bombing"})
_SERIES = frozenset({"series", "wave", "number", "string", "spate", "pair", "couple"})
_DRIVEN = frozenset({"drive", "ram", "crash", "explode", "detonate", "blow", "walk", "attack"})
_SUFFERED = frozenset(
    {
        "murder",
        "assassination",
        "killing",
        "kidnapping",
        "abduction",
        "execution",
        "disappearance",
        "lynching",
        "slaying",
    }
)
"""Acts whose owner is who suffered them, unless "of" or "by" follows."""
_REFLEXIVE = frozenset({"himself", "herself", "themselves", "itself", "themself"})
_TAKEN = frozenset({"capture", "seize", "take", "retake", "recapture", "liberate", "wrest", "clear", "recover"})
_CHANGED = frozenset({"defect", "surrender", "fall", "go", "cross"})
_NEEDS_OBJECT = frozenset(
    {
        "kill",
        "wound",
        "injure",
        "kidnap",
        "abduct",
        "arrest",
        "detain",
        "behead",
        "rape",
        "martyr",
        "torch",
        "confiscate",
    }
)
_COPIED = frozenset({"conj", "xcomp", "advcl", "pcomp"})


@dataclass
class Frame:
    """Tokens in the roles of one trigger; heads of noun phrases, in text order.

    Attributes:
        beside: what stands where a bomb lay or went off ("in front of the bank"): hit, but no party of the act.
    """

    agents: list[Any] = field(default_factory=list)
    patients: list[Any] = field(default_factory=list)
    beside: list[Any] = field(default_factory=list)
    partners: list[Any] = field(default_factory=list)
    means: list[Any] = field(default_factory=list)
    passive: bool = False
    anchor: Any = None

    def add(self, role: str, tokens: Iterable[Any]) -> None:
        """Put tokens into a role, each once."""
        held = getattr(self, role)
        held.extend(t for t in tokens if t not in held)


def frame(token: Any, nominal: bool) -> Frame:
    """Roles around a trigger word.

    Args:
        token: the trigger's head.
        nominal: whether it is used as a noun.
    """
    found = Frame(anchor=token)
    if nominal:
        _noun(token, found)
    else:
        _verb(token, found, depth=0)
    return found


def is_passive(verb: Any) -> bool:
    """Whether a verb form says what was done to its subject or to the noun it modifies."""
    if any(c.dep_ in (*_PASSIVE, "auxpass") for c in verb.children):
        return True
    if verb.tag_ not in ("VBN", "VBD"):
        return False
    if verb.dep_ == "amod" and any(c.dep_ in _SUBJECTS for c in verb.children):
        return False
    if verb.dep_ in ("acl", "amod") or _set_off(verb):
        return True
    if verb.dep_ == "conj" and not any(c.dep_ in _SUBJECTS for c in verb.children):
        has_object = any(c.dep_ in ("dobj", "obj") for c in verb.children)
        return is_passive(verb.head) and verb.tag_ == "VBN" and not has_object
    if verb.dep_ == "xcomp" and verb.head.lemma_ in ("get", "leave", "find", "have", "see"):
        return True
    return (
        verb.tag_ == "VBN"
        and verb.dep_ in ("ROOT", "ccomp", "advcl", "parataxis", "appos")
        and (
            any(c.dep_ == "agent" for c in verb.children)
            or not any(c.dep_ in ("aux", "dobj", *_SUBJECTS) for c in verb.children)
        )
    )


def _set_off(verb: Any) -> bool:
    """Such as "the priest, kidnapped on Sunday, was found": a participle between commas, read as the main verb."""
    own = [c for c in verb.children if c.dep_ in _SUBJECTS]
    return (
        verb.i > 1
        and verb.doc[verb.i - 1].text == ","
        and len(own) == 1
        and own[0].i < verb.i - 1
        and own[0].right_edge.i in (verb.i - 1, verb.i - 2)
        and any(t.text == "," for t in verb.doc[verb.i + 1 : verb.sent.end])
        and not any(c.dep_ in ("aux", "dobj", "obj", "ccomp", "xcomp", "prt") for c in verb.children)
    )


def subjects(verb: Any, depth: int = 0) -> list[Any]:
    """Subject heads of a verb: its own, a relative clause's noun, or the one it shares with the verb above it."""
    own = [c for c in verb.children if c.dep_ in (*_SUBJECTS, *_PASSIVE)]
    if own:
        head = own[0]
        if head.lower_ in ("who", "which", "that", "whom") and verb.dep_ == "relcl":
            return coordinated(verb.head) if verb.head.pos_ in ("NOUN", "PROPN") else [verb.head]
        if head.lower_ in (
            "dozens",
            "hundreds",
            "thousands",
            "scores",
            "some",
            "most",
            "many",
            "several",
            "all",
            "one",
            "two",
            "three",
            "none",
        ):
            inner = [o for p in head.children if p.dep_ == "prep" and p.lower_ == "of" for o in pobjs(p)]
            if inner:
                return inner
        if head.ent_type_ in ("GPE", "LOC"):
            # "In the capital, Nairobi, hundreds marched": what looks like an apposition of the place is the subject
            people = [c for c in head.children if c.dep_ == "appos" and c.pos_ == "NOUN"]
            if people:
                return people
        return [t for one in own for t in coordinated(one)]
    hidden = [o for c in verb.lefts if c.dep_ == "prep" for o in c.children if _behind_day(o)]
    if hidden:
        return coordinated(hidden[0])
    if verb.dep_ == "acl" or (verb.dep_ == "amod" and verb.tag_ in ("VBN", "VBG")):
        return [verb.head]
    if verb.dep_ in _COPIED and depth < 4 and verb.head.i != verb.i:
        head = verb.head
        if verb.dep_ == "xcomp":
            objects = [c for c in head.children if c.dep_ in ("dobj", "obj")]
            if objects and head.lemma_ not in ("accuse", "promise", "vow", "use"):
                return coordinated(objects[0])
        if head.pos_ in ("VERB", "AUX"):
            return subjects(head, depth + 1)
        if head.dep_ == "prep" and head.head.pos_ in ("VERB", "AUX"):
            accused = [c for c in head.head.children if c.dep_ in ("dobj", "obj")]
            if head.head.lemma_ in ("accuse", "blame", "suspect", "charge") and accused:
                return coordinated(accused[0])
            return subjects(head.head, depth + 1)
    return []


def _behind_day(noun: Any) -> bool:
    """Such as "On Tuesday rebels attacked": a subject that the parser joined to the day before it."""
    return (
        noun.dep_ == "pobj"
        and noun.ent_type_ != "DATE"
        and any(c.dep_ == "compound" and c.ent_type_ == "DATE" for c in noun.lefts)
    )


def _verb(verb: Any, found: Frame, depth: int) -> None:
    found.passive = is_passive(verb) or _clipped(verb)
    found.add("patients" if found.passive else "agents", subjects(verb))
    if verb.dep_ in ("acl", "amod") and verb.tag_ == "VBN" and not any(c.dep_ in _SUBJECTS for c in verb.children):
        found.passive = True
    if verb.dep_ == "amod" and verb.head.i > verb.i and any(c.dep_ in _SUBJECTS for c in verb.children):
        # "The rebels, or ELN, fought members of ...": a clause that the parser took for an attribute of its object
        found.add("patients", coordinated(verb.head))
    lemma = norm(verb)
    for child in verb.children:
        if child.dep_ in ("dobj", "obj", "dative", "oprd") and child.pos_ in ("NOUN", "PROPN", "PRON", "NUM", "ADJ"):
            if child.lower_ in _REFLEXIVE:
                continue
            group = coordinated(child)
            if child.lower_ in ("dozens", "hundreds", "thousands", "scores", "some", "most", "many", "several", "all"):
                inner = [o for p in child.children if p.dep_ == "prep" and p.lower_ == "of" for o in pobjs(p)]
                group = inner or group
            found.add("patients", group)
        elif child.dep_ == "agent" or (child.dep_ == "prep" and child.lower_ == "by" and found.passive):
            found.add("agents", pobjs(child))
        elif child.dep_ == "prep":
            _preposition(child, lemma, found)
            if found.passive:
                # "was killed on 2 May by ...": the parser hangs the agent on the day
                days = [c for c in child.children if c.ent_type_ == "DATE"]
                found.add("agents", [o for d in days for p in d.children if p.dep_ == "agent" for o in pobjs(p)])
        elif child.dep_ in ("advcl", "xcomp", "acl", "prep", "conj") and norm(child) in ("use", "target", "employ"):
            if norm(child) == "use" or norm(child) == "employ":
                found.add("means", [o for c in child.children if c.dep_ in ("dobj", "obj") for o in coordinated(c)])
            elif child.tag_ == "VBG":
                found.add("patients", [o for c in child.children if c.dep_ in ("dobj", "obj") for o in coordinated(c)])
    if not found.patients and verb.dep_ == "conj" and not found.passive:
        _shared_object(verb, found)


def _clipped(verb: Any) -> bool:
    """Such as "four soldiers killed": the note style leaves "were" out, and these verbs never lack an object."""
    return (
        norm(verb) in _NEEDS_OBJECT
        and verb.tag_ in ("VBD", "VBN")
        and any(c.dep_ in _SUBJECTS for c in verb.children)
        and not any(c.dep_ in ("dobj", "obj", "aux", "ccomp", "xcomp", "dative") for c in verb.children)
        and not any(c.dep_ == "prep" and c.lower_ in _TARGET_PREPS - {"at"} for c in verb.children)
    )


def _shared_object(verb: Any, found: Frame) -> None:
    """Such as "attacked and killed the men": the first verb's object is the last one's."""
    for sibling in [c for c in verb.children if c.dep_ == "conj"]:
        found.add("patients", [o for c in sibling.children if c.dep_ in ("dobj", "obj") for o in coordinated(c)])


def _preposition(prep: Any, lemma: str, found: Frame) -> None:
    word = prep.lower_
    objects = list(pobjs(prep))
    if word in _TARGET_PREPS:
        found.add(
            "patients",
            [o for o in objects if o.pos_ != "NUM" and o.ent_type_ not in ("DATE", "TIME") and not _behind_day(o)],
        )
    elif lemma in _BURSTS and word in _BURST_PLACES:
        found.add("patients", _fronts(objects))
    elif lemma in _LAYING and word in _BURST_PLACES:
        found.add("beside", _fronts(objects))
    elif word == "with" or word == "using":
        arms = nouns()["small_arms"] | nouns()["projectile"] | nouns()["platform"]
        for o in objects:
            found.add("means" if norm(o) in arms else "partners", [o])
    elif word == "between":
        found.add("agents", objects[:1])
        found.add("partners", objects[1:])
    elif (word == "from" and lemma in _TAKEN) or (word == "to" and lemma in _CHANGED):
        found.add("partners", [o for o in objects if o.ent_type_ not in ("GPE", "LOC", "DATE", "TIME")])
    elif word == "by":
        found.add("agents" if found.passive else "partners", objects)


def _fronts(objects: list[Any]) -> list[Any]:
    """What a bomb stood at: "in front of the bank" is the bank; towns and days are no such thing."""
    found = []
    for o in objects:
        behind = [x for c in o.children if c.dep_ == "prep" and c.lower_ == "of" for x in pobjs(c)]
        found.extend(behind if o.lower_ in _FRONTS and behind else [o])
    return [x for x in found if x.ent_type_ not in ("DATE", "TIME", "GPE", "LOC") and x.lower_ not in _FRONTS]


def _noun(noun: Any, found: Frame) -> None:
    modifiers = [c for c in noun.lefts if c.dep_ in ("compound", "amod", "nmod", "poss", "nsubj")]
    of = any(c.dep_ == "prep" and c.lower_ in ("of", "by") for c in noun.rights)
    for child in modifiers:
        if norm(noun) in _SUFFERED and not of and _sufferer(child):
            found.add("patients", coordinated(child))
        elif child.dep_ == "poss":
            found.add("agents", coordinated(child))
        elif child.dep_ in ("compound", "nmod", "amod", "nsubj"):
            found.add(
                "means"
                if norm(child) in nouns()["small_arms"] | nouns()["projectile"] | nouns()["platform"]
                else "agents",
                [child],
            )
    for child in noun.rights:
        if child.dep_ in ("prep", "agent"):
            objects = list(pobjs(child))
            word = child.lower_
            if word in ("by", "from"):
                found.add("agents", objects)
            elif word in _TARGET_PREPS:
                found.add("patients", [o for o in objects if o.ent_type_ not in ("DATE", "TIME")])
            elif word in _BURST_PLACES and norm(noun) in nouns()["weapon"] | _BLASTS:
                found.add("beside", _fronts(objects))
            elif word == "of":
                found.add("patients", objects)
                # "the rape of women by soldiers": the parser hangs who did it on whom it befell
                found.add(
                    "agents",
                    [o for t in objects for c in (t, *t.lefts) for p in c.rights if p.lower_ == "by" for o in pobjs(p)],
                )
            elif word == "between" or word == "among":
                found.add("agents", objects[:1])
                found.add("partners", objects[1:])
            elif word in ("with", "involving", "using"):
                arms = nouns()["small_arms"] | nouns()["projectile"]
                for o in objects:
                    found.add("means" if norm(o) in arms else "partners", [o])
        elif child.dep_ in ("acl", "relcl"):
            _modifying_clause(child, found)
    _governing_verb(noun, found)


def _sufferer(child: Any) -> bool:
    """Whether what stands before "murder" is its victim ("the bishop's murder", "journalist killings")."""
    if child.dep_ not in ("poss", "compound", "nmod") or child.pos_ not in ("NOUN", "PROPN"):
        return False
    armed = any(norm(child) in nouns()[name] for name in nouns()["armed"])
    return not armed and (child.ent_type_ == "PERSON" or norm(child) in nouns()["civilians"])


def _modifying_clause(verb: Any, found: Frame) -> None:
    """Such as "an attack claimed by ...", "a raid targeting ...", "a strike that killed ..."."""
    lemma = norm(verb)
    objects = [o for c in verb.children if c.dep_ in ("dobj", "obj") for o in coordinated(c)]
    by = [o for c in verb.children if c.dep_ == "agent" or c.lower_ == "by" for o in pobjs(c)]
    if lemma in word_set("light_verbs") or lemma in ("blame", "claim"):
        found.add("agents", by)
        if lemma == "blame":
            found.add("agents", [o for c in verb.children if c.dep_ == "prep" and c.lower_ == "on" for o in pobjs(c)])
    elif lemma in _LAYING | {"bury", "lay"} and by:
        found.add("agents", by)
    elif verb.tag_ in ("VBG", "VBD", "VBZ") and lemma in _OUTCOME_VERBS | {"involve", "aim"}:
        found.add("patients", objects)
        found.add(
            "patients", [o for c in verb.children if c.dep_ == "prep" and c.lower_ in _TARGET_PREPS for o in pobjs(c)]
        )


def _governing_verb(noun: Any, found: Frame) -> None:
    top = noun
    while top.dep_ in ("conj", "appos") and top.head.pos_ in ("NOUN", "PROPN"):
        top = top.head
    while top.dep_ == "pobj" and top.head.lower_ == "of" and norm(top.head.head) in _SERIES:
        top = top.head.head
    verb = top.head
    lemma = norm(verb)
    if top.dep_ == "pobj" and verb.lower_ == "under" and norm(verb.head) == "come":
        come = verb.head
        found.add("patients", subjects(come))
        found.add(
            "agents",
            [o for c in come.children if c.dep_ in ("prep", "agent") and c.lower_ in ("from", "by") for o in pobjs(c)],
        )
    if top.dep_ in ("dobj", "obj") and lemma in word_set("light_verbs"):
        if lemma in ("suffer", "sustain"):
            found.add("patients", subjects(verb))
        elif is_passive(verb):
            found.add("agents", [o for c in verb.children if c.dep_ == "agent" for o in pobjs(c)])
        else:
            found.add("agents", subjects(verb))
        found.add(
            "patients",
            [
                o
                for c in verb.children
                if c.dep_ == "prep" and c.lower_ in _TARGET_PREPS
                for o in pobjs(c)
                if o.ent_type_ not in ("DATE", "TIME")
            ],
        )
    elif top.dep_ in ("dobj", "obj") and lemma in ("attribute", "ascribe"):
        found.add("agents", [o for c in verb.children if c.dep_ == "prep" and c.lower_ == "to" for o in pobjs(c)])
    elif top.dep_ == "nsubjpass":
        if lemma in word_set("light_verbs") or lemma in ("blame", "claim", "attribute"):
            found.add(
                "agents",
                [
                    o
                    for c in verb.children
                    if c.dep_ == "agent" or (c.dep_ == "prep" and c.lower_ in ("by", "on", "to"))
                    for o in pobjs(c)
                    if o.ent_type_ not in ("DATE", "TIME")
                ],
            )
    elif top.dep_ == "nsubj" and verb.pos_ == "VERB":
        objects = [o for c in verb.children if c.dep_ in ("dobj", "obj") for o in coordinated(c)]
        if lemma in _OUTCOME_VERBS:
            found.add("patients", objects)
        if lemma in _OUTCOME_VERBS or lemma in _DRIVEN:
            into = [
                o
                for c in verb.children
                if c.dep_ == "prep" and c.lower_ in _TARGET_PREPS | {"outside", "near"}
                for o in pobjs(c)
            ]
            found.add("patients", [o for o in into if o.ent_type_ not in ("DATE", "TIME", "GPE", "LOC")])
        if lemma in ("erupt", "break", "take", "occur", "continue", "rage", "ensue"):
            for c in verb.children:
                if c.dep_ == "prep" and c.lower_ == "between":
                    both = list(pobjs(c))
                    found.add("agents", both[:1])
                    found.add("partners", both[1:])
