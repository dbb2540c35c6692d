"""What the figures of one event come to: its deaths, lowest and highest, and how sure the number is.

Adds up figures for different people, keeps the lower of several for the same, and takes the figures of each who speaks
for an account of one toll (docs/decisions/012-tolls-by-account.md). Does not read figures: see ``counts``.
"""

from __future__ import annotations

from dataclasses import replace

from etl.code.casualty_words import GENERIC, TIED
from etl.code.counts import Toll

ASSAILANTS = frozenset({"bomber", "attacker", "assailant"})
"""One who dies in his own attack is not among the people it killed, and counts."""
_WEAKEST_FIRST = ("vague_10", "vague_3", "word_map", "conflicting_low", "range_low", "exact")
_Figure = tuple[int, int, str]


def combine(found: list[Toll]) -> tuple[int, int | None, int | None, str]:
    """Deaths of one event from the figures of one article: number, lowest, highest, basis.

    The lowest number until something more reliable: a total beats its parts, a figure beats vague words, and of several
    totals in one article the last stands, as the article itself presents it as risen. Figures for different people add
    up; different figures for the same people are a range of which the lower end counts.

    >>> combine([Toll("killed", 12, 12, "exact", 0, 2, "12"), Toll("killed", 14, 14, "exact", 9, 11, "14", total=True)])
    (14, 14, 14, 'exact')
    >>> combine([])
    (0, None, None, 'not_mentioned')
    """
    deaths = [t for t in found if t.kind == "killed" and not t.cumulative and not t.subset]
    some = [t for t in deaths if t.basis != "reported_none"]
    if not some:
        if deaths or any(t.kind == "casualties" and t.basis == "reported_none" for t in found):
            return 0, 0, 0, "reported_none"
        parts = [t for t in found if t.kind == "killed" and t.subset and not t.cumulative]
        if parts:
            return _summary([_single(t) for t in parts][:1])
        return (0, None, None, "casualties_only" if any(t.kind == "casualties" for t in found) else "not_mentioned")
    totals = [t for t in some if t.total]
    if totals:
        return _summary([_single(totals[-1])])
    figures = [t for t in some if t.basis in ("exact", "range_low", "word_map") and not t.named]
    accounts = _accounts(figures)
    if len(accounts) > 1:
        return _summary([_of_one_account(one) for one in accounts])
    if not figures:
        named = [_sum(g) for g in _by_cue([t for t in some if t.named])]
        if named and (companions := _companions([t for t in some if t.named])) > max(named)[0]:
            named = [(companions, companions, "exact")]
        return _summary([max(named)] if named else [_sum(_per_people(some))])
    plain = [t for t in figures if not t.added]
    if not plain and (lone := [t for t in some if t.named and not TIED.match(t.text)]):
        # "the senator was shot; two of his guards also died"
        plain = max(_by_cue(lone), key=_sum)
    first = _told_once(plain or figures)
    if not any(_is_generic(t) for t in first):
        first += [t for t in some if t.named and any(t.cue == f.cue and not f.total for f in first)]
    extra = [t for t in figures if t.added and t not in first]
    extra += [t for t in some if t.named and t.who and t.who.lower() in ASSAILANTS][:1]
    generic = [_sum(g) for g in _by_cue(first) if any(_is_generic(t) for t in g)]
    low, best, high, basis = _summary(generic or [_sum(_per_people(first))])
    if extra:
        more_low, more_high, more_basis = _sum(_per_people(extra))
        low, best, high = low + more_low, best + more_low, high + more_high
        basis = _weakest(basis, more_basis)
    return low, best, high, basis


def _of_one_account(figures: list[Toll]) -> _Figure:
    low, _, high, basis = combine([replace(t, said_by="") for t in figures])
    return low, high or low, basis


def _accounts(figures: list[Toll]) -> list[list[Toll]]:
    """Figures by who gives them: each who speaks tells all the dead he knows of, so those of two are no sum.

    But what each side says of its own dead alone adds up to one account. What the report says in its own voice is an
    account where it counts the same people as another, else part of each.
    """
    speakers = dict.fromkeys(t.said_by for t in figures if t.said_by)
    plain = [t for t in figures if not t.said_by]
    accounts, losses = [], []
    for speaker in speakers:
        said = [t for t in figures if t.said_by == speaker]
        if all(t.own for t in said):
            losses += said
        else:
            accounts.append(said)
    accounts += [losses] if losses else []
    if not plain or not accounts:
        return accounts or [figures]
    others = {_kind_of(t) for v in accounts for t in v}
    if any(_is_generic(t) or _kind_of(t) in others for t in plain):
        return [plain, *accounts]
    return [[*plain, *v] for v in accounts]


def _companions(named: list[Toll]) -> int:
    """One person and those whom other words tie to him ("the minister was shot; his driver died too")."""
    tied = {t.who.lower() for t in named if t.who and TIED.match(t.text)}
    return len(tied) + 1 if any(not TIED.match(t.text) for t in named) else len(tied)


def _told_once(pool: list[Toll]) -> list[Toll]:
    """Without figures told again in other words: "six priests and two cooks", later "the six priests and two women"."""
    kept: list[list[Toll]] = []
    for group in _by_cue(pool):
        kinds = {_kind_of(t): t.low for t in group}
        same = next((k for k in kept if any(kinds.get(_kind_of(t)) == t.low for t in k)), None)
        if same is None or len(group) == 1 or len(same) == 1:
            kept.append(group)
        elif len(group) > len(same):
            kept[kept.index(same)] = group
    return [t for group in kept for t in group]


def _kind_of(t: Toll) -> str:
    key = (t.who or "").lower().split()[-1] if t.who else ""
    return key.removesuffix("s") or key


def _single(t: Toll) -> _Figure:
    return t.low, t.high, t.basis


def _is_generic(t: Toll) -> bool:
    return t.who is None or t.who.lower().split()[-1] in GENERIC


def _by_cue(pool: list[Toll]) -> list[list[Toll]]:
    groups: dict[int, list[Toll]] = {}
    for t in pool:
        groups.setdefault(t.cue, []).append(t)
    return list(groups.values())


def _per_people(pool: list[Toll]) -> list[Toll]:
    """One figure for each kind of people, the lowest and the highest of what is said of them."""
    kinds: dict[str, list[Toll]] = {}
    for t in pool:
        kinds.setdefault(_kind_of(t), []).append(t)
    merged = []
    for same in kinds.values():
        low = min(same, key=lambda t: t.low)
        high = max(t.high for t in same)
        basis = "conflicting_low" if len({t.low for t in same}) > 1 else low.basis
        merged.append(Toll("killed", low.low, high, basis, low.start, low.end, low.text, low.who))
    return merged


def _sum(parts: list[Toll]) -> _Figure:
    return sum(t.low for t in parts), sum(t.high for t in parts), _weakest(*(t.basis for t in parts))


def _weakest(*bases: str) -> str:
    return min(bases, key=lambda b: _WEAKEST_FIRST.index(b) if b in _WEAKEST_FIRST else len(_WEAKEST_FIRST))


def _summary(groups: list[_Figure]) -> tuple[int, int, int, str]:
    low = min(g[0] for g in groups)
    basis = _weakest(*(g[2] for g in groups if g[0] == low))
    if len({g[0] for g in groups}) > 1:
        basis = "conflicting_low"
    return low, low, max(g[1] for g in groups), basis
