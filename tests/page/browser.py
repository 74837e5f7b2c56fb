"""A headless Chromium that reads a page as a person would: it looks, clicks, drags, and hears what goes wrong."""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from typing import TYPE_CHECKING, Any

from selenium import webdriver
from selenium.webdriver import ActionChains
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver.remote.webelement import WebElement

_ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars")
_HEIGHT = 900
_SETTLED = 0.3
"""Seconds in which a page has drawn itself anew; nothing but pictures depends on it."""
_NARROW = 600
"""Below so many pixels a screen is a phone's."""


def missing() -> str:
    """Which of its programs are not there; empty where all are."""
    return " ".join(name for name in ("chromium", "chromedriver") if shutil.which(name) is None)


class Browser:
    """One browser, in which one page after the other is looked at."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        """Look through ``driver``."""
        self.driver = driver

    def open(self, page: Path) -> float:
        """Load a page; returns the seconds until its scripts had run."""
        self.heard()
        begun = time.monotonic()
        self.driver.get(page.resolve().as_uri())
        return time.monotonic() - begun

    def screen(self, width: int, *, dark: bool) -> None:
        """Take a screen so wide, of a reader who likes it dark or light."""
        theme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [theme]})
        self._measure(width, _HEIGHT)

    def _measure(self, width: int, height: int) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < _NARROW}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def picture(self, path: Path, width: int, *, dark: bool, height: int | None = None) -> None:
        """Take a picture of the whole page, or of its upper ``height``."""
        self.screen(width, dark=dark)
        time.sleep(_SETTLED)
        self._measure(width, height or self.run("return document.documentElement.scrollHeight"))
        time.sleep(_SETTLED)
        self.driver.save_screenshot(str(path))

    def run(self, script: str) -> Any:
        """What a script returns that is run in the page."""
        return self.driver.execute_script(script)

    def find(self, selector: str) -> WebElement:
        """The first element of a selector."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list[str]:
        """The texts of all elements of a selector."""
        return [one.text for one in self.driver.find_elements(By.CSS_SELECTOR, selector)]

    def click(self, selector: str) -> None:
        """Click the first element of a selector, scrolled into view."""
        self.run(f"document.querySelector({json.dumps(selector)}).scrollIntoView({{block: 'center'}})")
        self.find(selector).click()

    def hover(self, element: WebElement, share: float = 0.5) -> None:
        """Go with the pointer over an element, so far from its left."""
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        ActionChains(self.driver).move_to_element_with_offset(element, self._off(element, share), 0).perform()

    def drag(self, element: WebElement, begin: float, end: float) -> None:
        """Drag over an element from one share of its width to another."""
        first, last = self._off(element, begin), self._off(element, end)
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        chain = ActionChains(self.driver).move_to_element_with_offset(element, first, 0).click_and_hold()
        chain.move_by_offset(last - first, 0).release().perform()

    def _off(self, element: WebElement, share: float) -> int:
        """How far a share of its width is from its middle."""
        return round(element.size["width"] * (share - 0.5))

    def heard(self) -> list[str]:
        """What the browser has complained of since it was last asked, and what it has asked the network for."""
        said = [f"{one['level']}: {one['message']}" for one in self.driver.get_log("browser")]
        for one in self.driver.get_log("performance"):
            event = json.loads(one["message"])["message"]
            if event["method"] == "Network.requestWillBeSent":
                url = event["params"]["request"]["url"]
                if not url.startswith(("file:", "data:")):
                    said.append(f"asked for {url}")
        return said


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """A browser, which is gone in the end."""
    options = Options()
    options.binary_location = shutil.which("chromium") or ""
    for argument in _ARGUMENTS:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver") or ""))
    try:
        yield Browser(driver)
    finally:
        driver.quit()
