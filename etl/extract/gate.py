"""Whether a page is an article at all.

Decides by title, description and the amount of text whether a page is a wall, an error page or a list of articles, and
names it so. Cautious on purpose: only short texts are doubted, for a long text with the word "cookies" is an article
about cookies.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from etl.errors import SetAside
from etl.extract.model import Page

# Characters: walls and error pages say what they have to say in fewer; articles with as little are one-paragraph news.
_WALL = 1500
_SHORT = 600
_NO_TEXT = 25
# Links with headlines for labels from which a page without any sign of an article is a list.
_INDEX_LINKS = 30
# Characters from which the label of a link is a headline and not a menu item.
_LABEL = 25
# Characters that a heading may have beside the notice that its article was taken back: a full stop, a blank.
_REST = 3
# Characters without blanks in which a page's description and its text agree by more than chance.
_OWN_WORDS = 40

_SOFT_404 = re.compile(
    r"\b404\b|page (?:not|cannot be|can['’]t be|could not be) found|not found|no longer (?:available|exists)"
    r"|doesn['’]t exist|does not exist"
    r"|seite (?:wurde )?nicht gefunden|nicht (?:mehr )?verfügbar|page introuvable|página no encontrada|no"
    r" encontrad[ao]|pagina non trovata|página não encontrada"
    r"|страница не найдена|сторінку не знайдено|الصفحة غير موجودة|لم يتم العثور|sayfa bulunamadı|pagina niet"
    r" gevonden|sidan hittades inte",
    re.IGNORECASE,
)
# What an outlet leaves in place of an article that it took back; said of the article, as a whole page.
_WITHDRAWN = re.compile(
    r"\b(?:article|story|report|piece|page|item)s? (?:(?:has|have) been |was |were |is )?(?:now )?"
    r"(?:withdrawn|retracted|taken down|unpublished)\b"
    r"|\b(?:withdrawn|retracted) (?:article|story|report)\b|\bwe (?:have )?(?:withdrawn|retracted) this\b"
    r"|(?:статья|материал|публикация) (?:был[ао]? )?(?:отозван|снят|удал[её]н)"
    r"|article (?:a été )?retiré|artículo (?:ha sido )?retirado|تم سحب (?:هذا )?(?:المقال|الخبر)",
    re.IGNORECASE,
)
_BLOCKED = re.compile(
    r"access (?:to this page has been )?denied|just a moment|attention required|are you a (?:robot|human)"
    r"|verify(?:ing)? (?:that )?you are (?:a )?human|captcha"
    r"|checking your browser|enable javascript and cookies|unusual (?:traffic|activity)|403 forbidden|request"
    r" (?:was )?(?:blocked|unsuccessful)|bot (?:detection|protection)"
    r"|ddos protection|you have been blocked|security check|not available in your (?:region|country)|unavailable"
    r" (?:in|for) (?:your|legal)|pardon our interruption",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"before you continue|we value your privacy|your privacy (?:choices|matters|is important)|cookie (?:consent"
    r"|settings|preferences|policy)|accept (?:all )?(?:cookies|and continue)"
    r"|we (?:and our partners )?use cookies|consent to|manage (?:your )?(?:choices|preferences|options)|datenschutz"
    r"|cookies akzeptieren|mit werbung (?:und tracking )?weiter|zustimmen"
    r"|nous utilisons des cookies|accepter (?:et|les cookies)|utilizamos cookies|aceptar (?:todo|cookies)|usiamo i"
    r" cookie|мы используем (?:файлы )?cookie|файлы cookie|ملفات تعريف الارتباط",
    re.IGNORECASE,
)
_PAYWALL = re.compile(
    r"(?:subscribe|sign in|log ?in|register|sign up)(?: now| today| here)? to (?:continue|read|keep reading|unlock"
    r"|access|view)|to (?:continue|keep) reading|already a subscriber"
    r"|this (?:article|content|story) is (?:for|only for|available (?:only )?to|reserved for|exclusive to) (?:our"
    r" )?(?:paying )?(?:subscribers|members)|subscribers? only|subscriber[- ]exclusive|unlock this (?:article|story)"
    r"|you have reached your (?:limit|article)|free articles? (?:left|remaining|this month)|become a (?:subscriber"
    r"|member) to"
    r"|weiterlesen mit|jetzt (?:abonnieren|weiterlesen)|nur für abonnenten|réservé aux abonnés|il vous reste"
    r" .{1,20} à lire|abonnez-vous pour|suscríbete para|solo para suscriptores"
    r"|для подписчиков|للمشتركين فقط",
    re.IGNORECASE,
)
_LIVE = re.compile(
    r"^\W{0,3}(?:live(?: updates?| blog| coverage)?\s?[:|–-]|live ?blog\b|liveticker\b)|\blive updates\b|\blive"
    r" blog\b|/live(?:blog|-updates?|ticker)?/|[/-]liveblog|/live-blog",
    re.IGNORECASE,
)


def kind_of(page: Page, title: str | None) -> str:
    """``live_blog``, ``gallery``, ``video`` or ``article``, by what the page says of itself."""
    if "LiveBlogPosting" in page.kinds or _LIVE.search(title or "") or _LIVE.search(urlsplit(page.url or "").path):
        return "live_blog"
    og = page.meta.get("og:type", "").lower()
    if not page.node and (
        page.kinds & {"ImageGallery", "MediaGallery"}
        or re.search(r"/(?:gallery|galleries|photos?|pictures|fotostrecke)/", page.url or "")
    ):
        return "gallery"
    if not page.node and ("VideoObject" in page.kinds or og.startswith("video")):
        return "video"
    return "article"


def check(page: Page, title: str | None, text: str, kind: str) -> tuple[str, list[str]]:
    """Access of a page that is an article.

    Returns:
        ``open`` or ``paywalled``, and reason codes.

    Raises:
        SetAside: ``soft_404``, ``blocked``, ``withdrawn``, ``consent_wall``, ``paywalled``, ``gallery``,
            ``video_page``, ``index_page``, ``no_text``.
    """
    size = len(text)
    heads = " | ".join([title or "", *_headings(page.tree)])
    whole = text if size < _WALL else ""
    if size < _WALL:
        visible = whole + "\n" + _visible(page.tree)
        opening = visible[:3000]
        described = bool(page.node) or "article:published_time" in page.meta
        if _BLOCKED.search(heads) or (size < _SHORT and not described and _BLOCKED.search(opening)):
            raise SetAside("blocked", "the page asks whether we are a person, or refuses us")
        if not described and (_SOFT_404.search(heads) or (size < _SHORT and _SOFT_404.search(opening[:600]))):
            raise SetAside("soft_404", "the page says that it does not exist")
        if size < _SHORT and (
            _is_notice(title, page) or (_WITHDRAWN.search(heads) and _WITHDRAWN.search(whole or opening))
        ):
            raise SetAside("withdrawn", "the page says that its article was taken back")
        behind = _PAYWALL.search(visible) or _closed(page)
        consent = len(_CONSENT.findall(opening))
        if (
            not described
            and consent
            and (_CONSENT.search(heads) or len(_CONSENT.findall(whole)) >= 2 or (size < _SHORT and consent >= 2))
        ):
            raise SetAside("consent_wall", "the page asks for consent and shows nothing else")
        if behind and size < 200:
            raise SetAside("paywalled", "the page shows no more than a headline without a subscription")
        if kind == "gallery" and size < _SHORT:
            raise SetAside("gallery", "the page is a series of pictures")
        if kind == "video" and size < _SHORT:
            raise SetAside("video_page", "the page is a film with a caption")
        if _is_index(page, text):
            raise SetAside("index_page", "the page is a list of links to articles")
        if size < _NO_TEXT:
            raise SetAside("no_text", "no text was found on the page")
        if behind and size < _WALL:
            return "paywalled", ["paywalled"]
    elif _is_index(page, text):
        raise SetAside("index_page", "the page is a list of links to articles")
    return "open", []


def _is_notice(title: str | None, page: Page) -> bool:
    """Whether the headline says no more than that the article was taken back."""
    said = next(
        (m for head in (title or "", *_headings(page.tree)) if (m := _WITHDRAWN.match(head.removeprefix("This ")))),
        None,
    )
    return said is not None and len(said.string) - len(said[0]) <= _REST


def _headings(tree: Any) -> list[str]:
    found = [" ".join(e.text_content().split())[:200] for e in list(tree.iter("title"))[:2]]
    return found + [" ".join(e.text_content().split())[:200] for e in list(tree.iter("h1", "h2"))[:3]]


def _visible(tree: Any) -> str:
    """The first words of the body, without scripts."""
    words: list[str] = []
    length = 0
    body = tree.find("body")
    for element in (body if body is not None else tree).iter():
        if not isinstance(element.tag, str):
            continue
        for part in (
            (element.text if element.tag not in ("script", "style", "noscript", "template") else None),
            element.tail,
        ):
            if part and part.strip():
                words.append(" ".join(part.split()))
                length += len(words[-1])
        if length > 8000:
            break
    return " ".join(words)


def _closed(page: Page) -> bool:
    """Whether the page itself declares that it is not free to read."""
    free = page.node.get("isAccessibleForFree")
    tier = page.meta.get("article:content_tier", "").lower()
    return free is False or str(free).lower() == "false" or tier in ("locked", "metered")


def _is_index(page: Page, text: str) -> bool:
    """A list of links: nothing describes an article, many links with long labels, and no paragraph of prose."""
    front = urlsplit(page.url or "http://x/x").path in ("", "/")
    if page.node or page.meta.get("og:type", "").lower() == "article" or "article:published_time" in page.meta:
        return False
    labels = {" ".join(a.text_content().split()) for a in page.tree.iter("a")}
    teasers = sum(1 for label in labels if len(label) >= _LABEL)
    prose = [p for p in text.split("\n\n") if len(p) > 200]
    lists = bool(page.kinds & {"CollectionPage", "ItemList", "SearchResultsPage"})
    if front or lists:
        return teasers >= 10 and len(prose) < 3
    if teasers < _INDEX_LINKS or prose:
        return False
    if _describes(page, text):
        return False
    lines = text.split("\n\n")
    linked = sum(1 for line in lines if line.lstrip("- ") in labels)
    return len(text) < _WALL or 2 * linked > len(lines)


def _describes(page: Page, text: str) -> bool:
    """Whether the page's description of itself is the beginning of this text, as blogs write it."""
    described = "".join((page.meta.get("og:description") or page.meta.get("description") or "").split())
    return len(described) >= _OWN_WORDS and "".join(text.split()).startswith(described[:_OWN_WORDS])
