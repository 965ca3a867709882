"""The planning of a day's cases: all kinds in a small run, lawful steps, and the same again for the same seed."""

from collections import Counter
from datetime import date

import msgspec
import pytest
from house import SAMPLE, SMALL
from paihao.cases.applicant import Applying, checked
from paihao.cases.state import Action
from paihao.core.calendar import WorkingDays
from paihao.queue.hall import CaseKind
from paihao.samples.replay import day
from paihao.samples.replay.applications import apply
from paihao.samples.replay.cards import Cards
from paihao.samples.replay.courses import Application, Matter, Opening, Step, course
from paihao.samples.replay.people import People
from paihao.samples.replay.publication import published, unpublished

SEED = 1
ACCEPTED = frozenset(CaseKind) - {CaseKind.RETURNED}


def applications(visitors: int, hall: object = SAMPLE, seed: int = SEED) -> list[Application]:
    files, spells = day.read(hall)  # type: ignore[arg-type]
    spells = spells or day.read(SAMPLE)[1]
    made = apply(day.make(files, spells, visitors, seed), files, 0.95, seed)
    return [visitor.application for visitor in made if visitor.application is not None]


def test_a_full_day_has_about_five_thousand_cases() -> None:
    assert len(applications(6000)) == pytest.approx(5000, rel=0.03)


@pytest.mark.parametrize("hall", [SAMPLE, SMALL])
def test_a_small_day_has_every_kind_and_every_beginning(hall: object) -> None:
    made = applications(60, hall)
    assert {one.kind for one in made} == ACCEPTED
    assert {one.opening for one in made} == set(Opening)
    actions = {step.action for one in made for step in one.course}
    assert {Action.NOTICE, Action.SUPPLEMENT, Action.SUSPEND, Action.RESUME, Action.EXTEND, None} <= actions


def test_a_full_day_has_every_action_and_every_refusal() -> None:
    steps = [step for one in applications(6000) for step in one.course]
    assert {step.action for step in steps} == {*Action, None} - {Action.ACCEPT, Action.COMPLETE, Action.DEEM}
    assert {code for step in steps for code in step.refused} == {
        *("notice_too_late", "accepted_already", "noticed_already", "extended_already", "overdue"),
        *("not_suspended", "parts_open", "case_over"),
    }


def test_a_seed_makes_the_same_applications_again() -> None:
    def told(seed: int) -> list[tuple[object, object]]:
        return [(one.body, one.course) for one in applications(200, seed=seed)]

    assert told(1) == told(1)
    assert told(1) != told(2)


def test_nobody_applies_who_is_not_served_where_his_item_is() -> None:
    files, spells = day.read(SAMPLE)
    made = apply(day.book(day.make(files, spells, 2000, SEED), files, 0.3, SEED), files, 1.0, SEED)
    for visitor in made:
        if visitor.application is not None:
            assert visitor.transfer is None
            assert visitor.returns or not visitor.missed
            assert visitor.booking is None or visitor.booking.fate not in (day.Fate.NEVER, day.Fate.CANCELS)
            assert visitor.application.body["item"] == visitor.item


def test_a_window_is_told_what_is_missing() -> None:
    items = {item.code: item for item in day.read(SAMPLE)[0].items}
    for one in applications(6000):
        body = one.body
        missing = [name for name in items[body["item"]].materials if name not in body["materials"]] + body["missing"]
        assert len(set(missing)) == len(missing)
        assert not set(body["missing"]) & set(body["materials"])
        assert body["complete"] == (one.opening is Opening.COMPLETE)
        assert bool(body.get("why_later")) == (one.opening is Opening.LATER)
        assert bool(body.get("refuse")) == (one.opening is Opening.REFUSED)


def test_applicants_have_good_numbers_and_a_phone_each() -> None:
    """R52, R61: persons and companies, some with somebody who acts for them."""
    people = People(Cards(SEED), SEED)
    made = [msgspec.convert(people.next(), Applying).party for _ in range(2000)]
    assert [checked(party, date(2026, 11, 23)) for party in made] == made
    phones = Counter(party.contact for party in made if party.contact)
    assert max(phones.values()) == 1
    assert {(party.applicant.company, party.agent is not None) for party in made} == {
        *((False, False), (False, True), (True, True))
    }
    assert any(not party.contact for party in made)


def test_cards_are_dealt_out_before_they_come_again() -> None:
    cards, deck = Cards(SEED), {"a": 3, "b": 1}
    for _ in range(5):
        assert Counter(cards.deal(deck) for _ in range(4)) == deck
    assert [Cards(7).deal(dict.fromkeys(range(9), 1))] * 2 == [Cards(7).deal(dict.fromkeys(range(9), 1))] * 2


def steps(kind: CaseKind, opening: Opening = Opening.COMPLETE, days: int = 10) -> list[list[Step]]:
    cards = Cards(SEED)
    matter = Matter(kind, opening, days, ("身份证", "照片"), 3, ("XZSP", "RSJ"))
    return [course(matter, cards) for _ in range(200)]


def test_what_is_done_at_once_is_decided_before_the_visitor_leaves() -> None:
    made = steps(CaseKind.IMMEDIATE, days=0)
    at_once = [one for one in made if one and one[0].after == 0]
    assert len(at_once) > 180
    assert not any(step.action in (Action.EXTEND,) for one in made for step in one)


def test_a_joint_case_closes_its_parts_before_it_is_decided() -> None:
    for one in steps(CaseKind.JOINT):
        actions = [step.action for step in one if not step.refused]
        if Action.DECIDE in actions:
            assert actions.count(None) == 2
            assert actions.index(Action.JOIN) < actions.index(None) < actions.index(Action.DECIDE)


def test_parts_of_a_joint_case_are_due_before_it() -> None:
    for one in steps(CaseKind.JOINT, days=3):
        for step in one:
            assert all(1 <= part.days <= 2 for part in step.ask.parts)


def test_a_forwarded_case_is_taken_before_it_is_decided() -> None:
    for one in steps(CaseKind.FORWARDED):
        actions = [step.action for step in one]
        assert actions[0] is Action.FORWARD
        assert Action.TAKE in actions[1:3]


def test_a_reported_case_is_reported_before_it_is_decided() -> None:
    for one in steps(CaseKind.REPORTED):
        actions = [step.action for step in one]
        if Action.DECIDE in actions:
            assert actions.index(Action.REPORT) < actions.index(Action.DECIDE)


@pytest.mark.parametrize("kind", sorted(ACCEPTED))
def test_notices_are_given_in_time_too_late_and_never(kind: CaseKind) -> None:
    """R16, R17: what comes after the fifth working day must be refused."""
    made = steps(kind, Opening.LATER)
    for one in made:
        for step in one:
            if step.action is Action.NOTICE:
                assert bool(step.refused) == (step.after > 5)
    assert any(step.refused for one in made for step in one) or kind is CaseKind.JOINT


def test_a_calendar_arrives_for_the_first_year_without_one() -> None:
    """R39: afterwards no day of its first quarter is provisional."""
    assert unpublished(WorkingDays(), date(2026, 12, 23)) == 2027
    assert unpublished(WorkingDays(), date(2026, 3, 1)) is None
    rows = {row.day: row for row in published(2027)}
    assert len(rows) == 91
    assert not rows[date(2027, 1, 1)].working
    assert rows[date(2027, 1, 31)].working
    assert rows[date(2027, 1, 4)].working
    assert not rows[date(2027, 1, 9)].working
