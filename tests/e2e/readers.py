"""Browser contexts that are lent to one reader after the other, each time as if they were new."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, CDPSession, Frame, Page

# All pages of one site in one process, and so of all servers of this machine: see Reader.
IN_ONE_PROCESS = "--process-per-site"
# All that a page can have stored in a browser, but for the files of the network.
STORED = "cookies,file_systems,indexeddb,local_storage,websql,service_workers,cache_storage"


@dataclass(eq=False)
class Reader:
    """One context, and which places its pages came from.

    A page of the dashboard's site that shows next to nothing stays open in it, so that the process
    of its pages lives on, and with it what that has read and compiled of the frontend.
    """

    context: BrowserContext
    locale: str
    kept: Page
    session: CDPSession
    origins: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.context.on("page", self._watch)

    @property
    def pages(self) -> list[Page]:
        return [page for page in self.context.pages if page is not self.kept]

    def forget(self) -> None:
        """Leave nothing but files and code: no page, route, right, cookie or stored text."""
        for page in self.pages:
            page.close()
        self.context.unroute_all()
        self.context.clear_permissions()
        self.context.clear_cookies()
        for origin in self.origins:
            what = {"origin": origin, "storageTypes": STORED}
            self.session.send("Storage.clearDataForOrigin", what)
        self.origins.clear()

    def _watch(self, page: Page) -> None:
        page.on("framenavigated", self._note_origin)

    def _note_origin(self, frame: Frame) -> None:
        address = urlsplit(frame.url)
        if address.scheme in {"http", "https"}:
            self.origins.add(f"{address.scheme}://{address.netloc}")


@dataclass
class Readers:
    """Lends each context to one reader at a time, and empties it before the next one has it.

    A new context reads and compiles the whole frontend anew, which is more than half of what
    opening a page costs. Who gives a context what can't be taken back (scripts that run in every
    page, functions of the test) makes one of their own.
    """

    browser: Browser
    free: dict[str, list[Reader]] = field(default_factory=dict)

    def lend(self, locale: str, address: str) -> Reader:
        """``address``: of a small page on the site that the reader is going to see."""
        waiting = self.free.setdefault(locale, [])
        return waiting.pop() if waiting else self._new(locale, address)

    def take_back(self, reader: Reader) -> None:
        """One that can't be emptied isn't lent again."""
        reader.forget()
        self.free[reader.locale].append(reader)

    def _new(self, locale: str, address: str) -> Reader:
        context = self.browser.new_context(locale=locale)
        kept = context.new_page()
        kept.goto(address)
        return Reader(context, locale, kept, context.new_cdp_session(kept))
