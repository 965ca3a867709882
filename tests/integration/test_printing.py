"""Paper: whatever a printer does, a ticket has one original, and what may be in the tray comes again only marked."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from house import SMALL
from paihao.core.db import Database, violated
from paihao.core.errors import Conflict, Invalid, NotFound
from paihao.display import printer as network
from paihao.display import printjob
from paihao.display.paper import Lines, Sheet
from paihao.display.printer import Address, Fault, Outcome, Result
from paihao.display.printing import Printing
from paihao.display.printjob import PrintJob, State
from paihao.queue import hallfiles, hallstore
from paihao.queue.staff import Device, DeviceKind
from printer import Mood, Printer
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

pytestmark = pytest.mark.anyio

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SHEET = Sheet(parts=(Lines(("A012",)),), language="zh_CN", timezone="Asia/Shanghai")


class Clock:
    """The time as the worker sees it; tests turn it."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


class Desk:
    """A hall's printer with a worker that a test moves on by hand."""

    def __init__(self, database: Database, hall: int, device: int, machine: Printer) -> None:
        self.database = database
        self.hall = hall
        self.device = device
        self.machine = machine
        self.clock = Clock()
        self.printing = self.worker()

    def worker(self) -> Printing:
        return Printing(self.database, self.clock)

    async def ask(self, subject: str = "ticket:1") -> bool:
        async with self.database.write() as tx:
            return await printjob.enqueue(
                tx, hall_id=self.hall, printer_id=self.device, subject=subject, sheet=SHEET, now=self.clock()
            )

    async def step(self, *workers: Printing) -> None:
        """All that is due now is tried once; then nothing is under way."""
        workers = workers or (self.printing,)
        await asyncio.gather(*(worker.step() for worker in workers))
        await asyncio.gather(*(worker.idle() for worker in workers))

    async def jobs(self) -> list[Any]:
        async with self.database.read() as connection:
            rows = await connection.execute(select(PrintJob.__table__).order_by(PrintJob.id))
            return list(rows)

    async def states(self) -> list[tuple[int, str, str]]:
        return [(job.copy, job.state, job.fault) for job in await self.jobs()]

    async def told(self) -> tuple[str, datetime | None]:
        async with self.database.read() as connection:
            row = (await connection.execute(select(Device.fault, Device.seen_at).where(Device.id == self.device))).one()
        return row.fault, row.seen_at

    @property
    def marks(self) -> list[str]:
        """The first printed line of each paper that came out."""
        return [picture.splitlines()[2].split("|")[1].strip() for picture in self.machine.pictures]


@pytest.fixture
async def desk(database: Database, machine: Printer) -> Desk:
    async with database.write() as tx:
        hall = await hallstore.save(tx, hallfiles.read(SMALL))
        made = {"hall_id": hall, "kind": DeviceKind.PRINTER, "name": "1号打印机", "address": machine.address}
        device = (await tx.execute(insert(Device).returning(Device.id), made)).scalar_one()
    return Desk(database, hall, device, machine)


async def test_a_paper_is_printed_once_and_the_printer_is_well(desk: Desk) -> None:
    assert await desk.ask()
    assert not await desk.ask()
    await desk.step()
    await desk.step()
    assert desk.marks == ["A012"]
    assert await desk.states() == [(0, State.PRINTED, "")]
    assert await desk.told() == ("", START)


async def test_a_printer_that_vanishes_in_the_middle_gives_one_marked_reprint_on_its_return(desk: Desk) -> None:
    desk.machine.mood = Mood.VANISHING
    await desk.ask()
    claimed = asyncio.create_task(desk.step())
    await desk.machine.until(lambda: desk.machine.begun > 0)
    desk.machine.mood = Mood.WELL
    await claimed
    assert desk.marks == ["补打 1  2026-03-02 09:00"]
    assert await desk.states() == [(0, State.FAILED, Fault.VANISHED), (1, State.PRINTED, "")]
    assert not await desk.ask()


async def test_a_reprint_that_vanishes_too_is_the_last_that_comes_by_itself(desk: Desk) -> None:
    desk.machine.mood = Mood.VANISHING
    await desk.ask()
    for _ in range(4):
        await desk.step()
        desk.clock.turn(minutes=1)
    assert desk.machine.begun == 2
    assert await desk.states() == [(0, State.FAILED, Fault.VANISHED), (1, State.FAILED, Fault.VANISHED)]
    assert (await desk.told())[0] == Fault.VANISHED
    desk.machine.mood = Mood.WELL
    async with desk.database.write() as tx:
        assert await printjob.reprint(tx, "ticket:1", desk.clock()) == 2
    await desk.step()
    assert desk.marks == ["补打 2  2026-03-02 09:04"]


