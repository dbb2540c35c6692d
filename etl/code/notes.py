"""One sentence about an event, composed from its slots.

Decides wording only; every value comes from the mention.
"""

from __future__ import annotations

from datetime import date

from etl.code.dates import MONTHS

_DID = {
    "Government regains territory": "{a} retook territory from {b} by force",
    "Non-state actor overtakes territory": "{a} captured territory from {b} by force",
    "Armed clash": "{a} and {b} clashed",
    "Excessive force against protesters": "{a} met lethal or serious force{by_b}",
    "Protest with intervention": "{a} held a protest that was met with intervention{by_b}",
    "Peaceful protest": "{a} held a protest",
    "Violent demonstration": "{a} demonstrated violently{vs_b}",
    "Mob violence": "{a} committed mob violence{vs_b}",
    "Chemical weapon": "{a} used a chemical weapon{vs_b}",
    "Air/drone strike": "{a} carried out an air or drone strike{vs_b}",
    "Suicide bomb": "a suicide bomb of {a} detonated{vs_b}",
    "Shelling/artillery/missile attack": "{a} fired shells, rockets or missiles{vs_b}",
    "Remote explosive/landmine/IED": "an explosive device of {a} detonated{vs_b}",
    "Grenade": "{a} threw a grenade{vs_b}",
    "Sexual violence": "{a} committed sexual violence{vs_b}",
    "Attack": "{a} attacked {b}",
    "Abduction/forced disappearance": "{a} abducted {b}",
    "Agreement": "{a} took part in an agreement, release or surrender{with_b}",
    "Arrests": "{a} made arrests{vs_b}",
    "Change to group/activity": "{a} changed its strength or activity{with_b}",
    "Disrupted weapons use": "{a} seized, defused or intercepted weapons{vs_b}",
    "Headquarters or base established": "{a} established a base",
    "Looting/property destruction": "{a} looted or destroyed property{vs_b}",
    "Non-violent transfer of territory": "{a} took over territory without violence{vs_b}",
    "Other": "a significant development involving {a}{with_b} was reported",
}


def day_phrase(day: date) -> str:
    """A day as notes write it.

    >>> day_phrase(date(2021, 9, 14))
    '14 September 2021'
    """
    return f"{day.day} {MONTHS[day.month - 1].capitalize()} {day.year}"


def compose(
    sub_event_type: str,
    actor1: str,
    actor2: str | None,
    day: date | None,
    precision: int | None,
    near: bool,
    places: tuple[str | None, ...],
    fatalities: int,
    basis: str,
    disputes: tuple[str, ...] = (),
    fatalities_high: int | None = None,
    alleged: tuple[str, ...] = (),
) -> str:
    """The note of one event.

    Args:
        places: location, admin1, country; None where unknown.
        disputes: slots about which sources disagree.
        fatalities_high: highest reported number, where reports differ.
        alleged: who is accused although ``actor1`` stays unidentified.
    """
    when = ""
    if day is not None:
        when = (
            f"On {day_phrase(day)}, "
            if precision == 1
            else f"Around {day_phrase(day)}, "
            if precision == 2
            else f"In {MONTHS[day.month - 1].capitalize()} {day.year}, "
        )
    b = actor2 or ""
    did = _DID[sub_event_type].format(
        a=actor1,
        b=b or "an unknown party",
        by_b=f" by {b}" if b else "",
        vs_b=f" against {b}" if b else "",
        with_b=f" with {b}" if b else "",
    )
    named = [p for n, p in enumerate(places) if p and p not in places[:n]]
    where = f" {'near' if near else 'in'} {', '.join(named)}" if named else ""
    text = f"{when}{did}{where}."
    text = text[0].upper() + text[1:]
    if fatalities:
        vague = {
            "vague_3": " (coded from an unspecified number)",
            "vague_10": " (coded from an unspecified large number)",
            "word_map": " (coded from a word for a number)",
        }.get(basis, "")
        differ = f", up to {fatalities_high} by other reports" if (fatalities_high or 0) > fatalities else ""
        text += f" Fatalities: {fatalities}{vague}{differ}."
    if alleged:
        text += f" Accused, not established: {', '.join(alleged)}."
    if disputes:
        named = [d.replace("actor1", "the perpetrator").replace("actor2", "the target") for d in disputes]
        text += f" Sources disagree about: {', '.join(named)}."
    return text
