"""Settings: one frozen object; a bad value stops the start; no default secret in production."""

from pathlib import Path

import pytest
from paihao.core.settings import SettingsError, load

SECRET = "s" * 40


def test_a_secret_is_made_once_for_development(tmp_path: Path) -> None:
    first, second = load({}, var=tmp_path), load({}, var=tmp_path)
    assert first.secret == second.secret
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_production_has_no_default_secret(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="PAIHAO_SECRET"):
        load({"PAIHAO_ENVIRONMENT": "production"}, var=tmp_path)
    assert not (tmp_path / "secret").exists()


@pytest.mark.parametrize(
    ("environment", "said", "required"),
    [
        ("production", None, True),
        ("production", "optional", False),
        ("development", None, False),
        ("development", "required", True),
    ],
)
def test_admins_need_a_second_factor_in_production(environment: str, said: str | None, required: bool) -> None:
    given = {"PAIHAO_SECRET": SECRET, "PAIHAO_ENVIRONMENT": environment}
    settings = load(given if said is None else given | {"PAIHAO_ADMIN_SECOND_FACTOR": said})
    assert settings.second_factor_required is required


def test_secrets_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "file").write_text(SECRET + "\n", encoding="utf-8")
    assert load({"PAIHAO_SECRET_FILE": str(tmp_path / "file")}).secret == SECRET
    with pytest.raises(SettingsError, match="PAIHAO_SECRET_FILE"):
        load({"PAIHAO_SECRET_FILE": str(tmp_path / "missing")})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENVIRONMENT", "staging"),
        ("POOL_SIZE", "many"),
        ("POOL_SIZE", "0"),
        ("COOKIE_SECURE", "perhaps"),
        ("SECRET", "short"),
        ("ADMIN_SECOND_FACTOR", "perhaps"),
        ("SWEEP_SECONDS", "0"),
        ("DATABASE_URL", "mysql://x"),
    ],
)
def test_a_bad_value_stops_the_start(name: str, value: str) -> None:
    with pytest.raises(SettingsError):
        load({"PAIHAO_SECRET": SECRET, f"PAIHAO_{name}": value})


GATEWAYS = {
    "SMS_URL": "https://sms.example/send",
    "SMS_KEY": "k" * 16,
    "SMTP_URL": "smtps://u:p@mail.example:465",
    "PUBLIC_URL": "https://hall.example",
}


def test_gateways_are_named_with_all_they_need(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k" * 16 + "\n", encoding="utf-8")
    chosen = {f"PAIHAO_{name}": value for name, value in GATEWAYS.items() if name != "SMS_KEY"}
    chosen |= {"PAIHAO_SECRET": SECRET, "PAIHAO_SMS_KEY_FILE": str(tmp_path / "key")}
    settings = load(chosen | {"PAIHAO_MAIL_FROM": "大厅 <hall@example.cn>"})
    assert (settings.sms_key, settings.smtp_url) == ("k" * 16, GATEWAYS["SMTP_URL"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"PUBLIC_URL": ""},
        {"PUBLIC_URL": "hall.example"},
        {"SMS_KEY": ""},
        {"SMS_KEY": "short"},
        {"SMS_URL": "ftp://sms.example"},
        {"SMTP_URL": "mail.example:25"},
        {"SMTP_URL": "smtp://mail.example:many"},
        {"MAIL_FROM": ""},
        {"MAIL_FROM": "大厅"},
    ],
)
def test_a_gateway_that_lacks_something_stops_the_start(wrong: dict[str, str]) -> None:
    chosen = {"SECRET": SECRET, "MAIL_FROM": "hall@example.cn"} | GATEWAYS | wrong
    with pytest.raises(SettingsError, match=rf"PAIHAO_{next(iter(wrong))}|matching regex"):
        load({f"PAIHAO_{name}": value for name, value in chosen.items()})
