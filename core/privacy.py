"""Personal data (R61): sealed at rest under a key of the installation's secret, masked wherever staff read lists."""

import base64
import hmac
import os
import re
import unicodedata
from datetime import date
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .errors import Invalid
from .i18n import N_

NONCE_BYTES = 12
INDEX_BYTES = 16
LONGEST_NAME = 50
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")
_LANDLINE = re.compile(r"0[0-9]{9,11}")
_ID_NUMBER = re.compile(r"[1-9][0-9]{5}((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})[0-9]{3}[0-9X]")
_ID_WEIGHTS = [2**place % 11 for place in range(17, -1, -1)]
_NAME_SIGNS = " ·•.-'’"
_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = [3**place % 31 for place in range(17)]
LONGEST_UNIT = 100


class Vault:
    """Seals and opens texts; what one installation sealed no other can open, nor after its secret is lost."""

    def __init__(self, secret: str) -> None:
        self._box = AESGCM(_derived(secret, b"paihao personal data"))
        self._index_key = _derived(secret, b"paihao blind index")
        self._link_key = _derived(secret, b"paihao links")

    def seal(self, text: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._box.encrypt(nonce, text.encode(), None)

    def open(self, sealed: bytes) -> str:
        """Raises cryptography's InvalidTag for what was tampered with or sealed under another secret."""
        return self._box.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None).decode()

    def index(self, kind: str, text: str) -> bytes:
        """A blind index: equal texts of a kind give equal bytes, which tell nobody the text without the secret."""
        return hmac.digest(self._index_key, f"{kind}:{text}".encode(), sha256)[:INDEX_BYTES]

    def key_of(self, kind: str, name: str) -> str:
        """The word in a link that proves that we made it for whoever holds it; nothing needs to be stored."""
        made = hmac.digest(self._link_key, f"{kind}:{name}".encode(), sha256)[:INDEX_BYTES]
        return base64.urlsafe_b64encode(made).rstrip(b"=").decode()

    def proves(self, kind: str, name: str, key: str) -> bool:
        """Whether ``key`` is what `key_of` gave, compared in constant time."""
        return hmac.compare_digest(self.key_of(kind, name).encode(), key.encode())


def _derived(secret: str, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret.encode())


def phone_number(text: str) -> str:
    """A mainland mobile or a landline with its area code, digits only. Raises Invalid."""
    digits = re.sub(r"[\s()（）-]", "", text)
    if match := _MOBILE.fullmatch(digits):
        return match[1]
    if _LANDLINE.fullmatch(digits):
        return digits
    raise Invalid(N_("电话号码格式不正确，请填手机号或带区号的座机号"), code="invalid_phone")


def person_name(text: str) -> str:
    """A person's name in its plain form: letters of any script, spaces and the signs names have. Raises Invalid."""
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    if not name:
        raise Invalid(N_("请填写姓名"), code="name_needed")
    if len(name) > LONGEST_NAME:
        raise Invalid(N_("姓名最多 {most} 个字"), code="name_too_long", most=LONGEST_NAME)
    if not all(unicodedata.category(sign)[0] in "LM" or sign in _NAME_SIGNS for sign in name):
        raise Invalid(N_("姓名只能是文字，不能有数字、符号或表情"), code="invalid_name")
    return name


def id_number(text: str, today: date) -> str:
    """A resident's identity number (GB 11643): 18 places, a real birthday, the right check digit. Raises Invalid."""
    number = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    match = _ID_NUMBER.fullmatch(number)
    if match is None:
        raise Invalid(N_("身份证号应为18位，最后一位可以是X"), code="invalid_id_number")
    try:
        born = date(*(int(part) for part in match.groups()))
    except ValueError:
        born = date.max
    # ISO 7064 MOD 11-2: with its check digit the weighted sum is 1 modulo 11.
    digits = [10 if sign == "X" else int(sign) for sign in number]
    if born > today or sum(map(int.__mul__, digits, _ID_WEIGHTS)) % 11 != 1:
        raise Invalid(N_("身份证号有误，请核对后重新填写"), code="invalid_id_number")
    return number


def unit_name(text: str) -> str:
    """A company's or an office's name in its plain form. Raises Invalid."""
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    if not name:
        raise Invalid(N_("请填写单位名称"), code="name_needed")
    if len(name) > LONGEST_UNIT:
        raise Invalid(N_("单位名称最多 {most} 个字"), code="unit_too_long", most=LONGEST_UNIT)
    if not any(unicodedata.category(sign)[0] == "L" for sign in name) or not name.isprintable():
        raise Invalid(N_("单位名称有误，请核对后重新填写"), code="invalid_name")
    return name


def credit_code(text: str) -> str:
    """An organisation's unified social credit code (GB 32100): 18 places with the right check sign. Raises Invalid."""
    code = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if len(code) != 18 or not set(code) <= set(_CREDIT_SIGNS):
        raise Invalid(N_("统一社会信用代码应为18位数字和大写字母"), code="invalid_credit_code")
    values = [_CREDIT_SIGNS.index(sign) for sign in code]
    if (sum(map(int.__mul__, values, _CREDIT_WEIGHTS)) + values[17]) % 31:
        raise Invalid(N_("统一社会信用代码有误，请核对后重新填写"), code="invalid_credit_code")
    return code


def mask_unit(name: str) -> str:
    """``成都某某商贸有限公司`` -> ``成都****公司``: a company's name as lists show it."""
    return f"{name[:2]}****{name[-2:]}" if len(name) > 4 else f"{name[:1]}***"


def mask_name(name: str) -> str:
    """``张三`` -> ``张*``, ``张小三`` -> ``张*三``: enough to tell two visitors apart, not to know who they are."""
    if len(name) <= 2:
        return f"{name[:1]}*"
    return f"{name[0]}{'*' * min(len(name) - 2, 3)}{name[-1]}"


def mask_phone(phone: str) -> str:
    """``13812345678`` -> ``138****5678``."""
    return f"{phone[:3]}****{phone[-4:]}"


def mask_id_number(number: str) -> str:
    """``510112199003074514`` -> ``5101**********4514``."""
    return f"{number[:4]}{'*' * 10}{number[-4:]}"
