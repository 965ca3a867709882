"""What the hall shows beside its calls: media, slides, ticker, who is on duty, faces (R13, R43).

Every change takes the hall's row first, so that two supervisors change the list one after the other, and leaves a row
in the journal.
"""

import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import BindParameter, bindparam, delete, exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import journal
from ..core.errors import Conflict, Invalid, NotFound
from ..core.i18n import N_
from . import officers, turn
from .actor import Actor
from .hall import Hall
from .shows import Media, MediaKind, Roster, RosterPart, Slide
from .staff import Staff

MOST_SLIDES: Final = 50
SECONDS: Final = 12
VIDEO_SECONDS: Final = 600

_HALL: Final[BindParameter[int]] = bindparam("hall")
_USED = or_(
    exists().where(Slide.media_id == Media.id),
    exists().where(Staff.photo_id == Media.id),
)
_ALL_MEDIA = (
    select(Media.id, Media.kind, Media.name, Media.digest, Media.type, Media.size, _USED.label("used"))
    .where(Media.hall_id == _HALL)
    .order_by(Media.id.desc())
)
_MEDIA = select(Media.id, Media.kind, Media.type, _USED.label("used")).where(
    Media.hall_id == _HALL, Media.digest == bindparam("digest")
)
_ADD_MEDIA = insert(Media).returning(Media.id)
_REMOVE_MEDIA = delete(Media).where(Media.id == bindparam("media"))
_SLIDES = (
    select(Slide.id, Slide.text, Slide.text_en, Slide.seconds, Slide.since, Slide.until)
    .add_columns(Media.kind, Media.digest, Media.name)
    .outerjoin(Media, Media.id == Slide.media_id)
    .where(Slide.hall_id == _HALL)
    .order_by(Slide.position, Slide.id)
)
_ORDER = select(Slide.id).where(Slide.hall_id == _HALL).order_by(Slide.position, Slide.id)
_ADD_SLIDE = insert(Slide).returning(Slide.id)
_REMOVE_SLIDE = delete(Slide).where(Slide.id == bindparam("slide"), Slide.hall_id == _HALL)
_PLACE = update(Slide).where(Slide.id == bindparam("slide")).values(position=bindparam("place"))
_TICKER = update(Hall).where(Hall.id == _HALL).values(ticker=bindparam("text"))
_STAFF = (
    select(Staff.id, Staff.name, Staff.badge, Staff.role, Media.digest)
    .outerjoin(Media, Media.id == Staff.photo_id)
    .where(Staff.hall_id == _HALL)
    .order_by(Staff.badge)
)
_PHOTO = update(Staff).where(Staff.id == bindparam("staff")).values(photo_id=bindparam("photo"))
_ROSTER = (
    select(Roster.day, Roster.part, Staff.badge, Staff.name)
    .join(Staff, Staff.id == Roster.staff_id)
    .where(Roster.hall_id == _HALL, Roster.day.between(bindparam("first"), bindparam("last")))
    .order_by(Roster.day, Roster.part)
)
_FREE_DAY = delete(Roster).where(Roster.hall_id == _HALL, Roster.day == bindparam("of_day"))
_ON_DUTY = insert(Roster)


async def media(connection: AsyncConnection, hall_id: int) -> Sequence[Any]:
    """Rows of id, kind, name, digest, type, size in bytes and whether something shows it; newest first."""
    return (await connection.execute(_ALL_MEDIA, {"hall": hall_id})).all()


async def find_media(connection: AsyncConnection, hall_id: int, digest: str) -> Any:
    """A row of id, kind, type and whether something shows it. Raises NotFound ``unknown_media_file``."""
    row = (await connection.execute(_MEDIA, {"hall": hall_id, "digest": digest})).one_or_none()
    if row is None:
        raise NotFound(N_("没有这个图片或视频"), code="unknown_media_file")
    return row


