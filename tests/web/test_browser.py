"""The page in a real browser: reviewed by keyboard, edited, reloaded, and seen again in the library."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Route, expect, sync_playwright

from cliplib.library import Library
from cliplib.plans import EditPlan
from tests.web.conftest import CLIPS, serving

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium, chromium-browser or google-chrome on the PATH"),
    # Playwright leaves sockets of its own event loop to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@dataclass
class Seat:
    """Somebody before the page: the tab, where it came from, and what the browser complained of."""

    tab: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.complaints.append(said.text)

    def refuse(self, dialog: Dialog) -> None:
        if dialog.type != "beforeunload":
            self.complaints.append(f"{dialog.type}: {dialog.message}")
        dialog.accept()

    def open(self, address: str = "") -> None:
        self.tab.goto(address or self.address)
        self.tab.wait_for_selector("body[data-ready]")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.tab.keyboard.press(key)

    def all_kept(self) -> None:
        expect(self.tab.locator("#sent")).to_have_text("All kept in the library")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as program:
        browser = program.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def seat(browser: Browser, folder: Path) -> Iterator[Seat]:
    with serving(folder, "--who", "mei") as (_, address):
        tab = browser.new_page(viewport={"width": 1280, "height": 620}, locale="en")
        seat = Seat(tab, address)
        tab.on("console", seat.hear)
        tab.on("pageerror", lambda error: seat.complaints.append(str(error)))
        tab.on("dialog", seat.refuse)
        seat.open()
        yield seat
        tab.context.close()
    assert seat.complaints == []


def test_twenty_clips_reviewed_by_keyboard_are_in_the_library(seat: Seat, folder: Path, ids: list[str]) -> None:
    tab = seat.tab
    for k in range(20):
        seat.press("r" if k % 5 == 0 else "a")
    seat.all_kept()
    expect(tab.locator(".tile.current")).to_have_attribute("data-id", ids[20])

    seat.press("Home", "e")
    expect(tab.locator("[data-focus=content_types]")).to_be_focused()
    tab.locator("[data-focus=content_types]").select_option("hook")
    words = tab.locator("textarea[data-focus=description]")
    words.fill("A cold cup on a desk")
    seat.press("Control+Enter")
    expect(tab.locator("[data-field=description] .by")).to_contain_text("mei")
    seat.all_kept()

    seat.open(tab.url)
    seat.press("Home")
    expect(tab.locator("[data-status=rejected].tile")).to_have_count(4)
    expect(words).to_have_value("A cold cup on a desk")
    expect(tab.locator("[data-field=description] .machine .was")).to_have_text("—")
    with Library.open(folder) as library:
        reviews = [record.review.status for record in library.records(ids)]
        first = library.get(ids[0])
    assert reviews == ["rejected" if k % 5 == 0 else "approved" for k in range(20)] + ["new"] * 4
    assert first.effective().content_types == ("pain_point", "hook")
    assert first.effective().description == "A cold cup on a desk"
    assert first.review.corrections["description"].who == "mei"
    assert first.review.status == "rejected"


def test_the_panel_shows_the_clip_that_one_has_come_back_to(seat: Seat, ids: list[str]) -> None:
    """The answer for a clip that was passed by may come late; it must not stand in the panel of another one."""
    tab = seat.tab
    expect(tab.locator(".player video")).to_have_attribute("src", f"/media/{ids[0]}/clip.mp4")

    def late(route: Route) -> None:
        tab.wait_for_timeout(300)
        route.continue_()

    tab.route(f"**/api/clips/{ids[1]}", late)
    seat.press("n", "p")
    tab.wait_for_timeout(800)
    expect(tab.locator("#panel dl")).to_contain_text(ids[0])
    expect(tab.locator("#panel")).not_to_have_class("stale")


def test_undo_takes_the_last_decisions_back(seat: Seat, folder: Path, ids: list[str]) -> None:
    seat.press("a", "r", "u")
    seat.all_kept()
    expect(seat.tab.locator(".tile.current")).to_have_attribute("data-id", ids[1])
    seat.press("Shift+ArrowRight", "a", "u")
    seat.all_kept()
    with Library.open(folder) as library:
        assert [library.get(id).review.status for id in ids[:4]] == ["approved", "new", "new", "new"]


def test_several_clips_get_a_product_a_type_and_a_person(seat: Seat, folder: Path, ids: list[str]) -> None:
    tab = seat.tab
    tab.locator(f"[data-id='{ids[1]}']").click()
    tab.locator(f"[data-id='{ids[3]}']").click(modifiers=["Shift"])
    expect(tab.locator("#bulk b")).to_have_text("3 selected")
    menus = tab.locator("#bulk select")
    menus.nth(0).select_option("hook")
    menus.nth(1).select_option("cup")
    tab.locator("#bulk input").fill("Li Na")
    menus.nth(2).select_option("host")
    seat.all_kept()
    with Library.open(folder) as library:
        records = [record.effective() for record in library.records(ids[:5])]
    changed = [r.id for r in records if r.content_types[0] == "hook" and "product_feature" in r.content_types]
    assert changed == ids[1:4]
    assert [r.id for r in records if [link.product for link in r.products] == ["cup"]] == ids[1:4]
    assert [r.id for r in records if [(p.role, p.name) for p in r.people] == [("host", "Li Na")]] == ids[1:4]


def test_a_conflict_shows_both_values_and_overwrites_nothing_unasked(seat: Seat, folder: Path, ids: list[str]) -> None:
    tab = seat.tab
    words = tab.locator("textarea[data-focus=description]")
    expect(words).to_have_value("")  # seen before anybody else changes it
    for k, mine in enumerate((False, True)):
        with Library.open(folder, write=True) as library:
            library.correct(ids[0], "description", f"from a sheet {k}", "li")
        words.fill(f"from the page {k}")
        seat.press("Control+Enter")
        tab.locator("#show-conflicts").click()
        shown = tab.locator("#conflicts .clash")
        expect(shown).to_contain_text(f"from a sheet {k}")
        expect(shown).to_contain_text(f"from the page {k}")
        with Library.open(folder) as library:
            assert library.get(ids[0]).effective().description == f"from a sheet {k}"
        shown.locator(f"[data-mine={str(mine).lower()}]").click()
        seat.all_kept()
        expect(words).to_have_value(f"from the page {k}" if mine else f"from a sheet {k}")
    with Library.open(folder) as library:
        assert library.get(ids[0]).effective().description == "from the page 1"
    seat.complaints.clear()


def test_decisions_wait_in_the_browser_while_the_library_is_busy(seat: Seat, folder: Path, ids: list[str]) -> None:
    tab = seat.tab
    words = tab.locator("textarea[data-focus=description]")
    expect(words).to_have_value("")
    with Library.open(folder, write=True):
        words.fill("a cup")
        seat.press("Control+Enter", "a", "r")
        expect(tab.locator("#sent")).to_contain_text("Library busy: 3 kept here")
        seat.open(tab.url)
        expect(tab.locator("#sent")).to_contain_text("3 kept here")
    # The decision was made on top of the correction, so neither is a conflict.
    seat.all_kept()
    with Library.open(folder) as library:
        assert [library.get(id).review.status for id in ids[:3]] == ["approved", "rejected", "new"]
        assert library.get(ids[0]).effective().description == "a cup"
    assert tab.locator("#show-conflicts").count() == 0
    refused = [text for text in seat.complaints if "423" not in text]
    seat.complaints[:] = refused


def test_markup_in_a_record_is_text(seat: Seat, folder: Path, ids: list[str]) -> None:
    words = "<img src=x onerror=alert(1)><script>alert(2)</script> ' \" &amp;"
    with Library.open(folder, write=True) as library:
        library.correct(ids[0], "spoken", words, "<b>li</b>")
        library.review(ids[0], "new", "li", words)
    seat.open(seat.tab.url)
    tile = seat.tab.locator(f"[data-id='{ids[0]}']")
    expect(tile.locator(".words")).to_have_text(words)
    expect(seat.tab.locator("[data-field=spoken] .by")).to_contain_text("<b>li</b>")
    expect(seat.tab.locator("#note")).to_have_value(words)
    assert seat.tab.locator("img[src=x], .sheet b, .sheet script").count() == 0


def test_only_what_can_be_seen_exists_and_search_and_filters_narrow_it(seat: Seat, ids: list[str]) -> None:
    tab = seat.tab
    tab.set_viewport_size({"width": 1280, "height": 320})
    expect(tab.locator(".tile.current")).to_have_attribute("data-id", ids[0])
    seat.press("End")
    expect(tab.locator(".tile.current")).to_have_attribute("data-id", ids[-1])
    assert tab.locator(".tile:visible").count() < CLIPS
    tab.set_viewport_size({"width": 1280, "height": 620})
    seat.press("/")
    tab.keyboard.type("coffee number 4")
    expect(tab.locator("#count")).to_contain_text("best")
    expect(tab.locator(".tile.current:visible")).to_have_attribute("data-id", ids[4])
    tab.locator("#search").fill("")
    tab.locator("input[data-filter=group]").check()
    expect(tab.locator("#count")).to_have_text(f"3 of {CLIPS} clips")
    seat.open(tab.url)
    expect(tab.locator("#count")).to_have_text(f"3 of {CLIPS} clips")
    seat.press("c")
    expect(tab.locator("#compare article")).to_have_count(3)
    tab.locator("#compare article").nth(1).locator("[data-decide=rejected]").click()
    expect(tab.locator("#compare article").nth(1)).to_have_attribute("data-status", "rejected")
    seat.all_kept()


def test_both_languages_and_the_keys(seat: Seat) -> None:
    tab = seat.tab
    seat.press("?")
    expect(tab.locator("#help")).to_contain_text("Approve, go on")
    seat.press("Escape")
    tab.locator("#language").click()
    expect(tab.locator("#filters")).to_contain_text("痛点描述")
    expect(tab.locator("[data-field=content_types] h4")).to_have_text("视频内容")
    seat.open(tab.url)
    expect(tab.locator("html")).to_have_attribute("lang", "zh-CN")


def test_in_and_out_snap_to_the_words_and_are_stored_only_when_asked(seat: Seat, folder: Path, ids: list[str]) -> None:
    tab = seat.tab
    expect(tab.locator(".player video")).to_have_attribute("src", f"/media/{ids[0]}/clip.mp4")
    tab.wait_for_function("document.querySelector('.player video').readyState > 0")
    before = (folder / "library.db").read_bytes()
    seat.press(".", "i")
    expect(tab.locator(".trim")).to_contain_text("Drag the ends")
    for _ in range(9):
        seat.press(".")
    seat.press("i")
    expect(tab.locator(".trim span")).to_have_text("In 0.40 · out 2.00 · 1.60 s")
    expect(tab.locator("#keep-cut")).to_be_visible()
    assert (folder / "library.db").read_bytes() == before


def test_a_runner_up_is_swapped_into_the_plan_with_a_click(seat: Seat, plan_file: Path, ids: list[str]) -> None:
    tab = seat.tab
    seat.press("b")
    first = tab.locator("[data-slot=s1]")
    expect(first).to_contain_text("fits")
    first.locator(f"[data-clip='{ids[1]}']").click()
    expect(first.locator(".reason")).to_have_text("put here by mei")
    assert EditPlan.from_json(plan_file.read_bytes()).picks[0].clip == ids[1]
    first.locator(f"[data-clip='{ids[2]}']").click()
    expect(tab.locator("#said")).to_contain_text("rejected")
    assert EditPlan.from_json(plan_file.read_bytes()).picks[0].clip == ids[1]
    seat.complaints[:] = [text for text in seat.complaints if "400" not in text]
