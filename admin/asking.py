"""How a form asks and answers: fields and errors in the reader's language, around a service that knows neither.

piccolo-admin shows of a field only its title, its type and what stands in it at first; so the title says what is meant.
Where one of some words is meant the page offers them (``admin_forms.js``); who asks without a page writes one of them.
What a hall has names for is offered while somebody types (`offers`).
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final, NamedTuple, TypeVar

from piccolo_admin.endpoints import FileResponse, FormConfig
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, create_model
from starlette.requests import Request

from ..core.errors import Forbidden, Invalid, NotFound, Problem
from ..core.i18n import N_, Language, translate
from ..queue.facts import HallFacts
from ..queue.items import ItemRefused
from .house import House, Officer

LONGEST: Final = 4000
TEXT_AREA: Final[dict[str, Any]] = {"format": "text-area"}
"""For a field of several lines."""
CHOICES: Final = "choices"
"""Under this name a field's schema has the words to choose from."""
NAMES: Final = "names"
"""Under this name a field says what it names (`Named`)."""

Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST, pattern=r"^[^\x00]*$")]
"""What may be left empty."""
Needed = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST, pattern=r"^[^\x00]*$")
]
E = TypeVar("E", bound=StrEnum)


class Named(StrEnum):
    """What a hall has several of, each with a name of its own that forms ask for."""

    HALL = "hall"
    LINE = "line"
    WINDOW = "window"
    ITEM = "item"
    BADGE = "badge"
    ACCOUNT = "account"
    DEVICE = "device"
    PRINTER = "printer"


def names(one: Named) -> dict[str, Any]:
    """For a field in which one of these is named."""
    return {NAMES: one}


class Ask(BaseModel):
    """What every form asks."""

    model_config = ConfigDict(extra="ignore")

    hall: Word = Field("", title=N_("大厅代码（只管一个大厅时不填）"), json_schema_extra=names(Named.HALL))


class Group(StrEnum):
    """Under which heading a form stands."""

    HALL = N_("大厅与时间")
    PEOPLE = N_("人员与账号")
    DEVICES = N_("设备")


class Form(NamedTuple):
    """A form: its address, its words, what it asks, and what it does: it gives what is told, or a file.

    ``edits``: only for who may change something.
    """

    slug: str
    name: str
    help: str
    group: Group
    model: type[Ask]
    work: Callable[[House, Officer, Any], Awaitable[str | FileResponse]]
    edits: bool = True


class Sent(BaseModel):
    """A form as it was sent: judged where its faults can be told in the reader's language, not by piccolo-admin."""

    model_config = ConfigDict(extra="allow")
    asks: ClassVar[type[Ask]]

    @classmethod
    def model_json_schema(cls, *args: Any, **more: Any) -> dict[str, Any]:
        """What the page shows; which hall is meant comes last, as hardly anybody must say so."""
        schema = cls.asks.model_json_schema(*args, **more)
        schema["properties"]["hall"] = schema["properties"].pop("hall")
        return schema


def config(form: Form, house: House, language: Language) -> FormConfig:
    """The form as piccolo-admin shows it, in a language; its address is the same in all."""
    asks = spoken(form.model, language)

    async def submit(request: Request, data: Sent) -> str | FileResponse:
        officer: Officer = request.scope["officer"]
        try:
            if form.edits and not officer.may_edit:
                raise Forbidden
            return await form.work(house, officer, read(asks, data, language))
        except ItemRefused as error:
            faults = ((called(asks, one.column), translate(language, one.reason, **one.params)) for one in error.faults)
            raise ValueError(listed((pair(*fault, language) for fault in faults), language)) from error
        except Problem as error:
            raise ValueError(translate(officer.language, error.detail, **error.params)) from error

    made = FormConfig(
        name=translate(language, form.name),
        pydantic_model=type(form.model.__name__, (Sent,), {"asks": asks, "__module__": __name__}),
        endpoint=submit,
        description=translate(language, form.help),
        form_group=translate(language, form.group),
    )
    made.slug = form.slug
    return made


def read(asks: type[Ask], data: Sent, language: Language) -> Ask:
    """What was sent, in its types. Raises ValueError that names the fields that must be filled in or corrected."""
    try:
        return asks(**(data.model_extra or {}))
    except ValidationError as error:
        wrong = dict.fromkeys(called(asks, str(one["loc"][0])) for one in error.errors())
        raise ValueError(translate(language, N_("请填写或更正：{fields}"), fields=among(wrong, language))) from None


def spoken(model: type[Ask], language: Language) -> type[Ask]:
    """The model with its titles, and the words in its fields, in a language."""
    fields: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        default = translate(language, field.default) if isinstance(field.default, str) else field.default
        annotation: Any = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
        title = translate(language, field.title or name)
        more = field.json_schema_extra
        if isinstance(more, dict) and isinstance(words := more.get(CHOICES), list):
            more = more | {CHOICES: [translate(language, str(word)) for word in words]}
        fields[name] = annotation, Field(default, title=title, json_schema_extra=more)
    made: type[Ask] = create_model(model.__name__, __base__=model, **fields)
    return made


def among_these(words: Mapping[E, str]) -> dict[str, Any]:
    """For a field that means one of these, by their words (`chosen` reads it)."""
    return {CHOICES: list(words.values())}


def chosen(said: str, words: Mapping[E, str], language: Language) -> E:
    """Which one somebody means who writes its word, in a language of ours, or its code. Raises Invalid."""
    for one, word in words.items():
        if said.casefold() in {one.casefold(), word.casefold(), translate("en", word).casefold()}:
            return one
    choices = among((translate(language, word) for word in words.values()), language)
    raise Invalid(N_("“{value}”不在可选值之内：{choices}"), code="no_such_choice", value=said[:40], choices=choices)


def line_of(hall: HallFacts, prefix: str) -> int | None:
    """A line by its prefix; None, the hall's own, where nothing is said. Raises NotFound."""
    if not prefix:
        return None
    if (line := hall.line(prefix.upper())) is None:
        raise NotFound(N_("没有这个队列"), code="unknown_line")
    return line.id


def called(asks: type[Ask], name: str) -> str:
    """What a field is called, without what is said of it in brackets or after a colon."""
    field = asks.model_fields.get(name)
    return re.split(r"[（(：:]", (field and field.title) or name)[0].strip()


def listed(lines: Iterable[str], language: Language) -> str:
    """Several things told one after the other, each on a line of its own where lines are shown."""
    return ("；\n" if language == "zh_CN" else ";\n").join(lines)


def pair(name: str, said: str, language: Language) -> str:
    """What something is called, and what it is."""
    return f"{name}：{said}" if language == "zh_CN" else f"{name}: {said}"


def among(words: Iterable[str], language: Language) -> str:
    """Words of which one or some are meant."""
    return ("、" if language == "zh_CN" else ", ").join(words)