async def add_media(
    tx: AsyncConnection,
    hall_id: int,
    by: Actor,
    now: datetime,
    *,
    kind: MediaKind,
    name: str,
    digest: str,
    type_: str,
    size: int,
) -> int:
    """The id of a file's row; the same content again has the same one, and keeps its first name."""
    await turn.take(tx, hall_id)
    known = (await tx.execute(_MEDIA, {"hall": hall_id, "digest": digest})).one_or_none()
    if known is not None:
        return int(known.id)
    row = {"hall_id": hall_id, "kind": kind, "name": name, "digest": digest, "type": type_, "size": size}
    media_id = (await tx.execute(_ADD_MEDIA, row)).scalar_one()
    await _write(tx, hall_id, by, now, "media_add", media=media_id, name=name, digest=digest)
    return int(media_id)


async def remove_media(tx: AsyncConnection, hall_id: int, digest: str, by: Actor, now: datetime) -> None:
    """Forget a file. Raises NotFound, and Conflict ``media_in_use`` while a slide or a staff card shows it."""
    await turn.take(tx, hall_id)
    row = await find_media(tx, hall_id, digest)
    if row.used:
        raise Conflict(N_("大屏或工作人员信息牌正在使用它，请先撤下"), code="media_in_use")
    await tx.execute(_REMOVE_MEDIA, {"media": row.id})
    await _write(tx, hall_id, by, now, "media_delete", media=row.id, digest=digest)


async def slides(connection: AsyncConnection, hall_id: int) -> Sequence[Any]:
    """Rows of id, text, text_en, seconds, since, until, and of what is shown: kind, digest, name; in order."""
    return (await connection.execute(_SLIDES, {"hall": hall_id})).all()


