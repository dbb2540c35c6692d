"""Which of the 25 sub-event types an event is.

Follows the decision procedure of the codebook in its order: battles, protests, riots, explosions, violence against
civilians, strategic developments; within a type the listed order. Losing candidates are kept. Does not name actors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from etl.code import remote as remote_weapons
from etl.code.cluster import Cluster
from etl.code.parties import ARMED, CIVILIANS, OBJECT, PROTESTERS, RIOTERS, Party
from etl.code.territory import change as territory_change
from etl.code.words import norm
from etl.schema import event_types

STRATEGIC = {
    "agreement": "Agreement",
    "release": "Agreement",
    "arrest": "Arrests",
    "change": "Change to group/activity",
    "disrupt": "Disrupted weapons use",
    "base": "Headquarters or base established",
    "loot": "Looting/property destruction",
    "transfer": "Non-violent transfer of territory",
    "other": "Other",
}
_YIELDING = frozenset({"surrender", "lay", "give", "turn", "hand", "yield"})
_VANISHED = re.compile(
    r"\b(?:no court|incommunicado|whereabouts|not been (?:seen|heard)|nothing has been heard|told nothing|"
    r"without a warrant|"
    r"neither warrant|unmarked (?:car|van|vehicle)s?|(?:has|have) vanished|disappear\w+|undisclosed (?:place|"
    r"location))\b",
    re.I,
)
_LETHAL = re.compile(
    r"\b(?:live (?:ammunition|bullets?|rounds?|fire)|gunfire|shot dead|shot and killed|"
    r"opened fire on|bullet wounds?|hospitali[sz]ed|critically|seriously (?:injured|wounded)|fractur\w+|in surgery|"
    r"(?:broken|breaking the|broke the) (?:bones|legs?|ribs?|arms?|skulls?)|shot (?:in|through)|gunshot wounds?|"
    r"bayonet\w*|run over|crush\w+ (?:to death|under))\b",
    re.I,
)
_DISPERSED = re.compile(
    r"\b(?:dispers\w+|tear-?\s?gas\w*|water cannons?|rubber bullets?|batons?|lathi\w*|"
    r"pepper spray|broke up|break up|baton-?charge\w*|stun grenades?|arrest\w*|detain\w*|"
    r"beat\w*|scuffle\w*|manhandl\w*)\b",
    re.I,
)
_EXCHANGE = re.compile(
    r"\b(?:exchang\w+|traded|returned|retaliat\w+|clash\w*|gun ?battle|gunfight|firefight|"
    r"shoot-?out|fought|fighting|battle|repel\w+|repuls\w+|engaged|counter-?attack\w*)\b",
    re.I,
)


_OWNED = frozenset({"military", "police", "security", "state"})


@dataclass(frozen=True)
class Verdict:
    """The type, who stands on which side, and the trace.

    Attributes:
        sides: (first, second) parties, main one first.
        drop: reason for which no event is coded, or "".
        yields: one side lays down its arms, which the other one receives.
    """

    sub_event_type: str
    first: tuple[Party, ...]
    second: tuple[Party, ...]
    also: tuple[str, ...] = ()
    trace: tuple[str, ...] = ()
    drop: str = ""
    yields: bool = False


def decide(
    cluster: Cluster, words: str, killed: int, injured: int, home: str | None = None, after: str = ""
) -> Verdict:
    """Type of an event.

    Args:
        cluster: its acts.
        words: the sentences its acts stand in.
        killed, injured: lowest numbers reported for it.
        home: ISO3 of the country it happened in, where known.
        after: the sentences behind its last act that tell no other event; they may name the weapon.
    """
    first, second = sides(cluster)
    names = cluster.names()
    if cluster.family == "demonstration":
        second = _unique(
            [*second, *(p for a in cluster.side if a.name == "arrest" for p in a.agents if p.side == ARMED)]
        )
        found = _demonstration(cluster, names, first, second, words, killed, injured)
    elif cluster.family in ("violence", "riot"):
        found = _violence(cluster, names, first, second, words, home, after)
    else:
        return _strategic(cluster, names, first, second, words, after)
    lesser = [STRATEGIC[a.name] for a in cluster.side if a.name in STRATEGIC]
    return replace(found, also=also_matched(found.sub_event_type, [*found.also, *lesser]))


def _unique(parties: list[Party]) -> list[Party]:
    kept: list[Party] = []
    for p in sorted(
        parties, key=lambda x: (not (x.named or x.kind in _OWNED), x.kind == "generic" and x.group == "", x.start)
    ):
        if all(p.key != k.key for k in kept):
            kept.append(p)
    return kept


def sides(cluster: Cluster) -> tuple[list[Party], list[Party]]:
    """Who acts and who suffers, over all acts; a party on both sides stays where it is named first."""
    first = _unique([p for a in cluster.acts for p in a.agents if p.side != OBJECT])
    second = _unique([p for a in cluster.acts for p in [*a.partners, *a.patients]])
    if any(a.pattern.two_way for a in cluster.acts):
        keys = {p.key for p in first}
        return first, [p for p in second if p.key not in keys]
    keys = {p.key for p in first if p.side == ARMED} & {p.key for p in second}
    suffers = {k for k in keys if _suffers_first(k, cluster)}
    return [p for p in first if p.key not in suffers], [p for p in second if p.key not in keys - suffers]


def _suffers_first(key: str, cluster: Cluster) -> bool:
    """Whether the first act that names a party names it as the one that is hit."""
    act = next(a for a in cluster.acts if any(p.key == key for p in a.parties()))
    return all(p.key != key for p in act.agents)


def also_matched(chosen: str, candidates: list[str]) -> tuple[str, ...]:
    """The other candidates in hierarchy order, each once."""
    order = [p["sub_event_type"] for p in event_types()]
    return tuple(sorted({c for c in candidates if c != chosen}, key=order.index))


def _top(candidates: list[str]) -> str:
    order = [p["sub_event_type"] for p in event_types()]
    return min(candidates, key=order.index)


def _can_fight(p: Party) -> bool:
    return p.side == ARMED and not p.off_duty and p.group not in ("weapon",)


def _violence(
    cluster: Cluster,
    names: set[str],
    first: list[Party],
    second: list[Party],
    words: str,
    home: str | None,
    after: str,
) -> Verdict:
    trace = []
    armed_first = [p for p in first if _can_fight(p)]
    armed_second = [p for p in second if _can_fight(p) or (p.side == OBJECT and p.group == "military_object")]
    unnamed = [p for p in second if p.group == "number"]
    if armed_second or any(p.side == CIVILIANS and p.group != "number" for p in second):
        second = [p for p in second if p not in unnamed]
    civilians = [p for p in second if p.side == CIVILIANS or (p.side in (ARMED,) and p.off_duty)]
    remote = remote_weapons.by_words(names, words)
    weak = names <= {"attack", "harm", "kill"}
    if weak and not remote:
        remote = remote_weapons.by_means(cluster, words, first) or (
            ["Air/drone strike"] if not armed_second and remote_weapons.FROM_THE_AIR.search(f"{words} {after}") else []
        )
    two_way = any(a.pattern.two_way for a in cluster.acts) or (
        armed_second and len(armed_first) > 1 and _EXCHANGE.search(words) is not None
    )
    ground = names & {"clash", "fight", "ambush"} or (
        names & {"attack", "kill", "harm", "abduct_hint", "capture", "recapture"}
    )
    territory = territory_change(cluster, names, first, words, home)
    candidates = [*remote]
    if "sexual" in names:
        candidates.append("Sexual violence")
    if names & {"abduct", "abduct_hint"}:
        candidates.append("Abduction/forced disappearance")
    if names & {"kill", "harm", "attack", "clash", "ambush", "fight"} and (civilians or not armed_second):
        candidates.append("Attack")
    battle = False
    if armed_second and (armed_first or names & {"ambush", "clash", "fight"}):
        one_sided = bool(remote) and not two_way
        battle = not one_sided and bool(ground)
        if names <= {"abduct", "abduct_hint"} or (
            names & {"abduct"} and not names & {"clash", "ambush", "fight", "attack", "kill"}
        ):
            battle = False
    if (
        two_way
        and (len(armed_first) + len(armed_second) >= 1)
        and not (civilians and not armed_second and not names & {"clash", "fight"})
    ):
        battle = battle or not remote or bool(armed_second)
    if names & {"ambush", "fight"} and armed_first and armed_second:
        battle = True
    if (
        armed_second
        and not civilians
        and not remote
        and names & {"kill", "attack", "harm"}
        and not names & {"abduct", "abduct_hint"}
    ):
        battle = True
    if names & {"ambush"} and not civilians:
        battle = True
    if two_way and names & {"clash"} and not remote and not civilians:
        battle = True
    if territory and not names <= {"abduct_hint"}:
        trace.append("territory changed hands")
        if territory == "Non-violent transfer of territory":
            if names <= {"capture", "recapture"}:
                return Verdict(
                    territory,
                    tuple(first),
                    tuple(p for p in second if p.side == ARMED),
                    (),
                    (*trace, "step 6: strategic development"),
                )
        else:
            return Verdict(
                territory,
                tuple(first),
                tuple(armed_second),
                also_matched(territory, ["Armed clash", *candidates]),
                (*trace, "step 1: battle"),
            )
    if battle:
        return Verdict(
            "Armed clash",
            tuple(armed_first or first),
            (*armed_second,),
            also_matched("Armed clash", candidates),
            ("step 1: force went both ways, or an armed target on duty",),
        )
    if remote:
        chosen = _top(remote)
        return Verdict(
            chosen,
            tuple(first),
            (*armed_second, *civilians, *[p for p in second if p.side == OBJECT]),
            also_matched(chosen, candidates),
            ("step 4: one-sided use of a remote weapon",),
        )
    if "sexual" in names:
        return Verdict(
            "Sexual violence",
            tuple(first),
            tuple(civilians),
            also_matched("Sexual violence", candidates),
            ("step 5: armed actor against unarmed people",),
        )
    if names & {"capture", "recapture"} and not civilians:
        return Verdict(
            "Non-violent transfer of territory",
            tuple(first),
            tuple(armed_second),
            (),
            ("step 6: strategic development",),
        )
    if names <= {"abduct", "abduct_hint"}:
        return Verdict(
            "Abduction/forced disappearance",
            tuple(first),
            tuple(civilians or second),
            (),
            ("step 5: abduction without further violence",),
        )
    things = [p for p in second if p.side == OBJECT]
    if things and not civilians and names <= {"attack"} and all(p.group in ("weapon",) for p in things):
        return Verdict("Disrupted weapons use", tuple(first), (), (), ("step 6: weapons destroyed",))
    return Verdict(
        "Attack",
        tuple(first),
        tuple(civilians or second),
        also_matched("Attack", candidates),
        ("step 5: armed actor against unarmed people",),
    )


def _demonstration(
    cluster: Cluster, names: set[str], first: list[Party], second: list[Party], words: str, killed: int, injured: int
) -> Verdict:
    everybody = [*first, *second]
    armed = [p for p in everybody if p.side == ARMED]
    crowd = [p for p in everybody if p.side in (PROTESTERS, RIOTERS) or p.people]
    demo = (
        names & {"protest", "disperse"}
        or any(p.group == "protesters" for p in everybody)
        or re.search(
            r"\b(?:protest\w*|demonstrat\w*|rall(?:y|ies|ied)|march(?:ed|ers|ing)?|sit-?(?:in|down)|dharna|"
            r"bandh|procession|vigil|"
            r"slogans?|placards?|banners?|picket\w*|sitting on the|blocking the|came together|polls?|"
            r"vote count)\b",
            words,
            re.I,
        )
    )
    harmful = [a for a in cluster.acts if a.name in ("kill", "harm", "attack", "clash", "grenade", "explosive")]
    by_armed = [a for a in harmful if any(p.side == ARMED for p in a.agents)]
    violent = (
        bool(names & {"riot", "mob", "loot"})
        or any(a.name == "clash" for a in cluster.acts)
        or any(p.group == "rioters" and p.side == RIOTERS for p in everybody)
    )
    if not violent:
        violent = any(
            any(p.side in (PROTESTERS, RIOTERS) for p in a.agents)
            and not any(p.side == ARMED or p.group == "weapon" for p in a.agents)
            for a in cluster.acts
            if a.name in ("attack", "kill", "harm")
        )
    if not demo:
        victims = [p for p in second if p.side in (CIVILIANS, ARMED)]
        return Verdict(
            "Mob violence", tuple(crowd), tuple(victims), (), ("step 3: a violent crowd outside a demonstration",)
        )
    if violent:
        also = ["Protest with intervention"] if "disperse" in names else []
        return Verdict(
            "Violent demonstration",
            tuple(crowd[:1]),
            tuple(armed),
            also_matched("Violent demonstration", [*also, "Peaceful protest"]),
            ("step 3: demonstrators are violent",),
        )
    lethal = (killed > 0 or _LETHAL.search(words)) and (by_armed or armed or killed > 0)
    if lethal and (harmful or _LETHAL.search(words)):
        return Verdict(
            "Excessive force against protesters",
            tuple(crowd[:1]),
            tuple(armed),
            also_matched("Excessive force against protesters", ["Protest with intervention", "Peaceful protest"]),
            ("step 2: lethal or serious harm to peaceful protesters",),
        )
    if (
        "disperse" in names
        or by_armed
        or (armed and _DISPERSED.search(words))
        or (
            _DISPERSED.search(words)
            and re.search(r"\b(?:police|officers|troops|soldiers|security forces)\b", words, re.I)
        )
    ):
        return Verdict(
            "Protest with intervention",
            tuple(crowd[:1]),
            tuple(armed),
            ("Peaceful protest",),
            ("step 2: protesters were dispersed or arrested",),
        )
    return Verdict("Peaceful protest", tuple(crowd[:1]), (), (), ("step 2: peaceful demonstrators",))


def _strategic(
    cluster: Cluster, names: set[str], first: list[Party], second: list[Party], words: str, after: str
) -> Verdict:
    chosen = _top([STRATEGIC[n] for n in names if n in STRATEGIC] or ["Other"])
    vanished = chosen == "Arrests" and _VANISHED.search(f"{words} {after}") is not None
    if vanished:
        chosen = "Abduction/forced disappearance"
    yields = chosen == "Agreement" and any(norm(a.token) in _YIELDING for a in cluster.acts)
    return Verdict(chosen, tuple(first), tuple(second), (), ("step 6: strategic development",), yields=yields)
