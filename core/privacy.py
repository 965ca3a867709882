"""Personal data (R61): sealed at rest under a key of the installation's secret, masked wherever staff read lists."""

import os
import re

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .errors import Invalid
from .i18n import N_

NONCE_BYTES = 12
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")
_LANDLINE = re.compile(r"0[0-9]{9,11}")


class Vault:
    """Seals and opens texts; what one installation sealed no other can open, nor after its secret is lost."""

    def __init__(self, secret: str) -> None:
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"paihao personal data").derive(secret.encode())
        self._box = AESGCM(key)

    def seal(self, text: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._box.encrypt(nonce, text.encode(), None)

    def open(self, sealed: bytes) -> str:
        """Raises cryptography's InvalidTag for what was tampered with or sealed under another secret."""
        return self._box.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None).decode()


def phone_number(text: str) -> str:
    """A mainland mobile or a landline with its area code, digits only. Raises Invalid."""
    digits = re.sub(r"[\s()（）-]", "", text)
    if match := _MOBILE.fullmatch(digits):
        return match[1]
    if _LANDLINE.fullmatch(digits):
        return digits
    raise Invalid(N_("电话号码格式不正确，请填手机号或带区号的座机号"), code="invalid_phone")


def mask_name(name: str) -> str:
    """``张三`` -> ``张*``, ``张小三`` -> ``张*三``: enough to tell two visitors apart, not to know who they are."""
    if len(name) <= 2:
        return f"{name[:1]}*"
    return f"{name[0]}{'*' * min(len(name) - 2, 3)}{name[-1]}"


def mask_phone(phone: str) -> str:
    """``13812345678`` -> ``138****5678``."""
    return f"{phone[:3]}****{phone[-4:]}"
