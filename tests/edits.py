"""What the tests of the administration type into its tables: a row that is made, changed, removed, and what is wrong.

``{zone}`` and the like stand for rows of the small hall, ``{row}`` for the row that was just made.
"""

from typing import Any, NamedTuple

LONG = "长" * 401


class Wrong(NamedTuple):
    """A value that a rule refuses, with the code of the refusal."""

    values: dict[str, Any]
    code: str


class Edits(NamedTuple):
    """``made`` is typed into an empty form, ``changed`` into the row's; each of ``wrong`` is tried on the made row.

    Without ``made`` the table gets no rows by hand, and ``of`` names the row that is changed; ``goes``: may be removed.
    """

    made: dict[str, Any] | None
    changed: dict[str, Any]
    wrong: tuple[Wrong, ...]
    of: str = "row"
    goes: bool = True


EDITS: dict[str, Edits] = {
    "hall": Edits(
        None,
        {"ticker": "今天下午三点消防演练", "recalls_before_missed": 3, "quiet_from": "12:00", "quiet_until": "14:00"},
        (
            Wrong({"recalls_before_missed": 10}, "ck_hall_recalls_bounded"),
            Wrong({"timezone": "Mars/Olympus"}, "not_whole"),
            Wrong({"call_text": "请{number}号"}, "not_whole"),
            Wrong({"quiet_from": "12:00"}, "ck_hall_quiet_has_both_ends"),
            Wrong({"code": "tiny"}, "fixed_column"),
            Wrong({"name": ""}, "value_needed"),
        ),
        of="hall",
        goes=False,
    ),
    "zone": Edits(
        {"name": "C区3楼"},
        {"name": "C区4楼"},
        (
            Wrong({"name": "A区1楼"}, "uq_zone_hall_id_name"),
            Wrong({"name": ""}, "value_needed"),
            Wrong({"name": LONG}, "too_long"),
        ),
    ),
    "department": Edits(
        {"code": "TST", "name": "测试局", "zone_id": "{zone}"},
        {"name": "测绘局"},
        (
            Wrong({"code": "RSJ"}, "uq_department_hall_id_code"),
            Wrong({"zone_id": 999_999}, "foreign_row"),
            Wrong({"name": "测\u200b绘局"}, "invisible_signs"),
        ),
    ),
    "line": Edits(
        {"prefix": "K", "name": "开户", "zone_id": "{zone}", "kind": "ordinary"},
        {"name": "企业开户", "wait_limit_minutes": 20, "call_text": "请{number}号到{window}号"},
        (
            Wrong({"prefix": "A"}, "uq_line_hall_id_prefix"),
            Wrong({"prefix": "ab"}, "not_whole"),
            Wrong({"kind": "royal"}, "ck_line_kind_known"),
            Wrong({"wait_limit_minutes": 481}, "ck_line_wait_limit_bounded"),
            Wrong({"call_text": "请{nmae}号"}, "not_whole"),
        ),
    ),
    "agency": Edits(
        {"name": "小城税务局", "address": "中心路9号", "phone": "0000-7654321"},
        {"phone": ""},
        (Wrong({"name": "小城人民法院"}, "uq_agency_hall_id_name"), Wrong({"address": ""}, "value_needed")),
    ),
    "priority": Edits(
        {"code": "pregnant", "name": "孕妇", "name_en": "Pregnant", "credit_minutes": 12},
        {"credit_minutes": 20},
        (
            Wrong({"credit_minutes": 121}, "ck_priority_credit_bounded"),
            Wrong({"code": "elderly"}, "uq_priority_hall_id_code"),
        ),
    ),
    "window": Edits(
        {
            "number": "9",
            "name": "社保9号窗口",
            "zone_id": "{zone}",
            "kind": "ordinary",
            "department_id": "{department}",
        },
        {"name": "社保九号窗口"},
        (
            Wrong({"number": "3"}, "uq_window_hall_id_number"),
            Wrong({"number": "九号"}, "not_whole"),
            Wrong({"kind": "window"}, "ck_window_kind_known"),
            Wrong({"state": "ajar"}, "unknown_state"),
            Wrong({"pause_reason": "会议"}, "ck_window_reason_while_paused"),
            Wrong({"state_since": "2026-11-29T10:00:00Z"}, "kept_column"),
        ),
    ),
    "window_line": Edits(
        {"window_id": "{window}", "line_id": "{other_line}", "handicap_minutes": 15},
        {"handicap_minutes": 30},
        (
            Wrong({"handicap_minutes": 241}, "ck_window_line_handicap_bounded"),
            Wrong({"handicap_minutes": "bald"}, "misread"),
            Wrong({"line_id": "{line}"}, "fixed_column"),
        ),
    ),
    "item": Edits(
        {
            "code": "S-900",
            "name": "灵活就业参保",
            "department_id": "{department}",
            "line_id": "{line}",
            "audience": "个人",
            "case_kind": "promised",
            "statutory_days": 10,
            "promised_days": 3,
            "minutes_mean": 8,
            "minutes_sd": 2,
            "materials": '["居民身份证"]',
            "steps": "[]",
        },
        {
            "promised_days": 2,
            "materials": '["居民身份证", "户口簿"]',
            "steps": '[{"name": "审查", "days": 2, "post": "审查岗"}]',
        },
        (
            Wrong({"promised_days": 11}, "ck_item_promise_within_statute"),
            Wrong({"case_kind": "immediate"}, "ck_item_immediate_same_day"),
            Wrong({"form_only": True}, "ck_item_form_only_immediate"),
            Wrong({"line_id": None}, "ck_item_served_here_or_elsewhere"),
            Wrong({"minutes_mean": 0}, "ck_item_minutes_positive"),
            Wrong({"materials": '{"a": 1}'}, "broken_materials"),
            Wrong({"materials": "身份证"}, "misread"),
            Wrong({"steps": '[{"name": "审查"}]'}, "broken_steps"),
            Wrong({"steps": '[{"name": "审查", "days": 9, "post": "审查岗"}]'}, "not_whole"),
            Wrong({"initials": "xyz"}, "kept_column"),
            Wrong({"code": "S-001"}, "uq_item_hall_id_code"),
        ),
    ),
    "hours": Edits(
        {"weekday": 6, "opens": "18:00", "closes": "20:00"},
        {"closes": "20:30"},
        (
            Wrong({"closes": "17:00"}, "ck_hours_opens_before_closes"),
            Wrong({"weekday": 8}, "ck_hours_weekday_known"),
            Wrong({"since": "2026-07-01"}, "ck_hours_season_has_both_ends"),
            Wrong({"opens": "halb neun"}, "misread"),
            Wrong({"weekday": 1, "opens": "09:00", "closes": "10:00"}, "not_whole"),
        ),
    ),
    "hours_exception": Edits(
        {"day": "2027-03-01", "reason": "内部培训", "reason_en": "Training"},
        {"reason": "消防演练"},
        (
            Wrong({"opens": "09:00"}, "ck_hours_exception_spell_has_both_ends"),
            Wrong({"day": "2027-02-30"}, "misread"),
            Wrong({"reason": " "}, "value_needed"),
        ),
    ),
    "working_day": Edits(
        {"day": "2027-02-06", "working": True, "name": "春节调休"},
        {"working": False},
        (Wrong({"day": None}, "value_needed"), Wrong({"working": "perhaps"}, "misread")),
    ),
    "booking_rules": Edits(
        {"hall_id": "{hall}", "days_ahead": 3},
        {"days_ahead": 7, "late": "rebook"},
        (
            Wrong({"slot_minutes": 4}, "ck_booking_rules_slot_bounded"),
            Wrong({"share_percent": 101}, "ck_booking_rules_percents"),
            Wrong({"late": "forever"}, "ck_booking_rules_late_known"),
            Wrong({"days_ahead": 61}, "ck_booking_rules_ahead_bounded"),
            Wrong({"hold_minutes": 0}, "ck_booking_rules_hold_bounded"),
            Wrong({"keep_days": 40_000}, "out_of_range"),
        ),
    ),
    "line_booking": Edits(
        {"line_id": "{line}", "windows": 2, "share_percent": 40},
        {"share_percent": 50},
        (Wrong({"share_percent": 101}, "ck_line_booking_bounded"),),
    ),
    "case_rules": Edits(
        {"hall_id": "{hall}"},
        {"warning_days": 2},
        (
            Wrong({"warning_days": 31}, "ck_case_rules_warning_bounded"),
            Wrong({"handover_minutes": 0}, "ck_case_rules_handover_bounded"),
            Wrong({"keep_days": 29}, "ck_case_rules_keep_bounded"),
        ),
    ),
    "staff": Edits(
        None,
        {"name": "李四", "phone": "0000-1112222", "role": "guide"},
        (
            Wrong({"role": "king"}, "ck_staff_role_known"),
            Wrong({"badge": "admin"}, "uq_staff_hall_id_badge"),
            Wrong({"name": ""}, "value_needed"),
            Wrong({"hall_id": 999_999}, "fixed_column"),
        ),
        of="clerk",
        goes=False,
    ),
    "piccolo_user": Edits(
        None,
        {"active": False, "email": "clerk@hall.example"},
        (
            Wrong({"username": "admin"}, "uq_piccolo_user_username"),
            Wrong({"superuser": True}, "kept_column"),
            Wrong({"username": "zhang san"}, "invalid_name"),
            Wrong({"active": "perhaps"}, "misread"),
        ),
        of="clerk_user",
        goes=False,
    ),
    "post": Edits(
        {"line_id": "{line}", "name": "社保审查岗", "duties": "审查材料"},
        {"duties": "审查材料，解答咨询"},
        (
            Wrong({"name": ""}, "value_needed"),
            Wrong({"line_id": 999_999}, "foreign_row"),
            Wrong({"duties": LONG}, "too_long"),
        ),
    ),
    "post_holder": Edits(
        {"post_id": "{post}", "staff_id": "{clerk}", "part": "A", "since": "2026-11-01"},
        {"until": "2026-12-31"},
        (
            Wrong({"until": "2026-10-01"}, "ck_post_holder_since_before_until"),
            Wrong({"part": "B"}, "fixed_column"),
        ),
    ),
    "roster": Edits(
        {"day": "2027-03-02", "part": "leader", "staff_id": "{clerk}"},
        {"part": "first_desk"},
        (Wrong({"part": "boss"}, "ck_roster_part_known"), Wrong({"staff_id": 999_999}, "foreign_row")),
    ),
    "seat": Edits(
        {"staff_id": "{clerk}", "window_id": "{window}", "since": "2027-03-01", "until": "2027-03-05"},
        {"until": "2027-03-12"},
        (
            Wrong({"until": "2027-02-01"}, "ck_seat_since_before_until"),
            Wrong({"until": "2199-01-01"}, "seat_too_far"),
            Wrong({"since": "2020-01-01"}, "seat_past"),
            Wrong({"since": "2027-02-30"}, "misread"),
            Wrong({"staff_id": 999_999}, "fixed_column"),
        ),
    ),
    "chain_step": Edits(
        {"chain": "late", "level": 7, "title": "督查科", "phone": "0000-9998888", "after_hours": 4},
        {"after_hours": 8},
        (
            Wrong({"level": 10}, "ck_chain_step_level_bounded"),
            Wrong({"after_hours": 721}, "ck_chain_step_after_bounded"),
            Wrong({"phone": ""}, "ck_chain_step_reaches_somebody"),
            Wrong({"chain": "royal"}, "ck_chain_step_chain_known"),
        ),
    ),
    "slide": Edits(
        {"position": 3, "text": "请保管好随身物品", "text_en": "Mind your belongings", "seconds": 10},
        {"seconds": 20},
        (
            Wrong({"seconds": 2}, "ck_slide_seconds_bounded"),
            Wrong({"text": ""}, "ck_slide_shows_something"),
            Wrong({"since": "2026-12-02T00:00:00Z", "until": "2026-12-01T00:00:00Z"}, "ck_slide_since_before_until"),
        ),
    ),
    "device": Edits(
        {"kind": "printer", "name": "二楼小票机", "address": "10.0.0.9:9100"},
        {"name": "三楼小票机"},
        (
            Wrong({"address": None}, "ck_device_printer_has_address"),
            Wrong({"address": "nowhere at all"}, "bad_address"),
            Wrong({"kind": "board"}, "fixed_column"),
            Wrong({"fault": "kaputt"}, "kept_column"),
        ),
        goes=False,
    ),
    "message_template": Edits(
        {"kind": "appointment_cancelled", "language": "zh_CN", "text": "{hall}：预约{code}已取消"},
        {"text": "{hall}通知您：预约{code}已取消"},
        (
            Wrong({"text": "预约{nmae}已取消"}, "unknown_field"),
            Wrong({"text": " "}, "value_needed"),
            Wrong({"kind": "gossip"}, "unknown_kind"),
        ),
    ),
}
