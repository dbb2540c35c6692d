"""Every setting in one typed object, read from the environment (``EVENTWIRE_…``) and a ``.env`` file.

Precedence: arguments of the command line, environment, ``.env``, the defaults below (a laptop, offline, no account).
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = ROOT / "schemas"


class Settings(BaseSettings):
    """Settings of one installation."""

    model_config = SettingsConfigDict(env_prefix="EVENTWIRE_", env_file=".env", extra="ignore", frozen=True)

    lake: str = Field("var/lake", description="Folder or s3:// URL that holds the lake tables and WARC files.")
    release: str = Field("var/release", description="Folder or s3:// URL that releases are written under.")
    cache: Path = Field(Path("var/cache"), description="Local folder for what can be built again (the gazetteer).")
    contact: str | None = Field(
        None, description="Address in the user agent; without one nothing but loopback is fetched."
    )
    outlets: Path = Field(SCHEMAS / "outlets", description="Folder of outlet files that collect reads.")
    newsroom: str | None = Field(
        None, description="Base URL of the bundled newsroom, the one loopback address that may be fetched."
    )
    corrections: Path = Field(
        SCHEMAS / "corrections.yml", description="File of corrections by people; see docs/corrections.md."
    )
    attribution: Literal["reported", "independent", "claimed"] = Field(
        "reported", description="When a perpetrator is named in actor1; see docs/codebook.md, 'Disputed events'."
    )
    learned: bool = Field(
        True, description="Let the learned stage decide where it is better than the rules; off, the rules decide alone."
    )
    mask_persons: bool = Field(True, description="Mask names of private persons in released quotes and notes.")
    first_year: int = Field(1980, description="First year an event may have happened in (rule V03).")
    now: datetime | None = Field(
        None, description="The clock, for repeatable runs: used wherever the present moment is recorded."
    )
    archive_bytes: int = Field(
        5_000_000_000, gt=0, description="Largest archive that backfill fetches from the web, in bytes."
    )
    keep_pages_days: int | None = Field(
        None, ge=1, description="Days after which maintain removes the WARC files of pages; not set keeps all."
    )
    s3_endpoint: str | None = Field(None, description="Endpoint of an S3-compatible server other than AWS.")

    def clock(self) -> datetime:
        """The present moment in UTC, or the one set by ``now``."""
        moment = self.now or datetime.now(UTC)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process; clear with ``settings.cache_clear()`` in tests."""
    return Settings()
