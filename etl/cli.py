"""The command line: every step without Airflow.

Commands parse arguments, call one function and print; rooms are imported inside them, so that ``--help`` is quick.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from etl import __version__
from etl.cli_backfill import backfill_group, coverage_command, replay_command
from etl.cli_common import LAKE, RUN_ID, bars, moment_of, opened, run_name
from etl.cli_reads import audit, corrections_group, diff, show, status
from etl.errors import EventwireError, Misconfigured

if TYPE_CHECKING:
    pass


class Commands(click.Group):
    """A group that turns our own errors into a message and an exit code, and lists commands in flow order."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order they were added: the order of the flow."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a user's error ends in one line, never in a traceback."""
        try:
            return super().invoke(ctx)
        except EventwireError as error:
            click.echo(f"eventwire: {error}", err=True)
            ctx.exit(error.exit_code)
        except BrokenPipeError:
            # The reader of our output has seen enough (head, less).
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
            ctx.exit(0)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="eventwire")
def main() -> None:
    """News articles in, conflict events out, every value traceable to its words.

    Start with `eventwire build articles.jsonl --lake var/lake --release var/release`, then look at an event with
    `eventwire show ID`. Settings are read from EVENTWIRE_ variables and a .env file.
    """


# ---------------------------------------------------------------- on files


@main.command()
@click.argument("source", metavar="INPUT.jsonl")
@click.option("-o", "--output", metavar="OUTPUT.jsonl", default="-", show_default=True, help="- is standard output.")
def code(source: str, output: str) -> None:
    """Code articles: one answer line for each input line, in the same order."""
    from etl.code import code_lines

    def answers(lines: Iterator[str], _: Path) -> Iterator[dict[str, Any]]:
        return code_lines(_objects(lines))

    _line_by_line(source, output, "coding", answers)


@main.command()
@click.argument("source", metavar="INPUT.jsonl")
@click.option("-o", "--output", metavar="OUTPUT.jsonl", default="-", show_default=True, help="- is standard output.")
@click.option("--engine", type=click.Choice(["ladder", "newspaper"]), default="ladder", show_default=True)
def extract(source: str, output: str, engine: str) -> None:
    """Extract articles from saved pages: one answer line for each input line, in the same order."""
    from etl.extract import extract_lines

    def answers(lines: Iterator[str], folder: Path) -> Iterator[dict[str, Any]]:
        return extract_lines(lines, folder, engine)

    _line_by_line(source, output, "extracting", answers)


@main.command()
@click.argument("articles", metavar="ARTICLES.jsonl", type=click.Path(dir_okay=False, path_type=Path))
@LAKE
@click.option("--release", metavar="DIR", help="Folder or s3:// URL of releases. Default: EVENTWIRE_RELEASE.")
@click.option("--as-of", metavar="TIME", help="Publish the state as it was known then (ISO date or date-time).")
def build(articles: Path, lake: str | None, release: str | None, as_of: str | None) -> None:
    """From articles on disk to an audited release, without the web and without Airflow.

    Adds to the lake; the same line twice changes nothing, a changed text is a new version. Prints one JSON object.
    Exit code 1 where the audit fails: the last good release is untouched then.
    """
    from etl.pipeline import build as run
    from etl.settings import settings
    from etl.store import open_lake

    if not articles.is_file():
        raise Misconfigured(f"there is no file {articles}. Name a JSON Lines file of articles.")
    with bars() as shown:
        told = run(articles, open_lake(lake), release or settings().release, moment_of(as_of), show=shown)
    click.echo(json.dumps(told, ensure_ascii=False))


main.add_command(audit)
main.add_command(show)
main.add_command(status)
main.add_command(diff)
main.add_command(corrections_group)


# ---------------------------------------------------------------- steps


@main.command()
@click.argument("outlet")
@LAKE
@RUN_ID
def discover(outlet: str, lake: str | None, run_id: str | None) -> None:
    """Read an outlet's feeds: new addresses become candidates."""
    from etl.pipeline import web

    with _client() as client:
        one = web.outlet_named(outlet, _newsroom())
        _print(web.discover_outlet(opened(lake), one, client, run_id or run_name("discover")))


@main.command()
@click.argument("outlet")
@LAKE
@RUN_ID
def fetch(outlet: str, lake: str | None, run_id: str | None) -> None:
    """Fetch what waits of an outlet: pages are kept byte for byte as WARC."""
    from etl.pipeline import web

    with _client() as client:
        one = web.outlet_named(outlet, _newsroom())
        _print(web.fetch_outlet(opened(lake), one, client, run_id or run_name("fetch")))


@main.command("read-pages")
@LAKE
@RUN_ID
def read_pages(lake: str | None, run_id: str | None) -> None:
    """Extract articles from the pages of the lake that wait for it."""
    from etl.pipeline import web

    _print(web.extract_pages(opened(lake), run_id or run_name("extract")))


