"""`kb serve`: the web pages, on a server that is made for it."""

from __future__ import annotations

import ipaddress
from contextlib import nullcontext

import click

from kb.cli.options import KbCommand
from kb.cli.session import Progress, current, tell
from kb.errors import UsageError

_MOST_WORKERS = 64


@click.command("serve", cls=KbCommand, short_help="Show the knowledge base as web pages.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Where to listen; 0.0.0.0: everywhere."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="The port; 0: any that is free.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, _MOST_WORKERS),
    help="Processes that answer. Else as many as there are processors, two to four.",
)
@click.option(
    "--access-log",
    type=click.Choice(["full", "no-queries", "off"]),
    default="full",
    show_default=True,
    help="A line a request on standard output; no-queries leaves out what was searched for.",
)
@click.option(
    "--dev",
    is_flag=True,
    help="For work on kb itself: reloads changed code, shows tracebacks. This machine only.",
)
def serve_command(host: str, port: int, workers: int | None, access_log: str, *, dev: bool) -> None:
    r"""Show the knowledge base as web pages, until Ctrl-C or SIGTERM.

    Changed entries are seen within seconds, without a restart. Nothing but what is on this
    machine is used.

    \b
    kb serve                          for yourself: http://127.0.0.1:8000/
    kb serve --host 0.0.0.0           for everybody who can reach this machine
    kb serve --port 0                 on any port that is free
    """
    if dev and not _is_loopback(host):
        raise UsageError(
            f"--dev shows the insides of the program, and {host} can be reached from elsewhere.",
            "Leave --host out, or leave --dev out.",
        )
    if dev:
        _serve_dev(host, port)
    else:
        _serve(host, port, workers, access_log)


def _serve(host: str, port: int, workers: int | None, access_log: str) -> None:
    from web import serving
    from web.freshness import Keeper, own_folder

    session = current()
    knowledge = session.open()
    keeping = nullcontext(None) if knowledge.reads_index else own_folder(knowledge.folder)
    with serving.bound(host, port) as listener, keeping as folder:
        if folder is None:
            stats = knowledge.sync()
        else:
            with Progress() as progress:  # the first state is whole before anybody sees it
                stats = Keeper(knowledge, folder, tell).follow(progress.report)
        session.tell_findings((*knowledge.findings, *stats.findings))
        if folder is not None and not stats.added + stats.changed + stats.unchanged:
            tell("There are no entries yet. Begin one: kb new TITLE")
        knowledge.close()
        chosen = serving.Serving(
            knowledge.folder,
            folder,
            knowledge.config.web,
            workers or serving.default_workers(),
            access_log,
            shared=knowledge.shared,
        )
        address = serving.address_of(listener)
        serving.serve(chosen, listener, lambda: click.echo(f"Serving {address}  (Ctrl-C ends it)"))


def _serve_dev(host: str, port: int) -> None:
    from web import development, serving

    knowledge = current().open()
    if not development.reloaded():
        with serving.bound(host, port) as listener:
            port = listener.getsockname()[1]
            click.echo(
                f"Serving {serving.address_of(listener)}  (Ctrl-C ends it; code is reloaded)"
            )
    development.serve(knowledge, host, port)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
