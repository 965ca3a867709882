"""Messages in a hall's own words: what may stand in them, what comes of them, and the usual words beside them."""

import pytest
from paihao.core.errors import Invalid
from paihao.core.i18n import LANGUAGES, catalogue, translate
from paihao.queue import templates
from paihao.queue.templates import LONGEST, check, compose, help_text, parts, preview, usable
from paihao.queue.told import FIELDS, TO_OFFICERS, USUAL, Told


def values_of(kind: Told) -> dict[str, str]:
    """A value for each field that tells which one it is, and would do harm if it were parsed."""
    return {name: f"<{name}{{0}}>" for name in USUAL[kind].fields}


def test_the_table_of_kinds_is_whole() -> None:
    assert set(USUAL) == set(Told)
    assert {name for usual in USUAL.values() for name in usual.fields} == set(FIELDS)
    for kind, usual in USUAL.items():
        assert usual.needed, kind
        assert set(usual.needed) < set(usual.fields), kind
        assert len(set(usual.fields)) == len(usual.fields), kind
    assert len({usual.when for usual in USUAL.values()}) == len(Told)  # else a list could not tell them apart


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Told)
def test_the_usual_words_keep_to_the_rules_and_say_all_their_fields(kind: Told, language: str) -> None:
    text = translate(language, USUAL[kind].text)
    if language == "zh_CN" or kind not in TO_OFFICERS:
        check(kind, text, language)
    values = values_of(kind)
    said = compose({}, kind, language, values)
    assert said == text.format(**values)
    assert all(values[name] in said for name in USUAL[kind].needed)


@pytest.mark.parametrize("kind", Told)
def test_every_field_of_a_kind_can_stand_in_a_halls_own_words(kind: Told) -> None:
    own = "|".join(f"{{{name}}}" for name in USUAL[kind].fields)
    check(kind, own)
    assert compose({(kind, "zh_CN"): own}, kind, "zh_CN", values_of(kind)) == "|".join(values_of(kind).values())


def test_english_is_the_usual_one_where_a_hall_words_only_chinese() -> None:
    values = values_of(Told.APPOINTMENT_CANCELLED)
    own = {(Told.APPOINTMENT_CANCELLED, "zh_CN"): "预约{code}取消了"}
    assert compose(own, Told.APPOINTMENT_CANCELLED, "zh_CN", values) == "预约<code{0}>取消了"
    assert compose(own, Told.APPOINTMENT_CANCELLED, "en", values).endswith("is cancelled")
    assert compose(own, Told.APPOINTMENT_MOVED, "zh_CN", values).startswith("【<hall{0}>】预约<code{0}>已改到")


