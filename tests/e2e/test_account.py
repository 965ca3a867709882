"""An officer's own account in a real browser: two steps, recovery codes, sessions, the password; and its pictures."""

import re
from typing import Any

import pytest
from album import Size, keep, reading, visit
from authenticator import App
from playwright.async_api import Browser, BrowserContext, Page, expect
from shop import Shop

pytestmark = pytest.mark.anyio

SIZES: list[Size] = [(1366, 768), (360, 640)]
READERS: dict[str, dict[str, Any]] = {"": {}, "-english": {"lang": "en"}, "-large": {"print": "large"}}


async def sign_in(page: Page, shop: Shop, account: str = "admin") -> None:
    """Name and password, by keyboard alone."""
    await page.goto(f"{shop.server.base}/sign-in")
    await expect(page.locator("#submit")).to_be_enabled()
    await page.locator("#username").press_sequentially(account)
    await page.keyboard.press("Tab")
    await page.keyboard.type(shop.passwords[account])
    await page.keyboard.press("Enter")


async def tab_to(page: Page, place: str, key: str = "Tab") -> None:
    for _ in range(40):
        await page.keyboard.press(key)
        if await page.evaluate("(place) => document.activeElement.matches(place)", place):
            return
    raise AssertionError(f"{key} does not lead to {place}")


