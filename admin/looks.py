"""How tables look: which columns lists show, in which order, and the words on everything. Pure."""

import json
from collections.abc import Mapping
from typing import Any, Final

from piccolo.columns import JSON, ForeignKey
from piccolo.table import Table as Mirror
from piccolo_api.crud.endpoints import OrderBy
from sqlalchemy import String, Table

from ..core.i18n import N_, Language, translate
from . import words
from .naming import named
from .policy import policy

COLUMNS_SHOWN: Final = 9
"""In lists; a row's own page shows all."""
SHOWN: Final[Mapping[str, str]] = {
    "line": "hall_id prefix name zone_id kind call_text wait_limit_minutes",
    "window": "hall_id number name zone_id kind department_id state pause_reason",
    "window_line": "hall_id id window_id line_id handicap_minutes",
    "message_template": "hall_id id kind language text",
    "item": "hall_id code name department_id line_id case_kind statutory_days promised_days bookable",
    "item_version": "hall_id id item_id version at case_kind statutory_days promised_days",
    "slot": "hall_id id line_id day starts_at ends_at capacity booked held closed",
    "appointment": "hall_id code day status item_id channel visitor ticket_id at",
    "hold": "hall_id id item_id channel state at expires_at",
    "waiting": "hall_id id line_id item_id day status visitor since until",
    "staff": "hall_id badge name role phone user_id",
    "device": "hall_id name kind window_id address printer_id seen_at fault revoked_at",
    "slide": "hall_id id position text media_id seconds since until",
    "case_file": "hall_id number state light item_id department_id applicant officer_id received_on due_on",
    "case_part": "id case_id department_id sent_on due_on done_on opinion",
    "enquiry": "hall_id number state channel item_id holder_id at call_back_by answered_at",
    "matter": "hall_id number state kind urgent department_id at answer_by answered_at",
    "custody": "hall_id number state matter applicant department_id at pass_by passed_at",
    "receipt": "hall_id number at item_name ticket_id staff_id window_number note",
    "alert": "hall_id id kind level officer_id department_id at seen_at ended_at",
    "ticket": "hall_id number business_day status line_id item_id arrival window_id called_at",
    "journal": "hall_id id at actor action ticket_id window_id from_status to_status",
    "message": "hall_id id at channel state event tries due_at ended_at fault",
    "audit": "hall_id id at actor action subject row_id before after",
}
"""The columns of lists where the first ones of the table would not tell what is asked for."""
_LONG: Final = 200
_MISREAD: Final[Mapping[str, str]] = {
    "missing": N_("请填写“{column}”"),
    "enum": N_("“{column}”不在可选值之内"),
    "int_parsing": N_("“{column}”应为整数"),
    "int_type": N_("“{column}”应为整数"),
    "int_from_float": N_("“{column}”应为整数"),
    "float_parsing": N_("“{column}”应为数字"),
    "bool_parsing": N_("“{column}”应选“是”或“否”"),
    "string_too_long": N_("“{column}”太长"),
    "string_type": N_("“{column}”应为文字"),
    "value_error": N_("“{column}”的格式有误"),
}
_DATES: Final = N_("“{column}”不是有效的日期或时间")
_OTHER: Final = N_("“{column}”填写有误")


def extra(table: Table, mirror: type[Mirror]) -> dict[str, Any]:
    """What piccolo-admin is told of a table: the columns of its list and filters, its link and its order."""
    plain = [column for column in mirror._meta.columns if not column._meta.secret]
    key = mirror._meta.primary_key
    short = [column for column in plain if not isinstance(column, JSON) and not _long(table, column._meta.name)]
    # A column that points elsewhere is a link already, to where it points.
    own = [column for column in plain if not isinstance(column, ForeignKey)]
    link = next((column for column in own if column._meta.name == named(table)[0]), own[0])
    history = not policy(table.name).acts
    short = [column for column in short if column is not key or link is key]
    first = [column._meta.name for column in short[:COLUMNS_SHOWN]]
    order = OrderBy(key, ascending=False) if history else OrderBy(link, ascending=True)
    return {
        "visible_column_names": tuple(SHOWN[table.name].split()) if table.name in SHOWN else tuple(first),
        "visible_filter_names": tuple(column._meta.name for column in short),
        "rich_text_columns": (),
        "media_columns": (),
        "link_column_name": link._meta.name,
        "order_by": (order.to_dict(),),
        "time_resolution": {},
    }


def _long(table: Table, name: str) -> bool:
    kind = table.c[name].type
    return isinstance(kind, String) and (kind.length is None or kind.length > _LONG)


def schema(made: dict[str, Any], table: Table, language: Language, *, one_hall: bool) -> dict[str, Any]:
    """A form's schema in the reader's words, without what is sealed; ``acts``: what may be done with the table;
    ``kept`` and ``fixed``: columns that nobody fills in, or only in a new row. The key is no property of a form: its
    title stands beside them.

    ``one_hall``: which hall is meant needs no telling; lists leave it out and forms ask for it last.
    """
    said = words.table(table.name)
    made["title"] = translate(language, said.label)
    made["extra"] = made["extra"] | {
        "help_text": translate(language, said.help),
        "primary_key_title": translate(language, said.columns[next(iter(table.primary_key.columns)).name].label),
        "acts": sorted(policy(table.name).acts),
        "kept": sorted(policy(table.name).kept),
        "fixed": sorted(policy(table.name).fixed & set(table.c.keys())),
    }
    shown = {}
    for name, field in made["properties"].items():
        if field["extra"].get("secret"):
            continue
        of = said.columns[name]
        field["title"] = translate(language, of.label)
        field["extra"] = field["extra"] | {"help_text": translate(language, of.help)}
        called = _named_values(table.name, name, language) or said.choices.get(name, {})
        if choices := field["extra"].get("choices"):
            for choice in choices.values():
                choice["display_name"] = translate(language, called.get(str(choice["value"]), str(choice["value"])))
        elif called:  # a word that the database does not hold to a list
            field["extra"]["choices"] = {
                str(value): {"display_name": translate(language, word), "value": str(value)}
                for value, word in called.items()
            }
        if (key := field["extra"].get("foreign_key")) and key["to"] in words.TABLES:
            key["to"] = words.label(key["to"], language)
        shown[name] = field
    if one_hall and "hall_id" in shown:
        shown["hall_id"] = shown.pop("hall_id")
        for of_lists in ("visible_column_names", "visible_filter_names"):
            made["extra"][of_lists] = [name for name in made["extra"][of_lists] if name != "hall_id"]
    made["properties"] = shown
    made["required"] = [name for name in made.get("required", ()) if name in shown]
    return made


def _named_values(table: str, column: str, language: Language) -> Mapping[str, str]:
    """What the audit trail is about: tables, by their names in the menu."""
    if (table, column) != ("audit", "subject"):
        return {}
    return {name: words.label(name, language) for name in words.TABLES}


def references(body: bytes, language: Language) -> dict[str, Any]:
    """The tables that point to one, by their names in the menu."""
    found = json.loads(body)["references"]
    known = [one for one in found if one["tableName"] in words.TABLES]
    return {"references": [one | {"tableName": words.label(one["tableName"], language)} for one in known]}


def misread(kind: str) -> str:
    """What is wrong with a value that could not be read, by pydantic's name for it."""
    if kind in _MISREAD:
        return _MISREAD[kind]
    return _DATES if kind.startswith(("date", "time", "timezone")) else _OTHER
