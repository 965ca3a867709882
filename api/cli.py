"""The command line: ``paihao serve``, ``db``, ``hall``, ``user``, ``device``, ``board``, ``replay``, ``deadline``."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click
import uvicorn

from ..booking.appointments import AppointmentRow
from ..booking.intake import Sender, take_in
from ..core import settings as settings_module
from ..core.clock import now
from ..core.db import Database
from ..core.errors import Invalid, Problem
from ..core.i18n import N_, Language, negotiate, translate
from ..core.privacy import Vault
from ..core.settings import Settings, SettingsError
from ..queue import hallexchange, hallfiles, hallread
from ..queue.actor import SYSTEM
from ..queue.hall import CaseKind
from ..queue.staff import DeviceKind, Role
from . import accounts, demo, schema
from . import deadline as legal

T = TypeVar("T")


def _settings() -> Settings:
    try:
        return settings_module.load()
    except SettingsError as error:
        raise click.ClickException(str(error)) from None


def _run(work: Callable[[Database], Awaitable[T]]) -> T:
    """Run a command's work with an open, up-to-date database; domain errors become a line in the reader's language."""

    settings = _settings()

    async def inside() -> T:
        database = Database(settings.database_url, password=settings.database_password, pool_size=2)
        try:
            if database.sqlite:
                await schema.upgrade(database)
            return await work(database)
        finally:
            await database.close()

    language = _language()
    try:
        return asyncio.run(inside())
    except Problem as error:
        raise click.ClickException(translate(language, error.detail, **error.params)) from None
    except hallfiles.BrokenFiles as error:
        for fault in error.faults:
            click.echo(f"{fault.place}  {fault.describe(language)}", err=True)
        told = translate(language, N_("共{count}处错误，未导入任何内容"), count=len(error.faults))
        raise click.ClickException(told) from None


def _language() -> Language:
    return negotiate(os.environ.get("LANG", "").split(".")[0])


@click.group()
@click.version_option(package_name="paihao")
def main() -> None:
    """Paihao (排号): queue and appointments for government service halls."""
    os.umask(0o077)  # databases, secrets and passwords are their owner's business


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=1, show_default=True, help="Processes; more than one needs PostgreSQL.")
def serve(host: str, port: int, workers: int) -> None:
    """Run the server."""
    settings = _settings()
    if workers > 1 and settings.database_url.startswith("sqlite"):
        raise click.ClickException("SQLite serves one process; set PAIHAO_DATABASE_URL to PostgreSQL for --workers")
    uvicorn.run(
        "paihao.api.serve:app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=4096,
        ws_ping_interval=None,
        timeout_graceful_shutdown=5,
    )


@main.group()
def db() -> None:
    """The database."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the database up to date."""
    _run(schema.upgrade)


@main.group()
def hall() -> None:
    """Halls as CSV files, in a directory or a ZIP, and as Excel workbooks."""


def _upload(path: Path) -> hallexchange.Upload:
    """The hall in a directory, a workbook or a ZIP."""
    kind = hallexchange.kind_of(path.name)
    if path.is_dir():
        return hallexchange.Upload(hallfiles.read(path))
    if kind is None:
        raise Invalid(N_("大厅可以是一个目录、.xlsx 文件或 .zip 文件"), code="hall_file")
    return hallexchange.read(path.read_bytes(), kind, path.name)


