"""Who may call which route: one table, and nothing outside it is reachable.

A route's name stands here once, with everybody who may call it. ``PUBLIC`` needs no credentials. Scope comes on top:
officers and devices act in their own hall only, and clerks at the window where they are signed in.
"""

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ..queue.staff import DeviceKind, Role


class Caller(StrEnum):
    """What a request can be: nobody we know, a device of a kind, or an officer with a role."""

    PUBLIC = "public"
    KIOSK = DeviceKind.KIOSK
    BOARD = DeviceKind.BOARD
    CLERK = Role.CLERK
    GUIDE = Role.GUIDE
    OPERATOR = Role.OPERATOR
    SUPERVISOR = Role.SUPERVISOR
    ADMIN = Role.ADMIN


EVERYBODY: Final = frozenset(Caller)
STAFF: Final = frozenset(Caller(role) for role in Role)
STEERING: Final = frozenset({Caller.SUPERVISOR, Caller.ADMIN})
AT_WINDOW: Final = STEERING | {Caller.CLERK, Caller.GUIDE}
ISSUING: Final = AT_WINDOW | {Caller.KIOSK, Caller.OPERATOR}
BOOKING: Final = STAFF | {Caller.PUBLIC, Caller.KIOSK}
ANSWERING: Final = STEERING | {Caller.OPERATOR, Caller.GUIDE}
CALLING_OUT_OF_ORDER: Final = STEERING

