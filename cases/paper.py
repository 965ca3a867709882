"""What an applicant is given in writing, as a value, and what all its kinds share. Pure; `documents` has the kinds."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from ..core.i18n import N_, Language, date_text, formal_date, translate


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """A document from top to bottom in finished texts of one language: whoever shows it only lays it out.

    What is empty is not shown.
    ``facts``: rows of label and value. ``items``: a list under ``heading``, numbered from 1. ``blanks``: labels of
    what is filled in by hand. ``day`` is the date of issue in its official form. ``qr``: the address behind the code.
    """

    language: Language
    letterhead: str
    title: str
    number: str
    to: str
    opening: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    heading: str = ""
    items: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    blanks: tuple[str, ...] = ()
    unit: str
    officer: str
    day: str
    qr: str = ""
    qr_caption: str = ""
    foot: str = ""


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """Whom and what a document is about; names are in its language.

    ``department`` signs, or the hall where there is none. ``window``: its number. ``url``: the whole address of the
    progress page. ``licence``: the item is a 行政许可. ``review`` and ``court``: who hears an applicant who disagrees.
    """

    hall: str
    department: str
    number: str
    item: str
    applicant: str
    officer: str
    window: str = ""
    complaint_phone: str = ""
    url: str = ""
    language: Language = "zh_CN"
    licence: bool = False
    review: str = ""
    court: str = ""

    def say(self, message: str, **params: object) -> str:
        """A text in the matter's language."""
        return translate(self.language, message, **params)

    def on(self, day: date) -> str:
        """A date within the text."""
        return date_text(day, self.language)


def drawn_up(
    matter: Matter,
    number: str,
    day: date,
    title: str,
    *,
    facts: tuple[tuple[str, str], ...] = (),
    heading: str = "",
    items: Sequence[str] = (),
    to: str | None = None,
    **parts: Any,
) -> Paper:
    """What all kinds share. ``title`` and ``heading`` are message ids; ``to`` is the applicant unless told."""
    say = matter.say
    addressee = matter.applicant if to is None else to
    window = ((say(N_("办理窗口")), say(N_("{number}号窗口"), number=matter.window)),) if matter.window else ()
    about = ((say(N_("申请事项")), matter.item), (say(N_("办件编号")), matter.number))
    return Paper(
        language=matter.language,
        letterhead=matter.hall,
        title=say(title),
        number=say(N_("编号：{number}"), number=number),
        to=say(N_("{addressee}："), addressee=addressee) if addressee else "",
        facts=about + facts + window,
        heading=say(N_("{heading}（共{count}项）"), heading=say(heading), count=len(items)) if items else "",
        items=tuple(items),
        unit=say(N_("{unit}（盖章）"), unit=matter.department or matter.hall),
        officer=say(N_("经办人：{officer}"), officer=matter.officer),
        day=formal_date(day, matter.language),
        qr=matter.url,
        qr_caption=say(N_("扫码查询办理进度")) if matter.url else "",
        foot=say(N_("投诉电话：{phone}"), phone=matter.complaint_phone) if matter.complaint_phone else "",
        **parts,
    )
