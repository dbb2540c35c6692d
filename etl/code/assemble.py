"""From the acts of one event to a mention.

Puts day, place, toll, type, actors, means and evidence of one cluster together, by the codebook's rules. What each slot
is decided by lies in the module of that slot; here they meet, and the cross-field rules hold by construction.
"""

from __future__ import annotations

from dataclasses import dataclass

from etl.code import chronology, where
from etl.code.casting import Slot, fill
from etl.code.cluster import Cluster
from etl.code.confidence import confidence
from etl.code.counts import Toll
from etl.code.details import evidence_of, tags_of, weapons_of
from etl.code.hierarchy import Verdict, decide
from etl.code.learned import Judge, parts_of, placed, recast, reconsider
from etl.code.material import Material
from etl.code.naming import Stage
from etl.code.notes import compose
from etl.code.parties import OBJECT
from etl.code.spots import located_of, spot_of
from etl.code.targets import targets_of
from etl.code.totals import combine
from etl.model import Mention
from etl.schema import interaction_label, sub_event

_NO_DEATHS = frozenset({"Abduction/forced disappearance", "Protest with intervention", "Peaceful protest"})


@dataclass
class Draft:
    """A mention with what claims and the final checks need to know."""

    mention: Mention
    cluster: Cluster
    one: Slot
    two: Slot
    verdict: Verdict
    tolls: list[Toll]


def draft(cluster: Cluster, own_tolls: list[Toll], lead: bool, material: Material, judge: Judge | None = None) -> Draft:
    """The mention of one cluster, before claims.

    Args:
        own_tolls: the figures that belong to it.
        lead: whether the article opens with it.
        judge: the learned stage; None where the rules decide alone.
    """
    text = material.text
    numbers = sorted({a.sentence for a in cluster.acts})
    words = " ".join(material.texts[n] for n in numbers)
    killed, low, high, basis = combine(own_tolls)
    hurt = [t for t in own_tolls if t.kind == "injured" and not t.cumulative and not t.subset]
    dated = _dated(cluster, lead, material)
    located = located_of(cluster, material)
    parts = parts_of(cluster, material, judge)
    located = placed(located, parts, material)
    home = located.place.country if located is not None else material.country
    verdict = decide(
        cluster, words, killed, max((t.low for t in hurt), default=0), home, _told_after(cluster, material)
    )
    if judge is not None:
        verdict = reconsider(verdict, cluster, words, judge)
        verdict = recast(verdict, parts, material)
    spot = spot_of(located, verdict, material)
    stage = Stage(material.registry, dated.day, spot["iso3"], spot["country"], material.anchor)
    one, two, targeting = fill(verdict, stage)
    kind = sub_event(verdict.sub_event_type)
    if killed and verdict.sub_event_type in _NO_DEATHS:
        verdict = _deadlier(verdict)
        kind = sub_event(verdict.sub_event_type)
        one, two, targeting = fill(verdict, stage)
    evidence = evidence_of(cluster, one, two, dated, located, own_tolls, hurt, text)
    weapons = weapons_of(cluster, verdict, material, evidence)
    targets = targets_of(cluster, verdict, material, evidence)
    inter1 = one.inter or "Political militia"
    mention = Mention(
        event_type=kind["event_type"],
        sub_event_type=kind["sub_event_type"],
        disorder_type=kind["disorder_type"],
        actor1=one.name or "Unidentified Armed Group",
        inter1=inter1,
        interaction=interaction_label(inter1, two.inter),
        civilian_targeting=targeting,
        event_date=dated.day,
        event_date_low=dated.low,
        event_date_high=dated.high,
        time_precision=dated.precision,
        assoc_actor_1=one.assoc_text,
        actor2=two.name,
        assoc_actor_2=two.assoc_text if two.name else None,
        inter2=two.inter,
        **spot,
        fatalities=killed,
        fatalities_low=low,
        fatalities_high=high,
        fatalities_basis=basis,
        injured_low=sum(t.low for t in hurt[:1]) if hurt else None,
        injured_high=max(t.high for t in hurt) if hurt else None,
        tags=tags_of(kind["event_type"], words, verdict, two),
        confidence=_confidence(cluster, dated, located, verdict, killed, lead),
        weapons=tuple(weapons),
        targets=tuple(targets),
        also_matched=verdict.also,
        rule_trace=verdict.trace,
        evidence=tuple(evidence),
    )
    return Draft(mention, cluster, one, two, verdict, own_tolls)


def _told_after(cluster: Cluster, material: Material) -> str:
    """The sentences between and behind an event's acts that tell of no other act."""
    others = material.told - {a.sentence for a in cluster.acts}
    reach = range(cluster.acts[0].sentence + 1, min(cluster.last + 3, len(material.texts)))
    return " ".join(material.texts[n] for n in reach if n not in others)


def noted(mention: Mention, near: bool) -> str:
    """The note of a finished mention."""
    disputes = tuple(
        s
        for s in ("occurrence", "actor1", "actor2", "location", "fatalities")
        if mention.dispute.get(s) in ("contested", "attributed_denied")
    )
    return compose(
        mention.sub_event_type,
        mention.actor1,
        mention.actor2,
        mention.event_date,
        mention.time_precision,
        near,
        (mention.location, mention.admin1, mention.country),
        mention.fatalities,
        mention.fatalities_basis,
        disputes,
    )


def _deadlier(verdict: Verdict) -> Verdict:
    """Types that allow no deaths give way to the one next to them that does."""
    instead = "Attack" if verdict.sub_event_type.startswith("Abduction") else "Excessive force against protesters"
    return Verdict(
        instead,
        verdict.first,
        verdict.second,
        (verdict.sub_event_type, *verdict.also),
        (*verdict.trace, "deaths were reported"),
    )


def _dated(cluster: Cluster, lead: bool, material: Material) -> chronology.Dated:
    own = [a.when for a in cluster.acts if a.when is not None] or [a.when for a in cluster.denied if a.when is not None]
    spoken = None
    for act in cluster.acts:
        spoken = spoken or chronology.said_on(act.token, material.whens)
    return chronology.of_event(own, spoken, material.anchor, material.published, lead)


def _confidence(
    cluster: Cluster, dated: chronology.Dated, located: where.Located | None, verdict: Verdict, killed: int, lead: bool
) -> float:
    return confidence(
        {
            "dated": float(dated.when is not None and dated.precision == 1),
            "placed": float(
                located is not None and located.source in ("clause", "sentence") and located.place.feature != "country"
            ),
            "lead": float(lead),
            "agent": float(any(p.side != OBJECT for p in verdict.first)),
            "patient": float(bool(verdict.second)),
            "toll": float(killed > 0),
            "specific": float(bool(cluster.names() - {"attack", "harm", "kill", "arrest", "change"})),
            "acts": min(len(cluster.acts), 5) / 5,
            "strategic": float(sub_event(verdict.sub_event_type)["event_type"] == "Strategic developments"),
        }
    )


__all__ = ["Draft", "Material", "draft", "noted"]