@main.command("code-lake")
@LAKE
@RUN_ID
def code_lake(lake: str | None, run_id: str | None) -> None:
    """Code the articles of the lake that this coder version has not read."""
    from etl.pipeline import steps

    with bars() as shown:
        counts = steps.code_articles(opened(lake), run_id=run_id, progress=shown.step("coding"))
    _print(counts)


@main.command()
@LAKE
@RUN_ID
@click.option("--replay", is_flag=True, help="Try again what earlier merges set aside.")
def merge(lake: str | None, run_id: str | None, replay: bool) -> None:
    """Mentions become events with stable ids; corrections revise them."""
    from etl.pipeline import steps

    _print(steps.merge_mentions(opened(lake), run_id or run_name("merge"), replay))


@main.command()
@LAKE
@RUN_ID
def validate(lake: str | None, run_id: str | None) -> None:
    """Audit the lake's current state without publishing; broken rows go to quarantine."""
    from etl.pipeline import steps

    _print(steps.audit_events(opened(lake), run_id or run_name("validate")))


@main.command()
@LAKE
@click.option("--release", metavar="DIR", help="Folder or s3:// URL of releases. Default: EVENTWIRE_RELEASE.")
@click.option("--as-of", metavar="TIME", help="Publish the state as it was known then (ISO date or date-time).")
def publish(lake: str | None, release: str | None, as_of: str | None) -> None:
    """Audit the state and publish it as a new release."""
    from etl.pipeline import steps
    from etl.settings import settings

    done = steps.publish_release(opened(lake, True), release or settings().release, moment_of(as_of))
    _print({"release": done.version, "path": done.path, "changed": done.changed, "set_aside": dict(done.set_aside)})


@main.command()
@LAKE
def recover(lake: str | None) -> None:
    """Finish what a killed run left in the lake (every writing command does so too)."""
    from etl.settings import settings
    from etl.store import Lake

    opened = Lake(lake or settings().lake)
    if not opened.exists:
        raise Misconfigured(f"there is no lake at {opened.url}. Name another one with --lake.")
    _print({"finished": opened.recover(), "batches": opened.head().number})


@main.command()
@LAKE
@click.option("--keep-days", type=click.IntRange(min=7), help="Drop table states older than this many days.")
def maintain(lake: str | None, keep_days: int | None) -> None:
    """Join the small files that many runs leave; history stays unless --keep-days is given.

    Where EVENTWIRE_KEEP_PAGES_DAYS is set, WARC files go whose pages are all older; the rows of the pages say so.
    """
    from etl.pipeline.retention import expire_pages
    from etl.settings import settings

    into, days = opened(lake, True), settings().keep_pages_days
    told: dict[str, Any] = {"files_dropped": into.maintain(keep_days)}
    if days is not None:
        told["expired"] = expire_pages(into, days)
    _print(told)


main.add_command(backfill_group)
main.add_command(replay_command)
main.add_command(coverage_command)


# ---------------------------------------------------------------- around it


@main.command()
@click.argument("name")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(min=1))
def places(name: str, limit: int) -> None:
    """Look a place name up in the gazetteer."""
    from etl.geocode import gazetteer

    found = gazetteer().lookup(name)[:limit]
    if not found:
        click.echo(f"no place is called {name}", err=True)
    for entry in found:
        click.echo(f"{entry.geonameid or '-':>10}  {entry.name}, {entry.country}  {entry.feature}  {entry.point}")


@main.group()
def outlets() -> None:
    """The outlets that are collected."""


@outlets.command("list")
def outlets_list() -> None:
    """All outlets with country, reach and number of feeds."""
    for o in _outlets():
        click.echo(f"{o.id:24} {o.country} {o.reach:14} {len(o.feeds)} feeds  {o.name}")


@outlets.command("check")
@click.argument("ids", nargs=-1)
def outlets_check(ids: tuple[str, ...]) -> None:
    """Ask whether robots.txt and the feeds of outlets answer (all outlets where none is named)."""
    from etl.fetch import check_outlets

    wanted = [o for o in _outlets() if not ids or o.id in ids]
    with _client() as client:
        results = check_outlets(wanted, client)
    for r in results:
        click.echo(f"{'ok ' if r.ok else 'BAD'} {r.outlet:24} {r.said}")
    sys.exit(0 if all(r.ok for r in results) else 1)


