"""From the bytes of a page to an article: text, title, authors, date and its basis, language, access.

A ladder of readers per field stands behind one call, ``extract``; what is no article is set aside with a reason. This
room never fetches anything.
"""

from etl.extract.lines import extract_lines
from etl.extract.model import Extraction, FeedHints
from etl.extract.reader import ENGINES, extract

__all__ = ["ENGINES", "Extraction", "FeedHints", "extract", "extract_lines"]
