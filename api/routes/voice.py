"""The hall's voice as sound, for screens that have no Chinese voice of their own (R44)."""

from datetime import timedelta
from typing import Literal

from litestar import Response, Router, get
from litestar.params import FromPath, FromQuery

from ...core.clock import now
from ...core.errors import NotFound
from ...core.i18n import N_
from ...display import picture, spoken
from ..services import Provided

WAV = "audio/wav"
STILL_SAID = timedelta(minutes=10)
"""No call waits behind others for longer. Anybody may ask for a clip, but not have those of a whole day made."""
KEEP = {"cache-control": "public, max-age=86400"}
"""Of a call's clip: what was said stays said. Screens add the call's moment to the address, since a hall that is set
up anew counts its calls from 1 again."""


@get("/halls/{hall:str}/calls/{call:int}/voice", name="call_voice", media_type=WAV)
async def call_voice(
    hall: FromPath[str], call: FromPath[int], services: Provided, language: FromQuery[Literal["zh", "en"]] = "zh"
) -> Response[bytes]:
    """A call of the last minutes as WAV. 404 for what is no such call of this hall, or is not said in that language;
    503 ``voice_unavailable`` without an engine."""
    facts = await services.halls.get(hall)
    moment = now()
    shown = await picture.call(services.database, facts, call, moment) if call < 2**63 else None
    text = (shown.say if language == "zh" else shown.say_en) if shown and moment - shown.at <= STILL_SAID else ""
    if not text:
        raise NotFound(N_("没有这次叫号的语音"), code="unknown_call")
    return Response(await services.clips.get(text, language), headers=KEEP)


@get("/halls/{hall:str}/voice-test", name="voice_test", media_type=WAV)
async def voice_test(hall: FromPath[str], services: Provided) -> Response[bytes]:
    """A fixed sentence as WAV, to set a screen's volume by. 503 ``voice_unavailable`` without an engine."""
    await services.halls.get(hall)
    return Response(await services.clips.get(spoken.TEST, "zh"))


router = Router("/", route_handlers=[call_voice, voice_test])
