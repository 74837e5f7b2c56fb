"""What is looked at on a page, each a claim of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

if TYPE_CHECKING:
    from collections.abc import Callable

    from page.browser import Browser

_WITHIN = 10
"""Seconds in which a page has done what a click asks for; no measure of anything."""
_FULL = "return JSON.parse(document.getElementById('data').textContent)"


@dataclass
class Looked:
    """A page in a browser, and what was found on it so far."""

    browser: Browser
    name: str
    wrong: list[str] = field(default_factory=list)
    count: int = 0

    def claim(self, what: str, holds: Callable[[], object]) -> None:
        """Note what does not come to hold."""
        self.count += 1
        try:
            WebDriverWait(self.browser.driver, _WITHIN, poll_frequency=0.05).until(lambda _: holds())
        except Exception as error:  # noqa: BLE001  # whatever it is, it is to be told, and the next look taken
            self.wrong.append(f"{what} ({type(error).__name__})")

    @property
    def has_curve(self) -> bool:
        """Whether its record has times."""
        return bool(self.browser.run(f"{_FULL}.timeline"))


def verdict_first(on: Looked) -> None:
    """The sentence on what became of the program is at the top of the screen, and legible."""
    shown = on.browser
    on.claim("the verdict is on the first screen", lambda: shown.find("h1").rect["y"] < 200 and shown.find("h1").text)
    on.claim("nothing is wider than the screen", lambda: _fits(shown))
    for width in (390, 320):
        shown.screen(width, dark=False)
        on.claim(f"nothing is wider than {width} pixels", lambda: _fits(shown))
    shown.screen(1100, dark=False)


def _fits(shown: Browser) -> bool:
    return bool(shown.run("return document.documentElement.scrollWidth <= innerWidth"))


def no_text_is_run(on: Looked) -> None:
    """No dialogue was opened by what a record holds, and its marks are there to be read."""
    shown = on.browser
    on.claim("the page has its own scripts alone", lambda: shown.run("return document.scripts.length") == 5)
    if on.name == "hostile":
        on.claim("the marks are told as they are", lambda: any("<script>" in one for one in shown.texts("td")))


def sorting(on: Looked) -> None:
    """A click on a heading sorts by it, another one the other way round."""
    shown = on.browser
    if not shown.texts("#growth"):
        return
    heading = "#growth th.number"

    def column() -> list[float]:
        cells = shown.run(
            "const at = document.querySelector('#growth th.number').cellIndex;"
            "return [...document.querySelectorAll('#growth tbody tr')].map((row) => row.cells[at].dataset.order)"
        )
        return [float(one) for one in cells]

    shown.click(f"{heading} button")
    on.claim("a click sorts the largest first", lambda: column() == sorted(column(), reverse=True))
    shown.click(f"{heading} button")
    on.claim("another one the smallest", lambda: column() == sorted(column()))
    on.claim("which way is said", lambda: shown.find(heading).get_attribute("aria-sort") == "ascending")


def curve(on: Looked) -> None:
    """The curve is drawn, tells amounts, and is zoomed by a drag and by a button, and back."""
    shown = on.browser
    if not on.has_curve:
        return
    over = shown.find("#chart .u-over")
    on.claim("something is drawn", lambda: _ink(shown) > 200)
    shown.hover(over, 0.6)
    on.claim("the pointer tells amounts", lambda: re.search(r"\d+\.\d MB", shown.find("#tip").text))

    def time_at() -> str:
        shown.hover(over, 0.31)
        shown.hover(over, 0.3)
        return shown.find("#tip").text.splitlines()[0]

    whole = time_at()
    shown.drag(over, 0.5, 0.8)
    on.claim("a drag zooms in", lambda: time_at() > whole)
    shown.click("[data-whole]")
    on.claim("a button shows the whole run", lambda: time_at() == whole)
    shown.click("[data-zoom='0.5']")
    on.claim("another one zooms in", lambda: time_at() > whole)
    shown.click("[data-move='0.5']")
    shown.click("[data-whole]")
    if chips := shown.driver.find_elements(By.CSS_SELECTOR, "#lines button[aria-pressed=false]"):
        other = chips[0]
        shown.run("document.querySelector('#lines').scrollIntoView({block: 'center'})")
        other.click()
        on.claim("another process is selected", lambda: other.get_attribute("aria-pressed") == "true")
    for one in shown.driver.find_elements(By.CSS_SELECTOR, ".band, .mark")[:1]:
        shown.hover(one)
        on.claim("a bracket or a window says what it is", lambda: "MB" in shown.find("#tip").text)


def _ink(shown: Browser) -> int:
    """How many points of the curve's canvas are not empty."""
    return int(
        shown.run(
            "const canvas = document.querySelector('#chart canvas');"
            "const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);"
            "let count = 0; for (let at = 3; at < data.length; at += 4) count += data[at] > 0; return count"
        )
    )


def flame(on: Looked) -> None:
    """A click on a level makes it as wide as the whole."""
    shown = on.browser
    levels = shown.driver.find_elements(By.CSS_SELECTOR, "#flame button")
    if len(levels) < 2:  # a root, and something below it
        return
    name = levels[-1].get_attribute("aria-label")
    shown.driver.execute_script("arguments[0].scrollIntoView({block: 'center'}); arguments[0].click()", levels[-1])

    def is_wide() -> bool:
        found = [
            one
            for one in shown.driver.find_elements(By.CSS_SELECTOR, "#flame button")
            if one.get_attribute("aria-label") == name
        ]
        return bool(found) and abs(found[-1].size["width"] - shown.find("#flame").size["width"]) < 2

    on.claim("a click looks into a level", is_wide)
    shown.click("#flame button")
    on.claim("and back", lambda: len(shown.driver.find_elements(By.CSS_SELECTOR, "#flame button")) == len(levels))


def theme(on: Looked) -> None:
    """The reader's system decides, a button turns it round, and the curve's colours follow."""
    shown = on.browser

    def light() -> bool:
        ground = re.findall(r"\d+", shown.run("return getComputedStyle(document.body).backgroundColor"))
        return sum(map(int, ground[:3])) > 380  # half of three times 255

    on.claim("it is light where the system is", light)
    shown.click("#theme")
    on.claim("a click makes it dark", lambda: not light())
    shown.click("#theme")
    on.claim("another one light", light)
    shown.run("delete document.documentElement.dataset.theme")
    shown.screen(1100, dark=True)
    on.claim("it is dark where the system is", lambda: not light())


LOOKS: tuple[Callable[[Looked], None], ...] = (verdict_first, no_text_is_run, sorting, curve, flame, theme)
