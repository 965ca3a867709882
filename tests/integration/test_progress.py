"""What applicants see of their cases, on both databases: by digits or link; in plain words, without anybody's name."""

import re
from typing import Any

import cabinet
import httpx
import pytest
from cabinet import ZHANG, Cabinet, open_cabinet
from house import House
from paihao.api import services
from paihao.api.limits import Bucket
from paihao.cases import filing
from paihao.cases.file import PartAsk
from paihao.cases.office import LINK
from paihao.cases.state import Action, Procedure
from paihao.core.clock import now
from paihao.queue.hall import CaseKind
from paihao.queue.staff import Staff
from sqlalchemy import update

pytestmark = pytest.mark.anyio
ROOT = "http://hall.test"
OFFICER = "欧阳某"
UNKNOWN = "没有找到该办件，请核对办件编号和手机号后四位"
STOPPED = "查询次数太多"


@pytest.fixture
async def desk(house: House, monkeypatch: pytest.MonkeyPatch) -> Cabinet:
    """A window that accepts cases at any time, in the house's database and with its secret."""
    monkeypatch.setattr(cabinet, "VAULT", house.services.vault)
    return await open_cabinet(house.services.database, complaint_phone="028-12345")


async def ask(house: House, number: str, digits: str, lang: str = "zh_CN") -> httpx.Response:
    """Fill the form in, as somebody without scripts."""
    async with house.client() as http:
        return await http.post(
            f"{ROOT}/progress",
            data={"number": number, "digits": digits},
            headers={"accept": "text/html", "cookie": f"lang={lang}"},
        )


async def see(house: House, path: str, lang: str = "zh_CN") -> httpx.Response:
    async with house.client() as http:
        return await http.get(ROOT + path, headers={"accept": "text/html", "cookie": f"lang={lang}"})


def link(house: House, row: Any) -> str:
    return f"/progress/{row.number}?key={house.services.vault.key_of(LINK, row.number)}"


def told(answer: httpx.Response) -> str:
    """What the page says, without its tags."""
    main = answer.text.partition("<main")[2]
    return " ".join(re.sub(r"<[^>]*>", " ", f"<main{main}").split())


def errors(answer: httpx.Response) -> list[str]:
    return re.findall(r'class="error"[^>]*>([^<]*)<', answer.text)


# Who may look ---------------------------------------------------------------------------------------------------------


async def test_number_and_digits_lead_to_the_case(house: House, desk: Cabinet) -> None:
    """R29: however the number is typed; neither digits nor phone stand in an address."""
    row = await desk.accept()
    answer = await ask(house, f" {row.number.lower().replace('-', ' ')} ", "5678")
    assert (answer.status_code, answer.headers["location"]) == (303, link(house, row))
    page = await see(house, answer.headers["location"])
    assert page.status_code == 200
    assert "5678" not in str(page.url)
    assert "no-store" in page.headers["cache-control"]
    assert page.headers["x-robots-tag"] == "noindex"
    assert page.headers["referrer-policy"] == "same-origin"


async def test_whoever_guesses_learns_nothing(house: House, desk: Cabinet) -> None:
    """Wrong digits of a case that is, and any digits of one that is not, get the very same answer."""
    row = await desk.accept()
    nobody = await desk.accept(party=cabinet.Party(cabinet.Applicant("李四")))
    other = f"{row.number[:-1]}9"
    answers = [await ask(house, number, "1234") for number in (row.number, other, nobody.number, "BJ99-1")]
    pages = {re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}
    assert {answer.status_code for answer in answers} == {400}
    assert len(pages) == 1
    assert errors(answers[0]) == [UNKNOWN]
    async with house.client() as http:
        said = [await http.get(f"/cases/{number}", params={"digits": "1234"}) for number in (row.number, other)]
    assert said[0].status_code == 404
    assert said[0].json() == said[1].json()


async def test_what_is_missing_in_the_form_is_said_beside_its_field(house: House, desk: Cabinet) -> None:
    row = await desk.accept()
    both = await ask(house, "", "")
    assert both.status_code == 400
    assert errors(both) == ["请填写办件编号，它在短信和通知书上", "请填写手机号的后四位，共4个数字"]
    assert both.text.count("autofocus") == 1
    short = await ask(house, row.number, "56 7")
    assert errors(short) == ["请填写手机号的后四位，共4个数字"]
    assert f'value="{row.number}"' in short.text
    assert "56 7" not in short.text


