"""Pictures of the main pages, as readers of several kinds see them.

    python tests/browser/screenshots.py [--to build/screenshots] [--readme]

A command for people who change the looks; it serves the project's own entries on a loopback port
while it runs. `--readme` writes the one picture that README shows instead.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from kb import KnowledgeBase
from web import create_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent.parent
README = ROOT / ".github" / "search-page.png"
ENTRY = "/entries/2024-07-18-kakaotalk-login-outage"
PAGES = {
    "home": "/",
    "search": "/?q=카카오톡 로그인",
    "nothing": "/?q=zzzyyyxxx",
    "entry": ENTRY,
    "services": "/services/",
    "service": "/services/kakaotalk",
    "recurrences": "/recurrences",
    "follow-ups": "/follow-ups",
    "statistics": "/stats",
    "help": "/help/",
    "help-query-language": "/help/query-language",
    "missing": "/entries/2024-kakao",
}
READERS: dict[str, dict[str, Any]] = {
    "light": {"locale": "en-US", "viewport": {"width": 1280, "height": 900}},
    "dark": {
        "locale": "ko-KR",
        "viewport": {"width": 1280, "height": 900},
        "color_scheme": "dark",
    },
    "phone": {"locale": "ko-KR", "viewport": {"width": 360, "height": 780}},
}


def main() -> None:
    """Take the pictures and say where they are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "screenshots")
    parser.add_argument("--readme", action="store_true")
    options = parser.parse_args()
    place = os.environ.get("KB_CHROMIUM") or shutil.which("chromium")
    if place is None:
        sys.exit("There is no Chromium: apt-get install chromium, or set KB_CHROMIUM.")
    with tempfile.TemporaryDirectory() as cache:
        os.environ["KB_CACHE_DIR"] = cache
        knowledge = KnowledgeBase.open(ROOT / "entries")
        knowledge.sync()
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        server = make_server("127.0.0.1", 0, create_app(knowledge), threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=place, args=["--no-sandbox"] if os.geteuid() == 0 else []
            )
            address = f"http://127.0.0.1:{server.server_port}"
            if options.readme:
                picture(browser, address, PAGES["search"], README, READERS["light"])
            else:
                every_page(browser, address, options.to)
            browser.close()
        server.shutdown()
        knowledge.close()


def every_page(browser: Browser, address: str, folder: Path) -> None:
    """All pages for all readers."""
    folder.mkdir(parents=True, exist_ok=True)
    for reader, options in READERS.items():
        for name, path in PAGES.items():
            picture(browser, address, path, folder / f"{name}-{reader}.png", options, whole=True)


def picture(
    browser: Browser,
    address: str,
    path: str,
    place: Path,
    options: dict[str, Any],
    *,
    whole: bool = False,
) -> None:
    """One page as one reader sees it; `whole` takes in what lies below the window."""
    context = browser.new_context(base_url=address, **options)
    page = context.new_page()
    page.goto(path, wait_until="networkidle")
    page.screenshot(path=place, full_page=whole)
    context.close()
    print(place)


if __name__ == "__main__":
    main()
