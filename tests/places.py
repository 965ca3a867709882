"""Every page that there is, and the states of it that readers meet."""

from typing import NamedTuple

PHONE, DOCKED, DESK, BESIDE, TABLET = (360, 640), (360, 600), (1366, 768), (1024, 600), (1024, 768)
TALL, WALL, STRIP, PAPER = (1080, 1920), (1920, 1080), (1920, 360), (302, 760)


class Place(NamedTuple):
    """A page, or a state of one. ``address`` may name what `Open.names` holds."""

    address: str
    sizes: tuple[tuple[int, int], ...]
    ready: str = "body"
    """What is to be seen before anything is judged."""
    clicks: tuple[str, ...] = ()
    """The way from the address: each is clicked when it can be."""
    account: str = ""
    """Who signed in, if anybody."""
    whole: str = ""
    """What must be wholly on the screen, whatever the size."""


KIOSK = "/kiosk#token={kiosk}"
TO_DEPARTMENTS = (".door[data-go=departments]",)
TO_ITEMS = (*TO_DEPARTMENTS, "[data-screen=departments] .tile >> nth=0")
TO_CONFIRM = (*TO_ITEMS, "[data-screen=items] .tile >> nth=0")
PASSPORT = ":has-text('普通护照首次申领')"
"""It can be booked, and nobody serves its line."""
LETTERS = tuple(f"[data-screen=search] [data-key={letter}]" for letter in "pthz")
TO_LATER = (
    ".door[data-go=search]",
    *LETTERS,
    f"[data-screen=search] .tile{PASSPORT}",
    "[data-foot-button=times]",
)
TO_CODE = ("[data-go=check-in]", "[data-go=code]")
WRONG_CODE = ("[data-screen=code] [data-key='2']",) * 8
ACTS = "#desk [data-act]"
ITEM = "#items [role=option] >> nth=0"
SENT_ON = "#handovers .number >> nth=0"
BOOKED = "510112-SBJ-001"
"""An item of the sample hall that can be booked."""
PROMISED = "510112-SBJ-006"
"""One whose cases take some working days."""
TO_TIMES = (".week a >> nth=1",)
TO_PERSON = (*TO_TIMES, ".times button >> nth=0")
FIRST_DESK = (DESK, TABLET, BESIDE)
ON_PHONE = (DESK, BESIDE, PHONE)
TO_BOOK, ID_CARD = "[data-act=book]", "#items li:has-text('居民身份证换领')"
STEERING = (WALL, DESK, BESIDE)

