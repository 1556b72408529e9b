"""How far parameters rest on a record stands beside every headline; outcome shares of other parks come on request."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.web.browser.doing import opened, settled
from tests.web.browser.test_pages import AXE, broken_rules

pytestmark = pytest.mark.long

SHOW = {"en": "Show outcome probabilities under these assumptions", "zh": "在此假定下显示结局概率"}
FRAMEWORK = '&scenario={"key":"scenario","title":{"en":"S","zh":"S"},"edits":{"framework":"off"}}'


def trust_of(page: Any, case: str) -> dict[str, Any]:
    found: dict[str, Any] = page.request.get(f"/api/v1/cases/{case}").json()["case"]["trust"]
    return found


@pytest.mark.parametrize("lang", SHOW)
def test_of_another_park_the_record_comes_first_and_shares_on_request(page: Any, lang: str) -> None:
    page.set_default_timeout(60_000)
    trust = trust_of(page, "kaesong")
    assert not trust["outcomes_shown"]
    opened(page, lang, f"&case=kaesong&runs=200{FRAMEWORK}")
    head = page.locator(".head")
    said = head.inner_text()
    assert trust["recorded"][lang] in said
    assert said.index(trust["label"][lang]) < said.index(trust["recorded"][lang])
    assert "2016" in said
    assert page.locator(".outcomes").count() == 0
    assert "pp" not in said
    assert trust["label"][lang] in page.locator(".status .made").all_inner_texts()
    head.get_by_role("button", name=SHOW[lang]).click()
    shown = head.inner_text()
    assert head.locator(".outcomes .moved").count() == 4
    assert shown.index(trust["recorded"][lang]) < shown.index("%")
    assert ("not a forecast for this park" if lang == "en" else "并非对本园区的预测") in shown
    if AXE.is_file():
        assert broken_rules(page) == []
    page.reload()
    settled(page)
    assert page.locator(".outcomes").count() == 0


@pytest.mark.parametrize("name", ["compare", "network", "coupling", "report"])
def test_every_page_with_results_has_the_badge(page: Any, name: str) -> None:
    page.set_default_timeout(90_000)
    label = trust_of(page, "kaesong")["label"]["en"]
    page.goto(f"/{name}?lang=en&case=kaesong&runs=50{FRAMEWORK}")
    page.locator("details.badge", has_text=label).first.wait_for()
    assert page.locator(".bar .part").count() == 0
    if name == "compare":
        page.get_by_role("button", name=SHOW["en"]).click()
        assert page.locator(".bar .part").count() == 8
        page.get_by_role("columnheader", name=re.compile("^2\\. ")).first.wait_for()
