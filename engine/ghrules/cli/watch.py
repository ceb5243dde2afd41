"""`ghrules watch`: news of a running stream."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from ghrules.cli.options import (
    Value,
    engine_option,
    input_format_option,
    no_color_option,
    pack_option,
    parameters_option,
)
from ghrules.cli.output import emit, page_width, wants_color

if TYPE_CHECKING:
    from ghrules.report.model import Report
    from ghrules.watch.streams import Streams
    from ghrules.watch.watcher import News, Watcher

EXIT_CODES = """\b
Exit codes:
  0  the streams have ended, or Ctrl-C ended the watch
  2  the command line makes no sense
  3  the knowledge of a pack is not valid
  4  a file cannot be followed
"""
TICK_S = 0.1
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def span_option(ctx: click.Context, param: click.Parameter, text: str) -> float:
    """A span of time, in seconds: 90s, 5m, 1.5h."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)", text.strip())
    if not found or float(found[1]) == 0:
        raise click.BadParameter(f"'{text}' is no span of time, write for instance 90s, 5m or 1h", ctx, param)
    return float(found[1]) * _SECONDS[found[2]]


@click.command(epilog=EXIT_CODES, short_help="Watch a stream, tell what is new.")
@click.argument("stream", default="-", metavar="[-]")
@click.option(
    "--follow", "files", multiple=True, metavar="FILE", help="Follow a file that grows, through rotation. Repeatable."
)
@click.option("--from-start", is_flag=True, help="Read followed files from their beginning.")
@click.option(
    "--window",
    default="5m",
    show_default=True,
    callback=span_option,
    metavar="SPAN",
    help="How far back a diagnosis looks.",
)
@click.option(
    "--once-within",
    default="10m",
    show_default=True,
    callback=span_option,
    metavar="SPAN",
    help="Tell the same kind of news of a hypothesis once within SPAN.",
)
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", help="json: one event a line.")
@pack_option
@parameters_option
@input_format_option
@engine_option
@no_color_option
@click.option("--no-report", is_flag=True, help="No final report.")
@click.pass_context
def watch(
    ctx: click.Context,
    stream: str,
    files: tuple[str, ...],
    from_start: bool,
    window: float,
    once_within: float,
    output: str,
    packs: tuple[str, ...],
    parameters: dict[str, Value],
    input_format: str | None,
    engine: str,
    no_color: bool,
    no_report: bool,
) -> None:
    """Watch standard input, or files that grow, and tell when a hypothesis appears, grows, moves in rank or ends.

    \b
        wrangler tail --format json | ghrules watch
        ghrules watch --follow /var/log/postgresql/postgresql.log

    Ctrl-C ends the watch with a report of all that was seen.
    """
    from ghrules.api import Engine
    from ghrules.watch.streams import Streams, check_followed, of_descriptor, of_file
    from ghrules.watch.watcher import Watcher

    if stream != "-":
        raise click.UsageError(f"To follow a file: ghrules watch --follow {stream}", ctx)
    if not files and sys.stdin.isatty():
        raise click.UsageError("There is nothing to watch: pipe a stream in, or --follow a file.", ctx)
    check_followed(files)
    running = Engine(packs=packs, parameters=parameters, backend=engine)
    watcher = Watcher(running, window_s=window, once_within_s=once_within, input_format=input_format)
    color = output == "text" and not no_color and wants_color(sys.stdout, os.environ)
    show = _Show(output, color)
    watcher.prepare()
    with Streams() as streams:
        for path in files:
            streams.add(path, of_file(path, from_start=from_start))
        if not files:
            streams.add("-", of_descriptor(sys.stdin.fileno()))
        with _stopped_by_signals():
            for news in _watched(watcher, streams):
                show.news(news)
    if not no_report:
        show.report(watcher.report())


def _watched(watcher: Watcher, streams: Streams) -> Iterator[News]:
    """The news of the streams until they have all ended."""
    while not streams.ended:
        piece = streams.get(TICK_S)
        if piece is not None:
            name, data = piece
            if data is None:
                watcher.end(name)
            else:
                watcher.feed(name, data)
        if watcher.due():
            yield from watcher.news()
    yield from watcher.news()


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Ctrl-C and SIGTERM end the block quietly; the next one ends the program."""
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, previous)


class _Show:
    """Prints news and the final report."""

    def __init__(self, output: str, color: bool) -> None:
        self._json = output == "json"
        self._color = color

    def news(self, news: News) -> None:
        from ghrules.watch.render import as_event, as_text

        emit(as_event(news) + "\n" if self._json else as_text(news, page_width(), self._color))

    def report(self, report: Report) -> None:
        if self._json:
            from ghrules.watch.render import as_report_event

            emit(as_report_event(report) + "\n")
        else:
            emit("\n" + report.to_text(width=page_width(), color=self._color))
