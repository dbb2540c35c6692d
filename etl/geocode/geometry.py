"""Distances, country outlines and how far a coded point may lie from the true place.

Outlines are simplified (up to about 6 km), hence every test of a point takes a buffer. Does not know names: that is the
gazetteer's part.
"""

from __future__ import annotations

import json
import math
from functools import cache
from typing import Any

from etl.errors import Misconfigured
from etl.settings import SCHEMAS

EARTH_KM = 6371.0088
"""Mean radius of the Earth (IUGG)."""

KM_PER_DEGREE = 111.2

UNCERTAINTY_KM = {
    "populated": 5.0,  # half the diameter of a city of a million
    "admin2": 25.0,  # radius of a disc of the median area of a second-level unit, about 2,000 km2
    "admin1": 100.0,  # the same for first-level units of the larger countries in conflict, about 30,000 km2
    "country": 400.0,
    "natural": 75.0,
    "other": 50.0,
}
"""Radius in km within which the act happened, by what kind of place stands for it."""


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance of two points (latitude, longitude in degrees) in kilometres.

    >>> round(distance_km((33.51, 36.29), (33.34, 44.39)))
    752
    """
    lat1, lon1, lat2, lon2 = map(math.radians, (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, h)))


def uncertainty_km(geo_precision: int, feature: str | None = "populated", radius_km: float | None = None) -> float:
    """Radius in km around the coded point that holds the true place.

    Args:
        geo_precision: 1, 2 or 3 as in the codebook.
        feature: kind of the place that the coordinates are of.
        radius_km: the place's own radius where it is known (natural features).

    >>> uncertainty_km(1, "populated"), uncertainty_km(2, "populated"), uncertainty_km(3, "populated")
    (5.0, 25.0, 100.0)
    """
    base = radius_km or UNCERTAINTY_KM.get(feature or "other", UNCERTAINTY_KM["other"])
    if geo_precision == 1:
        return base
    return max(base, UNCERTAINTY_KM["admin2"] if geo_precision == 2 else UNCERTAINTY_KM["admin1"])


@cache
def _outlines() -> dict[str, Any]:
    from shapely import prepare
    from shapely.geometry import shape

    path = SCHEMAS / "gazetteer" / "countries.geojson"
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
    except (OSError, ValueError, KeyError) as error:
        raise Misconfigured(f"cannot read the country outlines in {path}: restore the file and run again.") from error
    shapes = {f["properties"]["iso3"]: shape(f["geometry"]) for f in features}
    prepare(list(shapes.values()))
    return shapes


def outline(iso3: str) -> Any | None:
    """The country's outline as a shapely geometry in degrees (longitude, latitude), or None where there is none."""
    return _outlines().get(iso3)


def within_outline(iso3: str, latitude: float, longitude: float, buffer_km: float = 0.0) -> bool | None:
    """Whether a point lies in a country's outline widened by ``buffer_km``; None where the outline is unknown.

    >>> within_outline("SYR", 35.95, 39.01), within_outline("SYR", 33.34, 44.39, 20), within_outline("TKL", 0, 0)
    (True, False, None)
    """
    from shapely.geometry import Point

    shape = outline(iso3)
    if shape is None:
        return None
    point = Point(longitude, latitude)
    if shape.contains(point):
        return True
    if buffer_km <= 0:
        return False
    # A degree of longitude shrinks towards the poles: stretch the plane so that the nearest point is nearest on
    # the ground.
    reach = buffer_km / (KM_PER_DEGREE * max(0.05, math.cos(math.radians(latitude))))
    if shape.distance(point) > reach:
        return False
    from shapely.affinity import scale
    from shapely.ops import nearest_points

    squeeze = max(0.05, math.cos(math.radians(latitude)))
    flat, spot = (scale(g, squeeze, 1.0, origin=(0, 0)) for g in (shape, point))
    near = nearest_points(flat, spot)[0]
    return distance_km((latitude, longitude), (near.y, near.x / squeeze)) <= buffer_km


def centre(iso3: str) -> tuple[float, float] | None:
    """Latitude and longitude of the middle of a country's largest part, or None."""
    shape = outline(iso3)
    if shape is None:
        return None
    largest = max(getattr(shape, "geoms", [shape]), key=lambda g: g.area)
    return round(largest.centroid.y, 4), round(largest.centroid.x, 4)
