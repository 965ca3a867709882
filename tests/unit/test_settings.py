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
        ("SWEEP_SECONDS", "0"),
        ("DATABASE_URL", "mysql://x"),
    ],
)
def test_a_bad_value_stops_the_start(name: str, value: str) -> None:
    with pytest.raises(SettingsError):
        load({"PAIHAO_SECRET": SECRET, f"PAIHAO_{name}": value})
