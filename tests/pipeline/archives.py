"""WARC archives for tests, as somebody else would have made them."""

from __future__ import annotations

import io
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

STORY = (
    "<html><head><title>Shelling in Bara</title></head><body><article><h1>Shelling in Bara</h1>"
    + "".join(
        f"<p>Residents of Bara told this paper on day {n} that shells had fallen on the market since the morning and "
        f"that at least {n} people were taken to the hospital of the town, where the power had failed again.</p>"
        for n in range(3, 9)
    )
    + "</article></body></html>"
)


def archive(
    path: Path,
    pages: dict[str, str],
    date: str = "2024-05-03T10:00:00Z",
    status: str = "200 OK",
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html; charset=utf-8"),),
    squeeze: bool = True,
) -> Path:
    """A WARC file with one response and one request a page."""
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=squeeze)
        for url, body in pages.items():
            http = StatusAndHeaders(status, list(headers), protocol="HTTP/1.1")
            data = body.encode() if isinstance(body, str) else body
            writer.write_record(
                writer.create_warc_record(
                    url, "response", payload=io.BytesIO(data), http_headers=http, warc_headers_dict={"WARC-Date": date}
                )
            )
            asked = StatusAndHeaders("GET / HTTP/1.1", [("Host", "x")], is_http_request=True)
            writer.write_record(writer.create_warc_record(url, "request", http_headers=asked))
    return path
