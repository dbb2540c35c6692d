"""Which weapon of distance an event was done with.

Reads it from the acts, the words of their sentences and the means in them: from the air, by artillery, a bomb, a
grenade, a suicide bomber, gas. Whether the event is an explosion at all is decided by ``hierarchy``.
"""

from __future__ import annotations

import re

from etl.code.cluster import Cluster
from etl.code.lexicon import nouns
from etl.code.parties import Party
from etl.code.words import norm

REMOTE = {
    "chemical": "Chemical weapon",
    "airstrike": "Air/drone strike",
    "suicide": "Suicide bomb",
    "shelling": "Shelling/artillery/missile attack",
    "projectile_hit": "Shelling/artillery/missile attack",
    "explosive": "Remote explosive/landmine/IED",
    "explosion": "Remote explosive/landmine/IED",
    "grenade": "Grenade",
    "grenade_hit": "Grenade",
}
_CHEMICAL = re.compile(
    r"\b(?:chemical|sarin|chlorine|mustard|nerve agent|poison(?:ous)? gas|toxic gas|gas attack|anthrax|novichok|vx)\b",
    re.I,
)
_SUICIDE = re.compile(r"\b(?:suicide|blew (?:him|her|them)sel\w+)\b", re.I)
_AIR = re.compile(
    r"\b(?:air ?strikes?|air-strikes?|air raids?|air attacks?|warplanes?|(?:fighter )?jets?|"
    r"drones?(?! (?:factor\w+|plants?|workshops?|makers?|parts|pilots?|operators?|units?))|helicopters?|gunships?|aircraft|aerial|uavs?|planes? (?:bombed|dropped|hit|"  # noqa: E501
    r"attacked)|bombers?)\b",
    re.I,
)
FROM_THE_AIR = re.compile(
    r"\b(?:munitions?|bombs?|missiles?|rockets?|projectiles?|explosives?)\b[^.;]{0,40}\b(?:from|by)\b[^.;]{0,20}"
    r"\b(?:drones?|aircraft|warplanes?|jets?|planes?|helicopters?)\b",
    re.I,
)
_SHELLS = re.compile(
    r"\b(?:shell(?:s|ed|ing)?|artillery|mortars?|rockets?|missiles?|bombard\w+|howitzers?|"
    r"katyushas?|bazookas?|tank fire)\b",
    re.I,
)
_RPG = re.compile(r"\b(?:rocket[- ]propelled|rpgs?|grenade[- ]launchers?)\b", re.I)


def by_words(names: set[str], words: str) -> list[str]:
    """Types of remote violence that an event's acts and sentences speak of, none where its acts are of no such kind."""
    exact = (names & REMOTE.keys()) - {"explosion"}
    found = [REMOTE[n] for n in sorted(exact or names & {"explosion"})]
    if not found:
        return []
    if _CHEMICAL.search(words) and "chemical" in names:
        found.append("Chemical weapon")
    if _SUICIDE.search(words):
        found.append("Suicide bomb")
        found = [f for f in found if f not in ("Air/drone strike",) or "airstrike" in names]
    generic = set(found) <= {"Remote explosive/landmine/IED"}
    if (
        _AIR.search(words)
        and not _SUICIDE.search(words)
        and ("airstrike" in names or "shelling" in names or "projectile_hit" in names or generic)
    ) and ("airstrike" in names or not re.search(r"\b(?:shot down|downed|intercept\w+)\b", words, re.I)):
        found.append("Air/drone strike")
    if (
        generic
        and _SHELLS.search(words)
        and not re.search(r"\b(?:planted|placed|roadside|car bomb|ied|mine|dynamite)\b", words, re.I)
        and "explosive" not in names
    ):
        found.append("Shelling/artillery/missile attack")
    if "Grenade" in found and _RPG.search(words) and names & {"grenade", "grenade_hit"}:
        found = ["Shelling/artillery/missile attack" if f == "Grenade" else f for f in found]
    return found


def by_means(cluster: Cluster, words: str, first: list[Party]) -> list[str]:
    """Remote weapons that stand beside a general word ("attack", "killed")."""
    if any(p.group == "platform" for p in first) or re.search(
        r"\b(?:air ?strikes?|warplanes?|drone (?:strike|attack)s?|bombing raids?)\b", words, re.I
    ):
        return ["Air/drone strike"]
    if any(norm(t) in nouns()["projectile"] for a in cluster.acts for t in a.means) or re.search(
        r"\b(?:shelling|shelled|artillery fire|rocket attack|mortar (?:shell|fire|round)s?|missile strikes?)\b",
        words,
        re.I,
    ):
        return ["Shelling/artillery/missile attack"]
    if any(
        norm(t) in ("bomb", "dynamite", "explosive", "car bomb", "mine", "ied", "device")
        for a in cluster.acts
        for t in a.means
    ):
        return ["Remote explosive/landmine/IED"]
    if any(norm(t) == "grenade" for a in cluster.acts for t in a.means):
        return ["Grenade"]
    return []
