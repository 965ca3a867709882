"""Personal data (R61): sealed, masked, and a phone number is one."""

from datetime import date

import pytest
from cryptography.exceptions import InvalidTag
from paihao.core.errors import Invalid
from paihao.core.privacy import Vault, id_number, mask_name, mask_phone, person_name, phone_number


def test_what_was_sealed_is_opened_by_the_same_secret_only() -> None:
    """R61."""
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
    """R61."""
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


def test_equal_texts_of_a_kind_have_one_blind_index() -> None:
    vault = Vault("a" * 40)
    assert vault.index("phone", "13812345678") == vault.index("phone", "13812345678")
    assert vault.index("phone", "13812345678") != vault.index("id", "13812345678")
    assert vault.index("phone", "13812345678") != Vault("b" * 40).index("phone", "13812345678")


def test_a_link_proves_what_it_was_made_for_and_nothing_else() -> None:
    vault = Vault("a" * 40)
    key = vault.key_of("appointment", "K7M2Q9XA")
    assert vault.proves("appointment", "K7M2Q9XA", key)
    assert not vault.proves("appointment", "K7M2Q9XB", key)
    assert not vault.proves("waiting", "K7M2Q9XA", key)
    assert not Vault("b" * 40).proves("appointment", "K7M2Q9XA", key)


@pytest.mark.parametrize("number", ["11010519491231002X", "11010519491231002x", " 110105 19491231 002X "])
def test_identity_numbers(number: str) -> None:
    assert id_number(number, date(2026, 11, 23)) == "11010519491231002X"


@pytest.mark.parametrize(
    "number",
    [
        "110105194912310021",  # check digit
        "11010519491231002",  # 17 places
        "1101051949123100222",
        "110105194902300029",  # 30 February
        "110105209001010019",  # not born yet
        "01010519491231002X",
        "abcdefghijklmnopqr",
        "１１",
        "",
    ],
)
def test_identity_numbers_that_cannot_be(number: str) -> None:
    with pytest.raises(Invalid):
        id_number(number, date(2026, 11, 23))


@pytest.mark.parametrize("place", range(17))
def test_one_wrong_digit_is_always_found(place: int) -> None:
    right = "11010519491231002X"
    for digit in set("0123456789") - {right[place]}:
        with pytest.raises(Invalid):
            id_number(right[:place] + digit + right[place + 1 :], date(2026, 11, 23))


@pytest.mark.parametrize("name", ["张三", "欧阳小明", "买买提·吐尔逊", "Mary O'Neil-Smith", " 李  四 ", "阿卜杜拉．江"])
def test_names(name: str) -> None:
    assert person_name(name)


@pytest.mark.parametrize("name", ["", "   ", "张三😀", "张3", "<b>", "李\u202e四", "a\x00b", "名" * 51, "字" * 1000])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(Invalid):
        person_name(name)
