"""One address, one spelling.

Normalises the URLs that feeds name, so that the same article is one candidate, and says whether a URL belongs to an
outlet. What identifies an article is never dropped: only query parameters known to carry tracking go, and a parameter
without a value stays. Whether an address may be connected to is decided by the fetch room, on the address itself.
"""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urljoin, urlsplit

from courlan import extract_domain, scrub_url

# Longest that common servers and proxies take; longer ones are traps or data.
MAX_URL = 2000

# Parameters that name a campaign or a click, never an article. Short on purpose: courlan's own list also drops
# "source", "session", "ref" and "cid", which content systems use to name an article.
_TRACKING = re.compile(
    r"^(?:utm_\w+|at_(?:medium|campaign|custom\w*|link\w*|bbc_team|format|ptr_name)|mc_[ce]id|mtm_\w+|pk_\w+|hsa_\w+"
    r"|itm_\w+|ns_(?:mchannel|source|campaign|linkname|fee)|wt\.mc_id|wt_mc|_hs(?:enc|mi)|__twitter_impression"
    r"|fbclid|gclid|dclid|gbraid|wbraid|yclid|ysclid|msclkid|twclid|igshid|igsh|mkt_tok|oly_(?:anon|enc)_id|vero_\w+"
    r"|cmpid|cmp|ocid|xtor|smid|smtyp|rss|traffic_source|maca|soc_src|soc_trk|ref_src|sr_share|ito|outputtype)$",
    re.I,
)
# Values of otherwise meaningful parameters that only say which feed the reader came from.
_TRACKING_PAIR = re.compile(
    r"^(?:source|ref|from|feed|partner|cid)=(?:rss|feed|feeds|rssfeed|atom|twitter|facebook)$", re.I
)
_SAFE_PATH = "/%!$&'()*+,;=:@~-._"


def normalise_url(url: str, base: str | None = None) -> str | None:
    """The one spelling of an address, or None where it is no http(s) address.

    Lower-case scheme and host, host in ASCII, default port, fragment, login and tracking parameters dropped, the
    other parameters kept in their order.

    >>> normalise_url("HTTPS://Example.org:443/a/../b?utm_source=rss&id=7#top")
    'https://example.org/b?id=7'
    >>> normalise_url("/news?12345", "http://example.org/feed")
    'http://example.org/news?12345'
    >>> normalise_url("mailto:desk@example.org") is None
    True
    """
    if len(url) > 2 * MAX_URL:
        return None
    try:
        # Browsers drop line breaks and tabs inside an address and encode blanks.
        text = re.sub(r"[\t\r\n]", "", unescape(url.strip())).replace(" ", "%20")
        if base:
            text = urljoin(base, text)
        if not text.lower().startswith(("http://", "https://")):
            return None
        # courlan cuts markup rests off; of two addresses in one it would take the second.
        text = text if text.lower().count("http") > 1 else scrub_url(text)
        parts = urlsplit(text)
        netloc, path, query = _netloc(parts), _path(parts.path), _query(parts.query)
    except (ValueError, UnicodeError):
        return None
    if netloc is None:
        return None
    result = f"{parts.scheme.lower()}://{netloc}{path}" + (f"?{query}" if query else "")
    return result if len(result) <= MAX_URL else None


def _netloc(parts: SplitResult) -> str | None:
    host = parts.hostname
    if not host:
        return None
    if ":" in host:
        host = f"[{host}]"
    else:
        host = host.rstrip(".").encode("idna").decode("ascii").lower() if not host.isascii() else host.rstrip(".")
        if not re.fullmatch(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?", host):
            return None
    port = parts.port
    default = {"http": 80, "https": 443}[parts.scheme.lower()]
    return host if port in (None, default) else f"{host}:{port}"


def _path(path: str) -> str:
    clean = quote(urlsplit(urljoin("http://h/", re.sub(r"/{2,}", "/", path) or "/")).path, safe=_SAFE_PATH)
    return clean or "/"


def _query(query: str) -> str:
    if not query:
        return ""
    if "=" not in query:
        return quote(query, safe=_SAFE_PATH + "?")
    kept = [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True, max_num_fields=100)
        if not _TRACKING.match(name) and not _TRACKING_PAIR.match(f"{name}={value}")
    ]
    return urlencode(kept)


def site_of(url: str) -> str:
    """What two addresses of one outlet share: the registrable domain, or host and port where there is none.

    >>> site_of("https://feeds.bbci.co.uk/news/rss.xml"), site_of("http://127.0.0.1:8000/a")
    ('bbci.co.uk', '127.0.0.1:8000')
    """
    parts = urlsplit(url)
    return (extract_domain(url) if not parts.port else None) or parts.netloc.lower()


def on_site(url: str, sites: frozenset[str]) -> bool:
    """Whether the address belongs to one of the sites, or to a host that is named whole."""
    host = (urlsplit(url).hostname or "").lower()
    return site_of(url) in sites or host in sites
