"""What a visitor may need help with (R53: 帮办, 特殊困难或特殊需求), in one place for every page."""

from collections.abc import Mapping
from enum import StrEnum

from ..core.i18n import N_


class Need(StrEnum):
    WHEELCHAIR = "wheelchair"
    SIGN_LANGUAGE = "sign_language"
    ELDERLY = "elderly"
    READING = "reading"
    INFANT = "infant"


NAMES: Mapping[str, str] = {
    Need.WHEELCHAIR: N_("轮椅"),
    Need.SIGN_LANGUAGE: N_("手语"),
    Need.ELDERLY: N_("老年人需陪同"),
    Need.READING: N_("代读代写"),
    Need.INFANT: N_("带婴幼儿"),
}
"""As the desk says it; a ticket keeps the code, or free words where an officer wrote some."""