async def set_up(page: Page, shop: Shop) -> tuple[App, list[str]]:
    """From signing in to the recovery codes, by keyboard alone."""
    await sign_in(page, shop)
    await expect(page.locator("#advice-title")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/account#second-factor$"))
    await expect(page.locator("#factor-title")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#factor-code")).to_be_focused()
    secret = await page.locator("#factor-secret").inner_text()
    assert re.fullmatch(r"([A-Z2-7]{4} ){7}[A-Z2-7]{4}", secret)
    app = App(secret)
    await page.keyboard.type(app.wrong())
    await page.keyboard.press("Enter")
    await expect(page.locator("#factor-password-error")).to_have_text("请填写密码")
    await page.keyboard.type("guess")
    await page.keyboard.press("Enter")
    await expect(page.locator("#factor-password-error")).to_have_text("密码不正确")
    await page.locator("#factor-password").fill("")
    await page.keyboard.type(shop.passwords["admin"])
    await page.keyboard.press("Enter")
    await expect(page.locator("#factor-code-error")).to_contain_text("验证码不正确")
    await page.locator("#factor-code").fill("")
    await page.keyboard.type(app.code())
    await page.keyboard.press("Enter")
    await expect(page.locator("#recovery-title")).to_be_focused()
    return app, await page.locator("#recovery-codes li").all_inner_texts()


async def leave(page: Page) -> None:
    await page.locator("#leave").click()
    await expect(page.locator("#submit")).to_be_enabled()


async def test_two_steps_by_keyboard_alone(context: BrowserContext, shop: Shop) -> None:
    page = await context.new_page()
    app, recovery = await set_up(page, shop)
    assert len(set(recovery)) == 8
    await tab_to(page, "#recovery-done")
    await page.keyboard.press("Enter")
    await expect(page.locator("#factor-state")).to_contain_text("剩余恢复码 8 个")
    assert recovery[0] not in await page.content()  # shown once

    await leave(page)
    await sign_in(page, shop)
    await expect(page.locator("#code")).to_be_focused()
    assert await page.locator("#code").get_attribute("inputmode") == "numeric"
    assert await page.locator("#code").get_attribute("autocomplete") == "one-time-code"
    await page.keyboard.press("Enter")
    await expect(page.locator("#code-error")).to_have_text("请填写验证码")
    await page.keyboard.type(app.wrong())
    await page.keyboard.press("Enter")
    await expect(page.locator("#code-error")).to_contain_text("验证码不正确或已用过")
    await expect(page.locator("#code")).to_be_focused()
    await page.keyboard.type(app.code())  # what was wrong is selected
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/supervise"))

    await page.goto(f"{shop.server.base}/account")
    await leave(page)
    await sign_in(page, shop)
    await expect(page.locator("#code")).to_be_focused()
    await tab_to(page, "#other-way")
    await page.keyboard.press("Enter")
    await expect(page.locator("#code")).to_be_focused()
    assert await page.locator("#code").get_attribute("inputmode") == "text"
    await page.keyboard.type(recovery[0])
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/supervise"))
    await page.goto(f"{shop.server.base}/account")
    await expect(page.locator("#factor-state")).to_contain_text("剩余恢复码 7 个")
    tried = await page.locator("#sign-ins b").all_inner_texts()
    assert tried == ["登录成功", "登录成功", "验证码错误", "密码错误", "登录成功"]

    await page.locator("#factor-off summary").click()
    await page.locator("#off-password").fill(shop.passwords["admin"])
    await page.locator("#off-code").fill(recovery[0])
    await page.keyboard.press("Enter")
    await expect(page.locator("#off-code-error")).to_contain_text("已用过")
    await page.locator("#off-code").fill(recovery[1])
    await page.keyboard.press("Enter")
    await expect(page.locator("#factor-said")).to_have_text("两步验证已关闭")
    await expect(page.locator("#factor-begin")).to_be_visible()


async def test_going_back_from_the_second_step(context: BrowserContext, shop: Shop) -> None:
    page = await context.new_page()
    await set_up(page, shop)
    await page.locator("#recovery-done").click()
    await leave(page)
    await sign_in(page, shop)
    await expect(page.locator("#code")).to_be_focused()
    await page.locator("#back").click()
    await expect(page.locator("#password")).to_be_focused()
    await page.locator("#username").fill("supervisor")
    await page.locator("#password").fill(shop.passwords["supervisor"])
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/supervise"))


async def test_another_session_is_ended_and_its_page_is_out(
    context: BrowserContext, browser: Browser, shop: Shop
) -> None:
    page = await context.new_page()
    await sign_in(page, shop, "guide")
    await expect(page).to_have_url(re.compile("/desk$"))
    async with reading(browser, shop, "guide") as other:
        await other.goto(f"{shop.server.base}/account")
        await expect(other.locator("#sessions li")).to_have_count(2)
        await page.goto(f"{shop.server.base}/account")
        await page.get_by_role("button", name=re.compile("^退出 Chrome")).click()
        await expect(page.locator("#sessions-said")).to_have_text("已退出该处登录")
        await expect(page.locator("#sessions li")).to_have_count(1)
        await expect(page.locator("#sessions .here")).to_have_text("本机")
        await other.locator("#factor-begin").click()
        await expect(other).to_have_url(re.compile("/sign-in"))
        await expect(other.locator("#username")).to_be_visible()
    await expect(page.locator("#end-others")).to_be_disabled()


async def test_an_admin_ends_a_session_of_the_hall_and_a_supervisor_sees_it(browser: Browser, shop: Shop) -> None:
    async with (
        reading(browser, shop, "guide") as guide,
        reading(browser, shop, "supervisor") as supervisor,
        reading(browser, shop, "admin") as admin,
    ):
        await guide.goto(f"{shop.server.base}/desk")
        await expect(guide.locator("#seek")).to_be_focused()
        await supervisor.goto(f"{shop.server.base}/account")
        await expect(supervisor.locator("#hall-list li")).to_have_count(3)
        await expect(supervisor.locator("#hall-list button")).to_have_count(0)
        await admin.goto(f"{shop.server.base}/account")
        await admin.get_by_role("button", name=re.compile("^退出 何某")).click()
        await expect(admin.locator("#hall-said")).to_have_text("已退出该处登录")
        await expect(admin.locator("#hall-list li")).to_have_count(2)
        await guide.reload()
        await expect(guide.locator("#username")).to_be_visible()


async def test_another_password(context: BrowserContext, browser: Browser, shop: Shop) -> None:
    page = await context.new_page()
    await sign_in(page, shop, "operator")
    await expect(page).to_have_url(re.compile("/phone$"))
    await page.goto(f"{shop.server.base}/account")
    async with reading(browser, shop, "operator"):
        for old, new, twice, said in (
            ("guess", "long enough 1", "long enough 1", "#old-error"),
            (shop.passwords["operator"], "short", "short", "#new-error"),
            (shop.passwords["operator"], "long enough 1", "long enough 2", "#twice-error"),
        ):
            for field, text in {"old": old, "new": new, "twice": twice}.items():
                await page.locator(f"#{field}").fill(text)
            await page.keyboard.press("Enter")
            await expect(page.locator(said)).not_to_be_empty()
        await page.locator("#twice").fill("long enough 1")
        await page.keyboard.press("Enter")
        await expect(page.locator("#password-said")).to_have_text("密码已修改，其他 1 处登录已退出")
    await leave(page)
    shop.passwords["operator"] = "long enough 1"
    await sign_in(page, shop, "operator")
    await expect(page).to_have_url(re.compile("/phone"))


@pytest.mark.parametrize("reader", READERS)
async def test_pictures(browser: Browser, shop: Shop, reader: str) -> None:
    address = f"{shop.server.base}/account"
    async with reading(browser, shop, **READERS[reader]) as page:
        app, recovery = None, []
        await page.goto(f"{shop.server.base}/sign-in")
        await page.locator("#username").fill("admin")
        await page.locator("#password").fill(shop.passwords["admin"])
        await page.keyboard.press("Enter")
        await expect(page.locator("#advice")).to_be_visible()
        await keep(page, f"account-advice{reader}", SIZES)
        await visit(page, SIZES[0], address, "#sessions li")
        await keep(page, f"account{reader}", SIZES)
        await page.locator("#factor-begin").click()
        await expect(page.locator("#factor-qr svg")).to_be_visible()
        await keep(page, f"account-setup{reader}", SIZES)
        app = App(await page.locator("#factor-secret").inner_text())
        await page.locator("#factor-code").fill(app.code())
        await page.locator("#factor-password").fill(shop.passwords["admin"])
        await page.keyboard.press("Enter")
        await expect(page.locator("#recovery-codes li")).to_have_count(8)
        recovery = await page.locator("#recovery-codes li").all_inner_texts()
        await keep(page, f"account-recovery{reader}", SIZES)
        await page.emulate_media(media="print")
        await expect(page.locator("#sessions")).to_be_hidden()
        await expect(page.locator("#recovery-codes")).to_be_visible()
        await page.emulate_media(media="screen")
        await page.locator("#recovery-done").click()
        await page.locator("#factor-off summary").click()
        await page.locator("#off-password").fill("guess")
        await page.locator("#off-code").fill(recovery[0])
        await page.keyboard.press("Enter")
        await expect(page.locator("#off-password-error")).not_to_be_empty()
        await keep(page, f"account-off{reader}", SIZES)
        await leave(page)
        await page.locator("#username").fill("admin")
        await page.locator("#password").fill(shop.passwords["admin"])
        await page.keyboard.press("Enter")
        await page.locator("#code").fill(app.wrong())
        await page.keyboard.press("Enter")
        await expect(page.locator("#code-error")).not_to_be_empty()
        await keep(page, f"account-code{reader}", SIZES)