PLACES = {
    "home": Place("/", (PHONE, DESK)),
    "a problem": Place("/t/nobody", (PHONE, DESK)),
    "sign-in": Place("/sign-in", (PHONE, DESK)),
    "account": Place("/account", (DESK, PHONE), "#sessions li", account="operator"),
    "account, second factor": Place(
        "/account", (DESK, PHONE), "#factor-qr svg", ("#factor-begin",), account="operator"
    ),
    "account, steering": Place("/account", (DESK, PHONE), "#hall-list li", account="supervisor"),
    "hall files": Place("/hall-files", (DESK, PHONE), "#in-form", account="admin"),
    "hall files, looking": Place("/hall-files", (DESK, PHONE), "#out-xlsx", account="supervisor"),
    "follow": Place("/t/{waiting}", (PHONE,), ".figures"),
    "follow, giving up": Place("/t/{waiting}", (PHONE,), "#ask-cancel", ("[data-ask=cancel]",)),
    "follow, called": Place("/t/{called}", (PHONE,), "[data-status=called]"),
    "book": Place("/book/{hall}", (PHONE, DESK), "#found a"),
    "book, day": Place("/book/{hall}?item={item}", (PHONE, DESK), ".week a"),
    "book, time": Place("/book/{hall}?item={item}", (PHONE, DESK), ".times button", TO_TIMES),
    "book, person": Place("/book/{hall}?item={item}", (PHONE, DESK), "#name", TO_PERSON),
    "book, errors": Place("/book/{hall}?item={item}", (PHONE, DESK), ".refused", (*TO_PERSON, ".act .primary")),
    "guide": Place("/guide/{hall}", (PHONE, DESK), "summary"),
    "guide, a department": Place("/guide/{hall}", (PHONE, DESK), "details[open] a", ("summary >> nth=0",)),
    "guide, found": Place("/guide/{hall}?q=sfz", (PHONE, DESK), ".list a"),
    "guide, item": Place("/guide/{hall}/510112-GAJ-003", (PHONE, DESK), "table"),
    "progress": Place("/progress", (PHONE, DESK), "#number"),
    "progress, errors": Place("/progress", (PHONE, DESK), ".refused", (".act .primary",)),
    "progress, a case": Place("{case}", (PHONE, DESK), ".way"),
    "progress, its trace": Place("{case}", (PHONE, DESK), ".trace", ("summary",)),
    "paper": Place("{paper}", (PHONE, DESK), ".letterhead"),
    "appointment": Place("{appointment}", (PHONE, DESK), "[data-qr] svg"),
    "appointment, moving": Place("{appointment}", (PHONE, DESK), ".week a", ("a[href*='/move']",)),
    "appointment, cancelling": Place("{appointment}", (PHONE, DESK), "main form", ("a[href*='/cancel']",)),
    "appointments": Place("/appointments", (PHONE, DESK), "#code"),
    "slip": Place("/t/{waiting}/slip", (PAPER,)),
    "board": Place("/board/{hall}#token={board}", (WALL, TALL), "#lines .line", whole=".call, .line"),
    "board, a notice": Place(
        "/board/{hall}?zone={quiet}#token={board}", (WALL, TALL), ".notice", whole=".notice, .line"
    ),
    "board, volume": Place("/board/{hall}#token={board}", (WALL, TALL), "#volume", ("#volume-open",), whole="#volume"),
    "strip": Place("/window/{hall}/A01#token={board}", (STRIP, TALL), "#card", whole="#state, .who p, .card dd"),
    "strip, closed": Place(
        "/window/{hall}/A02#token={board}", (STRIP, TALL), "#card", whole="#state, .who p, .card dd"
    ),
    "console": Place("/console", (DESK, BESIDE, PHONE), "#here-number", account="b01"),
    "console, acts": Place("/console", (DESK, BESIDE), "#here-number", account="b01", whole=ACTS),
    "console, display": Place("/console", (BESIDE, PHONE), ".choices", (".display summary",), account="b01"),
    "console, transfer": Place("/console", (DESK, BESIDE, PHONE), "#transfer", ("[data-act=transfer]",), account="b01"),
    "console, choosing": Place("/console", (DESK, BESIDE, PHONE), "#choose-list label", account="b02"),
    "console, receipt": Place(
        "/console",
        (DESK, BESIDE, DOCKED),
        "#receipt",
        ("[data-act=accept]", "#accept [data-act=receipt]"),
        account="b01",
        whole="#receipt .answer *",
    ),
    "console, accept": Place(
        "/console",
        (DESK, BESIDE, DOCKED),
        "#accept form",
        ("[data-act=accept]",),
        account="b01",
        whole="#accept .answer button",
    ),
    "console, cases": Place("/console", (DESK, BESIDE, DOCKED), "#cases-seek", ("[data-act=cases]",), account="b01"),
    "console, case": Place(
        "/console", (DESK, BESIDE, DOCKED), "#case .papers a", ("[data-act=cases]", "#cases li button"), account="b01"
    ),
    "receipt": Place("/r/{receipt}", (DESK, PHONE)),
    "receipt, 80 mm": Place("/r/{receipt}?paper=80", (PAPER,)),
    "guidance": Place("/desk/guidance?hall={hall}&agency={agency}", (PAPER,)),
    "desk": Place(
        "/desk", FIRST_DESK, "#handovers .number", account="guide", whole="#seek, #find-number, #helps .number"
    ),
    "desk, item": Place("/desk", FIRST_DESK, "#take-yes", (ITEM,), account="guide", whole="#way-line, #take button"),
    "desk, line": Place(
        "/desk", FIRST_DESK, "#lines-list label", (ITEM, "#change-line"), account="guide", whole="#lines button"
    ),
    "desk, number": Place("/desk", FIRST_DESK, "#result-number", (SENT_ON,), account="guide", whole="#result-number"),
    "desk, receipt": Place(
        "/desk",
        FIRST_DESK,
        "#receipt",
        (SENT_ON, "#result [data-act=receipt]"),
        account="guide",
        whole="#receipt .answer *",
    ),
    "desk, booking": Place(
        "/desk",
        FIRST_DESK,
        "#booking .slots label",
        ("#items [role=option]:has-text('居民身份证换领')", "#book-later"),
        account="guide",
        whole="#booking .answer button",
    ),
    "desk, custody": Place("/desk", FIRST_DESK, "#custody-name", ("#custody-open",), account="guide"),
    "desk, matter": Place("/desk", FIRST_DESK, "#matter-text", ("#ask-leaders",), account="guide"),
    "desk, agencies": Place(
        "/desk", FIRST_DESK, "#agencies-list label", (ITEM, "#agencies-open"), account="guide", whole="#agencies button"
    ),
    "phone": Place("/phone", ON_PHONE, "#start", account="operator", whole="#who"),
    "phone, items": Place("/phone", ON_PHONE, "#items li", (TO_BOOK,), account="operator"),
    "phone, times": Place("/phone", ON_PHONE, "#slots li", (TO_BOOK, ID_CARD), account="operator"),
    "phone, person": Place(
        "/phone", ON_PHONE, "#confirm", (TO_BOOK, ID_CARD, "#slots [data-place] >> nth=0"), account="operator"
    ),
    "phone, enquiry": Place("/phone", ON_PHONE, "#register-panel", ("#register",), account="operator"),
    "supervise": Place("/supervise", STEERING, ".tile", account="supervisor", whole="#figures dd, .bar button"),
    "supervise, content": Place("/supervise#content", STEERING, "#slides li", account="supervisor"),
    "supervise, people": Place("/supervise#people", STEERING, "#devices tr", account="supervisor"),
    "supervise, booking": Place("/supervise#booking", STEERING, "#bookings button", account="supervisor"),
    "supervise, cases": Place("/supervise#casework", STEERING, "#casework li", account="supervisor"),
    "supervise, case": Place(
        "/supervise#casework", STEERING, "#case .papers a", ("#casework li button",), account="supervisor"
    ),
    "supervise, register": Place("/supervise#register", STEERING, "#register-find", account="supervisor"),
    "supervise, reminders": Place("/supervise#matters-panel", STEERING, "#matters-title", account="supervisor"),
    "supervise, window": Place(
        "/supervise", STEERING, "#panel", (".tile >> nth=0",), account="supervisor", whole="#panel *"
    ),
    "admin": Place("/admin/", (DESK, TABLET), ".welcome", account="admin"),
    "admin, list": Place("/admin/#/window", (DESK, TABLET), ".table_wrapper td:nth-child(3)", account="admin"),
    "admin, row": Place("/admin/#/window/3", (DESK, TABLET), "[data-uitest=save_button]", account="admin"),
    "admin, form": Place("/admin/#/forms/close-day", (DESK, TABLET), ".inner form label", account="admin"),
    "kiosk": Place(KIOSK, (TALL, DESK), "[data-screen=start] .tile", whole="button"),
    "kiosk, departments": Place(KIOSK, (TALL, DESK), "[data-screen=departments] .tile", TO_DEPARTMENTS, whole="button"),
    "kiosk, items": Place(KIOSK, (TALL, DESK), "[data-screen=items] .tile", TO_ITEMS, whole="button"),
    "kiosk, search": Place(
        KIOSK, (TALL, DESK), "[data-screen=search] .tile", (".door[data-go=search]",), whole="button"
    ),
    "kiosk, confirm": Place(KIOSK, (TALL, DESK), "[data-slot=take]", TO_CONFIRM, whole="button, .classes label"),
    "kiosk, help": Place(
        KIOSK, (TALL, DESK), "[data-screen=help] .tile", (*TO_CONFIRM, "[data-do=help]"), whole="button"
    ),
    "kiosk, check-in": Place(KIOSK, (TALL, DESK), "[data-go=code]", TO_CODE[:1], whole="button, .scan"),
    "kiosk, code": Place(KIOSK, (TALL, DESK), "[data-screen=code] [data-key]", TO_CODE, whole="button, .typed"),
    "kiosk, phone": Place(
        KIOSK, (TALL, DESK), "[data-screen=phone] [data-key]", ("[data-go=check-in]", "[data-go=phone]"), whole="button"
    ),
    "kiosk, refused": Place(
        KIOSK,
        (TALL, DESK),
        "[data-screen=refused]",
        (*TO_CODE, *WRONG_CODE, "[data-screen=code] [data-submit]"),
        whole="button",
    ),
    "kiosk, times": Place(KIOSK, (TALL, DESK), "[data-screen=times] .tile", TO_LATER, whole="button"),
    "kiosk, person": Place(
        KIOSK,
        (TALL, DESK),
        "[data-screen=person]",
        (*TO_LATER, "[data-screen=times] .tile:enabled >> nth=0"),
        whole="button, input",
    ),
    "kiosk, number": Place(KIOSK, (TALL, DESK), "[data-qr] svg", (*TO_CONFIRM, "[data-slot=take]"), whole="button"),
}
"""Every page of the house. A new one is one line more."""
