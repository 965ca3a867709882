"""The catalogues hold every visible string, in every language. ``--update`` merges new strings in; else it checks.

Run by ``make check`` and ``make translations``. Message ids are the Chinese texts, so only English needs translating.
"""

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
ROOMS = ("core", "queue", "booking", "display", "cases", "admin", "api", "samples")
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {"_": None, "N_": None}
FIELD = re.compile(r"\{(\w+)\}")


def path_of(language: str) -> Path:
    return ROOT / "core" / "locales" / language / "LC_MESSAGES" / "paihao.po"


def extracted() -> Catalog:
    catalog = Catalog(project="Paihao", charset="utf-8")
    for room in ROOMS:
        found = extract_from_dir(
            ROOT / room, METHODS, keywords=KEYWORDS, options_map={"**.html": {"encoding": "utf-8"}}
        )
        for filename, _line, message, _comments, _context in found:
            catalog.add(message, locations=[(f"{room}/{filename}", 0)])
    return catalog


def faults(language: str, template: Catalog) -> Iterator[str]:
    with path_of(language).open("rb") as file:
        catalog = read_po(file, locale=language)
    ids = {message.id for message in template if message.id}
    known = {message.id: message.string for message in catalog if message.id}
    yield from (f"{language}: not in the catalogue: {missing}" for missing in sorted(ids - known.keys()))
    yield from (f"{language}: no longer used: {stale}" for stale in sorted(known.keys() - ids))
    if language == "en":
        yield from (f"en: not translated: {message}" for message, text in known.items() if not text)
    for message, text in known.items():
        if text and set(FIELD.findall(message)) != set(FIELD.findall(str(text))):
            yield f"{language}: other fields than its source: {message}"


def update(language: str, template: Catalog) -> None:
    path = path_of(language)
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    buffer = BytesIO()
    write_po(buffer, catalog, width=120, omit_header=True, sort_output=True, include_lineno=False)
    path.write_bytes(buffer.getvalue())


def main() -> int:
    template = extracted()
    languages = ("zh_CN", "en")
    if "--update" in sys.argv:
        for language in languages:
            update(language, template)
    found = [fault for language in languages for fault in faults(language, template)]
    print("\n".join(found) or f"catalogues: {len(template)} strings, complete")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
