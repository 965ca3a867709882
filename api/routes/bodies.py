"""What requests may say. Everything is typed and bounded; unknown fields are refused."""

from datetime import date, datetime, time
from typing import Annotated

from msgspec import Meta, Struct

from ...booking.closing import How
from ...booking.state import Channel as Booked
from ...cases import enquiry, matter
from ...cases.applicant import Applying
from ...cases.file import Materials, Names, Text
from ...cases.receipt import Material
from ...queue.hall import CaseKind
from ...queue.ticket import Channel, Language

NO_NUL = r"^[^\x00]*$"
"""PostgreSQL keeps no text with a NUL in it."""

Code = Annotated[str, Meta(min_length=1, max_length=40, pattern=NO_NUL)]
Words = Annotated[str, Meta(max_length=60, pattern=NO_NUL)]
Note = Annotated[str, Meta(max_length=200, pattern=NO_NUL)]
Reason = Annotated[str, Meta(min_length=2, max_length=200, pattern=NO_NUL)]
Key = Annotated[str, Meta(min_length=1, max_length=22, pattern=NO_NUL)]


Password = Annotated[str, Meta(min_length=1, max_length=128)]
OneTimeCode = Annotated[str, Meta(max_length=24)]


class SignIn(Struct, forbid_unknown_fields=True):
    """``code``: of the second factor, or a recovery code, where the account has one."""

    username: Annotated[str, Meta(min_length=1, max_length=100, pattern=NO_NUL)]
    password: Password
    code: OneTimeCode = ""


class NewPassword(Struct, forbid_unknown_fields=True):
    old: Password
    new: Password


class FirstCode(Struct, forbid_unknown_fields=True):
    """``offer``: as it was given with the secret."""

    offer: Annotated[str, Meta(max_length=4000)]
    code: OneTimeCode
    password: Password


class SecondFactorOff(Struct, forbid_unknown_fields=True):
    password: Password
    code: OneTimeCode


class NewTicket(Struct, forbid_unknown_fields=True):
    """Neither ``item`` nor ``line``: the visitor does not know what he needs (R6).

    ``need``: a code of `queue.needs` or free words (R53). ``language``: in which the visitor is spoken to. ``reason``:
    why an officer gives the priority (R45). ``name``, ``phone``: what a visitor leaves at a desk, kept sealed.
    """

    channel: Channel
    item: Code | None = None
    line: Code | None = None
    need: Words = ""
    priority: Code | None = None
    language: Language | None = None
    reason: Note = ""
    name: Words = ""
    phone: Annotated[str, Meta(max_length=24, pattern=NO_NUL)] = ""


LocalTime = Annotated[time, Meta(tz=False)]
Digits = Annotated[str, Meta(max_length=24, pattern=NO_NUL)]
Named = Annotated[str, Meta(max_length=1000, pattern=NO_NUL)]
SlotName = Annotated[str, Meta(min_length=1, max_length=60, pattern=NO_NUL)]
Held = Annotated[str, Meta(max_length=22, pattern=NO_NUL)]


class NewHold(Struct, forbid_unknown_fields=True):
    """``slot``: an id that ``GET /halls/{hall}/slots`` gave. ``hold``: an earlier one that is given back for it."""

    slot: SlotName
    channel: Booked
    item: Code | None = None
    hold: Held = ""


class Phone(Struct, forbid_unknown_fields=True):
    phone: Digits


class SmsCode(Struct, forbid_unknown_fields=True):
    code: Digits


class Somebody(Struct, forbid_unknown_fields=True):
    """A person as he is typed; `booking.people` judges it, in the visitor's words."""

    name: Named
    phone: Digits = ""
    id_number: Digits = ""


class Confirm(Struct, forbid_unknown_fields=True):
    """Who comes; ``proxy``: who books for him (R52); ``needs``: codes of `queue.needs` or free words (R53)."""

    name: Named
    phone: Digits = ""
    id_number: Digits = ""
    needs: Words | list[Words] = ""
    proxy: Somebody | None = None
    language: Language | None = None


class Wait(Confirm, forbid_unknown_fields=True, kw_only=True):
    """A place on the waiting list of a day, between two local times."""

    item: Code
    day: date
    channel: Booked
    since: LocalTime = time.min
    until: LocalTime = time.max


class Proof(Struct, forbid_unknown_fields=True):
    """What shows that an appointment is the asker's: its phone, or the key of its link. Officers need neither."""

    phone: Digits = ""
    key: Held = ""
    reason: Note = ""


class NewTime(Proof, forbid_unknown_fields=True, kw_only=True):
    slot: SlotName


