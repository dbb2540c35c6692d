"""Words that tell what happened to people, and the phrases that give a figure for it.

Knowledge only; how a figure is read from a text is the concern of ``counts``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from etl.code.count_phrases import COUNT
from etl.code.words import small_words


@dataclass(frozen=True)
class Cue:
    """A word that tells of harm: to whom, by ``form`` (transitive, intransitive, adjective, noun, ...)."""

    kind: str
    form: str


@dataclass(frozen=True)
class Phrase:
    """A fixed phrase with the figure in group ``n``.

    Attributes:
        fixed: the basis of a phrase that names no figure.
        words: one of these stands in every text that has the phrase, so that others need not be searched.
        end: what it ends with; where a text has none of it, its figures need not be tried one by one.
    """

    kind: str
    pattern: re.Pattern[str]
    total: bool = False
    fixed: str | None = None
    words: frozenset[str] = frozenset()
    end: re.Pattern[str] | None = None

    def found(self, text: str) -> Iterator[re.Match[str]]:
        """Where a text has the phrase."""
        if self.words and self.words.isdisjoint(small_words(text)):
            return iter(())
        if self.end is not None and self.end.search(text) is None:
            return iter(())
        return self.pattern.finditer(text)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TRANSITIVE = {
    "killed": "kill kills killed killing slay slain slew murder murders murdered murdering assassinate assassinated "
    "assassinating execute executed executing massacre massacred massacring behead beheaded beheading slaughtered "
    "slaughtering martyred lynched hanged gunned neutralised neutralized eliminated liquidated suffocated asphyxiated "
    "decapitated electrocuted",
    "injured": "wound wounds wounded wounding injure injures injured injuring hurt maimed hospitalised hospitalized",
    "abducted": "kidnap kidnaps kidnapped kidnapping abduct abducts abducted abducting kidnaped disappeared",
    "arrested": "arrest arrests arrested arresting detain detains detained detaining",
    "captured": "capture captures captured capturing",
    "displaced": "displace displaces displaced displacing evacuated",
}
CUES: dict[str, Cue] = {w: Cue(kind, "transitive") for kind, words in _TRANSITIVE.items() for w in words.split()}
CUES |= {w: Cue("killed", "intransitive") for w in ("die", "dies", "died", "dying", "perish", "perished", "succumbed")}
CUES |= {w: Cue("killed", "not survive") for w in ("survive", "survived")}
CUES |= {w: Cue("killed", "lose") for w in ("lose", "loses", "lost", "losing")}
CUES |= {w: Cue("killed", "adjective") for w in ("dead",)}
CUES |= {
    w: Cue("killed", "noun")
    for w in ("deaths", "death", "fatalities", "murder", "murders", "assassination", "killing")
    if w not in CUES
}
CUES |= {w: Cue("abducted", "noun") for w in ("kidnappings", "abduction", "abductions")}

MODALS = frozenset({"could", "would", "might", "may", "will", "can", "should", "must", "'ll", "ca", "wo", "shall"})
IRREALIS = _words(
    "threaten plan try attempt want vow order intend plot aim seek conspire prepare hope fear warn risk refuse fail "
    "prevent avoid pledge promise ask tell instruct"
)
GROUPS = _words(
    "dozen dozens scores hundreds thousands tens group groups number total handful couple pair majority rest crew team "
    "family millions"
)
TIED = re.compile(r"(?:his|her|their)\s", re.I)
"""Words that tie somebody to another one: "his driver"."""
GENERIC = _words("people persons person others dead victims individuals deaths fatalities lives bodies killed them")
ANIMALS = _words(
    "cow cattle sheep goat animal livestock dog horse camel chicken bird pig donkey buffalo fish elephant bull calf"
)
_NOUNS = (
    "soldier|civilian|person|child|girl|boy|baby|infant|toddler|teenager|youth|commander|leader|guard|officer|chief"
    "|rebel|"
    "fighter|militant|guerrilla|insurgent|gunman|bomber|attacker|assailant|journalist|reporter|teacher|student|farmer|"
    "peasant|driver|worker|doctor|nurse|medic|priest|bishop|nun|monk|pastor|imam|cleric|judge|lawyer|prosecutor|mayor|"
    "governor|minister|deputy|senator|president|candidate|politician|activist|official|diplomat|ambassador|consul"
    "|general|"
    "colonel|major|captain|lieutenant|sergeant|corporal|private|pilot|tourist|resident|villager|shepherd|protester|"
    "demonstrator|bystander|passenger|prisoner|detainee|hostage|victim|suspect|spokesman|engineer|professor"
    "|businessman|"
    "contractor|vendor|trader|shopkeeper|servant|bodyguard|relative|mother|father|son|daughter|brother|sister|wife"
    "|husband|"
    "widow|grandmother|grandfather|nephew|niece|uncle|aunt|cousin|man|woman|cop|mp|aide|adviser|secretary|trooper"
    "|ranger|"
    "marine|cadet|conscript|reservist|peacekeeper|settler|refugee|migrant|jesuit|unionist|writer|editor|photographer"
)
PERSON_NOUN = re.compile(rf"^(?:{_NOUNS}|\w{{2,20}}(?:man|woman|ist))$")
TRADE = re.compile(r"^\w{2,20}(?:er|or|ist|eer|maid|keeper|boy|girl)$")
"""Most words for one who is killed that are no common noun of the list end like a trade ("butcher", "tailor")."""

_Q = r"(?P<n>" + re.sub(r"\(\?P<\w+>", "(?:", COUNT.pattern) + ")"
_Q = _Q.replace(r"(?P<n>\b", r"\b(?P<n>")
_WHO = (
    r"(?:\s{1,4}(?!and\b|or\b|were\b|was\b|in\b|on\b|at\b|left\b|shot\b|found\b|dead\b|killed\b|killing\b)"
    r"[^\W\d_][\w'’-]{0,20}){0,4}?"
)
_AUX = (
    r"(?:\s{1,4}(?:were|was|are|is|have\s{1,4}been|had\s{1,4}been|has\s{1,4}been|being|reportedly|also|later"
    r"|reported|left|lay|lie)){0,3}"
)
_NOBODY = (
    r"\b(?:no\s?-?one|nobody|none|no\s{1,4}(?:people|person|civilians|casualties|deaths|fatalities|injuries|soldiers))"
)


def _phrase(kind: str, words: str, pattern: str, *, total: bool = False, fixed: str | None = None) -> Phrase:
    return Phrase(kind, re.compile(pattern, re.IGNORECASE), total, fixed, _words(words))


def _counted(kind: str, end: str) -> Phrase:
    """Such as "12 villagers were killed"."""
    pattern = rf"{_Q}(?P<who>{_WHO}){_AUX}\s{{1,4}}{end}"
    return Phrase(kind, re.compile(pattern, re.IGNORECASE), end=re.compile(end, re.IGNORECASE))


_MOVES = (
    r"(?:rose|risen|rises|climbed|increased|grown|grew|stands|stood|reached|reaches|hit|jumped|was|is|now|at|to|has"
    r"|had|have|"
    r"of|from|put|currently|later|since|then|also|surpassed|passed|,)"
)
PHRASES: tuple[Phrase, ...] = (
    _phrase(
        "killed",
        "toll number",
        rf"\b(?:death\s{{1,4}}toll|number\s{{1,4}}of\s{{1,4}}(?:dead|deaths|those\s{{1,4}}killed)|toll)\b"
        rf"(?:\s{{1,4}}(?:from|in|of)\s{{1,4}}(?:the|a)\s{{1,4}}[\w'’-]+(?:\s{{1,4}}[\w'’-]+)?)?"
        rf"(?:\s{{0,4}}{_MOVES}){{1,5}}\s{{1,4}}{_Q}(?!\s{{1,4}}(?:wounded|injured))",
        total=True,
    ),
    _phrase("killed", "dead", rf"\bthe\s{{1,4}}dead\s{{1,4}}(?:at|as)\s{{1,4}}{_Q}", total=True),
    _phrase(
        "killed",
        "toll dead deaths killed total",
        rf"\b(?:bring(?:s|ing)?|brought|push(?:ed|ing)|tak(?:es?|ing)|raised|raising)\b[^.;\n]{{0,60}}?"
        rf"\b(?:toll|dead|deaths|killed"
        rf"|total)\b[^.;\n]{{0,40}}?\bto\s{{1,4}}{_Q}(?!\s{{1,4}}(?:wounded|injured))",
        total=True,
    ),
    _phrase(
        "killed",
        "no none nobody noone",
        rf"\b{_NOBODY}\s{{1,4}}(?:was|were|has\s{{1,4}}been|had\s{{1,4}}been|is)?\s{{0,4}}(?:killed"
        rf"|died|dead)\b",
        fixed="reported_none",
    ),
    _phrase(
        "killed", "kill", r"\b(?:did\s{1,4}not|didn['’]t)\s{1,4}kill\s{1,4}any(?:one|body)\b", fixed="reported_none"
    ),
    _phrase(
        "injured",
        "no none nobody noone",
        rf"\b{_NOBODY}\s{{1,4}}(?:was|were|has\s{{1,4}}been|had\s{{1,4}}been)?\s{{0,4}}(?:injured"
        rf"|hurt|wounded)\b",
        fixed="reported_none",
    ),
    _phrase(
        "killed",
        "deaths fatalities loss",
        r"\b(?:no|without|zero)\s{1,4}(?:deaths|fatalities"
        r"|loss\s{1,4}of\s{1,4}life)\b",
        fixed="reported_none",
    ),
    _phrase(
        "casualties",
        "casualties victims",
        r"\b(?:no|without\s{1,4}(?:any\s{1,4})?|zero"
        r"|not\s{1,4}cause\s{1,4}(?:any\s{1,4})?)\s{0,4}(?:human\s{1,4}"
        r"|civilian\s{1,4})?(?:casualties|victims)\b",
        fixed="reported_none",
    ),
    _phrase(
        "killed",
        "killed killing kills murdered murdering assassinated massacred executed claimed claiming claims took takes "
        "taking death "
        "deaths bodies",
        rf"\b(?:kill(?:ed|ing|s)|murdered|murdering|assassinated|massacred|executed|claim(?:ed|ing"
        rf"|s)(?:\s{{1,4}}the\s{{1,4}}lives\s{{1,4}}of)?|(?:took|takes|taking)\s{{1,4}}the\s{{1,4}}lives\s{{1,4}}of"
        rf"|deaths?\s{{1,4}}of|bodies\s{{1,4}}of"
        rf"|death\s{{1,4}}of)\s{{1,4}}{_Q}(?P<who>{_WHO})(?=[\s,.;:)]|$)(?!\s{{1,4}}(?:wounded"
        rf"|injured))",
    ),
    _counted(
        "killed",
        r"(?:killed|dead|died|deaths|fatalities|murdered|slain"
        r"|assassinated|massacred|perished|bodies|corpses|lost\s{1,4}their\s{1,4}lives)\b",
    ),
    _phrase(
        "injured",
        "wounded wounding wounds injured injuring injures hurt hurting",
        rf"\b(?:wound(?:ed|ing|s)|injur(?:ed|ing|es)"
        rf"|hurt(?:ing)?)\s{{1,4}}{_Q}(?P<who>{_WHO})(?=[\s,.;:)]|$)(?!\s{{1,4}}(?:killed|dead))",
    ),
    _counted("injured", r"(?:wounded|injured|hurt|injuries)\b"),
    _counted("abducted", r"(?:kidnapped|abducted|taken\s{1,4}hostage|seized)\b"),
    _phrase(
        "abducted",
        "kidnapped abducted kidnapping abducting",
        rf"\b(?:kidnapped|abducted|kidnapping|abducting)\s{{1,4}}{_Q}(?P<who>{_WHO})(?=[\s,.;:)]|$)",
    ),
    _counted("arrested", r"(?:arrested|detained)\b"),
    _phrase(
        "arrested",
        "arrested arresting detained detaining",
        rf"\b(?:arrested|arresting|detained|detaining)\s{{1,4}}{_Q}(?P<who>{_WHO})(?=[\s,.;:)]|$)",
    ),
    _counted("displaced", r"(?:displaced|fled\s{1,4}their\s{1,4}homes|homeless)\b"),
    _phrase(
        "casualties",
        "casualties",
        r"(?<!reports of )(?<!report of )(?<!word of )(?<!word on )\b(?:(?:caus|inflict|suffer"
        r"|report|result)\w{0,4}\s{1,4}(?:in\s{1,4})?)?(?:heavy\s{1,4}|civilian\s{1,4}"
        r"|several\s{1,4}|many\s{1,4}|multiple\s{1,4})?casualties\b",
        fixed="casualties_only",
    ),
)
