"""What a program can see of a page as its readers do: axe's findings, what runs out of the page, what is too small."""

from typing import Any

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.async_api import Page

LEAST_TARGET = 44
"""Pixels in both directions of whatever is to be touched."""
_SHOWN = """
const shown = (e) => e.checkVisibility({opacityProperty: true, visibilityProperty: true}) && !e.closest('[inert]');
const modal = document.querySelector('dialog:modal');
const targets = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [role=button]')]
  .filter((e) => shown(e) && (!modal || modal.contains(e))).map((e) => e.closest('label') ?? e);
const name = (e) => e.outerHTML.slice(0, 120);
"""


async def axe(page: Page) -> list[str]:
    """The rules that the page breaks, with the elements that do. The page's context must bypass its policy."""
    await page.add_script_tag(path=AXE_FILE_PATH)
    found: dict[str, Any] = await page.evaluate("axe.run({reporter: 'no-passes', preload: false})")
    return [f"{v['id']}: {[node['html'][:120] for node in v['nodes']]}" for v in found["violations"]]


async def sideways(page: Page) -> list[str]:
    """Whether something runs out of the page to the right."""
    more = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{more} pixels run out of the page"] if more > 0 else []


async def small_targets(page: Page) -> list[str]:
    """What is to be touched and smaller than `LEAST_TARGET`; links in running text are not."""
    script = """
      const running = (e) => e.matches('p a') && e.parentElement.innerText.trim() !== e.innerText.trim();
      return targets.filter((e) => !running(e)).map((e) => [name(e), e.getBoundingClientRect()])
        .filter(([, box]) => box.right > 0 && box.bottom > 0 && (box.width < least - .5 || box.height < least - .5))
        .map(([name, box]) => `${Math.round(box.width)}x${Math.round(box.height)}: ${name}`); }"""
    found: list[str] = await page.evaluate("(least) => {" + _SHOWN + script, LEAST_TARGET)
    return found


async def outside(page: Page, selector: str) -> list[str]:
    """Elements that are shown, but not wholly on the screen, or whose words run out of them."""
    script = """
      const spare = (e) => 2 + .2 * parseFloat(getComputedStyle(e).fontSize); // signs are higher than close-set lines
      return [...document.querySelectorAll(selector)].filter(shown).filter((e) => {
        const box = e.getBoundingClientRect();
        return box.top < -1 || box.left < -1 || box.bottom > innerHeight + 1 || box.right > innerWidth + 1
          || e.scrollWidth > e.clientWidth + 2 || e.scrollHeight > e.clientHeight + spare(e);
      }).map(name); }"""
    found: list[str] = await page.evaluate("(selector) => {" + _SHOWN + script, selector)
    return found


async def highest_target(page: Page) -> float:
    """How far below the top the highest thing to touch begins, in pixels."""
    script = "return Math.min(...targets.map((e) => e.getBoundingClientRect().top)); }"
    top: float = await page.evaluate("() => {" + _SHOWN + script)
    return top


async def cut(page: Page) -> list[str]:
    """Words that their box, the page's edge or a neighbour's edge cuts off: clipped, clamped or with an ellipsis.

    What scrolls up and down is whole, for it can be scrolled; what scrolls sideways is not. Whose title says all of it
    is whole, too.
    """
    script = """
      const lost = (node) => {
        const range = document.createRange();
        range.selectNodeContents(node);
        const lines = [...range.getClientRects()].filter(({width, height}) => width > 1 && height > 1);
        const spare = .35 * parseFloat(getComputedStyle(node.parentElement).fontSize); // set close
        let scrolls = false;
        for (let e = node.parentElement; e; e = e.parentElement) {
          const {clipPath, overflowX, overflowY, position} = getComputedStyle(e);
          if (clipPath !== 'none') return false; // for screen readers alone
          const root = e === document.documentElement;
          const box = root ? {left: 0, top: 0, right: innerWidth, bottom: innerHeight} : e.getBoundingClientRect();
          if ((root || overflowX !== 'visible')
            && lines.some(({left, right}) => right > box.right + 2 || left < box.left - 2)) return true;
          if (!scrolls && ['hidden', 'clip'].includes(overflowY)
            && lines.some(({top, bottom}) => bottom > box.bottom + spare || top < box.top - spare)) return true;
          scrolls ||= ['auto', 'scroll'].includes(overflowY);
          if (position === 'fixed') break;
        }
        return false;
      };
      const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) {
        const node = walk.currentNode, e = node.parentElement;
        const here = shown(e) && !e.matches('.skip') && (!modal || modal.contains(e));
        if (node.data.trim() && here && e.title !== node.data && lost(node))
          found.push(`${node.data.trim().slice(0, 40)}: ${name(e)}`);
      }
      return found; }"""
    found: list[str] = await page.evaluate("() => {" + _SHOWN + script)
    return found