class LineBooking(Struct, forbid_unknown_fields=True):
    """``windows``: planned for booking; ``share_percent``: of what they can do. null: as the hall."""

    windows: Annotated[int, Meta(ge=0, le=500)] | None = None
    share_percent: Annotated[int, Meta(ge=0, le=100)] | None = None


class Places(Struct, forbid_unknown_fields=True):
    places: Annotated[int, Meta(ge=0, le=10_000)]


class Closure(Struct, forbid_unknown_fields=True):
    """A day to close, of the hall or one line. ``appointments``: what becomes of them; None only lists them."""

    day: date
    reason: Annotated[str, Meta(min_length=2, max_length=100, pattern=NO_NUL)]
    line: Code | None = None
    reason_en: Annotated[str, Meta(max_length=160, pattern=NO_NUL)] = ""
    appointments: How | None = None


class Reasoned(Struct, forbid_unknown_fields=True):
    reason: Reason


class Pause(Struct, forbid_unknown_fields=True):
    reason: Words = ""
    back_at: datetime | None = None


class CallThis(Struct, forbid_unknown_fields=True):
    """Out of order: ``ticket`` is its id, ``reason`` is kept in the journal."""

    ticket: Key
    reason: Reason


class Print(Struct, forbid_unknown_fields=True):
    """``printer``: its name, where it is not clear which."""

    printer: Annotated[str, Meta(min_length=1, max_length=60, pattern=NO_NUL)] | None = None


class NewReceipt(Struct, forbid_unknown_fields=True):
    """What was handed in (R11); ``item``: its code, where it is not the ticket's."""

    materials: list[Material]
    item: Code | None = None
    note: Note = ""


class NewCustody(Struct, forbid_unknown_fields=True):
    """What is taken in for whom is not there (R7): for a ``department`` (its code), an officer (``to``: his badge).

    ``matter``: what it is about, where no ``item`` (its code) says so; ``ticket``: its id, of whoever brings it.
    """

    name: Named
    materials: list[Material]
    phone: Digits = ""
    company: bool = False
    address: Named = ""
    department: Code | None = None
    to: Code | None = None
    item: Code | None = None
    matter: Note = ""
    ticket: Key | None = None


class PassOn(Struct, forbid_unknown_fields=True):
    """``to``: the badge of the officer who gets the papers."""

    to: Code


class NewEnquiry(Struct, forbid_unknown_fields=True):
    """What a caller asked, and who he is (R12); ``item``: its code, where it is about one."""

    question: Named
    name: Named
    phone: Digits
    unit: Named = ""
    item: Code | None = None
    channel: enquiry.Channel = enquiry.Channel.PHONE
    kind: enquiry.Kind = enquiry.Kind.ENQUIRY


class EnquiryAnswer(Struct, forbid_unknown_fields=True):
    """``told``: the caller knows the answer; else he is still to be called."""

    answer: Named
    told: bool = True


class NewMatter(Struct, forbid_unknown_fields=True):
    """What an officer puts before his leaders (R9); ``ticket``: its id, ``case``: its number."""

    text: Named
    kind: matter.Kind = matter.Kind.DOUBTFUL
    urgent: bool = False
    ticket: Key | None = None
    case: Code | None = None


class MatterAnswer(Struct, forbid_unknown_fields=True):
    text: Named


class Accepted(Struct, forbid_unknown_fields=True, kw_only=True):
    """What a window accepts. ``item``: where it is not the ticket's; ``kind``: where it is not the item's, and why.

    ``materials``: what was handed in; ``complete``: that is all. Else ``missing``: what is missing or wrong besides the
    item's own list, told at once; or ``why_later``: why it cannot be told on the spot (R20). ``refuse``: why it is not
    accepted at all.
    """

    applicant: Applying
    item: Code | None = None
    kind: CaseKind | None = None
    why_kind: Text = ""
    materials: Materials = []
    complete: bool = False
    missing: Names = []
    why_later: Text = ""
    refuse: Text = ""
    language: Language | None = None


class Assigned(Struct, forbid_unknown_fields=True):
    """``badge``: of the officer who answers for it from now on."""

    badge: Code


class Opinion(Struct, forbid_unknown_fields=True):
    opinion: Text


class Guidance(Struct, forbid_unknown_fields=True):
    """Where a visitor was sent (R5): an agency, an item that one serves, or both."""

    agency: int | None = None
    item: Code | None = None


class Move(Struct, forbid_unknown_fields=True):
    """What an action needs: a transfer its goal (a line's prefix or a window's number), others at most a reason."""

    line: Code | None = None
    window: Code | None = None
    reason: Note = ""
