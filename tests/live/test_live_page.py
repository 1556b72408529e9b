"""A live brief in a browser, from a disk and with the network off: it runs, says what Python says, and can be used."""

import re
from pathlib import Path

import numpy as np
import pytest

from copark.analyses.answer import answer
from copark.analyses.brief import Params
from copark.analyses.context import Context
from copark.analyses.registry import REGISTRY
from copark.browser.live_page import built_page, live_brief, packer_of
from copark.browser.payload import KEPT, SHOWN
from copark.decisions.measures import LeverMeasures
from copark.errors import NotFound
from copark.simulation.ensemble import runs_of
from copark.simulation.outcomes import OUTCOMES
from copark.stats.precision import change_interval, difference
from copark.stats.quantiles import BAND, LEVELS, quantiles
from copark.stats.shares import shares

pytestmark = pytest.mark.long
AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
READY = 'section.live[data-runs="1000"]'
PARK = "lekki"


@pytest.fixture(scope="module")
def made(built_module, tmp_path_factory):
    """The file, the brief, and what packs its park."""
    try:
        built_page()
    except NotFound:
        pytest.skip("the page of live briefs is not built (make page)")
    folder = tmp_path_factory.mktemp("live")
    context = Context(folder)
    params = Params(case=PARK)
    brief = answer(REGISTRY["brief"], params, context).result
    file = folder / "brief.html"
    file.write_text(live_brief(brief, params, context, "en"), encoding="utf-8")
    return file, brief, packer_of(params, context)


@pytest.fixture
def opened(browser, made):
    """Open the file; nothing but it and its own workers may be asked for, and nothing be complained of."""
    contexts = []

    def open_page(script="", **settings):
        context = browser.new_context(**({"viewport": {"width": 1440, "height": 900}, "offline": True} | settings))
        context.add_init_script(script)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        asked, complaints = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(made[0].as_uri())
        page.wait_for_selector(READY)
        assert not [url for url in asked if not url.startswith(("file:", "blob:"))]
        assert not complaints
        return page

    yield open_page
    for context in contexts:
        context.close()


def seen_of(page):
    return page.eval_on_selector("section.live", "element => element.shown")


def test_the_park_as_it_is_has_the_numbers_of_the_brief(opened, made):
    _, brief, packer = made
    page = opened()
    seen = seen_of(page)
    for number, outcome in enumerate(OUTCOMES):
        assert seen["shares"][number]["scenario_share"] == pytest.approx(brief.share(outcome).share, abs=1e-12)
    runs = runs_of(packer.inputs, packer.draws, KEPT)
    for number, name in enumerate(SHOWN):
        expected = quantiles(runs[name], LEVELS)
        assert np.allclose(np.array(seen["bands"][number], dtype=float), expected, rtol=1e-9, atol=1e-9)
    assert brief.bands["operating"][2, -1] == pytest.approx(seen["bands"][0][2][-1], rel=1e-9)


def test_a_lever_by_keyboard_has_the_numbers_of_python(opened, made):
    _, _, packer = made
    page = opened()
    page.get_by_label("Equity").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(f'{READY}[data-keys^="now/equity"]')
    seen = seen_of(page)
    (choice,) = (one for one in packer.choices if one.key == seen["keys"][0])
    judged = packer.study.judged_in(len(packer.inputs.world))
    before = runs_of(packer.inputs, packer.draws, KEPT, judged=judged)
    inputs, draws = packer.packed(choice.scenario)
    after = runs_of(inputs, draws, KEPT, judged=judged)
    for told, expected in zip(seen["shares"], shares(after.outcome, OUTCOMES), strict=True):
        assert told["scenario_share"] == pytest.approx(expected.share, abs=0.0011)
        assert told["scenario_low"] == pytest.approx(expected.low, abs=0.0015)
    measures = LeverMeasures(packer.file.now - packer.case.clock.start, packer.file.discount.rate)
    one, other = measures.read(before)[:, :, 0], measures.read(after)[:, :, 0]
    counted = one[:, measures.names.index("alive")] == 1.0
    standing = difference(one[counted, 0], other[counted, 0])
    change = seen["changes"][OUTCOMES.index("self_standing")]
    assert change["change"] == pytest.approx(standing.mean(), abs=0.0011), "as in the annex: over the runs that count"
    low, high = change_interval(standing, np.flatnonzero(counted))
    assert [change["change_low"], change["change_high"]] == pytest.approx([low, high], abs=0.0015)
    for side in ("home", "host", "developer", "enterprises"):
        place = measures.names.index(side)
        told = seen["measures"][[n for n in measures.names if n != "operating"].index(side)]
        expected = quantiles(difference(one[counted, place], other[counted, place]), BAND)
        assert [told["low"], told["median"], told["high"]] == pytest.approx(expected.tolist(), rel=1e-6, abs=1e-6)
    assert page.url.endswith(f"#choose={choice.key.replace('/', '%2F')}")
    page.reload()
    page.wait_for_selector(f'{READY}[data-keys^="now/equity"]')
    assert seen_of(page) == seen


