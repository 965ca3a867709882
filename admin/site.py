"""The administration as one ASGI application: piccolo-admin's page, menus and forms around our tables' interfaces.

It stands behind the house's own gate, which says in ``scope["officer"]`` who asks. Menus and forms are made once per
language; the tables' interfaces serve both, because addresses may name a table in any of them.
"""

import json
import re
from collections.abc import Mapping
from html import escape
from typing import Any

from piccolo.apps.user.tables import BaseUser
from piccolo_admin.endpoints import AdminRouter, FormConfig
from piccolo_admin.translations.data import ENGLISH
from piccolo_api.session_auth.tables import SessionsBase
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..core.db import Base
from ..core.errors import Invalid
from ..core.i18n import LANGUAGES, N_, Language, translate
from . import page_words, words
from .counter import OFFICER, Counter
from .forms import forms
from .house import House, Officer
from .mirror import mirrors
from .offers import offered
from .phrases import CHINESE

SITE_NAME = N_("排号 · 后台管理")
TABLES = "/api/tables"
_PICCOLOS = ("/api/forms/", "/api/links/", "/api/user/", "/assets/", "/public/meta/", "/public/translations/")
"""What is piccolo-admin's own. Passwords are changed on an officer's account page, which asks more."""
LINKS: Mapping[str, str] = {N_("导入导出大厅"): "/hall-files", N_("值班台"): "/supervise", N_("我的账号"): "/account"}
"""The house's own pages that the menu leads to."""
FORM_MENUS = ("/api/forms/", "/api/forms/grouped/")
"""Whoever changes nothing is offered no forms that would."""
_SCHEMA = re.compile(f"{FORM_MENUS[0]}([a-z-]+)/schema/")
_HEAD = (
    '<link rel="icon" href="/static/icon.svg" type="image/svg+xml">'
    '<script src="/static/js/admin_words.js"></script><script src="/static/js/admin.js"></script>'
    '<script src="/static/js/admin_begin.js"></script><script src="/static/js/admin_edits.js"></script>'
    '<script src="/static/js/admin_forms.js"></script><script src="/static/js/admin_csv.js"></script>'
    '<script src="/static/js/admin_told.js"></script>'
    '<link rel="stylesheet" href="/static/css/admin.css">'
)
"""No ``base``: its router would take the page to another path."""
_LANGUAGE_CODES: Mapping[Language, str] = {"zh_CN": "zh-CN", "en": "en"}


class Site:
    """``__call__`` is the application; mounted at ``/admin``."""

    def __init__(self, house: House) -> None:
        self._house = house
        made = mirrors(Base.metadata, house.engine)
        self._counters = {
            name: Counter(house, Base.metadata.tables[name], mirror)
            for name, mirror in made.items()
            if name in words.TABLES
        }
        accounts = type("Accounts", (BaseUser,), {}, tablename="piccolo_user", db=house.engine)
        sessions = type("Sessions", (SessionsBase,), {}, tablename="sessions", db=house.engine)
        self._pages = {language: _page(forms(house, language), language, accounts, sessions) for language in LANGUAGES}
        self._menus = {
            language: _page(forms(house, language, edits=False), language, accounts, sessions) for language in LANGUAGES
        }

    def page(self, language: Language, *, edits: bool, zone: str, print_: str, contrast: str) -> str:
        """piccolo-admin's page with the house's name, look and manners; ``edits``: with buttons to edit.

        Moments are shown in ``zone``. ``print_`` and ``contrast`` are what the reader chose for all pages.
        """
        router = self._pages[language]
        tag, mood = _LANGUAGE_CODES[language], "edits" if edits else "looks"
        title = escape(translate(language, SITE_NAME))
        chosen = {"lang": tag, "data-mood": mood, "data-zone": zone, "data-print": print_, "data-contrast": contrast}
        attributes = " ".join(f'{name}="{escape(value)}"' for name, value in chosen.items())
        html = router.template.replace('<html lang="en">', f"<html {attributes}>")
        html = html.replace("<title>Piccolo Admin</title>", f"<title>{title}</title>")
        texts = json.dumps(page_words.texts(language), ensure_ascii=False).replace("<", "\\u003c")
        told = f'<script type="application/json" id="words">{texts}</script>'
        return html.replace("<head>", f"<head>{told}{_HEAD}", 1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request of ``scope["officer"]``."""
        officer: Officer = scope["officer"]
        token = OFFICER.set(officer)
        try:
            await self._serve(scope, receive, send, officer)
        finally:
            OFFICER.reset(token)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, officer: Officer) -> None:
        path: str = scope["path"]
        name, _, rest = path.removeprefix(TABLES + "/").partition("/")
        served: ASGIApp
        if path in FORM_MENUS and not officer.may_edit:
            served = self._menus[officer.language]
        elif path.startswith(FORM_MENUS[0]) and scope["method"] == "POST":
            served = await self._submitted(scope, receive, officer)
        elif (asked := _SCHEMA.fullmatch(path)) and (schema := self._schema(asked[1], officer.language)):
            served = JSONResponse(await offered(self._house, officer, schema))
        elif path.startswith(_PICCOLOS):
            served = self._pages[officer.language]
        elif not path.startswith(TABLES + "/"):
            served = Response(status_code=404)
        elif name in ("", "grouped"):
            served = self._menu(officer.language, grouped=name != "")
        elif (counter := self._counters.get(words.by_label(name) or name)) is None:
            served = Response(status_code=404)
        else:
            root = f"{scope.get('root_path', '')}{TABLES}/{name}"
            scope, served = dict(scope) | {"path": f"{root}/{rest}", "root_path": root}, counter
        await served(scope, receive, send)

    def _schema(self, slug: str, language: Language) -> dict[str, Any] | None:
        """What the form at this address asks; None where there is none."""
        form = self._pages[language].form_config_map.get(slug)
        return form.pydantic_model.model_json_schema() if form else None

    async def _submitted(self, scope: Scope, receive: Receive, officer: Officer) -> ASGIApp:
        """A form that was sent, if it can be one: piccolo-admin takes for granted that it is a JSON object."""
        request = Request(scope, receive)
        try:
            sent = isinstance(await request.json(), dict)
        except (ValueError, RecursionError):
            sent = False
        if not sent:
            told = translate(officer.language, Invalid.title)
            return JSONResponse({"custom_form_error": told, "code": Invalid.code}, 422)
        body = await request.body()

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def serve(inner: Scope, _: Receive, send: Send) -> None:
            await self._pages[officer.language](inner, again, send)

        return serve

    def _menu(self, language: Language, *, grouped: bool) -> Response:
        """The tables by their names, in the order of their words."""
        groups: dict[str, list[str]] = {}
        for name, said in words.TABLES.items():
            if name in self._counters:
                groups.setdefault(translate(language, said.group), []).append(words.label(name, language))
        if grouped:
            return JSONResponse({"grouped": groups, "ungrouped": []})
        return JSONResponse([label for labels in groups.values() for label in labels])


def _page(
    offered: list[FormConfig], language: Language, accounts: type[BaseUser], sessions: type[SessionsBase]
) -> AdminRouter:
    """piccolo-admin with its page, forms and second factor, but without tables of its own."""
    return AdminRouter(
        forms=offered,
        auth_table=accounts,
        session_table=sessions,
        increase_expiry=None,
        site_name=translate(language, SITE_NAME),
        sidebar_links={translate(language, word): address for word, address in LINKS.items()},
        default_language_code=_LANGUAGE_CODES[language],
        translations=[CHINESE, ENGLISH],
    )
