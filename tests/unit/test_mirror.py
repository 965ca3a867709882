"""Frames applied in a program give the hub's own picture again; each call is news once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from paihao.display.mirror import Mirror, Step, apply
from paihao.display.state import BoardState, CallShown, LineShown, WindowShown, frames, snapshot

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

texts = st.text(st.characters(codec="utf-8"), max_size=8)
maybe = st.none() | texts
windows = st.builds(WindowShown, st.just(0), texts, texts, texts, maybe, maybe, texts, maybe, maybe)
lines = st.builds(LineShown, st.just(0), texts, texts, texts, st.integers(0, 99), st.integers(0, 9))
quiet = st.none() | st.tuples(texts, texts)


@st.composite
def pictures(draw: st.DrawFn) -> BoardState:
    """Pictures of one hall, with windows, lines and calls that may or may not be the same ones.

    A call never changes: it is a row of the journal.
    """

    def numbered(kind: Any, most: int) -> dict[int, Any]:
        ids = draw(st.sets(st.integers(1, most), max_size=most))
        return {number: msgspec.structs.replace(draw(kind), id=number) for number in ids}

    shown = sorted(draw(st.sets(st.integers(1, 6))), reverse=True)
    return BoardState(
        *(
            "small",
            draw(st.sampled_from(["小城", "大城"])),
            "Small",
            draw(st.integers(1, 100)),
            draw(texts),
            draw(texts),
        ),
        numbered(windows, 2),
        numbered(lines, 2),
        [CallShown(call, f"A{call:03d}", "1", "A区", NOW, call % 2 == 0, f"请{call}号") for call in shown],
        draw(quiet),
    )


def told(mirror: Mirror, *frames: bytes, now: datetime = NOW) -> tuple[Mirror, list[int]]:
    """The mirror after these frames, and the ids of the calls that were news."""
    news: list[int] = []
    for frame in frames:
        step = apply(mirror, msgspec.json.decode(frame), now)
        assert not step.gap
        mirror, news = step.mirror, news + [call.id for call in step.news]
    return mirror, news


def picture(revision: int, *calls: int, at: datetime = NOW) -> BoardState:
    shown = [CallShown(call, f"A{call:03d}", "1", "A区", at, False) for call in sorted(calls, reverse=True)]
    window, line = WindowShown(1, "1", "A区", "open"), LineShown(1, "A", "社保", "A区", revision, 1)
    return BoardState("small", "小城", "Small", revision, "", "", {1: window}, {1: line}, shown)


@given(pictures(), pictures())
def test_frames_bring_a_screen_from_one_picture_to_the_next(old: BoardState, new: BoardState) -> None:
    new = msgspec.structs.replace(new, revision=old.revision + 1)
    mirror, _ = told(Mirror(), snapshot(old), *frames(old, new))
    assert mirror.state is not None
    assert snapshot(mirror.state) == snapshot(new)


def test_a_call_is_news_once_also_after_a_new_connection() -> None:
    first, second = picture(1, 1, 2), picture(2, 1, 2, 3)
    mirror, news = told(Mirror(), snapshot(first), *frames(first, second))
    assert news == [1, 2, 3]
    mirror, news = told(mirror, snapshot(second), snapshot(picture(3, 2, 3, 4)))
    assert news == [4]


def test_an_old_call_is_shown_and_no_news() -> None:
    mirror, news = told(Mirror(), snapshot(picture(1, 1)), now=NOW + timedelta(seconds=61))
    assert news == []
    assert mirror.state is not None
    assert [call.id for call in mirror.state.calls] == [1]


def test_a_server_set_up_anew_counts_from_one_again() -> None:
    later = NOW + timedelta(minutes=9)
    mirror, _ = told(Mirror(), snapshot(picture(50, 1)))
    _, news = told(mirror, snapshot(picture(1, 1, at=later)), now=later)
    assert news == [1]


def test_a_gap_is_noticed_and_changes_nothing() -> None:
    mirror, _ = told(Mirror(), snapshot(picture(1)))
    (frame,) = frames(picture(2), picture(3))
    for stands in (mirror, Mirror()):
        assert apply(stands, msgspec.json.decode(frame), NOW) == Step(stands, gap=True)


def test_a_frame_of_a_later_version_is_passed_over() -> None:
    mirror, _ = told(Mirror(), snapshot(picture(1)))
    assert apply(mirror, {"type": "weather"}, NOW) == Step(mirror)
