"""Two languages from one source."""

import pytest
from paihao.core.i18n import negotiate, translate


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        ((None, None, None), "zh_CN"),
        (("en", "zh_CN", None), "en"),
        ((None, "zh_CN", "en"), "zh_CN"),
        ((None, None, "en-GB,en;q=0.9"), "en"),
        ((None, None, "zh-CN,zh;q=0.9,en;q=0.8"), "zh_CN"),
        ((None, None, "zh"), "zh_CN"),
        ((None, None, "zh-Hant-TW,en"), "zh_CN"),
        ((None, None, "fr,en;q=0.5"), "en"),
        ((None, None, "fr"), "zh_CN"),
        (("../../etc/passwd", None, "*"), "zh_CN"),
        ((None, None, ";;;,,,q=1"), "zh_CN"),
    ],
)
def test_the_first_wish_that_we_speak(wishes: tuple[str | None, ...], language: str) -> None:
    assert negotiate(*wishes) == language


def test_fields_are_filled_in_both_languages() -> None:
    message = "还需重呼 {left} 次才能标记过号"
    assert translate("zh_CN", message, left=2) == "还需重呼 2 次才能标记过号"
    assert "2" in translate("en", message, left=2)


def test_an_unknown_message_is_shown_as_it_is() -> None:
    assert translate("en", "没有译文的句子") == "没有译文的句子"