PERMISSIONS: Final = MappingProxyType(
    {
        # the house
        "health": EVERYBODY,
        "ready": EVERYBODY,
        "metrics": EVERYBODY,
        "static": EVERYBODY,
        "openapi": EVERYBODY,
        # pages; what they may do is decided at the calls they make
        "page_home": EVERYBODY,
        "page_kiosk": EVERYBODY,
        "page_board": EVERYBODY,
        "page_window": EVERYBODY,
        "page_ticket": EVERYBODY,
        "page_slip": EVERYBODY,
        "page_booked_slip": EVERYBODY,
        "page_sign_in": EVERYBODY,
        "page_account": EVERYBODY,
        "page_hall_files": EVERYBODY,
        "page_console": EVERYBODY,
        "page_supervise": EVERYBODY,
        "page_desk": EVERYBODY,
        "page_guidance": EVERYBODY,
        "page_receipt": EVERYBODY,
        "page_custody": EVERYBODY,
        "page_phone": EVERYBODY,
        "page_guide": EVERYBODY,
        "page_guide_hall": EVERYBODY,
        "page_guide_item": EVERYBODY,
        "page_progress": EVERYBODY,
        "page_progress_said": EVERYBODY,
        "page_progress_case": EVERYBODY,
        "page_paper": EVERYBODY,
        # the public's pages of booking: they do what they say themselves, as forms without scripts must
        "page_book": EVERYBODY,
        "page_book_hall": EVERYBODY,
        "page_book_hold": EVERYBODY,
        "page_book_person": EVERYBODY,
        "page_book_person_said": EVERYBODY,
        "page_book_code": EVERYBODY,
        "page_book_code_said": EVERYBODY,
        "page_book_wait": EVERYBODY,
        "page_book_wait_person": EVERYBODY,
        "page_book_wait_code": EVERYBODY,
        "page_book_wait_join": EVERYBODY,
        "page_waiting": EVERYBODY,
        "page_waiting_said": EVERYBODY,
        "page_appointments": EVERYBODY,
        "page_appointments_said": EVERYBODY,
        "page_appointment": EVERYBODY,
        "page_appointment_said": EVERYBODY,
        "page_appointment_calendar": EVERYBODY,
        "page_appointment_move": EVERYBODY,
        "page_appointment_moved": EVERYBODY,
        "page_appointment_cancel": EVERYBODY,
        "page_appointment_cancelled": EVERYBODY,
        # signing in
        "session_create": EVERYBODY,
        "session_delete": STAFF,
        "session_show": EVERYBODY,
        "sessions": STEERING,
        "session_end": frozenset({Caller.ADMIN}),
        "account": STAFF,
        "account_password": STAFF,
        "account_second_factor_offer": STAFF,
        "account_second_factor_on": STAFF,
        "account_second_factor_off": STAFF,
        "account_session_end": STAFF,
        "account_sessions_end": STAFF,
        # public facts
        "halls": EVERYBODY,
        "hall": EVERYBODY,
        "hall_items": EVERYBODY,
        "agencies": EVERYBODY,
        "route": EVERYBODY,
        "media": EVERYBODY,
        "board": EVERYBODY,
        "board_live": EVERYBODY,
        "hall_changes": EVERYBODY,
        "window_card": EVERYBODY,
        "call_voice": EVERYBODY,
        "voice_test": EVERYBODY,
        # tickets
        "ticket_issue": ISSUING,
        "ticket_find": STAFF,
        "ticket_show": EVERYBODY,
        "ticket_live": EVERYBODY,
        "ticket_cancel": EVERYBODY,
        "ticket_postpone": EVERYBODY,
        "ticket_act": AT_WINDOW,
        "ticket_print": STAFF,
        "ticket_paper": ISSUING,
        # booking: the public by code and phone, kiosks on site, officers for those who call or stand before them
        "slots": EVERYBODY,
        "hold_take": BOOKING,
        "hold_release": BOOKING,
        "hold_code": BOOKING,
        "hold_verify": BOOKING,
        "hold_confirm": BOOKING,
        "appointment_show": BOOKING,
        "appointment_move": BOOKING,
        "appointment_cancel": BOOKING,
        "appointment_check_in": BOOKING,
        "appointments": STAFF | {Caller.KIOSK},
        "appointment_person": ANSWERING,
        "appointment_lift_bar": ANSWERING,
        "booking_rules": STAFF,
        "booking_rules_set": frozenset({Caller.ADMIN}),
        "booking_rules_of_line": STAFF,
        "booking_rules_line": frozenset({Caller.ADMIN}),
        "bookings": STAFF,
        "slot_resize": STEERING,
        "day_close": STEERING,
        "day_reopen": STEERING,
        "waiting_join": BOOKING,
        "waiting_show": BOOKING,
        "waiting_accept": BOOKING,
        "waiting_leave": BOOKING,
        # the phone operator: who calls, and what he is to be called back about
        "callers": ANSWERING,
        "enquiry_add": ANSWERING,
        "enquiries": ANSWERING,
        "enquiry": ANSWERING,
        "enquiry_answer": ANSWERING,
        "enquiry_take": ANSWERING,
        # reminders and the chains they climb; what is put before the leaders
        "alerts": STAFF,
        "alert_seen": STAFF,
        "chains": STEERING,
        "chains_set": frozenset({Caller.ADMIN}),
        "matter_put": STAFF,
        "matters": STAFF,
        "matter_answer": STEERING,
        # the first desk and the guides
        "handovers": AT_WINDOW,
        "helps": AT_WINDOW,
        "ticket_help": AT_WINDOW,
        "ticket_acknowledge": AT_WINDOW,
        "guidance": AT_WINDOW,
        "receipt_give": AT_WINDOW,
        "custody_take": AT_WINDOW,
        "custodies": AT_WINDOW,
        "custody_pass": AT_WINDOW,
        "custody_acknowledge": AT_WINDOW,
        "register": STAFF,
        "register_export": STEERING,
        # cases: accepted and moved on by officers, followed by whoever applied
        "case_accept": AT_WINDOW,
        "case_act": AT_WINDOW,
        "case_part_close": AT_WINDOW,
        "case_assign": STEERING,
        "case_person": AT_WINDOW,
        "cases": STAFF,
        "case_figures": STEERING,
        "case": STAFF | {Caller.PUBLIC, Caller.KIOSK},
        "case_rules": STAFF,
        "case_rules_set": frozenset({Caller.ADMIN}),
        # windows
        "window_desk": AT_WINDOW,
        "window_open": AT_WINDOW,
        "window_pause": AT_WINDOW,
        "window_close": AT_WINDOW,
        "window_call_next": AT_WINDOW,
        "window_call": CALLING_OUT_OF_ORDER,
        # steering
        "screens": STEERING,
        "printers": STEERING,
        "journal": STEERING,
        "live": STEERING,
        "media_add": STEERING,
        "media_list": STEERING,
        "media_delete": STEERING,
        "slides": STEERING,
        "slide_add": STEERING,
        "slide_delete": STEERING,
        "slide_move": STEERING,
        "ticker": STEERING,
        "roster": STEERING,
        "roster_set": STEERING,
        "staff": STEERING,
        "staff_photo": STEERING,
        "duties": STEERING,
        "messages": STEERING,
        "message_retry": STEERING,
        "hall_export": STEERING,
        "hall_import": frozenset({Caller.ADMIN}),
        # its page and interface ask for a supervisor or an administrator themselves
        "administration": EVERYBODY,
    }
)

WITHOUT_SECOND_FACTOR: Final = frozenset(
    {
        "session_show",
        "session_delete",
        "account",
        "account_password",
        "account_second_factor_offer",
        "account_second_factor_on",
        "account_session_end",
        "account_sessions_end",
    }
)
"""What an admin who must set up a second factor can do; for everything else he is nobody we know."""
