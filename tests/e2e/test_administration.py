"""The administration in a real browser, by piccolo-admin's page: what is edited there changes pages that are open."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import anyio
import httpx
import pytest
from administrator import SIZE, Administrator, administrator, sign_in
from day import Day
from following import LISTEN, followed, soon
from house import ZONE
from late import Late
from playwright.async_api import Browser, BrowserContext, Dialog, Locator, Page, expect
from shop import Shop

pytestmark = pytest.mark.anyio


@pytest.fixture
def day(shop: Shop) -> Iterator[Day]:
    with Day(shop) as made:
        yield made


async def listening(context: BrowserContext, shop: Shop, address: str, ready: str) -> Page:
    page = await context.new_page()
    await page.add_init_script(LISTEN)
    await page.goto(address)
    await expect(page.locator(ready).first).to_be_visible()
    await followed(page)
    return page


def days(day: Day) -> list[date]:
    """The days with something free, in order."""
    hall = f"/halls/{day.shop.hall}"
    slots = day.chief.get(f"{hall}/slots", params={"item": "S-002"}).raise_for_status().json()["slots"]
    return sorted({date.fromisoformat(slot["day"]) for slot in slots if slot["free"]})


async def test_a_window_with_its_lines_opens_and_closes_on_pages_that_are_open(
    browser: Browser, context: BrowserContext, day: Day
) -> None:
    shop = day.shop
    admin = await administrator(browser, shop)
    kiosk = await listening(context, shop, shop.kiosk, "[data-screen=start]")
    board = await context.new_page()
    await board.goto(shop.board)
    await expect(board.locator("#shut")).to_be_visible()
    now = kiosk.locator("[data-screen=start] [data-slot=now]")

    await admin.new("服务窗口", {"窗口号": "9", "窗口名称": "社保3号窗口"})
    await admin.fill({"所在位置": "B区1楼", "窗口类型": "普通", "所属部门": "人力资源和社会保障局"})
    await admin.save(201)
    await expect(admin.told).to_have_text("已新增")
    await admin.new("窗口受理队列", {"受理窗口": "9 社保3号窗口", "受理的队列": "A 社会保险"})
    await admin.save(201)
    await admin.row("服务窗口", "9")
    await admin.fill({"窗口状态": "正在服务"})
    await admin.save()
    await expect(admin.told).to_have_text("已保存")  # which goes away by itself
    async with soon():
        await expect(now).to_contain_text("开放窗口 1 个")
        await expect(board.locator("#nobody")).to_be_visible()
    assert _windows(day) == ["9"]

    await admin.fill({"窗口状态": "未开"})
    await admin.save()
    async with soon():
        await expect(now).to_contain_text("开放窗口 0 个")
        await expect(board.locator("#shut")).to_be_visible()
    assert day.issue("A")["route"]["windows"] == []


async def test_a_form_is_seen_once_it_knows_what_it_begins_with(browser: Browser, day: Day) -> None:
    admin = await administrator(browser, day.shop)
    late = Late()

    await admin.page.context.route("**/new/", late)
    await admin.page.reload()
    await admin.begin("服务窗口")
    name = admin.page.get_by_label("窗口名称", exact=True)
    await expect(name).to_be_attached()
    await expect(name).to_be_hidden()
    late.let_go.set()
    await expect(admin.page.get_by_label("窗口状态", exact=True)).to_have_value("closed")
    await name.fill("社保3号窗口")
    await expect(name).to_have_value("社保3号窗口")


async def test_a_form_takes_nothing_back_that_happened_meanwhile(browser: Browser, day: Day) -> None:
    admin = await administrator(browser, day.shop)
    await admin.row("服务窗口", "3")
    path = f"/windows/{admin.page.url.rstrip('/').rsplit('/', 1)[1]}"
    day.chief.post(f"{path}/open").raise_for_status()
    for name in ("社保三号窗口", "社保1号窗口"):  # the second is what the form held at first
        await admin.fill({"窗口名称": name})
        await admin.save()
        window = day.chief.get(path).raise_for_status().json()["window"]
        assert (window["name"], window["state"]) == (name, "open")
    day.chief.post(f"{path}/close").raise_for_status()


def _windows(day: Day) -> list[str]:
    """The windows to which a number for social insurance is sent; nobody waits with it."""
    given = day.issue("A")
    day.kiosk.post(f"/tickets/{given['id']}/cancel").raise_for_status()
    return list(given["route"]["windows"])


async def test_hours_of_a_line_and_a_closed_day_on_a_booking_page_that_is_open(
    browser: Browser, context: BrowserContext, day: Day
) -> None:
    shop = day.shop
    admin = await administrator(browser, shop)
    first, *_, last = days(day)
    other = next(one for one in days(day) if one.isoweekday() != last.isoweekday())
    page = await listening(context, shop, f"{shop.server.base}/book/{shop.hall}?item=S-002", ".week a")

    await admin.new("每周办公时间", {"适用队列": "A 社会保险", "星期几": f"星期{'一二三四五六日'[last.weekday()]}"})
    await admin.fill({"开始时间": "09:00", "结束时间": "11:00"})
    await admin.save(201)
    async with soon():
        await expect(page.locator(f'.week a[href$="day={other}"]')).to_have_count(0)
    await expect(page.locator(f'.week a[href$="day={last}"]')).to_be_visible()

    await admin.new("停办与特殊时间", {"适用日期": str(last), "停办或调整原因": "停电检修"})
    await admin.save(201)
    async with soon():
        await expect(page.locator(".week")).to_contain_text("停电检修")
    await expect(page.locator(f'.week a[href$="day={last}"]')).to_have_count(0)
    assert first <= last - timedelta(days=1)


async def test_who_changes_hours_is_told_whose_appointments_are_outside(browser: Browser, day: Day) -> None:
    booked = day.book("S-002")
    admin = await administrator(browser, day.shop)
    told: list[str] = []

    async def read(dialog: Dialog) -> None:
        told.append(dialog.message)
        await dialog.accept()

    await admin.new("停办与特殊时间", {"适用日期": booked["starts_at"][:10], "停办或调整原因": "消防演练"})
    await admin.save(422)
    await expect(admin.page.get_by_role("alert").filter(has_text=f"1人预约：{booked['code']}")).to_be_visible()
    await admin.fill({"开始时间": "05:00", "结束时间": "05:30"})
    admin.page.once("dialog", read)
    await admin.save(201)
    await expect(admin.told).to_have_text("已新增")
    assert told[0].startswith("1个预约不在新的时间里，请联系改期；\n" + booked["code"])


async def test_what_the_page_tells_is_in_nobodys_way_and_goes(browser: Browser, shop: Shop) -> None:
    admin = await administrator(browser, shop)
    await admin.page.clock.install()
    await admin.begin("停办与特殊时间")
    await expect(admin.form).to_be_visible()
    await admin.save(422)
    await expect(admin.told).to_have_text("没有保存，请看页面上方的说明")
    await admin.page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=1))  # it stands as long as we look at it
    await admin.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    button = await admin.form.locator("> button").bounding_box()
    message = await admin.page.locator("#told").bounding_box()
    assert button is not None
    assert message is not None
    assert button["y"] + button["height"] <= message["y"]

    below = int(message["y"] + message["height"] / 2 - button["y"] - button["height"] / 2)
    await admin.page.evaluate(f"scrollBy(0, -{below})")  # the button stands under it now
    pressed = """button => {
      const { x, y, width, height } = button.getBoundingClientRect();
      return document.elementFromPoint(x + width / 2, y + height / 2) === button && told.textContent !== "";
    }"""
    assert await admin.form.locator("> button").evaluate(pressed)
    await admin.page.clock.run_for(5_000)
    await expect(admin.told).to_be_hidden()


async def test_who_may_not_edit_sees_lists_without_buttons_or_nothing_at_all(browser: Browser, shop: Shop) -> None:
    chief = await administrator(browser, shop, "supervisor")
    rows = await chief.list("服务窗口")
    await expect(rows).to_have_count(6)
    buttons = chief.page.locator(".buttons a.button:visible")
    await expect(buttons).to_have_text(["排序", "筛选", "导出 CSV"])
    await expect(rows.locator("input:visible")).to_have_count(0)
    await rows.get_by_role("link", name="3", exact=True).click()
    await expect(chief.page.get_by_label("窗口名称", exact=True)).to_have_value("社保1号窗口")
    await expect(chief.page.locator("form button:visible")).to_have_count(0)
    said = await chief.page.evaluate("""async () => {
      const word = document.cookie.match(/csrftoken=([^;]*)/)[1];
      const headers = { "X-CSRFToken": word, "Content-Type": "application/json" };
      const answer = await fetch("api/tables/服务窗口/3/", { method: "PATCH", headers, body: '{"name": "甲"}' });
      return [answer.status, await answer.text()];
    }""")
    assert said == [403, "您只能查看，不能修改；需要修改请联系管理员"]
    await expect(chief.page.locator(".sidebar")).to_have_count(0)
    await chief.at("")
    await expect(chief.page.get_by_text("查看个人信息")).to_be_visible()
    await expect(chief.page.get_by_text("重置密码")).to_have_count(0)

    context = await browser.new_context(locale="zh-CN")
    signing = {"username": "3", "password": shop.passwords["clerk"]}
    assert (await context.request.post(f"{shop.server.base}/api/v1/session", data=signing)).ok
    page = await context.new_page()
    answer = await page.goto(f"{shop.server.base}/admin/")
    assert answer is not None
    assert answer.status == 403
    await expect(page.get_by_role("heading", name="没有权限进行此操作")).to_be_visible()
    for path in ("api/tables/", "api/tables/服务窗口/", "api/tables/window/3/", "api/forms/", "api/forms/close-day/"):
        assert (await context.request.get(f"{shop.server.base}/admin/{path}")).status == 403


async def test_refusals_are_told_in_words_where_somebody_looks(browser: Browser, shop: Shop) -> None:
    admin = await administrator(browser, shop)
    await admin.new("服务窗口", {"窗口号": "3", "窗口名称": "又一个", "所在位置": "B区1楼", "所属部门": "公安局"})
    await admin.fill({"窗口类型": "普通"})
    await admin.save(422)
    await expect(admin.page.get_by_role("alert").filter(has_text="窗口号")).to_be_visible()
    await expect(admin.told).to_have_text("没有保存，请看页面上方的说明")

    lines = await admin.list("队列")
    asked = await admin.remove(lines.filter(has_text="社会保险"))
    assert asked == "确定删除这一条吗？"
    await expect(admin.told).to_contain_text("养老保险参保登记")
    await expect(lines.filter(has_text="社会保险")).to_be_visible()


async def test_forms_offer_what_can_be_chosen(browser: Browser, shop: Shop) -> None:
    """Also where the next form asks for something else by the same name."""
    admin = await administrator(browser, shop)
    await admin.at("forms/export-hall")
    assert await _offered(admin, "文件格式") == ["工作簿", "CSV 压缩包"]
    await admin.at("forms/issue-device")
    assert await _offered(admin, "设备类型") == ["", "取号机", "屏幕", "打印机"]
    await admin.fill({"设备类型": "打印机", "名称（写它摆在哪里）": "大堂小票机"})
    await admin.fill({"打印机的网络地址（只有打印机填，如 192.168.1.50:9100）": "10.0.0.9:9100"})
    await admin.save()
    await expect(admin.page.locator("#success_message")).to_have_text("已登记打印机大堂小票机")
    await admin.at("forms/export-hall")
    assert await _offered(admin, "文件格式") == ["工作簿", "CSV 压缩包"]
    await admin.at("forms/close-day")
    assert await _offered(admin, "已预约的人怎么办") == ["先看名单", "改期", "取消"]
    await expect(admin.form.locator("input[type=hidden][name]")).to_have_count(0)


async def test_forms_offer_what_there_is_while_somebody_types(browser: Browser, shop: Shop) -> None:
    admin = await administrator(browser, shop)
    await admin.at("forms/close-day")
    line = admin.form.get_by_label("队列前缀（空着：整个大厅）", exact=True)
    assert ("A", "社会保险") in await _suggested(line)
    await admin.at("forms/revoke-device")
    device = admin.form.get_by_label("设备名称", exact=True)
    assert dict(await _suggested(device)).keys() == {"大厅屏", "大门取号机"}
    await admin.at("forms/issue-device")
    await expect(admin.form.get_by_label("名称（写它摆在哪里）", exact=True)).not_to_have_attribute(
        "list", re.compile("")
    )
    assert ("3", "社保1号窗口") in await _suggested(admin.form.get_by_label("窗口号（只有窗口屏填）", exact=True))


async def _suggested(field: Locator) -> list[tuple[str, str]]:
    await expect(field).to_have_attribute("list", re.compile("."))
    found = await field.evaluate("(field) => [...field.list.options].map((one) => [one.value, one.label])")
    return [(word, called) for word, called in found]


async def _offered(admin: Administrator, label: str) -> list[str]:
    field = admin.form.get_by_label(label, exact=True).and_(admin.page.locator("select"))
    await expect(field).to_be_visible()
    return await field.locator("option").all_inner_texts()


async def test_an_exported_list_opens_in_a_spreadsheet_as_it_is_shown(browser: Browser, shop: Shop) -> None:
    """In the page's words and time, in UTF-8 that Excel knows, and what somebody wrote is never a formula."""
    admin = await administrator(browser, shop)
    await admin.new("大厅区域", {"区域名称": '=HYPERLINK("http://x"),1'})
    await admin.save(201)
    zones = await _exported(admin, "大厅区域")
    assert {"A区1楼", '\'=HYPERLINK("http://x"),1'} <= {row["区域名称"] for row in zones}
    hours = await _exported(admin, "每周办公时间")
    assert (hours[0]["星期几"], hours[0]["开始时间"], hours[0]["适用队列"]) == ("星期一", "08:30", "")
    windows = await _exported(admin, "服务窗口")
    assert {row["窗口状态"] for row in windows} == {"未开"}
    assert "人力资源和社会保障局" in {row["所属部门"] for row in windows}
    assert windows[0]["所属部门 ID"].isdigit()
    day = datetime.now(ZoneInfo(ZONE)).date()
    trail = await _exported(admin, "审计记录")
    assert {row["发生时间"][:10] for row in trail} <= {str(day), str(day - timedelta(days=1))}
    assert (trail[0]["操作类别"], int(trail[0]["序号"]) > 1) == ("新增", True)
    await expect(await admin.list("停办与特殊时间")).to_have_count(0)
    await expect(admin.page.locator("[data-uitest=csv_button]")).to_be_hidden()  # there is nothing to export