@outlets.command("add")
@click.argument("url")
def outlets_add(url: str) -> None:
    """Look at a front page and write an outlet file for it."""
    from etl.fetch import propose_outlet
    from etl.settings import settings

    with _client() as client:
        proposal = propose_outlet(url, client)
    path = settings().outlets / f"{proposal.outlet.id}.yml"
    if path.exists():
        raise Misconfigured(f"{path} is there already. Edit it, or remove it first.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(proposal.to_yaml(), encoding="utf-8")
    click.echo(f"{path} written. Check in it: {'; '.join(proposal.to_check) or 'nothing'}")


@main.command()
@click.option(
    "--part",
    type=click.Choice(["newsroom", "train", "test", "all"]),
    default="newsroom",
    show_default=True,
    help="Which gold. The test part is for the last measurement of a version; its texts and errors are never shown.",
)
@click.option(
    "--gold", type=click.Path(file_okay=False, path_type=Path), help="Folder of newsroom/ and open/. Default: bundled."
)
@click.option("--limit", type=click.IntRange(min=1), help="Measure only about so many texts, spread over each part.")
@click.option("--json", "out", metavar="FILE", type=click.Path(path_type=Path), help="Write figures and errors there.")
@click.option("--html", "page", metavar="FILE", type=click.Path(path_type=Path), help="Write the error report there.")
@click.option("--readme", metavar="README.md", type=click.Path(path_type=Path), help="Rewrite its accuracy block.")
@click.option("--errors", is_flag=True, help="List every difference from the gold.")
def evaluate(
    part: str,
    gold: Path | None,
    limit: int | None,
    out: Path | None,
    page: Path | None,
    readme: Path | None,
    errors: bool,
) -> None:
    """Score the coder on gold texts, and tell where it goes wrong.

    Events are counted by how much of them is right: type, day, place, both actors. On the newsroom its answers are
    merged too, and the events that come out measured. With --part all the newsroom, the train and the test part are
    measured side by side.
    """
    from etl.evaluate.run import run
    from etl.settings import ROOT

    if readme and limit:
        raise Misconfigured("--readme writes figures on whole parts. Leave --limit out.")
    with bars() as shown:
        done = run(part, gold or ROOT / "tests" / "gold", limit, lambda name, total: shown.step(name, total))
    click.echo("\n".join(done.lines(errors)))
    for path, text in ((out, done.as_json), (page, done.as_html)):
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text(), encoding="utf-8")
    if readme:
        done.write_readme(readme)


@main.group("gazetteer")
def gazetteer_group() -> None:
    """The file that place names are looked up in."""


@gazetteer_group.command("build")
def gazetteer_build() -> None:
    """Build it now (otherwise it is built on first use)."""
    from etl.geocode.gazetteer import default_path, open_gazetteer

    open_gazetteer()
    click.echo(str(default_path()))


@main.command()
@click.option("--port", default=8765, show_default=True, help="0 takes a free one.")
@click.option("--round", "number", default=1, show_default=True, type=click.IntRange(1, 2))
def newsroom(port: int, number: int) -> None:
    """Serve the sample newsroom on this machine: invented outlets to try everything on."""
    from etl.newsroom import serve

    room = serve(port=port, round=number)
    click.echo(f"newsroom at {room.url}; set EVENTWIRE_NEWSROOM to it. Stop with Ctrl-C.")
    room.wait()


# ---------------------------------------------------------------- helpers


Answers = Callable[[Iterator[str], Path], Iterator[dict[str, Any]]]


def _line_by_line(source: str, output: str, name: str, answers: Answers) -> None:
    """Answer each line of a file or standard input; the output file appears whole, when all are answered."""
    folder = Path.cwd() if source == "-" else Path(source).parent
    with _reading(source) as stream, _writing(output) as out, bars() as shown:
        total = None if source == "-" else sum(1 for line in Path(source).read_bytes().splitlines() if line.strip())
        move = shown.step(name, total)
        for answer in answers((line for line in stream if line.strip()), folder):
            out.write(json.dumps(answer, ensure_ascii=False, default=str) + "\n")
            if move:
                move(1)


@contextmanager
def _reading(source: str) -> Iterator[IO[str]]:
    if source == "-":
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
        yield sys.stdin
        return
    try:
        with open(source, encoding="utf-8-sig", errors="replace") as stream:
            yield stream
    except OSError as error:
        raise Misconfigured(f"{source} cannot be read ({error.strerror}). Name a JSON Lines file, or - .") from error


@contextmanager
def _writing(output: str) -> Iterator[IO[str]]:
    if output == "-":
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
        yield sys.stdout
        return
    part = Path(f"{output}.part")
    try:
        with open(part, "w", encoding="utf-8") as stream:
            yield stream
        part.replace(output)
    except OSError as error:
        raise Misconfigured(f"{output} cannot be written ({error.strerror}). Name another file.") from error
    finally:
        part.unlink(missing_ok=True)


def _objects(lines: Iterator[str]) -> Iterator[Any]:
    """Parsed lines; one that is no JSON goes on as its text and is answered as failed."""
    for line in lines:
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):
            yield line


def _newsroom() -> str | None:
    from etl.settings import settings

    return settings().newsroom


def _client() -> Any:
    from etl.fetch import Client

    base = _newsroom()
    return Client(allow=[base] if base else [])


def _outlets() -> list[Any]:
    from etl.discover.outlets import load_outlets
    from etl.settings import settings

    # The list can be shown while the newsroom is down.
    return load_outlets(settings().outlets, settings().newsroom or "http://127.0.0.1")


def _print(counts: Any) -> None:
    click.echo(json.dumps(counts, ensure_ascii=False, default=str))


if __name__ == "__main__":
    main()
