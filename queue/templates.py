"""How a hall words what people are told: a row for each kind of message and language that it says in its own way.

Whatever composes a message takes the hall's words first, then the usual ones (`told`). Words of a hall are parsed and
filled (`fields`), never handed to `str.format`; what was written past the rules is as if it were not there.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import structlog
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..core import i18n
from ..core.db import Base
from ..core.errors import Invalid
from ..core.i18n import N_, translate
from ..core.journal import Id
from ..core.types import one_of
from . import fields
from .ticket import Language
from .told import FIELDS, TO_OFFICERS, USUAL, Told

log = structlog.get_logger()

LONGEST: Final = 300
SIGNS_OF_ONE: Final = 70
SIGNS_OF_PART: Final = 67
"""A text message has so many signs; a longer one is sent, and paid, in parts of so many."""

Own = Mapping[tuple[str, str], str]
"""Kind and language -> the hall's own words."""


class MessageTemplate(Base):
    """The hall's own words for a kind of message, in one language."""

    __tablename__ = "message_template"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    kind: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(String(LONGEST))

    __table_args__ = (
        UniqueConstraint("hall_id", "kind", "language", name="uq_message_template_kind"),
        one_of("kind", Told),
        one_of("language", Language),
        CheckConstraint("trim(text) <> ''", name="says_something"),
        # SQLite takes any length for a VARCHAR.
        CheckConstraint(f"length(text) <= {LONGEST}", name="text_bounded"),
        # Nobody would ever be told the others.
        CheckConstraint(
            f"language = '{Language.CHINESE}' OR kind NOT IN ({', '.join(map(repr, map(str, TO_OFFICERS)))})",
            name="officers_in_chinese",
        ),
    )


class Preview(NamedTuple):
    """A message as it may look, how many signs it has, and how many text messages it is."""

    text: str
    signs: int
    parts: int


def check(kind: str, text: str, language: str = Language.CHINESE) -> None:
    """Raises Invalid when messages of this kind cannot be told with ``text``.

    Codes: ``unknown_kind``, ``unknown_language``, ``officers_in_chinese``, ``empty_text``, ``text_too_long``,
    ``unclean`` (control signs, spaces at the ends), and those of `fields.pieces`.
    """
    if kind not in USUAL:
        raise Invalid(N_("没有“{kind}”这种短信"), code="unknown_kind", kind=kind[:40])
    if language not in tuple(Language):
        raise Invalid(N_("语言只能是 zh_CN 或 en"), code="unknown_language")
    if language != Language.CHINESE and kind in TO_OFFICERS:
        raise Invalid(N_("发给工作人员的短信只用中文"), code="officers_in_chinese")
    if not text.strip():
        raise Invalid(N_("请填写短信内容"), code="empty_text")
    if len(text) > LONGEST:
        raise Invalid(N_("内容最多 {most} 个字"), code="text_too_long", most=LONGEST)
    fields.clean(text)
    usual = USUAL[Told(kind)]
    fields.pieces(text, usual.fields, usual.needed)


def compose(own: Own, kind: Told, language: i18n.Language, values: Mapping[str, object]) -> str:
    """A message in the hall's own words, else in the usual ones. ``values`` must have every field of the kind."""
    text = own.get((kind, language)) or translate(language, USUAL[kind].text)
    return fields.fill(text, {name: str(values[name]) for name in USUAL[kind].fields})


def usable(hall_id: int, rows: Iterable[tuple[str, str, str]]) -> Own:
    """A hall's rows (kind, language, text) to tell with: one past the rules must stop no booking and no case."""
    own = {}
    for kind, language, text in rows:
        try:
            check(kind, text, language)
        except Invalid as error:
            log.warning("template_refused", hall_id=hall_id, kind=kind, language=language, code=error.code)
        else:
            own[kind, language] = text
    return own


def parts(text: str) -> int:
    """How many text messages it takes to send a message."""
    signs = _signs(text)
    return 1 if signs <= SIGNS_OF_ONE else -(-signs // SIGNS_OF_PART)


def preview(kind: Told, language: i18n.Language, text: str = "") -> Preview:
    """How a message may look with these words, or with the usual ones. Raises Invalid as `check` does."""
    if text:
        check(kind, text, language)
    values = {name: translate(language, FIELDS[name].example) for name in USUAL[kind].fields}
    said = compose({(kind, language): text} if text else {}, kind, language, values)
    return Preview(said, _signs(said), parts(said))


def help_text(kind: Told, language: i18n.Language) -> str:
    """What whoever words a kind of message must know: its fields, how it is usually said, and how long that gets."""
    usual = USUAL[kind]

    def listed(names: Iterable[str]) -> str:
        said = (f"{{{name}}} {translate(language, FIELDS[name].name)}" for name in names)
        return translate(language, N_("、")).join(said)

    lines = (
        translate(language, N_("必须有：{fields}"), fields=listed(usual.needed)),
        translate(
            language, N_("还可以用：{fields}"), fields=listed(one for one in usual.fields if one not in usual.needed)
        ),
        translate(language, N_("不填写时：{text}"), text=translate(language, usual.text)),
        translate(
            language,
            N_("这样约{parts}条。一条短信{one}个字，超过的按每条{part}个字拆分。开头的【】是短信签名，请保留"),
            parts=preview(kind, language).parts,
            one=SIGNS_OF_ONE,
            part=SIGNS_OF_PART,
        ),
    )
    return "\n".join(lines)


def _signs(text: str) -> int:
    """As gateways in China count them, whatever the language: in UTF-16, where a few rare characters count twice."""
    return len(text.encode("utf-16-le")) // 2