async def _exported(admin: Administrator, table: str) -> list[dict[str, str]]:
    await admin.list(table)
    await admin.page.locator(".buttons a.button", has_text="导出 CSV").click()
    async with admin.page.expect_download() as saving:
        await admin.page.locator(".modal form button").click()
    data = await anyio.Path(await (await saving.value).path()).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


async def test_a_session_that_was_ended_leads_to_the_sign_in_page_and_back(browser: Browser, shop: Shop) -> None:
    admin = await administrator(browser, shop)
    await admin.list("服务窗口")
    with Day(shop, "admin") as elsewhere:
        elsewhere.chief.delete("/account/sessions").raise_for_status()
    await admin.page.locator(".sidebar a.subtle").get_by_text("队列", exact=True).click()
    await admin.page.wait_for_url("**/sign-in?next=**")
    await sign_in(admin.page, shop, "admin")
    await expect(admin.page.locator(".title h1")).to_have_text("队列")


async def test_its_menu_ends_the_session_and_leads_to_the_account(browser: Browser, shop: Shop) -> None:
    admin = await administrator(browser, shop)
    menu = admin.page.locator("#user")
    await menu.click()
    await admin.page.get_by_role("link", name="修改密码", exact=True).click()
    await expect(admin.page.locator("#factor-begin")).to_be_visible()
    await admin.page.goto(f"{shop.server.base}/admin/")
    asked: list[str] = []

    async def agree(dialog: object) -> None:
        asked.append(dialog.message)  # type: ignore[attr-defined]
        await dialog.accept()  # type: ignore[attr-defined]

    (ended,) = [one["value"] for one in await admin.page.context.cookies() if one["name"] == "id"]
    admin.page.once("dialog", agree)
    await menu.click()
    await admin.page.get_by_role("link", name="退出登录", exact=True).click()
    await expect(admin.page.locator("#username")).to_be_visible()
    assert asked == ["确定退出登录吗？"]
    tables = f"{shop.server.base}/admin/api/tables/"
    async with httpx.AsyncClient(cookies={"id": ended}) as client:
        assert (await client.get(tables)).status_code == 401


