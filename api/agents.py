"""What somebody sits at, in a few words, for a list in which he finds his own: ``Chrome 130 · Windows``."""

import re

_BROWSERS = (
    (re.compile(r"MicroMessenger/(\d+)"), "WeChat"),
    (re.compile(r"Edg(?:e|A|iOS)?/(\d+)"), "Edge"),
    (re.compile(r"QQBrowser/(\d+)"), "QQ"),
    (re.compile(r"OPR/(\d+)"), "Opera"),
    (re.compile(r"(?:Firefox|FxiOS)/(\d+)"), "Firefox"),
    (re.compile(r"(?:Chrome|CriOS)/(\d+)"), "Chrome"),
    (re.compile(r"Version/(\d+)[\d.]* (?:Mobile/\S+ )?Safari"), "Safari"),
)
_SYSTEMS = (
    (re.compile(r"Windows"), "Windows"),
    (re.compile(r"HarmonyOS|OpenHarmony"), "HarmonyOS"),
    (re.compile(r"Android"), "Android"),
    (re.compile(r"iPhone|iPad"), "iOS"),
    (re.compile(r"Mac OS X"), "macOS"),
    (re.compile(r"UOS|Uos"), "UOS"),
    (re.compile(r"Kylin"), "Kylin"),
    (re.compile(r"Linux"), "Linux"),
)
_PROGRAM = re.compile(r"[\w.-]{1,40}")


def short(header: str) -> str:
    """The User-Agent header in at most 60 signs; what is no browser by the first word it gives itself."""
    found = next(((words, name) for sign, name in _BROWSERS if (words := sign.search(header))), None)
    if found is None:
        program = _PROGRAM.match(header)
        return program[0] if program else ""
    system = next((name for sign, name in _SYSTEMS if sign.search(header)), None)
    return f"{found[1]} {found[0][1][:6]}" + (f" · {system}" if system else "")
