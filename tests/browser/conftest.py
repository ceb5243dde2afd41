"""A headless Chromium, where there is one; nothing is ever downloaded."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ghrules.report.model import Report

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DRIVERS = ("chromedriver", "chromium-driver", "chromium.chromedriver")
FLAGS = ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--lang=en")


@pytest.fixture(scope="session")
def driver() -> Iterator[Any]:
    selenium = pytest.importorskip("selenium.webdriver", reason="selenium is not installed (the extra dev has it)")
    browser, program = _found(BROWSERS), _found(DRIVERS)
    if not browser or not program:
        pytest.skip("no Chromium with its driver was found (Debian: apt install chromium chromium-driver)")
    from selenium.webdriver.chrome.service import Service

    options = selenium.ChromeOptions()
    options.binary_location = browser
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    running = selenium.Chrome(options=options, service=Service(program, env=dict(os.environ)))
    yield running
    running.quit()


class Window:
    """One page in the browser, with what the tests do to it."""

    def __init__(self, driver: Any, folder: Path) -> None:
        self.driver, self._folder = driver, folder

    def show(self, report: Report, width: int = 1280, scheme: str = "light") -> None:
        """Open the report's page in a window of `width` CSS pixels on a system with that colour scheme."""
        self.emulate(width, scheme)
        page = self._folder / "report.html"
        page.write_text(report.to_html(), encoding="utf-8")
        self.driver.get_log("browser")
        self.driver.get(page.as_uri())

    def emulate(self, width: int, scheme: str = "light") -> None:
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def run(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)

    def find(self, query: str) -> Any:
        return self.driver.find_element("css selector", query)

    def all(self, query: str) -> list[Any]:
        return list(self.driver.find_elements("css selector", query))

    def texts(self, query: str) -> list[str]:
        return [str(element.text) for element in self.all(query)]

    def click(self, query: str) -> None:
        self.run("arguments[0].scrollIntoView({block: 'center'})", self.find(query))
        self.find(query).click()

    def until(self, script: str) -> Any:
        """Wait at most ten seconds for the script to return something true."""
        from selenium.webdriver.support.wait import WebDriverWait

        return WebDriverWait(self.driver, 10, 0.05).until(lambda driver: driver.execute_script(script))

    def complaints(self) -> list[str]:
        """What the browser logged since the page was opened."""
        return [entry["message"] for entry in self.driver.get_log("browser")]


@pytest.fixture
def window(driver: Any, tmp_path: Path) -> Window:
    return Window(driver, tmp_path)


def _found(names: tuple[str, ...]) -> str | None:
    return next((path for name in names if (path := shutil.which(name))), None)
