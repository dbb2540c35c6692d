"""From an outlet to the addresses of its new articles.

Decides which entries of which feeds become candidates: on the outlet's own site, wanted by its filters, not seen
before, not older than the watermark less a lag window. Every entry that is left out is counted by reason, and a feed
that cannot be read costs only itself. Fetching politely is the client's business.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from etl.discover.feeds import parse_feed
from etl.discover.front_page import parse_front_page
from etl.discover.outlets import Feed, Outlet
from etl.discover.records import Candidate, Discovery, FeedReport, Getter, Item, Parsed
from etl.discover.sitemaps import parse_sitemap
from etl.discover.times import moment
from etl.discover.urls import normalise_url, on_site, site_of

# Entries turn up late: embargoed pieces, wires backdated to their filing time, feeds rebuilt after an outage.
LAG = timedelta(days=3)
# Sitemaps of an index that one call reads: today's, yesterday's and what was regenerated with them.
MAX_NESTED = 5


def discover(
    outlet: Outlet,
    client: Getter,
    seen: Collection[str] | Mapping[str, datetime] = (),
    watermark: datetime | None = None,
    now: datetime | None = None,
    lag: timedelta = LAG,
) -> Discovery:
    """New candidates of one outlet, in the order of its feeds.

    Args:
        outlet: what to read.
        client: fetches feeds politely.
        seen: addresses already known. As a mapping to the time of the last fetch, an entry that its feed marks as
            changed after that time becomes a candidate again.
        watermark: newest publication time known for the outlet; older entries than this less ``lag`` are left out.
        now: present moment; entries dated later than a day from now do not move the watermark.
        lag: how late an entry may turn up.

    Returns:
        The candidates with one report per feed; usable as a list.
    """
    from etl.settings import settings

    now = now or settings().clock()
    sites = frozenset({site_of(outlet.url), *outlet.hosts})
    wanted = _Filter(outlet, sites, seen, watermark - lag if watermark else None)
    candidates: dict[str, Candidate] = {}
    reports: list[FeedReport] = []
    newest = watermark
    for feed in outlet.feeds:
        parsed, problem = _read(outlet, feed, client)
        dropped: Counter[str] = Counter()
        kept = 0
        for item in parsed.items:
            url, why = wanted.judge(item, feed.url)
            when = moment(item.published_at)
            if when and when <= now + timedelta(days=1) and (newest is None or when > newest):
                newest = when
            if why:
                dropped[why] += 1
                if why == "duplicate":
                    candidates[url] = _completed(candidates[url], item)
                continue
            kept += 1
            candidates[url] = Candidate(url, outlet.id, feed.url, now, item.title, item.published_at)
        reports.append(
            FeedReport(
                url=feed.url,
                kind=feed.kind,
                outcome="failed" if problem and not parsed.items else "ok",
                reason=problem,
                found=len(parsed.items),
                kept=kept,
                capped=parsed.capped,
                dropped=dict(dropped),
            )
        )
    return Discovery(tuple(candidates.values()), tuple(reports), newest)


def _completed(candidate: Candidate, item: Item) -> Candidate:
    """Title and time from a second feed where the first had none."""
    return replace(
        candidate,
        feed_title=candidate.feed_title or item.title,
        feed_published_at=candidate.feed_published_at or item.published_at,
    )


def _read(outlet: Outlet, feed: Feed, client: Getter) -> tuple[Parsed, str | None]:
    """The feed's entries, those of nested sitemaps included, and the reason of what failed."""
    manners = outlet.politeness
    answer = client.get_feed(feed.url, delay=manners.delay_seconds, concurrency=manners.concurrency)
    if answer.outcome != "stored":
        return Parsed(), answer.reason or answer.outcome
    if feed.kind == "front_page":
        parsed = parse_front_page(answer.body, answer.final_url, outlet.filters.include)
        return parsed, parsed.reason
    if feed.kind not in ("sitemap", "news_sitemap"):
        parsed = parse_feed(answer.body, answer.final_url, feed.kind)
        return parsed, parsed.reason
    first = parse_sitemap(answer.body)
    if not first.nested:
        return first, first.reason
    items, capped, problem = list(first.items), first.capped, first.reason
    allowed = frozenset({site_of(feed.url), site_of(outlet.url), *outlet.hosts})
    # What the outlet file names as a feed of its own is read as such, not a second time.
    named = {normalise_url(f.url) for f in outlet.feeds}
    nested_urls = (normalise_url(n, feed.url) for n in first.nested)
    chosen = [u for u in nested_urls if u and on_site(u, allowed) and u not in named]
    for url in chosen[:MAX_NESTED]:
        nested = client.get_feed(url, delay=manners.delay_seconds, concurrency=manners.concurrency)
        if nested.outcome != "stored":
            problem = nested.reason or nested.outcome
            continue
        inner = parse_sitemap(nested.body)
        problem = inner.reason or problem
        items.extend(inner.items)
        capped += inner.capped
    return Parsed(tuple(items), capped=capped), problem


class _Filter:
    """Which entries of one outlet become candidates; remembers what it let through."""

    def __init__(
        self,
        outlet: Outlet,
        sites: frozenset[str],
        seen: Collection[str] | Mapping[str, datetime],
        oldest: datetime | None,
    ) -> None:
        self.sites, self.seen, self.oldest = sites, seen, oldest
        self.include = [re.compile(p) for p in outlet.filters.include]
        self.exclude = [re.compile(p) for p in outlet.filters.exclude]
        self.taken: set[str] = set()

    def judge(self, item: Item, base: str) -> tuple[str, str]:
        """The normalised address, and the reason why the entry is left out or ""."""
        url = normalise_url(item.url, base)
        if url is None:
            return "", "bad_url"
        why = self._why_not(url, item)
        if not why:
            self.taken.add(url)
        return url, why

    def _why_not(self, url: str, item: Item) -> str:
        if url in self.taken:
            return "duplicate"
        if not on_site(url, self.sites):
            return "other_host"
        if self.include and not any(p.search(url) for p in self.include):
            return "not_included"
        if any(p.search(url) for p in self.exclude):
            return "excluded"
        changed = moment(item.updated_at)
        if url in self.seen:
            last = self.seen[url] if isinstance(self.seen, Mapping) else None
            return "" if last and changed and changed > last else "seen"
        when = moment(item.published_at) or changed
        if self.oldest and when and when < self.oldest:
            return "old"
        return ""
