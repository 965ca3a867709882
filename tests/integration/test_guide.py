"""The public guide pages, on both databases and in both languages, without scripts (R5, R18, R27, R28, R46)."""

from collections.abc import Mapping
from typing import Any

import httpx
import msgspec
import pytest
from house import House, small_hall
from paihao.core.bus import Moved, What
from paihao.queue import hallstore
from paihao.queue.facts import StepFacts
from paihao.queue.hall import CaseKind
from paihao.queue.hallrows import GuideRow

pytestmark = pytest.mark.anyio
ROOT = "http://hall.test"
GUIDE = GuideRow(
    "S-002",
    "《失业保险条例》",
    "缴费满一年",
    "窗口受理；审核待遇",
    (StepFacts("受理", 0, "受理岗"), StepFacts("审核", 5, "审核岗")),
)


async def put(house: House, items: Mapping[str, Mapping[str, Any]] | None = None, guide: GuideRow = GUIDE) -> None:
    """The small hall with a guide, and with other words about some ``items``."""
    files = small_hall()
    changed = tuple(msgspec.structs.replace(one, **(items or {}).get(one.code, {})) for one in files.items)
    async with house.services.database.write() as tx:
        hall = await hallstore.save(tx, msgspec.structs.replace(files, items=changed, guides=(guide,)))
    house.services.bus.publish(Moved(hall, What.HALL))


async def see(house: House, path: str, lang: str = "zh_CN") -> httpx.Response:
    async with house.client() as http:
        return await http.get(ROOT + path, headers={"accept": "text/html", "cookie": f"lang={lang}"})


async def test_one_hall_is_no_question(house: House) -> None:
    answer = await see(house, "/guide")
    assert (answer.status_code, answer.headers["location"]) == (303, "/guide/small")
    async with house.services.database.write() as tx:
        await hallstore.save(tx, small_hall("other"))
    text = (await see(house, "/guide")).text
    assert "去哪个大厅办？" in text
    assert 'href="/guide/small"' in text
    assert 'href="/guide/other"' in text


@pytest.mark.parametrize("words", ["身份证", "sfz", "S-003", "ｓ-００３"])
async def test_items_are_found_by_words_initials_and_code(house: House, words: str) -> None:
    text = (await see(house, f"/guide/small?q={words}")).text
    assert 'href="/guide/small/S-003"' in text
    assert 'href="/guide/small/S-001"' not in text


async def test_without_words_every_item_stands_under_its_department(house: House) -> None:
    """R46: everything that is done here is public, and so is what is done elsewhere (R5)."""
    text = (await see(house, "/guide/small?department=GAJ")).text
    for code in ("S-001", "S-002", "S-003", "O-001"):
        assert f'href="/guide/small/{code}"' in text
    assert text.count("<details") == text.count("<details name=") >= 3
    assert text.count(" open>") == 1
    assert "没有找到“飞船”" in (await see(house, "/guide/small?q=飞船")).text
    assert (await see(house, "/guide/nowhere")).status_code == 404
    assert (await see(house, f"/guide/small?q={'x' * 61}")).status_code == 400


async def test_a_guide_says_what_the_law_wants_public(house: House) -> None:
    """R18, R27, R46: conditions, materials, basis, procedure, limits, duties, fee, contact."""
    await put(house)
    text = (await see(house, "/guide/small/S-002")).text
    for said in ("承诺5个工作日办结（法定10个工作日）", "免费", "承诺件", "受理条件", "第2版", "预约办理"):
        assert said in text, said
    for said in ("《失业保险条例》", "缴费满一年", "<li>审核待遇</li>", "审核岗", "5个工作日</td>", "当日完成</td>"):
        assert said in text, said
    assert "居民身份证" in text
    assert 'href="/book/small?item=S-002"' in text
    assert "<svg" in text


async def test_what_a_guide_does_not_say_follows_from_its_kind(house: House) -> None:
    """R18, R21: the general procedure in plain words; R22: 即办件 the same day."""
    text = (await see(house, "/guide/small/S-001")).text
    assert "当日办结（法定1个工作日）" in text
    assert "材料齐全、符合要求的，当日办结" in text
    assert "预约办理" not in text
    own = {
        CaseKind.REPORTED: "上级机关作出决定",
        CaseKind.FORWARDED: "转给负责的单位",
        CaseKind.JOINT: "由牵头部门受理",
    }
    for kind, words in own.items():
        await put(house, {"S-003": {"case_kind": kind}})
        assert words in (await see(house, "/guide/small/S-003")).text


async def test_what_is_served_elsewhere_names_the_agency(house: House) -> None:
    """R5: its name, address and phone, and nothing that is not known."""
    agency = small_hall().agencies[0]
    text = (await see(house, "/guide/small/O-001")).text
    assert agency.name in text
    assert agency.address in text
    assert "不在本中心办理" in text
    assert "当日办结" not in text
    assert (await see(house, "/guide/small/O-404")).status_code == 404


async def test_a_change_is_a_new_version_and_the_older_are_listed(house: House) -> None:
    """R28: what changed is public at once, with what was promised before."""
    await put(house)
    await put(house, {"S-002": {"promised_working_days": 6, "statutory_working_days": 10}})
    text = (await see(house, "/guide/small/S-002")).text
    newest, _, older = text.partition("以前的版本")
    assert "承诺6个工作日办结（法定10个工作日）" in newest
    assert "第3版" in newest
    assert "第2版" in older
    assert "承诺5个工作日办结（法定10个工作日）" in older


async def test_in_english(house: House) -> None:
    """R18: the page's own words are English; what the hall wrote stays as it wrote it."""
    await put(house)
    listed, text = (await see(house, "/guide/small", "en")).text, (await see(house, "/guide/small/S-002", "en")).text
    assert '<html lang="en"' in listed
    assert "办事指南" not in listed + text
    for left in ("办理时限", "受理条件", "设定依据", "责任岗位</th>", "个工作日"):
        assert left not in text, left
    assert "《失业保险条例》" in text
