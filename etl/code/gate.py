"""Whether what was put together is an event of the codebook at all.

The codebook's step 0 and the limits of time: crime without an organised actor or a political victim, old or vague acts,
arrests without significance, things without anybody. Gives a reason or "".
"""

from __future__ import annotations

import re
from collections import Counter

from etl.code import chronology
from etl.code.acts import Act
from etl.code.assemble import Draft
from etl.code.details import UNDATED
from etl.code.lexicon import words
from etl.code.material import Material
from etl.code.parties import ARMED, CIVILIANS, OBJECT, PROTESTERS, RIOTERS, Party
from etl.code.words import norm
from etl.schema import sub_event

POLITICAL = words("gate_political")
_DELIBERATE = frozenset({"assassinate", "murder", "execute", "massacre", "slay"})
_CAMPAIGNS = frozenset(
    {"offensive", "invasion", "incursion", "violence", "bloodshed", "onslaught", "siege", "sabotage"}
)
_HARMFUL = frozenset({"Battles", "Explosions/Remote violence", "Violence against civilians"})
_PRIVATE = re.compile(
    r"\b(?:husband|ex-husband|boyfriend|ex-boyfriend|wife|girlfriend|"
    r"domestic (?:abuse|dispute|quarrel|row|violence)|family dispute|"
    r"love affair|dowry|drunk|road rage|burglar\w*|robbery|money dispute|property dispute|"
    r"land dispute between brothers|suicide note|honou?r killing|neighbou?rs?|jealous\w*|"
    r"divorce|custody (?:battle|case|dispute|row)|intoxicated|hate crimes?)\b",
    re.I,
)
_SIGNIFICANT = re.compile(
    r"\b(?:opposition|activists?|protest\w*|demonstrat\w*|journalists?|leaders?|politicians?|"
    r"militants?|rebels?|terror\w*|extremis\w*|insurgents?|members? of|supporters?|mayor|"
    r"commander|party|coup|sedition|subversi\w*|guerrillas?|gang|cartel|communal|riot\w*|strike|"
    r"operation|separatis\w*|clerics?|imam|students?|workers?|ministers?|lawmakers?|officers|"
    r"human rights|police (?:arrested|detained|have)|were arrested|dozens|hundreds)\b",
    re.I,
)


def gate(made: Draft, lead: bool, material: Material) -> str:
    """Reason for which a draft is no event, or "".

    Args:
        lead: the article opens with it, so age alone does not disqualify it.
    """
    mention, cluster = made.mention, made.cluster
    words = " ".join(material.texts[n] for n in sorted({a.sentence for a in cluster.acts}))
    kind = mention.event_type
    parties = [p for a in cluster.acts for p in a.parties()]
    if all(a.effect for a in cluster.acts):
        return "no_event"
    when = next((a.when for a in cluster.acts if a.when is not None), None)
    if mention.time_precision is None and material.anchor is not None:
        return "background_only"
    if not lead and when is not None and chronology.is_old(when, material.anchor):
        return "background_only"
    if (
        not any(p.side in (ARMED, CIVILIANS, PROTESTERS, RIOTERS) or p.named for p in parties)
        and not mention.fatalities
        and kind in ("Battles", "Violence against civilians")
        and mention.event_date is None
    ):
        return "no_organised_actor"
    if material.anchor is not None and not _fresh(made, lead, material):
        return "background_only"
    if _campaign(made) and not (lead and cluster.acts[0].day):
        return "background_only"
    nobody = not any(p.side in (ARMED, CIVILIANS, OBJECT, PROTESTERS, RIOTERS) for p in parties)
    if (
        nobody
        and not mention.fatalities
        and kind in ("Battles", "Violence against civilians", "Explosions/Remote violence")
        and not any(a.own_place or a.day for a in cluster.acts)
        and material.anchor is not None
    ):
        return "no_organised_actor"
    if (
        all(a.trigger.nominal for a in cluster.acts)
        and not any(p.side in (ARMED, CIVILIANS, OBJECT, PROTESTERS, RIOTERS) for p in parties)
        and not mention.fatalities
        and kind in ("Battles", "Violence against civilians")
    ):
        return "no_event"
    if kind == "Violence against civilians":
        return _violence(made, words, lead)
    if kind == "Strategic developments":
        return _strategic(made, words, lead)
    if kind == "Battles" and not any(p.side == ARMED for p in parties) and not cluster.names() & {"clash", "ambush"}:
        return "no_organised_actor"
    if kind in ("Protests", "Riots") and all(a.anaphoric for a in cluster.acts) and not lead:
        return "no_event"
    if (
        sub_event(mention.sub_event_type)["sub_event_type"] == "Mob violence"
        and not any(p.side in (RIOTERS, PROTESTERS) or p.people for p in parties)
        and not lead
    ):
        return "no_organised_actor"
    if (
        kind == "Explosions/Remote violence"
        and cluster.names() <= {"explosion", "grenade_hit"}
        and re.search(
            r"\b(?:gas|boiler|factory|accident\w*|transformer|cylinder|fireworks?|firecrackers?|fuel|"
            r"mine workers|coal)\b",
            words,
            re.I,
        )
        and not re.search(r"\b(?:bomb|attack|ied|militant\w*|device)\b", words, re.I)
    ):
        return "accident"
    return ""


