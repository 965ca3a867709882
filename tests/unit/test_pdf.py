"""Documents as PDF: the font inside, the words to be read back, nothing off the page, nothing vanished."""

from contextlib import closing

import papers
import pytest
from msgspec.structs import replace
from paihao.api import pdf
from paihao.api.pdf import made
from paihao.cases.paper import Paper
from paihao.core.i18n import LANGUAGES, Language
from pypdfium2 import PdfDocument

KINDS = tuple(papers.every("zh_CN"))


def pages(data: bytes) -> list[str]:
    with closing(PdfDocument(data)) as document:
        found = []
        for page in document:
            with closing(page), closing(page.get_textpage()) as text:
                found.append(text.get_text_bounded().replace("\r\n", "\n"))
        return found


def words(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_text_of_a_document_can_be_read_back(language: Language, kind: str) -> None:
    paper = papers.every(language)[kind]
    data = made(paper)
    assert data.startswith(b"%PDF-")
    (text,) = map(words, pages(data))
    for said in (paper.letterhead, paper.title, paper.number, paper.to, *paper.opening, *paper.closing, paper.foot):
        assert words(said) in text
    for place, item in enumerate(paper.items, 1):
        assert words(f"{place}.{item}") in text
    for said in (*(part for row in paper.facts for part in row), *paper.blanks, paper.unit, paper.officer, paper.day):
        assert words(said) in text


def test_the_font_is_inside_and_small() -> None:
    data = made(papers.every("zh_CN")["acceptance"])
    assert data.count(b"/FontFile3") == 1
    assert b"+NotoSerifCJKSC" in data
    assert len(data) < 100_000


def test_it_says_what_it_is() -> None:
    with closing(PdfDocument(made(papers.every("zh_CN")["notice"]))) as document:
        assert document.get_metadata_value("Title") == "一次性告知书 编号：TZ20261123-0007"
        assert document.get_metadata_value("Author") == "龙泉驿区政务服务中心"
        assert [round(edge / 72 * 25.4) for edge in document[0].get_size()] == [210, 297]


def long(count: int) -> Paper:
    items = tuple(
        f"第{place}份材料的名称，原件1份、复印件2份，须加盖公章并注明与原件一致" for place in range(1, count + 1)
    )
    return replace(papers.every("zh_CN")["notice"], items=items)


def test_a_long_list_goes_on_over_numbered_pages() -> None:
    paper = long(60)
    found = pages(made(paper))
    assert len(found) > 3
    for page, text in enumerate(found, 1):
        assert f"第{page}页，共{len(found)}页" in text
        assert "TZ20261123-0007" in text
        assert "投诉电话：028-84850000" in text
    together = words("".join(found))
    assert all(f"{place}.{words(item)}" in together for place, item in enumerate(paper.items, 1))


@pytest.mark.parametrize("count", range(8, 20))
def test_a_signature_never_stands_alone(count: int) -> None:
    last = pages(made(long(count)))[-1]
    assert "经办人：李某" in last
    assert "材料补齐当日即予受理" in last


@pytest.mark.parametrize("count", [1, 9, 12, 15, 60])
def test_nothing_is_below_the_foot(count: int) -> None:
    with closing(PdfDocument(made(long(count)))) as document:
        for page in document:
            with closing(page):
                boxes = [obj.get_bounds() for obj in page.get_objects()]
            assert min(bottom for _, bottom, _, _ in boxes) > 10 / 25.4 * 72
            assert max(right for _, _, right, _ in boxes) < (210 - 20) / 25.4 * 72
            assert min(left for left, _, _, _ in boxes) > 20 / 25.4 * 72


def test_more_lines_to_sign_than_a_page_has_still_fit() -> None:
    paper = replace(papers.every("zh_CN")["delivery"], blanks=tuple(f"签名{place}" for place in range(40)))
    found = words("".join(pages(made(paper))))
    assert all(label in found for label in paper.blanks)


def test_a_rare_name_is_set_in_the_systems_font_where_there_is_one(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """𠮷 and 㐂 are in no font of ours: they are shown, or their place is seen."""
    paper = papers.every("zh_CN", applicant="欧阳堃𠮷㐂")["acceptance"]
    expected = "欧阳堃𠮷㐂：" if pdf.rare_font() else "欧阳堃〓〓："
    assert expected in pages(made(paper))[0]
    pdf.rare_font.cache_clear()
    monkeypatch.setattr(pdf, "SYSTEM_FONTS", tmp_path)
    try:
        assert "欧阳堃〓〓：" in pages(made(paper))[0]
    finally:
        pdf.rare_font.cache_clear()


@pytest.mark.parametrize(
    "name", ["", " ", "\n\t", "\x00\x1b", "\ud800", "👨‍👩‍👧", "(\\) Tj ET", "عربي", "龢" * 400, "x" * 400]
)
def test_no_name_breaks_a_document(name: str) -> None:
    for kind in ("acceptance", "delivery"):
        assert pages(made(papers.every("zh_CN", applicant=name, hall=name, department=name)[kind]))


def test_a_document_without_code_list_or_foot_is_made() -> None:
    paper = papers.every("zh_CN", url="", complaint_phone="")["extension"]
    (text,) = pages(made(paper))
    assert "第1页，共1页" in text