async def test_guessing_stops_for_an_address_and_for_a_number(
    house: House, desk: Cabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R61: a few tries a minute from one address; a few a day on one number, from wherever. The link still opens."""
    row, other = await desk.accept(), await desk.accept()
    tries = [await ask(house, row.number, f"{guess:04}") for guess in range(services.GUESSES_A_MINUTE + 1)]
    assert [answer.status_code for answer in tries] == [400] * services.GUESSES_A_MINUTE + [429]
    assert STOPPED in told(tries[-1])
    assert (await ask(house, other.number, "5678")).status_code == 303
    monkeypatch.setattr("paihao.api.routes.cases.address_of", lambda request: request.headers["x-from"])
    statuses = []
    async with house.client() as http:
        for place in range(services.DIGITS_A_DAY + 1):
            form = {"number": other.number, "digits": "0000"}
            answer = await http.post(f"{ROOT}/progress", data=form, headers={"x-from": f"10.0.0.{place}"})
            statuses.append(answer.status_code)
        right = {"number": other.number, "digits": "5678"}
        stopped = await http.post(f"{ROOT}/progress", data=right, headers={"x-from": "10.9.9.9"})
    assert statuses.count(400) == services.DIGITS_A_DAY - 1  # one was right above
    assert stopped.status_code == 429
    assert (await see(house, link(house, other))).status_code == 200


async def test_another_cases_link_opens_nothing(house: House, desk: Cabinet) -> None:
    mine, other = await desk.accept(), await desk.accept()
    key = house.services.vault.key_of(LINK, mine.number)
    page = await see(house, f"/progress/{other.number}?key={key}")
    assert page.status_code == 404
    assert "链接不完整" in told(page)
    assert f'value="{other.number}"' in page.text
    assert "失业保险金" not in page.text
    async with house.client() as http:
        assert (await http.get(f"/cases/{other.number}", params={"key": key})).status_code == 404
        assert (await http.get(f"/cases/{mine.number}", params={"key": key})).status_code == 200
    assert (await see(house, f"/progress/{other.number}")).status_code == 200
    assert "失业保险金" not in (await see(house, f"/progress/{other.number}")).text


async def test_the_public_never_reads_who_works_on_it(house: House, desk: Cabinet) -> None:
    """R29, R61: no officer's name, no rule's number, no paper between departments; the applicant is masked."""
    async with desk.database.write() as tx:
        await tx.execute(update(Staff).values(name=OFFICER))
    row = await desk.accept(kind=CaseKind.JOINT)
    row = await desk.act(row, Action.JOIN, desk.at("2026-03-03"), parts=[PartAsk("GAJ", 2)])
    async with house.client() as http:
        key = house.services.vault.key_of(LINK, row.number)
        said = (await http.get(f"/cases/{row.number}", params={"key": key})).json()
    assert {"officer", "holder", "first_officer", "mine", "actions", "parts"}.isdisjoint(said)
    assert all("by" not in step for step in said["steps"])
    assert [paper["kind"] for paper in said["papers"]] == ["acceptance"]
    assert said["applicant"] == "张*三 138****5678"
    page = await see(house, link(house, row))
    for text in (str(said), page.text):
        assert OFFICER not in text
        assert ZHANG.applicant.name not in text
        assert ZHANG.applicant.phone not in text
    assert re.search("公安局 ?，正在办理", told(page))
    assert not re.search(r"\bR\d\d\b", page.text)


async def test_after_forgetting_the_link_still_works_and_names_nobody(house: House, desk: Cabinet) -> None:
    """R61."""
    row = await desk.accept()
    row = await desk.act(row, Action.DECIDE, desk.at("2026-03-04"))
    row = await desk.act(row, Action.DELIVER, desk.at("2026-03-05"))
    async with desk.database.write() as tx:
        assert await filing.forget(tx, row.hall_id, now().date()) == 1
    assert (await ask(house, row.number, "5678")).status_code == 400
    page = await see(house, link(house, row))
    assert page.status_code == 200
    assert "已办完，结果已送达" in told(page)
    assert "申请人" not in told(page)
    for address in set(re.findall(r'href="(/papers/[^"?.]*)"?', page.text)):
        paper = await see(house, address)
        assert paper.status_code == 200
        assert ZHANG.applicant.name not in paper.text


# What it says ---------------------------------------------------------------------------------------------------------


async def test_due_date_limits_and_light_in_words(house: House, desk: Cabinet) -> None:
    """R29, R33, R36: by when, what was promised, what the law allows, and how it stands."""
    row = await desk.accept()
    await desk.watch(desk.at("2026-03-06"))
    text = told(await see(house, link(house, row)))
    assert "已受理，正在办理" in text
    assert "应于3月9日（周一）前办结" in text
    assert "黄灯 快到期限了" in text
    assert "承诺5个工作日办结（法定10个工作日）" in text
    assert "2026年3月3日（周二） 第1个工作日" in text
    row = await desk.act(row, Action.DECIDE, desk.at("2026-03-10"))
    text = told(await see(house, link(house, row)))
    assert "已办结，请领取结果" in text
    assert "红灯 超过期限才办结" in text
    assert "实际用时 6个工作日" in text
    async with house.client() as http:
        key = house.services.vault.key_of(LINK, row.number)
        said = (await http.get(f"/cases/{row.number}", params={"key": key})).json()
    assert (said["days"], said["statutory_days"], said["actual_days"]) == (5, 10, 6)


async def test_a_make_up_day_is_named(house: House, desk: Cabinet) -> None:
    """R29, R39: due on a Saturday on which offices work."""
    row = await desk.accept(now=desk.at("2026-09-28"))
    text = told(await see(house, link(house, row)))
    assert "应于10月10日（周六，调休上班日）前办结" in text
    assert "2026年10月10日（周六） 第5个工作日，调休上班日；办结期限，当日24时止" in text
    assert "国庆节，不计入" in text


async def test_everything_missing_and_where_to_bring_it(house: House, desk: Cabinet) -> None:
    """R15, R19, R24."""
    row = await desk.accept(materials=["居民身份证"], missing=["近期照片"], complete=False)
    text = told(await see(house, link(house, row)))
    assert "请补齐材料" in text
    assert "还缺2份材料 解除劳动关系证明 近期照片" in text
    assert "受理 等您补齐材料" in text
    assert "W1号窗口" in text
    assert "补齐当天受理" in text
    assert "一次性告知书" in text


async def test_special_procedures_and_the_extension_with_its_reason(house: House, desk: Cabinet) -> None:
    """R30, R35: on the page and in the text message before the time is over, with the link."""
    row = await desk.accept()
    row = await desk.act(
        row, Action.SUSPEND, desk.at("2026-03-04"), procedure=Procedure.APPRAISAL, reason="需要鉴定材料真伪"
    )
    text = told(await see(house, link(house, row)))
    assert "正在进行鉴定，办理时限暂停计算" in text
    assert "鉴定：3月4日（周三）开始，时间不算在期限里" in text
    row = await desk.act(row, Action.RESUME, desk.at("2026-03-09"))
    row = await desk.act(row, Action.EXTEND, desk.at("2026-03-12"), desk.floor.supervisor, days=3, reason="情况复杂")
    text = told(await see(house, link(house, row)))
    assert "延期3个工作日，3月12日（周四）告知，原定3月12日（周四） 原因： 情况复杂" in text
    assert "3月9日（周一）结束" in text
    sent = dict(await desk.told())
    said = sent[f"case:{row.id}:extend:3"]
    assert "因情况复杂延期3个工作日，应于3月17日（周二）前办结" in said
    assert cabinet.ROOT + link(house, row) in said
    assert cabinet.ROOT + link(house, row) in sent[f"case:{row.id}:accept:0"]


async def test_the_way_of_each_kind(house: House, desk: Cabinet) -> None:
    """R21: immediate, promised, reported, forwarded, joint and returned cases go different ways."""

    async def way(row: Any) -> list[tuple[str, str]]:
        page = await see(house, link(house, row))
        return re.findall(r'data-passed="(\w+)"[^>]*><b>([^<]*)</b>', page.text)

    now_ = {kind: await desk.accept(kind=kind) for kind in (CaseKind.REPORTED, CaseKind.FORWARDED, CaseKind.JOINT)}
    assert await way(await desk.accept("S-001")) == [
        ("done", "收件"),
        ("done", "受理"),
        ("now", "决定"),
        ("next", "送达"),
    ]
    assert [name for _, name in await way(now_[CaseKind.REPORTED])] == ["收件", "受理", "审查", "上级机关决定", "送达"]
    assert [name for _, name in await way(now_[CaseKind.JOINT])] == ["收件", "受理", "各部门联办", "决定", "送达"]
    sent = await desk.act(
        now_[CaseKind.FORWARDED], Action.FORWARD, desk.at("2026-03-03"), department="GAJ", note="属公安"
    )
    assert ("now", "转办") in await way(sent)
    taken = await desk.act(sent, Action.TAKE, desk.at("2026-03-04"))
    assert await way(taken) == [
        ("done", "收件"),
        ("done", "受理"),
        ("done", "转办"),
        ("now", "审查"),
        ("next", "决定"),
        ("next", "送达"),
    ]
    assert await way(await desk.accept(refused="不属于本机关职权")) == [("done", "收件"), ("done", "未予受理")]
    gone = await desk.act(await desk.accept(), Action.WITHDRAW, desk.at("2026-03-03"), reason="不办了")
    assert "灯" not in told(await see(house, link(house, gone)))
    assert await way(gone) == [("done", "收件"), ("done", "受理"), ("done", "撤回")]


async def test_in_english_too(house: House, desk: Cabinet) -> None:
    row = await desk.accept(language="en")
    page = await see(house, link(house, row), "en")
    assert '<html lang="en"' in page.text
    assert "Mon 9 Mar" in told(page)


# Papers ---------------------------------------------------------------------------------------------------------------


async def test_papers_are_read_printed_and_kept(house: House, desk: Cabinet) -> None:
    """R19, R29: the notice with its number and its due date, as a page and as PDF, for whoever holds the link."""
    row = await desk.accept()
    page = await see(house, link(house, row))
    (address,) = set(re.findall(r'href="(/papers/[^"?.]*)\?', page.text))
    paper = await see(house, address)
    assert (paper.status_code, paper.headers["x-robots-tag"]) == (200, "noindex")
    assert {"private", "no-store"} == set(paper.headers["cache-control"].split(", "))
    assert "受理通知书" in paper.text
    assert f"SL{row.number[2:]}" in paper.text
    assert "2026年3月9日" in paper.text
    pdf = await see(house, f"{address}.pdf")
    assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.headers["content-disposition"] == (
        f'inline; filename="SL{row.number[2:]}.pdf"; '
        f"filename*=UTF-8''%E5%8F%97%E7%90%86%E9%80%9A%E7%9F%A5%E4%B9%A6%20SL{row.number[2:]}.pdf"
    )
    assert (await see(house, "/papers/none")).status_code == 404
    assert (await see(house, "/papers/none.pdf")).status_code == 404
    assert (await see(house, f"{address}.png")).status_code == 404


async def test_papers_speak_the_cases_language_unless_told(house: House, desk: Cabinet) -> None:
    row = await desk.accept(language="en")
    async with desk.database.read() as connection:
        (paper,) = await filing.papers(connection, row.id)
    own = await see(house, f"/papers/{paper.key}")
    assert '<main id="main" tabindex="-1" lang="en">' in own.text
    told_ = await see(house, f"/papers/{paper.key}?lang=zh_CN")
    assert '<main id="main" tabindex="-1" lang="zh-CN">' in told_.text


async def test_papers_are_paced(house: House, desk: Cabinet, monkeypatch: pytest.MonkeyPatch) -> None:
    """R61: nobody tries keys by the thousand."""
    monkeypatch.setattr(house.services.asking, "_size", 2.0)
    assert isinstance(house.services.asking, Bucket)
    statuses = [(await see(house, "/papers/none")).status_code for _ in range(3)]
    assert statuses == [404, 404, 429]