PROCESSORS = "Object.defineProperty(navigator, 'hardwareConcurrency', {{ get: () => {} }});"
NO_WORKER = "window.Worker = class { constructor() { throw new Error('no worker can be started'); } };"


def test_any_number_of_workers_makes_the_same_bits(opened):
    found = []
    for workers, script in ((1, PROCESSORS.format(1)), (3, PROCESSORS.format(3)), (1, NO_WORKER)):
        page = opened(script)
        assert page.get_attribute("section.live", "data-workers") == str(workers)
        before = seen_of(page)
        page.get_by_label("Equity").focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_selector(f'{READY}[data-keys^="now/equity"]')
        found.append((before, seen_of(page)))
    assert found[0] == found[1] == found[2]
    assert found[0][0] != found[0][1]


def test_both_languages_are_inside(opened, made):
    page = opened()
    english = page.locator(".headline").first.inner_text()
    page.get_by_role("button", name="中文").click()
    page.wait_for_selector('html[lang="zh-CN"]')
    assert page.locator(".headline").first.inner_text() != english
    assert page.get_by_role("heading", name="调整政策杠杆").is_visible()
    page.get_by_role("button", name="English").click()
    assert page.locator(".headline").first.inner_text() == english


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_breaks_no_rule_of_accessibility(opened, width, scheme):
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm ci in frontend/")
    page = opened(viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True)
    page.get_by_label("Equity").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(f'{READY}[data-keys^="now/equity"]')
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("async () => (await axe.run(document)).violations")
    assert not [f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in found]


def test_a_room_guesses_before_it_is_told(opened, made):
    _, brief, _ = made
    page = opened(viewport={"width": 1280, "height": 720})
    page.keyboard.press("p")
    dialog = page.locator("dialog.present")
    kinds = []
    while True:
        kinds.append(dialog.get_attribute("data-kind"))
        room = page.locator(".present .room")
        page.wait_for_timeout(50)
        assert room.evaluate("room => room.scrollHeight <= room.clientHeight + 1"), kinds
        if len(kinds) == 2:
            page.keyboard.type("1")
            page.keyboard.press("Enter")
            told = page.locator(".present .told").inner_text()
            assert f"{100 * brief.share('self_standing').share:.0f}%" in told
            assert "The room: 1%." in told
            assert "below the range" in told
        at, last = map(int, page.locator(".present nav span").first.inner_text().split("/"))
        if at == last:
            break
        before = room.inner_text()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("before => document.querySelector('.present .room').innerText !== before", arg=before)
    assert kinds[0] == "title"
    assert kinds.count("question") == 9, "a guess and an answer each; the first was told by Enter"
    assert kinds[-1] == "next"
    dialog.get_by_role("button", name="中文").click()
    page.keyboard.press("Home")
    assert "先由与会者猜" in page.locator(".present .room").inner_text()
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    page.evaluate("window.print = () => undefined")
    page.get_by_role("button", name="打印问题单").click()
    pages = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pages)) == 2, "questions on one page, answers on the other"
