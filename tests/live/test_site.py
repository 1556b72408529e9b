"""A static site: from a disk with the network off it says what the briefs say; served, it works offline; it resumes."""

import http.server
import json
import threading
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from copark.analyses.answer import answer
from copark.analyses.brief import Params
from copark.analyses.context import Context
from copark.analyses.registry import REGISTRY
from copark.browser.live_page import built_page, packer_of
from copark.browser.site_content import QUESTIONED, QUESTIONS
from copark.errors import FaultsFound, NotFound
from copark.presentation.numbers import percent
from copark.workflows.site import SiteInputs, build_site
from copark.workflows.site_folder import MARK, opened

AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
READY = 'section.live[data-runs="1000"]'
PARKS = ("great-stone", "lekki")
MARKDOWN = ("findings.html", "glossary.html", "tutorials.html")


def test_a_folder_with_something_else_is_refused_and_left_as_it_is(tmp_path):
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(FaultsFound) as refused, opened(tmp_path):
        pass
    (fault,) = refused.value.faults
    assert fault.file.endswith("letter.txt")
    assert fault.cause()
    assert fault.repair()
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
    (tmp_path / "letter.txt").rename(tmp_path / MARK)
    with pytest.raises(FaultsFound, match="cannot be read"), opened(tmp_path):
        pass


def test_a_build_resumes_and_makes_what_is_damaged_again(tmp_path):
    root = tmp_path / "site"

    def broken_off():
        yield "b/one.html", "1"
        raise KeyboardInterrupt

    with opened(root) as folder:
        folder.write("a", "stamp", [("a.html", "a")])
        with pytest.raises(KeyboardInterrupt):
            folder.write("b", "stamp", broken_off())
    with opened(root) as folder:
        assert folder.is_current("a", "stamp")
        assert not folder.is_current("a", "other stamp")
        assert not folder.is_current("b", "stamp")
        folder.write("b", "stamp", [("b/one.html", "1"), ("b/two.html", "2")])
    (root / "b/two.html").write_text("damaged")
    with opened(root) as folder:
        assert not folder.is_current("b", "stamp")
        folder.write("b", "stamp", [("b/one.html", "1")])
        assert not (root / "b/two.html").exists()
        folder.keep_only(["a"])
    assert sorted(path.name for path in root.iterdir()) == sorted(["a.html", MARK])


@pytest.fixture(scope="module")
def site(built_module, tmp_path_factory):
    """A site of two parks, without the built documentation, and the folder of results."""
    try:
        built_page()
    except NotFound:
        pytest.skip("the page of live briefs is not built (make page)")
    folder = tmp_path_factory.mktemp("site")
    icon = Path(__file__).parents[2] / "frontend/public/icon.svg"
    inputs = SiteInputs(icon, folder / "no documentation")
    root = folder / "site"
    made = build_site(root, inputs, only=PARKS, out=folder / "out")
    assert made.parts_made == len(PARKS) + 3
    again = build_site(root, inputs, only=PARKS, out=folder / "out")
    assert (again.parts_made, again.parts_kept) == (0, made.parts_made)
    return root, folder / "out"