async def test_its_choice_of_language_is_the_choice_for_all_pages(browser: Browser, shop: Shop) -> None:
    admin = await administrator(browser, shop)
    await admin.list("服务窗口")
    await admin.page.get_by_title("语言").click()
    await admin.page.get_by_role("link", name=re.compile("English")).click()
    await expect(admin.page.locator("html")).to_have_attribute("lang", "en")
    await expect(admin.page.locator(".sidebar")).to_contain_text("Windows")
    (kept,) = [one["value"] for one in await admin.page.context.cookies() if one["name"] == "lang"]
    assert kept == "en"
    await admin.new("Windows", {"Window number": "3"})
    await admin.save(422)
    await expect(admin.told).to_have_text("Not saved: please see what is said at the top of the page")
    await admin.page.goto(f"{shop.server.base}/supervise")
    await expect(admin.page.locator("html")).to_have_attribute("lang", "en")


async def test_moments_are_told_in_the_hall_s_time_zone(browser: Browser, shop: Shop) -> None:
    admin: Administrator = await administrator(browser, shop, timezone_id="America/New_York", viewport=SIZE)
    rows = await admin.list("审计记录")
    shown = await rows.first.inner_text()
    at = await admin.page.evaluate(
        """async (timeZone) => {
      const { rows } = await (await fetch("api/tables/audit/?__order=-id")).json();
      const form = { dateStyle: "short", timeStyle: "medium", timeZone };
      return new Intl.DateTimeFormat("sv-SE", form).format(new Date(rows[0].at));
    }""",
        ZONE,
    )
    assert at in shown
    assert re.search("登录", shown)
