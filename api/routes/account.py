"""An officer's own account and its sessions; for who steers a hall, the sessions of its officers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from litestar import Request, Router, delete, get, post
from litestar.params import FromPath, JSONBody

from ...core import second_factor
from ...core.clock import local, now
from .. import own_account, sessions
from ..deadline import ZONE
from ..identity import Identity
from ..limits import PRIVATE
from ..links import square
from ..services import Provided, Services
from .bodies import FirstCode, NewPassword, SecondFactorOff
from .session import place_of, second_factor_of

AnyRequest = Request[Any, Any, Any]


@get("/account", name="account")
async def show(request: AnyRequest, services: Provided) -> dict[str, Any]:
    """Who I am, my second factor, my sessions and the last times that somebody signed in to my account, or tried.

    ``second_factor.state``: ``on``, ``off``, or ``needed`` where nothing else can be done before. ``since``, ``until``
    and ``at`` are in the hall's time; a session of ``since`` null was opened by other software.
    """
    who: Identity = request.user
    zone = await _zone(who, services)
    async with services.database.read() as connection:
        standing = await second_factor.standing(connection, who.user_id or 0)
        opened = await sessions.of_account(connection, who.user_id or 0)
        recent = await sessions.recent(connection, who.actor.staff_id or 0)
    return {
        "name": who.name,
        "badge": who.badge,
        "username": who.username,
        "role": who.caller,
        "second_factor": {
            "state": second_factor_of(who, services),
            "since": _stamp(standing.since, zone) if standing else None,
            "recovery_left": standing.recovery_left if standing else 0,
        },
        "sessions": _sessions(opened, who, zone),
        "sign_ins": [
            {"at": _stamp(row.at, zone), "what": row.action, "reason": (row.after or {}).get("reason", "")}
            | {name: (row.after or {}).get(name, "") for name in ("address", "agent")}
            for row in recent
        ],
    }


@post("/account/password", name="account_password", status_code=200)
async def password(request: AnyRequest, data: JSONBody[NewPassword], services: Provided) -> dict[str, Any]:
    """Another password for my account; its other sessions end. 400 for a wrong one or one that will not do."""
    ended = await own_account.change_password(services, request.user, data.old, data.new, place_of(request))
    return {"ended": ended}


@post("/account/second-factor", name="account_second_factor_offer", status_code=200)
async def offer(request: AnyRequest, services: Provided) -> dict[str, Any]:
    """A secret to put into an authenticator app: to type, and as a QR code (SVG). Not active before its first code."""
    made = await own_account.offer(services, request.user)
    groups = [made.secret[start : start + 4] for start in range(0, len(made.secret), 4)]
    return {"offer": made.token, "secret": " ".join(groups), "qr": square(made.address(request.user.username))}


@post("/account/second-factor/on", name="account_second_factor_on", status_code=200)
async def turn_on(request: AnyRequest, data: JSONBody[FirstCode], services: Provided) -> dict[str, Any]:
    """Make it active with its first code and the password. The recovery codes are in this answer and nowhere else."""
    who, place = request.user, place_of(request)
    codes = await own_account.turn_on(services, who, data.offer, data.code, data.password, place)
    return {"recovery_codes": codes}


@post("/account/second-factor/off", name="account_second_factor_off", status_code=204)
async def turn_off(request: AnyRequest, data: JSONBody[SecondFactorOff], services: Provided) -> None:
    """Turn it off with password and code. 400 for wrong ones, 429 after repeated failures."""
    await own_account.turn_off(services, request.user, data.password, data.code, place_of(request))


@delete("/account/sessions/{session:int}", name="account_session_end", status_code=204)
async def end_own(request: AnyRequest, session: FromPath[int], services: Provided) -> None:
    """End one of my sessions."""
    await _end(request.user, session, services, own=True)


@delete("/account/sessions", name="account_sessions_end")
async def end_others(request: AnyRequest, services: Provided) -> None:
    """End all my sessions but this one."""
    async with services.database.write() as tx:
        tokens = await sessions.end_others(tx, request.user, now())
    services.identities.forget(*tokens)


@get("/sessions", name="sessions")
async def of_hall(request: AnyRequest, services: Provided) -> dict[str, Any]:
    """Who of my hall is signed in, newest first: at most `sessions.MOST`. An admin of all halls sees everybody."""
    who: Identity = request.user
    async with services.database.read() as connection:
        opened = await sessions.of_hall(connection, who.hall_id)
    return {"sessions": _sessions(opened, who, await _zone(who, services))}


@delete("/sessions/{session:int}", name="session_end", status_code=204)
async def end(request: AnyRequest, session: FromPath[int], services: Provided) -> None:
    """End anybody's session of my hall. 404 for one of another hall."""
    await _end(request.user, session, services)


async def _end(who: Identity, session: int, services: Services, *, own: bool = False) -> None:
    async with services.database.write() as tx:
        token = await sessions.end(tx, session, who, now(), own=own)
    services.identities.forget(token)


def _sessions(opened: Sequence[sessions.Open], who: Identity, zone: str) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "since": _stamp(one.began_at, zone),
            "until": _stamp(one.until, zone),
            "address": one.address,
            "agent": one.agent,
            "current": one.id == who.session_id,
            "staff": {"id": one.staff_id, "name": one.name, "badge": one.badge, "role": one.role},
        }
        for one in opened
    ]


async def _zone(who: Identity, services: Services) -> str:
    """The time zone in which somebody reads moments; who is of all halls reads them as in Beijing."""
    return ZONE if who.hall_id is None else (await services.halls.by_id(who.hall_id)).timezone


def _stamp(when: datetime | None, zone: str) -> str | None:
    return None if when is None else local(when, zone).isoformat(timespec="seconds")


router = Router(
    "/",
    route_handlers=[show, password, offer, turn_on, turn_off, end_own, end_others, of_hall, end],
    cache_control=PRIVATE,
)