async def test_what_was_refused_is_tried_again_later_and_later_and_comes_as_the_original(desk: Desk) -> None:
    await desk.machine.off()
    await desk.ask()
    waits = []
    for _ in range(7):
        await desk.step()
        [job] = await desk.jobs()
        assert (job.state, job.fault, job.claimed_at) == (State.QUEUED, Fault.UNREACHABLE, None)
        waits.append((job.due_at - desk.clock()).total_seconds())
        desk.clock.now = job.due_at - timedelta(microseconds=1)
        await desk.step()
        assert (await desk.jobs())[0].tries == job.tries
        desk.clock.now = job.due_at
    assert waits == [2, 4, 8, 16, 32, 60, 60]
    assert await desk.told() == (Fault.UNREACHABLE, None)
    await desk.machine.on()
    await desk.step()
    assert desk.marks == ["A012"]
    assert await desk.states() == [(0, State.PRINTED, "")]
    assert await desk.told() == ("", desk.clock())


async def test_after_ten_minutes_nothing_comes_any_more(desk: Desk) -> None:
    await desk.machine.off()
    await desk.ask()
    await desk.step()
    desk.clock.turn(minutes=10)
    await desk.machine.on()
    await desk.printing.sweep()
    await desk.step()
    assert await desk.states() == [(0, State.FAILED, Fault.UNREACHABLE)]
    assert desk.marks == []


@pytest.mark.parametrize(
    ("trouble", "fault"),
    [
        ("paper_out", Fault.PAPER),
        ("cover_open", Fault.COVER),
        ("broken", Fault.BROKEN),
        ("offline", Fault.OFFLINE),
    ],
)
async def test_a_printer_that_cannot_print_gets_nothing_until_it_can(desk: Desk, trouble: str, fault: Fault) -> None:
    setattr(desk.machine, trouble, True)
    await desk.ask()
    await desk.step()
    assert desk.machine.begun == 0
    assert await desk.states() == [(0, State.QUEUED, fault)]
    assert await desk.told() == (fault, START)
    setattr(desk.machine, trouble, False)
    desk.clock.turn(seconds=2)
    await desk.step()
    assert desk.marks == ["A012"]
    assert (await desk.told())[0] == Fault.NONE


@pytest.mark.parametrize("mood", [Mood.RUBBISH, Mood.BABBLING])
async def test_rubbish_is_a_fault_and_gets_no_sheet(desk: Desk, mood: Mood) -> None:
    desk.machine.mood = mood
    await desk.ask()
    await desk.step()
    assert desk.machine.begun == 0
    assert await desk.states() == [(0, State.QUEUED, Fault.RUBBISH)]
    assert (await desk.told())[0] == Fault.RUBBISH


@pytest.mark.parametrize("mood", [Mood.SILENT, Mood.SIMPLE])
async def test_a_printer_that_says_little_is_believed(desk: Desk, mood: Mood) -> None:
    desk.machine.mood = mood
    await desk.ask()
    await desk.step()
    assert await desk.states() == [(0, State.PRINTED, "")]
    await desk.machine.until(lambda: desk.marks == ["A012"])


@pytest.mark.parametrize(
    ("mood", "fault"),
    [
        (Mood.DUMB_AFTER, Fault.SILENT),
        (Mood.EMPTY_AFTER, Fault.PAPER),
        (Mood.RUBBISH_AFTER, Fault.RUBBISH),
    ],
)
async def test_what_is_not_confirmed_comes_once_more_and_marked(desk: Desk, mood: Mood, fault: Fault) -> None:
    desk.machine.mood = mood
    await desk.ask()
    await desk.step()
    assert await desk.states() == [(0, State.FAILED, fault), (1, State.FAILED, fault)]
    assert desk.marks == ["A012", "补打 1  2026-03-02 09:00"]


async def test_what_a_killed_worker_left_comes_once_more_and_marked(desk: Desk) -> None:
    await desk.ask()
    async with desk.database.write() as tx:
        dead = await printjob.claim(tx, desk.device, desk.clock())
    assert dead is not None
    await desk.ask("ticket:2")
    desk.clock.turn(seconds=59)
    await desk.printing.sweep()
    await desk.step()
    assert desk.machine.begun == 0  # the printer may still be at it
    desk.clock.turn(seconds=1)
    await desk.printing.sweep()
    await desk.step()
    assert sorted(desk.marks) == ["A012", "补打 1  2026-03-02 09:01"]
    assert await desk.states() == [
        (0, State.FAILED, Fault.STOPPED),
        (0, State.PRINTED, ""),
        (1, State.PRINTED, ""),
    ]
    async with desk.database.write() as tx:  # it was not dead, only slow: too late
        assert not await printjob.finish(tx, dead, Result(Outcome.UNSURE, Fault.VANISHED), desk.clock())
    assert len(await desk.jobs()) == 3


