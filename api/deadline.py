"""``paihao deadline``: the legal clock by hand, with its trace. Needs no server and no database."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import click
import msgspec

from ..cases.clock import Deadline, History, Suspension, deadline
from ..cases.clock_text import LIGHTS, line, said
from ..core.calendar import WorkingDays
from ..core.clock import local, now
from ..core.errors import Problem
from ..core.i18n import N_, Language, date_text, translate
from ..queue.hall import CaseKind

ZONE: Final = "Asia/Shanghai"
"""Dates are those of a hall there; a moment with an offset is put on its clock."""


class When(click.ParamType[date]):
    """A day, or a moment of one: ``2026-09-30``, ``2026-09-30T23:59``, ``2026-09-30T15:59Z``."""

    name = "T"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no day and no moment, such as 2026-09-30 or 2026-09-30T16:20", param, ctx)
        return (moment if moment.tzinfo is None else local(moment, ZONE)).date()


class Days(click.ParamType[Suspension]):
    """From a day to the one on which the clock runs again: ``2026-10-08:2026-10-20``; ``2026-10-08:`` still runs."""

    name = "DAY:[DAY]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Suspension:
        began, _, ended = str(value).partition(":")
        try:
            return Suspension(date.fromisoformat(began), date.fromisoformat(ended) if ended else None)
        except ValueError:
            self.fail(f"{value!r} is no DAY:DAY or DAY:, such as 2026-10-08:2026-10-20", param, ctx)


def ask(language: Language, today: date | None, as_json: bool, history: History) -> str:
    """What the clock says of a history, to be printed. Raises ClickException for what cannot have happened so."""
    try:
        found = deadline(history, today or local(now(), ZONE).date(), WorkingDays())
    except Problem as error:
        raise click.ClickException(translate(language, error.detail, **error.params)) from None
    return _json(found, language) if as_json else "\n".join(_lines(found, language))


def _json(found: Deadline, language: Language) -> str:
    told = {name: getattr(found, name) for name in ("accepted_on", "due_on", "provisional", "light")}
    steps = [
        {
            "day": step.day,
            "number": step.number or None,
            "why": step.why,
            "rule": step.rule,
            "text": said(step, language),
        }
        for step in found.trace
    ]
    return msgspec.json.encode(told | {"trace": steps}).decode()


def _lines(found: Deadline, language: Language) -> list[str]:
    """The trace, and under it what follows from it."""

    def told(text: str, **fields: object) -> str:
        return translate(language, text, **fields)

    lines = [line(step, language) for step in found.trace]
    if found.accepted_on is None:
        lines += ["", told(N_("尚未受理"))]
        if found.notice_by is not None:
            lines.append(told(N_("一次性告知期限：{day}"), day=date_text(found.notice_by, language)))
        return lines
    lines += ["", told(N_("受理日期：{day}"), day=date_text(found.accepted_on, language))]
    if found.due_on is None:
        return [*lines, told(N_("办结期限：中止期间暂停计时"))]
    lines.append(told(N_("办结期限：{day}"), day=date_text(found.due_on, language)))
    if found.provisional:
        lines.append(told(N_("该期限涉及尚未公布放假安排的年份，为暂定")))
    return [*lines, told(LIGHTS[found.light])] if found.light else lines


def history(
    received: date,
    kind: str,
    days: int,
    *,
    incomplete: bool,
    complete: date | None,
    notice: date | None,
    suspend: Sequence[Suspension],
    extend: int,
) -> History:
    """The history that a command's options tell. Raises UsageError for materials that are complete and are not."""
    if incomplete and complete is not None:
        raise click.UsageError("--complete says when the materials were complete; --incomplete, that they are not")
    return History(
        kind=CaseKind(kind),
        received_on=received,
        days=days,
        complete=not incomplete and complete is None and notice is None,
        completed_on=complete,
        noticed_on=notice,
        suspensions=sorted(suspend, key=lambda one: (one.began_on, one.ended_on or date.max)),
        extended=extend,
    )
