"""Personal data (R61): sealed, masked, and a phone number is one."""

import pytest
from cryptography.exceptions import InvalidTag
from paihao.core.errors import Invalid
from paihao.core.privacy import Vault, mask_name, mask_phone, phone_number


def test_what_was_sealed_is_opened_by_the_same_secret_only() -> None:
    vault = Vault("s" * 40)
    sealed = vault.seal("张三丰 13812345678")
    assert vault.open(sealed) == "张三丰 13812345678"
    assert "张".encode() not in sealed
    assert b"138" not in sealed
    assert vault.seal("张三丰 13812345678") != sealed
    with pytest.raises(InvalidTag):
        Vault("t" * 40).open(sealed)
    with pytest.raises(InvalidTag):
        vault.open(sealed[:-1] + bytes([sealed[-1] ^ 1]))


@pytest.mark.parametrize(
    ("name", "masked"),
    [("张三", "张*"), ("张小三", "张*三"), ("欧阳小三", "欧**三"), ("李", "李*"), ("Margaret", "M***t")],
)
def test_a_name_is_masked(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("given", "number", "masked"),
    [
        ("13812345678", "13812345678", "138****5678"),
        ("+86 138-1234-5678", "13812345678", "138****5678"),
        ("028-84612345", "02884612345", "028****2345"),
        ("（0816）2345678", "08162345678", "081****5678"),
    ],
)
def test_a_phone_number_in_its_usual_forms(given: str, number: str, masked: str) -> None:
    assert phone_number(given) == number
    assert mask_phone(number) == masked


@pytest.mark.parametrize(
    "given", ["", "12345", "1381234567", "138123456789", "２３８12345678", "电话", "84612345", "0２８84612345"]
)
def test_what_is_no_phone_number(given: str) -> None:
    with pytest.raises(Invalid) as refused:
        phone_number(given)
    assert refused.value.code == "invalid_phone"
