"""A hall's configuration changed: the public's pages that are open are told, and ask for what holds now."""

from litestar import Router, websocket
from litestar.params import FromPath

from ...core.errors import NotFound
from ..conversation import Conversation, Socket
from ..services import Provided

NO_SUCH_HALL = 4404


@websocket("/halls/{hall:str}/changes", name="hall_changes", opt={"anonymous": True})
async def changes(socket: Socket, hall: FromPath[str], services: Provided) -> None:
    """Frames ``edition`` (`display.editions.Edition`), at once and whenever it is another, and ``ping``.

    Closed with 4404 when there is no such hall.
    """
    await socket.accept()
    try:
        facts = await services.halls.get(hall)
    except NotFound as unknown:
        await socket.close(NO_SUCH_HALL, unknown.code)
        return
    async with services.editions.page(facts.id) as page:
        await Conversation(socket, page).run()


router = Router("/", route_handlers=[changes])