async def test_two_workers_on_one_queue_print_each_paper_once(desk: Desk) -> None:
    subjects = [f"ticket:{number}" for number in range(8)]
    for subject in subjects:
        await desk.ask(subject)
    other = Database(desk.database.url.render_as_string(hide_password=False))
    second = Printing(other, desk.clock)
    try:
        for _ in range(2):
            await desk.step(desk.printing, second)
    finally:
        await other.close()
    assert desk.marks == ["A012"] * len(subjects)
    assert await desk.states() == [(0, State.PRINTED, "")] * len(subjects)


async def test_the_database_itself_keeps_a_second_original_and_a_second_paper_at_once_away(desk: Desk) -> None:
    await desk.ask()
    await desk.ask("ticket:2")
    [first, second] = await desk.jobs()
    for name, changes in (
        ("uq_print_job_copy", {"subject": first.subject}),
        ("ck_print_job_printing_has_claim", {"state": State.PRINTING}),
        ("ck_print_job_ended_has_moment", {"state": State.PRINTED}),
        ("ck_print_job_copy_0_to_99", {"copy": 100}),
        ("ck_print_job_state_known", {"state": "lost"}),
    ):
        with pytest.raises(IntegrityError) as refused:
            async with desk.database.write() as tx:
                await tx.execute(update(PrintJob).where(PrintJob.id == second.id).values(**changes))
        assert violated(refused.value) == name
    with pytest.raises(IntegrityError) as refused:
        async with desk.database.write() as tx:
            await tx.execute(update(PrintJob).values(state=State.PRINTING, claimed_at=START))
    assert violated(refused.value) == "uq_print_job_printing"


async def test_reprints_end_somewhere_and_need_an_original(desk: Desk) -> None:
    async with desk.database.write() as tx:
        with pytest.raises(NotFound):
            await printjob.reprint(tx, "ticket:1", START)
    await desk.ask()
    async with desk.database.write() as tx:
        copies = [await printjob.reprint(tx, "ticket:1", START) for _ in range(printjob.MOST_COPIES)]
        with pytest.raises(Conflict):
            await printjob.reprint(tx, "ticket:1", START)
    assert copies == list(range(1, 100))


async def test_a_paper_that_another_version_wrote_holds_nothing_up(desk: Desk) -> None:
    await desk.ask("ticket:old")
    await desk.ask("ticket:new")
    async with desk.database.write() as tx:
        await tx.execute(update(PrintJob).where(PrintJob.subject == "ticket:old").values(sheet={"pages": 1}))
    await desk.step()
    assert await desk.states() == [(0, "failed", ""), (0, "printed", "")]
    # So too when its worker was killed before it noticed.
    async with desk.database.write() as tx:
        left = {"state": State.PRINTING, "claimed_at": START, "ended_at": None}
        await tx.execute(update(PrintJob).where(PrintJob.subject == "ticket:old").values(left))
    desk.clock.turn(seconds=61)
    await desk.printing.sweep()
    await desk.printing.idle()
    assert await desk.states() == [(0, "failed", Fault.STOPPED), (0, "printed", "")]


async def test_an_idle_printer_is_asked_how_it_is(desk: Desk) -> None:
    desk.machine.paper_out = True
    await desk.printing.sweep()
    await desk.printing.idle()
    assert await desk.told() == (Fault.PAPER, START)
    desk.machine.paper_out = False
    desk.clock.turn(seconds=29)
    await desk.printing.sweep()
    await desk.printing.idle()
    assert (await desk.told())[0] == Fault.PAPER
    desk.clock.turn(seconds=1)
    await desk.printing.sweep()
    await desk.printing.idle()
    assert await desk.told() == (Fault.NONE, desk.clock())
    assert desk.machine.begun == 0


async def test_a_worker_wakes_for_a_job_and_lets_it_come_out_before_it_stops(desk: Desk) -> None:
    await desk.printing.start()
    await desk.ask()
    desk.printing.wake()
    await desk.machine.until(lambda: desk.machine.begun > 0)
    await desk.printing.stop()
    assert await desk.states() == [(0, State.PRINTED, "")]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.168.1.50", ("192.168.1.50", 9100)),
        ("printer-1.hall.local:9101", ("printer-1.hall.local", 9101)),
        ("[fe80::1]:9100", ("fe80::1", 9100)),
    ],
)
def test_an_address_is_a_host_and_a_port(text: str, address: tuple[str, int]) -> None:
    assert Address.parse(text) == address


@pytest.mark.parametrize(
    "text", ["", ":9100", "host:0", "host:65536", "host:x", "http://host:9100", "a b", "u@host", "host/x", "h" * 81]
)
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        Address.parse(text)
    assert refused.value.code == "bad_address"


async def test_an_address_that_leads_nowhere_is_only_a_fault(machine: Printer) -> None:
    await machine.off()
    for host in (machine.address, f"{'x' * 70}:9100", "host.invalid"):
        result = await network.send(Address.parse(host), b"sheet")
        assert result == (Outcome.REFUSED, Fault.UNREACHABLE)
