"""What somebody sits at, from the header that his program sends."""

import pytest
from paihao.api.agents import short

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/130.0.0.0 Safari/537.36", "Chrome 130 · Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/130.0 Safari/537.36 Edg/130.0.1", "Edge 130 · Windows"),
        (f"Mozilla/5.0 (X11; Linux x86_64; UOS) {WEBKIT} Chrome/109.0 Safari/537.36", "Chrome 109 · UOS"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox 128 · Linux"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/17.4 Safari/605.1.15",
            "Safari 17 · macOS",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Mobile/15E148 MicroMessenger/8.0.49",
            "WeChat 8 · iOS",
        ),
        (f"Mozilla/5.0 (Linux; Android 14) {WEBKIT} Chrome/130.0 Mobile Safari/537.36", "Chrome 130 · Android"),
        ("python-httpx/0.28.1", "python-httpx"),
        ("<script>", ""),
        ("", ""),
    ],
)
def test_it_is_said_in_a_few_words(header: str, said: str) -> None:
    assert short(header) == said


def test_it_is_never_long() -> None:
    assert len(short("x" * 5000)) <= 60
    assert len(short("Chrome/" + "9" * 5000 + " HarmonyOS")) <= 60