async def add_slide(
    tx: AsyncConnection,
    hall_id: int,
    by: Actor,
    now: datetime,
    *,
    digest: str | None,
    text: str = "",
    text_en: str = "",
    seconds: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> int:
    """Put a notice, picture or video at the end of what boards show; gives its id.

    ``seconds``: how long, a video at most. Raises Invalid for nothing to show and for times that cannot be, NotFound
    for unknown media, Conflict ``too_many_slides``.
    """
    text, text_en = tidy(text), tidy(text_en)
    if digest is None and not text:
        raise Invalid(N_("请填写通知内容，或选择图片、视频"), code="empty_slide")
    for moment in (since, until):
        if moment is not None and moment.tzinfo is None:
            raise Invalid(N_("时间缺少时区"), code="naive_time")
        if moment is not None and not 2000 <= moment.year <= 2999:  # at the ends of the calendar no zone has a time
            raise Invalid(N_("日期无效"), code="invalid_day")
    if until is not None and until <= max(now, since or now):
        raise Invalid(N_("结束时间应晚于现在和开始时间"), code="until_out_of_range")
    await turn.take(tx, hall_id)
    shown = await find_media(tx, hall_id, digest) if digest is not None else None
    order = (await tx.execute(_ORDER, {"hall": hall_id})).scalars().all()
    if len(order) >= MOST_SLIDES:
        raise Conflict(N_("最多同时保留 {most} 项，请先删除不用的"), code="too_many_slides", most=MOST_SLIDES)
    usual = VIDEO_SECONDS if shown is not None and shown.kind == MediaKind.VIDEO else SECONDS
    row = {"hall_id": hall_id, "media_id": shown and shown.id, "text": text, "text_en": text_en, "since": since}
    row |= {"until": until, "seconds": seconds or usual, "position": 0}
    slide_id = int((await tx.execute(_ADD_SLIDE, row)).scalar_one())
    await _arrange(tx, [*order, slide_id])
    await _write(tx, hall_id, by, now, "slide_add", slide=slide_id, media=row["media_id"], text=text)
    return slide_id


async def remove_slide(tx: AsyncConnection, hall_id: int, slide_id: int, by: Actor, now: datetime) -> None:
    """Take a slide away; its picture stays. Raises NotFound."""
    await turn.take(tx, hall_id)
    if not (await tx.execute(_REMOVE_SLIDE, {"slide": slide_id, "hall": hall_id})).rowcount:
        raise _no_slide()
    await _write(tx, hall_id, by, now, "slide_delete", slide=slide_id)


async def move_slide(tx: AsyncConnection, hall_id: int, slide_id: int, place: int, by: Actor, now: datetime) -> None:
    """Let a slide be the one at ``place``, counted from 0; beyond the end is the last. Raises NotFound."""
    await turn.take(tx, hall_id)
    order = list((await tx.execute(_ORDER, {"hall": hall_id})).scalars())
    if slide_id not in order:
        raise _no_slide()
    order.remove(slide_id)
    order.insert(place, slide_id)
    await _arrange(tx, order)
    await _write(tx, hall_id, by, now, "slide_move", slide=slide_id, place=order.index(slide_id))


async def set_ticker(tx: AsyncConnection, hall_id: int, text: str, by: Actor, now: datetime) -> str:
    """Write what runs along the foot of every board; empty: nothing does. Gives it as it is shown."""
    said = tidy(text)
    await tx.execute(_TICKER, {"hall": hall_id, "text": said})
    await _write(tx, hall_id, by, now, "ticker", text=said)
    return said


async def roster(connection: AsyncConnection, hall_id: int, first: date, last: date) -> Sequence[Any]:
    """Rows of day, part, badge and name for these days."""
    return (await connection.execute(_ROSTER, {"hall": hall_id, "first": first, "last": last})).all()


async def set_roster(
    tx: AsyncConnection, hall_id: int, day: date, badges: dict[RosterPart, str], by: Actor, now: datetime
) -> None:
    """Say who is on duty on a day (R13); a part that is not named has nobody. Raises NotFound for an unknown badge."""
    await turn.take(tx, hall_id)
    known = await officers.by_badge(tx, hall_id, badges.values())
    await tx.execute(_FREE_DAY, {"hall": hall_id, "of_day": day})
    rows = [{"hall_id": hall_id, "day": day, "part": part, "staff_id": known[badge]} for part, badge in badges.items()]
    if rows:
        await tx.execute(_ON_DUTY, rows)
    await _write(
        tx, hall_id, by, now, "roster", day=day.isoformat(), **{str(part): badge for part, badge in badges.items()}
    )


async def staff(connection: AsyncConnection, hall_id: int) -> Sequence[Any]:
    """Rows of id, name, badge, role and digest of the photo, by badge."""
    return (await connection.execute(_STAFF, {"hall": hall_id})).all()


async def set_photo(
    tx: AsyncConnection, hall_id: int, badge: str, digest: str | None, by: Actor, now: datetime
) -> None:
    """Give an officer's staff card its face, or none (R43). Raises NotFound, and Invalid for a video."""
    await turn.take(tx, hall_id)
    known = await officers.by_badge(tx, hall_id, [badge])
    photo = await find_media(tx, hall_id, digest) if digest is not None else None
    if photo is not None and photo.kind != MediaKind.PICTURE:
        raise Invalid(N_("照片应是图片"), code="photo_is_video")
    await tx.execute(_PHOTO, {"staff": known[badge], "photo": photo and photo.id})
    await _write(tx, hall_id, by, now, "photo", badge=badge, media=photo and photo.id)


def tidy(text: str) -> str:
    """Text for a board: one line, without what cannot be seen."""
    visible = (" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text)
    return " ".join("".join(visible).split())


async def _arrange(tx: AsyncConnection, order: Sequence[int]) -> None:
    await tx.execute(_PLACE, [{"slide": slide_id, "place": place} for place, slide_id in enumerate(order)])


def _no_slide() -> NotFound:
    return NotFound(N_("没有这一项，可能已被删除"), code="unknown_slide")


async def _write(tx: AsyncConnection, hall_id: int, by: Actor, now: datetime, action: str, **data: Any) -> None:
    await journal.write(tx, hall_id=hall_id, at=now, actor=by.label, action=action, **data)