def _fresh(made: Draft, lead: bool, material: Material) -> bool:
    """Whether the text itself says that an event is news: by a day, or by opening with it.

    Wire copy with a dateline and very short texts are news by their form, copy with a day and no town for what it opens
    with; elsewhere an act without a day that is not
    what the text opens with is a story of the past. Violence that hits nobody and nothing, at no time ("the offensive",
    "the wave of attacks"), is a subject of talk and not a report.
    """
    cluster, mention = made.cluster, made.mention
    if any(a.when is not None for a in [*cluster.acts, *cluster.denied]) or any(
        e.slot == "event_date" and e.value != UNDATED for e in mention.evidence
    ):
        return True
    if len(material.texts) <= 3:
        return True
    if (
        mention.event_type in _HARMFUL
        and not mention.fatalities
        and not any(a.patients or a.partners for a in cluster.acts)
    ):
        return lead and any(not a.trigger.nominal for a in cluster.acts)
    told = any(p.side == ARMED for a in cluster.acts for p in a.agents) or mention.fatalities > 0
    placed = any(p.latitude is not None and p.feature != "country" for a in cluster.acts for p in a.places)
    if material.dateline is not None:
        return told or placed or lead
    if any(w.basis == "dateline" for w in material.whens):
        return told and lead  # a station that names its day and no town
    return lead and told and placed


def _campaign(made: Draft) -> bool:
    """Such as "the offensive": the name of a row of acts, where nothing says whom one of them hit."""
    return not made.mention.fatalities and all(
        a.trigger.nominal and norm(a.token) in _CAMPAIGNS and not a.patients and not a.partners
        for a in made.cluster.acts
    )


def _violence(made: Draft, words: str, lead: bool) -> str:
    cluster = made.cluster
    people = [p for a in cluster.acts for p in a.parties()]
    armed = any(p.side == ARMED for a in cluster.acts for p in a.agents)
    if armed:
        return ""
    if _PRIVATE.search(words):
        return "crime"
    agents = [p for a in cluster.acts for p in a.agents]
    victims = [p for a in cluster.acts for p in a.patients]
    strong = cluster.names() & {"abduct", "sexual"} or any(
        a.name == "kill" and (a.trigger.nominal or norm(a.token) in _DELIBERATE) for a in cluster.acts
    )
    if any(_political(p, a) or p.side == ARMED for a in cluster.acts for p in a.patients) or any(
        p.named for p in people
    ):
        return ""
    if any(p.side == OBJECT for p in victims) and "attack" in cluster.names() and (lead or made.mention.event_date):
        return ""
    if any(p.side == CIVILIANS for p in agents) and cluster.names() <= {"kill", "harm", "attack"}:
        return "crime"
    if strong and (lead or made.mention.event_date is not None):
        return ""
    if re.search(
        r"\b(?:massacre\w*|assassinat\w*|gunmen|gunman|attackers?|militants?|terror\w*|"
        r"machine-?gun\w*|bodies|execut\w+|ambush\w*|armed)\b",
        words,
        re.I,
    ):
        return ""
    return "no_organised_actor"


def _political(victim: Party, act: Act) -> bool:
    """Whether who suffers holds an office or belongs to a threatened group, by noun or by the title beside a name."""
    if victim.head in POLITICAL:
        return True
    span = act.token.doc.char_span(victim.start, victim.end, alignment_mode="expand")
    if span is None or not any(t.ent_type_ == "PERSON" for t in span):
        return False
    beside = [c for t in span for c in t.children if c.dep_ in ("appos", "compound", "nmod")]
    return any(norm(c) in POLITICAL for c in [*beside, *span, *(k for b in beside for k in b.conjuncts)])


def _strategic(made: Draft, words: str, lead: bool) -> str:
    cluster, mention = made.cluster, made.mention
    people = [p for a in cluster.acts for p in a.parties()]
    if cluster.names() <= {"arrest"}:
        return (
            ""
            if _SIGNIFICANT.search(words) and (any(not a.trigger.nominal for a in cluster.acts) or lead)
            else "not_significant"
        )
    if mention.sub_event_type in (
        "Agreement",
        "Change to group/activity",
        "Looting/property destruction",
        "Headquarters or base established",
        "Other",
    ):
        verbal = any(not a.trigger.nominal for a in cluster.acts)
        somebody = any(p.side == ARMED or p.named for p in people)
        if (
            mention.sub_event_type == "Other"
            and (lead or mention.event_date is not None)
            and cluster.names() == {"other"}
            and not all(a.anaphoric for a in cluster.acts)
        ):
            return ""
        if not (verbal and somebody) and not (lead and somebody):
            return "not_significant"
    if all(a.anaphoric for a in cluster.acts):
        return "no_event"
    return ""


def without_background(drafts: list[Draft], refused: Counter[str]) -> list[Draft]:
    """The events without those told only to the month beside one told to the day or week.

    A report that knows the day of its event and only the month of another tells the other as what came before.

    Args:
        drafts: the events of one article.
        refused: counts of reasons; those left out are counted as ``background_only``.
    """
    vague = [d.mention.time_precision == 3 for d in drafts]
    fresh = any(d.mention.time_precision in (1, 2) for d in drafts)
    kept = [d for d, month in zip(drafts, vague, strict=True) if not (fresh and month)]
    if len(kept) < len(drafts):
        refused["background_only"] += len(drafts) - len(kept)
    return kept