@pytest.fixture
def pages(browser):
    """Open pages; what is asked for or complained of is kept."""
    contexts = []

    def make(**settings):
        context = browser.new_context(**({"viewport": {"width": 1440, "height": 900}} | settings))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda message: page.complaints.append(message.text))
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.mark.long
@pytest.mark.parametrize(("lang", "compare"), [("en", "Compare"), ("zh", "对比")])
def test_home_park_compare_from_a_disk_without_a_network(site, pages, lang, compare):
    root, out = site
    page = pages(offline=True)
    page.goto((root / "index.html").as_uri())
    if lang == "zh":
        page.get_by_role("link", name="中文").click()
    brief = answer(REGISTRY["brief"], Params(case="lekki"), Context(out)).result
    page.get_by_role("link", name=brief.park.text(lang)).click()
    page.wait_for_selector(READY)
    shown = page.eval_on_selector("section.live", "element => element.shown.shares")
    standing = brief.share("self_standing").share
    assert shown[-1]["scenario_share"] == pytest.approx(standing, abs=1e-12)
    page.locator("input[type=range]").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(f'{READY}[data-keys^="now/"]')
    chosen = page.get_attribute("section.live", "data-keys")
    page.locator("a[data-twin]").click()
    page.wait_for_selector(f'{READY}[data-keys="{chosen}"]')
    page.keyboard.press("p")
    page.locator("dialog button[lang]").click()
    page.keyboard.press("Escape")
    page.wait_for_selector(f'html[lang="{"zh-CN" if lang == "zh" else "en"}"] {READY}[data-keys="{chosen}"]')
    page.get_by_role("link", name=compare, exact=True).click()
    row = page.locator('table.answers tr[data-park="lekki"]')
    assert percent(standing) in row.inner_text()
    page.locator("details", has=page.locator("fieldset")).first.locator("summary").click()
    page.locator('input[value="great-stone"]').uncheck()
    assert page.locator("table.answers tr[data-park]:visible").count() == 1
    assert page.url.endswith("#parks=lekki")
    assert not [url for url in page.asked if not url.startswith(("file:", "blob:"))]
    assert not page.complaints


@pytest.mark.long
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_no_page_breaks_a_rule_of_accessibility_or_is_wider_than_a_screen(site, pages, width, scheme, subtests):
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm ci in frontend/")
    root, _ = site
    page = pages(viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True, offline=True)
    lang = "zh" if scheme == "dark" else "en"
    places = [path for path in sorted((root / lang).rglob("*.html")) if path.name != "claims.html"]
    assert {path.name for path in places} > {"index.html", "parks.html", "compare.html", "lekki.html", *MARKDOWN}
    for path in [root / "index.html", *places]:
        with subtests.test(page=path.relative_to(root).as_posix()):
            page.goto(path.as_uri())
            if path.parent.name == "parks":
                page.wait_for_selector(READY)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.add_script_tag(path=str(AXE))
            found = page.evaluate("async () => (await axe.run(document)).violations")
            assert not [f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in found]


@pytest.mark.long
def test_served_it_is_an_app_that_works_offline(site, pages):
    root, _ = site
    icons = json.loads((root / "zh/app.webmanifest").read_text(encoding="utf-8"))["icons"]
    pictures = {icon["sizes"]: icon["src"] for icon in icons if icon["type"] == "image/png"}
    assert {"192x192", "512x512"} <= set(pictures)
    for sizes, place in {**pictures, "180x180": "../assets/icon-apple.png"}.items():
        with Image.open(root / "zh" / place) as picture:
            assert f"{picture.width}x{picture.height}" == sizes
            assert len(picture.convert("RGB").getcolors(picture.width * picture.height)) > 3  # ground, fan and line
    assert {"any", "maskable"} == {icon["purpose"] for icon in icons}

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=root)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        page = pages()
        page.goto(address)
        page.evaluate("navigator.serviceWorker.ready.then((found) => found.active.scriptURL)")
        session = page.context.new_cdp_session(page)
        problems = {one["errorId"] for one in session.send("Page.getInstallabilityErrors")["installabilityErrors"]}
        assert problems <= {"in-incognito"}
        server.shutdown()
    page.goto(f"{address}zh/parks/lekki.html")
    page.wait_for_selector(READY)
    page.goto(address)
    assert page.get_by_role("navigation").get_by_role("link", name="Compare").is_visible()
    assert all(url.startswith((address, "blob:")) for url in page.asked)


@pytest.mark.long
def test_every_question_of_the_first_page_is_a_choice_of_its_park():
    packer = packer_of(Params(case=QUESTIONED), Context())
    assert {f"scenario/{scenario}" for _, scenario in QUESTIONS} <= {choice.key for choice in packer.choices}