@hall.command("import")
@click.argument("source", metavar="DIR|FILE.xlsx|FILE.zip", type=click.Path(exists=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would change, or be refused.")
def hall_import(source: Path, dry_run: bool) -> None:
    """Read a hall from its files: all of it or nothing, every bad row reported."""

    settings, language = _settings(), _language()
    sender = Sender(SYSTEM, now(), Vault(settings.secret), settings.public_url.rstrip("/"))

    async def work(database: Database) -> tuple[hallexchange.Upload, hallexchange.Report, Sequence[AppointmentRow]]:
        upload = _upload(source)
        stuck: Sequence[AppointmentRow] = ()
        async with database.write() as tx:
            if dry_run:
                report = await hallexchange.preview(tx, upload)
            else:
                report, stuck = await take_in(tx, upload, source.name, sender)
        if report.faults:
            raise hallfiles.BrokenFiles(report.faults)
        return upload, report, stuck

    (files, _), report, stuck = _run(work)
    if dry_run:
        click.echo("\n".join(report.lines(language)))
        return
    told = N_("已导入{name}：{windows}个窗口，{lines}条队列，{items}个事项")
    counts = {"windows": len(files.windows), "lines": len(files.lines), "items": len(files.items)}
    click.echo(translate(language, told, name=files.hall.name, **counts))
    if stuck:
        click.echo(translate(language, N_("{count}个预约不在新的时间里，请联系改期"), count=len(stuck)))
        click.echo("\n".join(row.code for row in stuck))


@hall.command("export")
@click.argument("target", metavar="DIR|FILE.xlsx|FILE.zip", type=click.Path(path_type=Path))
@click.option("--hall", "code", help="Code of the hall, where there are several.")
def hall_export(target: Path, code: str | None) -> None:
    """Write a hall: as CSV files in a directory or a ZIP, or as an Excel workbook."""

    async def work(database: Database) -> hallfiles.HallFiles:
        async with database.write() as connection:  # a transaction: the files show one moment
            return await hallread.load(connection, await hallread.hall_id(connection, code))

    files = _run(work)
    kind = hallexchange.kind_of(target.name)
    if kind is None:
        hallfiles.write(files, target)
    else:
        target.write_bytes(hallexchange.written(files, kind, _language()))


@main.group()
def user() -> None:
    """Staff accounts."""


@user.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--hall", "code", help="Code of the hall, where there are several; an admin without is one of all halls.")
@click.option("--display", default="", help="The officer's name as colleagues see it.")
@click.option("--badge", default="", help="Badge number; the account's name if not given.")
def user_add(name: str, role: str, code: str | None, display: str, badge: str) -> None:
    """Make an account; its password is shown once."""
    made = _run(lambda database: accounts.add_user(database, name, Role(role), code, display or name, badge or name))
    click.echo(made)


@user.command("password")
@click.argument("name")
def user_password(name: str) -> None:
    """Give an account a new password, shown once; it is signed out everywhere."""
    click.echo(_run(lambda database: accounts.new_password_of(database, name)))


@user.command("no-second-factor")
@click.argument("name")
def user_no_second_factor(name: str) -> None:
    """Take an account's second factor away, for whoever lost his phone and his recovery codes."""
    _run(lambda database: accounts.second_factor_off(database, name))
    click.echo(translate(_language(), N_("{name}的两步验证已关闭"), name=name))


@main.group()
def device() -> None:
    """Kiosks, screens and printers."""


@device.command("add")
@click.argument("kind", type=click.Choice([kind.value for kind in DeviceKind]))
@click.option("--hall", "code", help="Code of the hall, where there are several.")
@click.option("--window", "number", help="Number of the window, for a strip above it.")
@click.option("--name", default="", help="Where it stands.")
@click.option("--address", metavar="HOST:PORT", help="Where a printer is on the network; its port is 9100 if not said.")
@click.option("--printer", metavar="NAME", help="The printer that a kiosk prints its tickets on.")
def device_add(kind: str, code: str | None, number: str | None, name: str, **paper: str | None) -> None:
    """Make a device; its token is shown once. A printer has none."""
    made = _run(lambda database: accounts.add_device(database, DeviceKind(kind), code, number, name or kind, **paper))
    click.echo(made or translate(_language(), N_("已登记打印机{name}"), name=name or kind))


@device.command("revoke")
@click.argument("name")
@click.option("--hall", "code", help="Code of the hall, where there are several.")
def device_revoke(name: str, code: str | None) -> None:
    """Revoke devices by their name: their tokens are refused, a printer is left alone."""
    _run(lambda database: accounts.revoke_device(database, name, code))
    click.echo(translate(_language(), N_("已停用{name}"), name=name))


@main.command()
@click.option("--hall", required=True, help="Code of the hall.")
@click.option("--window", default="", help="Number of the window, for the strip above it.")
@click.option("--token", default="", envvar="PAIHAO_BOARD_TOKEN", help="The screen's token; a guest without one.")
@click.option("--url", default="http://127.0.0.1:8000", show_default=True)
@click.option("--plain", is_flag=True, help="A line of text per change; also when the output is no terminal.")
@click.option("--bell", is_flag=True, help="Ring the terminal's bell at every call.")
def board(plain: bool, **chosen: Any) -> None:
    """Show the hall board or a window strip in a terminal. Ends with status 2 where this screen does not belong."""
    from ..display import terminal  # its libraries are loaded by nothing else
    from ..display.watch import Refused

    plain = plain or not sys.stdout.isatty()
    options = terminal.Options(**chosen, language=_language(), plain=plain)
    with suppress(KeyboardInterrupt):
        try:
            asyncio.run(terminal.show(options))
        except Refused as error:
            click.echo(terminal.refusal(error, _language()), err=True)
            sys.exit(2)


@main.command()
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--url", default="http://127.0.0.1:8000", show_default=True)
@click.option(
    "--speed", type=click.FloatRange(0), default=0.0, help="Simulated per real second; 0: as fast as it goes."
)
@click.option("--visitors", type=click.IntRange(1), default=6000, show_default=True)
@click.option("--weekday", type=click.IntRange(1, 7), default=1, show_default=True, help="1 is Monday.")
@click.option("--booked", type=click.FloatRange(0, 100), default=30, show_default=True, help="Percent who book.")
@click.option("--grace", type=click.IntRange(0, 240), default=3, show_default=True, help="Of a slot, in real minutes.")
@click.option(
    "--accept", type=click.FloatRange(0, 100), default=95, show_default=True, help="Percent of whom a case is accepted."
)
@click.option("--days", type=click.IntRange(0, 366), default=30, show_default=True, help="Simulated ones afterwards.")
@click.option("--seed", default=1, show_default=True)
@click.option("--credentials", type=click.Path(path_type=Path), default=demo.KEPT, show_default=True)
@click.option("--patient", is_flag=True, hidden=True, help="Wait for a server that is away.")
def replay(**chosen: Any) -> None:
    """Play a day of visitors and windows against a running server, and check what it did.

    Appointments hold by the server's clock. Before the day, those who book take places of slots that begin within
    minutes, which a supervisor opens for them; meanwhile the hall has slots of 5 minutes, no notice and the grace given
    here, and afterwards its rules again. The run lasts until those slots have begun. Outside opening hours all bookings
    are for later, and stand. In the end, whoever has not come to a slot that has begun is missed, as after hours.

    Windows accept cases from whom they serve. The days that follow are simulated straight on the server's database,
    which must be the one of these settings; without any (0) it can be elsewhere. Their cases keep the simulated dates,
    and a year that is not published yet gets made-up holidays: replay in a hall that is there for trying.
    """
    from ..samples.replay import aftermath, run  # a simulation's libraries are loaded by nothing else

    try:
        good = run.replay(run.Options(**chosen), _language())
    except (hallfiles.BrokenFiles, aftermath.Unplayable) as error:
        raise click.ClickException(str(error)) from None
    sys.exit(0 if good else 1)


@main.command("deadline")
@click.option("--received", type=legal.When(), required=True, help="When the application was received.")
@click.option("--kind", type=click.Choice([CaseKind.IMMEDIATE.value, CaseKind.PROMISED.value]), required=True)
@click.option("--days", type=int, default=0, help="Working days promised.")
@click.option("--incomplete", is_flag=True, help="Materials are missing still.")
@click.option("--complete", type=legal.When(), help="Materials were missing, and were complete then.")
@click.option("--notice", type=legal.When(), help="When the one-time notice of what was missing was given.")
@click.option("--suspend", type=legal.Days(), multiple=True, help="A special procedure; without its end it still runs.")
@click.option("--extend", type=int, default=0, help="Working days of the extension.")
@click.option("--now", "today", type=legal.When(), help="The day to look at it; today if not said.")
@click.option("--json", "as_json", is_flag=True)
def deadline(today: date | None, as_json: bool, **told: Any) -> None:
    """The legal clock by hand: when a case is accepted and due, its light, and every day on the way."""
    click.echo(legal.ask(_language(), today, as_json, legal.history(**told)))


@main.command("demo", hidden=True)
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--url", default="http://127.0.0.1:8000")
def demo_(directory: Path, url: str) -> None:
    """Set up the sample hall with accounts and devices, once, and say where everything is."""
    settings = _settings()
    click.echo(_run(lambda database: demo.prepare(database, settings, directory, url)))


if __name__ == "__main__":
    sys.exit(main())
