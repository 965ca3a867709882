"""Applicants who never were: persons and companies, with numbers whose check digits are right and a phone each."""

from datetime import date, timedelta
from itertools import count
from typing import Any, Final

from .cards import Cards

SURNAMES: Final = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN: Final = "安平宁文华明志远秀英建国丽芳晓东雨欣子涵"
TRADES: Final = ("商贸", "餐饮管理", "建筑工程", "科技", "物流", "农业发展")
WHO: Final = {"person": 12, "company": 5, "by agent": 2, "without phone": 1}
_ID_CHECKS: Final = "10X98765432"
_CREDIT_SIGNS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_BORN: Final = date(1950, 1, 1), 56 * 365
_STRIDE: Final = 7919
"""A prime: phones are distinct, and neighbours do not have neighbouring ones."""


class People:
    """One applicant after another, none of them twice."""

    def __init__(self, cards: Cards, seed: int) -> None:
        self._cards, self._phones = cards, count(seed % 10**6)

    def next(self) -> dict[str, Any]:
        """An applicant as a window sends him: a company has somebody who acts for it, some persons have too."""
        who, chance = self._cards.deal(WHO), self._cards.chance
        if who == "company":
            name = f"成都{chance.choice(GIVEN)}{chance.choice(GIVEN)}{chance.choice(TRADES)}有限公司"
            return {"name": name, "company": True, "id_number": self._credit_code(), "agent": self._agent()}
        one = {"name": self._name(), "id_number": self._id_number(), "address": f"龙泉街道{chance.randint(1, 300)}号"}
        if who == "by agent":
            return one | {"agent": self._agent()}
        return one if who == "without phone" else one | {"phone": self._phone()}

    def _agent(self) -> dict[str, str]:
        return {"name": self._name(), "phone": self._phone(), "id_number": self._id_number()}

    def _name(self) -> str:
        chance = self._cards.chance
        return chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2))))

    def _phone(self) -> str:
        """Of an area code that nobody has: nobody's phone rings for a replay."""
        return f"000{next(self._phones) * _STRIDE % 10**9:09d}"

    def _id_number(self) -> str:
        """GB 11643: district, birthday, order, and a check digit by ISO 7064 MOD 11-2."""
        chance = self._cards.chance
        born = _BORN[0] + timedelta(days=chance.randrange(_BORN[1]))
        digits = f"510112{born:%Y%m%d}{chance.randrange(1000):03d}"
        return digits + _ID_CHECKS[sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(digits)) % 11]

    def _credit_code(self) -> str:
        """GB 32100: department and kind, district, organisation, and a check sign modulo 31."""
        signs = "91510112" + "".join(self._cards.chance.choices(_CREDIT_SIGNS, k=9))
        total = sum(_CREDIT_SIGNS.index(sign) * 3**place for place, sign in enumerate(signs))
        return signs + _CREDIT_SIGNS[-total % 31]