BOOKED = Told.APPOINTMENT_BOOKED
BAD = {
    "a field that there is not": (BOOKED, "{code} {when} {nmae}", "zh_CN", "unknown_field", "{nmae}"),
    "a field of another kind": (BOOKED, "{code} {when} {digits}", "zh_CN", "unknown_field", "{digits}"),
    "no name": (BOOKED, "{code} {when} {}", "zh_CN", "unknown_field", "{}"),
    "a number": (BOOKED, "{code} {when} {0}", "zh_CN", "unknown_field", "{0}"),
    "an attribute": (BOOKED, "{code.__class__} {code} {when}", "zh_CN", "unknown_field", "{code.__class__}"),
    "an index": (BOOKED, "{code[0]} {code} {when}", "zh_CN", "unknown_field", "{code[0]}"),
    "a conversion": (BOOKED, "{code!r} {when}", "zh_CN", "unknown_field", "{code!r}"),
    "a format": (BOOKED, "{code:>9} {when}", "zh_CN", "unknown_field", "{code:>9}"),
    "a huge format": (BOOKED, "{code:>999999999} {when}", "zh_CN", "unknown_field", "{code:>999999999}"),
    "a format from a field": (BOOKED, "{code:{when}} {when}", "zh_CN", "unknown_field", "{code:{when}}"),
    "no code of a booking": (BOOKED, "已预约{when}", "zh_CN", "missing_field", "{code}"),
    "no time of a booking": (BOOKED, "已预约{code}", "zh_CN", "missing_field", "{when}"),
    "a field only in doubled braces": (BOOKED, "{{code}} {when}", "zh_CN", "missing_field", "{code}"),
    "no code to type": (Told.BOOKING_CODE, "{minutes}分钟内有效", "zh_CN", "missing_field", "{digits}"),
    "no number of a case": (Told.CASE_DECIDED, "{item}已办结", "zh_CN", "missing_field", "{number}"),
    "no limit of a case": (Told.CASE_ACCEPTED, "{number}已受理", "zh_CN", "missing_field", "{due}"),
    "not what is missing": (Told.CASE_NOTICED, "{number}请补正", "zh_CN", "missing_field", "{missing}"),
    "no reason of a refusal": (Told.CASE_REFUSED, "{number}不予受理", "zh_CN", "missing_field", "{reason}"),
    "an open brace": (BOOKED, "{code {when}", "zh_CN", "broken_template", ""),
    "a brace that never ends": (BOOKED, "{code} {when} {", "zh_CN", "broken_template", ""),
    "a brace that never began": (BOOKED, "{code} {when} }", "zh_CN", "broken_template", ""),
    "half a conversion": (BOOKED, "{code!} {when}", "zh_CN", "broken_template", ""),
    "a line break": (BOOKED, "{code}\n{when}", "zh_CN", "unclean", ""),
    "a bell": (BOOKED, "{code}\x07{when}", "zh_CN", "unclean", ""),
    "text that runs backwards": (BOOKED, "{code}\u202e{when}", "zh_CN", "unclean", ""),
    "a space of no width": (BOOKED, "{code}\u200b{when}", "zh_CN", "unclean", ""),
    "a space at the end": (BOOKED, "{code}{when} ", "zh_CN", "unclean", ""),
    "nothing": (BOOKED, "", "zh_CN", "empty_text", ""),
    "spaces": (BOOKED, " \u3000", "zh_CN", "empty_text", ""),
    "one sign too many": (BOOKED, "{code}{when}".ljust(LONGEST + 1, "字"), "zh_CN", "text_too_long", ""),
    "a kind that there is not": ("appointment_lost", "{code}", "zh_CN", "unknown_kind", ""),
    "a language that nobody speaks here": (BOOKED, "{code}{when}", "fr", "unknown_language", ""),
    "officers in English": (Told.ALERT_OFFICER, "{said}", "en", "officers_in_chinese", ""),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_told_is_refused_with_its_reason(name: str) -> None:
    kind, text, language, code, field = BAD[name]
    with pytest.raises(Invalid) as refused:
        check(kind, text, language)
    problem = refused.value
    assert (problem.code, problem.params.get("field", "")) == (code, field)
    assert problem.detail in catalogue("en")
    for spoken in LANGUAGES:
        said = translate(spoken, problem.detail, **problem.params)
        assert field in said
        if code == "unknown_field":
            assert "{hall}{when}{item}{code}{zone}{link}" in said


def test_what_can_be_told_passes() -> None:
    check(BOOKED, "{code}{when}".ljust(LONGEST, "字"))
    check(BOOKED, "【龙泉驿】{{请}}于{when}带\u3000{code} 来")
    assert compose({(BOOKED, "en"): "{{{code}}}"}, BOOKED, "en", values_of(BOOKED)) == "{<code{0}>}"


def test_whoever_composes_must_know_every_field() -> None:
    values = values_of(BOOKED)
    del values["zone"]
    with pytest.raises(KeyError, match="zone"):
        compose({(BOOKED, "zh_CN"): "{code}"}, BOOKED, "zh_CN", values)


def test_rows_past_the_rules_are_as_if_they_were_not_there() -> None:
    rows = [
        ("appointment_booked", "zh_CN", "{code}在{when}"),
        ("appointment_booked", "en", "{code.__class__}"),
        ("appointment_moved", "zh_CN", "{code"),
        ("of_a_later_version", "zh_CN", "{code}"),
    ]
    assert usable(1, rows) == {("appointment_booked", "zh_CN"): "{code}在{when}"}


@pytest.mark.parametrize(
    ("text", "count"), [("", 1), ("字" * 70, 1), ("字" * 71, 2), ("字" * 134, 2), ("字" * 135, 3), ("😀" * 36, 2)]
)
def test_long_messages_are_counted_in_parts(text: str, count: int) -> None:
    """70 signs in one text message, 67 in each part of a longer one; a sign beyond 16 bits is two."""
    assert parts(text) == count


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Told)
def test_help_and_preview_show_every_kind(kind: Told, language: str) -> None:
    shown = preview(kind, language)
    assert not {"{", "}"} & set(shown.text)
    assert (shown.signs, shown.parts) == (len(shown.text), parts(shown.text))
    help_ = help_text(kind, language)
    assert all(f"{{{name}}} {translate(language, FIELDS[name].name)}" in help_ for name in USUAL[kind].fields)
    assert translate(language, USUAL[kind].text) in help_
    assert ("约" in help_) == (language == "zh_CN")


def test_a_preview_is_of_the_words_that_were_written() -> None:
    assert preview(Told.BOOKING_CODE, "zh_CN", "验证码{digits}").text == "验证码482913"
    assert preview(Told.BOOKING_CODE, "zh_CN", "字" * 64 + "{digits}") == ("字" * 64 + "482913", 70, 1)
    with pytest.raises(Invalid):
        templates.preview(Told.BOOKING_CODE, "zh_CN", "验证码")
