"""The page: whole, safe, self-contained, in order, in both languages, on every kind of result."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from copark.cases.case import Case
from copark.presentation import figures as files
from copark.report import write_report
from copark.report.casework import origin
from copark.report.summary import sure
from copark.report.trust import trust_of
from copark.report.write import FIGURES, find
from copark.texts import text
from tests.report.sample import make_case, make_result

SECTIONS = (
    "summary", "outcomes", "fans", "record", "network", "timeline", "equity", "ledgers", "coordination", "phases",
    "weight", "limits", "observations", "parameters", "sources", "provenance",
)  # fmt: skip
FETCHING = ("src", "srcset", "data", "action", "poster", "background", "cite", "formaction", "manifest", "xlink:href")
EMPTY = ("meta", "link", "br", "img", "input", "hr", "use", "path", "rect", "image")


@dataclass
class Page(HTMLParser):
    """What a browser would find in a page."""

    tags: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    drawings: list[dict[str, str | None]] = field(default_factory=list)
    attributes: dict[str, dict[str, str | None]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    open_tags: list[str] = field(default_factory=list)
    styles: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.attributes.setdefault(tag, found)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "a":
            self.links.append(str(found.get("href")))
        elif found.get("href"):
            self.fetched.append(str(found["href"]))
        self.fetched += [str(found[name]) for name in FETCHING if found.get(name)]
        self.styles += found.get("style") or ""
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "svg":
            self.drawings.append(found)
        if tag not in EMPTY:
            self.open_tags.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in EMPTY:
            return
        assert self.open_tags.pop() == tag, f"</{tag}> closes another"

    def handle_data(self, data: str) -> None:
        if self.open_tags and self.open_tags[-1] == "style":
            self.styles += data
        else:
            self.words.append(data)

    @property
    def text(self) -> str:
        """All words of the page."""
        return " ".join(" ".join(self.words).split())


def parse(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    return page


@pytest.fixture(scope="module", params=["en", "zh"])
def written(
    request: pytest.FixtureRequest, draw: Callable[..., bytes], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """A report in each language, drawn."""
    folder = tmp_path_factory.mktemp("report")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "render", draw)
        return request.param, write_report(make_result(150, failed="some"), make_case(), request.param, folder)


def test_the_page_is_one_file_that_fetches_nothing(written: tuple[str, Path]) -> None:
    page = parse(written[1])
    assert not page.open_tags
    assert not {"script", "iframe", "link", "object", "embed", "img", "base", "form"} & set(page.tags)
    assert all(target.startswith("#") for target in page.fetched)
    assert "url(" not in re.sub(r"url\(#[^)]+\)", "", page.styles)
    assert "@import" not in page.styles
    outside = [link for link in page.links if not link.startswith("#")]
    assert outside == ["https://example.org/a?b=1&c=2"]


def test_no_address_stands_anywhere_but_in_a_link(written: tuple[str, Path]) -> None:
    source = written[1].read_text(encoding="utf-8")
    bare = re.sub(r'<a href="https?://[^"]+"[^>]*>[^<]*</a>', "", source)
    assert not re.findall(r"https?://", bare)


def test_every_section_is_there_in_order_and_linked(written: tuple[str, Path]) -> None:
    lang, path = written
    page = parse(path)
    assert [name for name in page.ids if name in SECTIONS] == list(SECTIONS)
    for name in SECTIONS:
        assert f"#{name}" in page.links
        assert text(f"report.section.{name}", lang) in page.text


def test_headings_go_down_one_step_at_a_time(written: tuple[str, Path]) -> None:
    headings = parse(written[1]).headings
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(headings))


def test_the_page_says_its_language(written: tuple[str, Path]) -> None:
    lang, path = written
    assert parse(path).attributes["html"]["lang"] == {"en": "en", "zh": "zh-CN"}[lang]


def test_every_drawing_has_a_name_and_a_description(written: tuple[str, Path]) -> None:
    page = parse(written[1])
    assert len(page.drawings) == FIGURES
    for drawing in page.drawings:
        assert drawing["role"] == "img"
        assert set(str(drawing["aria-labelledby"]).split()) <= set(page.ids)
    assert page.tags.count("desc") == FIGURES
    source = written[1].read_text(encoding="utf-8")
    assert all(words.strip() for words in re.findall(r"<desc[^>]*>(.*?)</desc>", source, re.DOTALL))


def test_ids_are_unique_and_every_inner_link_leads_somewhere(written: tuple[str, Path]) -> None:
    page = parse(written[1])
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


def test_nothing_is_left_unfilled(written: tuple[str, Path]) -> None:
    words = parse(written[1]).text
    assert not re.search(r"\{[a-z_]*\}", words.replace(json.dumps({}), ""))
    assert not re.search(r"\{\{|\{%|Undefined|\bNone\b|\b[Nn]a[Nn]\b|object at 0x", words)


def test_chinese_pages_are_chinese_and_english_ones_english(written: tuple[str, Path]) -> None:
    lang, path = written
    summary = re.findall(r'<section id="summary".*?</section>', path.read_text(encoding="utf-8"), re.DOTALL)[0]
    words = re.sub(r"<[^>]+>", "", summary)
    if lang == "en":
        assert not re.search("[\u4e00-\u9fff]", words)
    else:
        assert not re.findall(r"(?<![A-Za-z])[a-z]{4,}", words), "an English word in a Chinese summary"


def test_the_summary_is_made_of_the_numbers(written: tuple[str, Path]) -> None:
    lang, path = written
    made = make_result(150, failed="some")
    final = made["operating"].isel(scenario=0, quarter=-1).dropna("run").to_numpy()
    words = parse(path).text
    median = round(np.quantile(final, 0.5))
    assert {"en": f"companies operating (median {median})", "zh": f"（中位数{median}家）"}[lang] in words
    unfinished = int((made["status"] != 0).sum())
    told = {"en": f"{unfinished} of 150 runs did not finish", "zh": f"150次模拟中有{unfinished}次未完成"}
    assert told[lang] in words
    assert {"en": "The model is too low", "zh": "模型偏低"}[lang] in words, "misses are said plainly"


def test_figures_are_saved_beside_the_page(written: tuple[str, Path]) -> None:
    lang, path = written
    assert path.name == f"report-{lang}.html"
    found = sorted(file.name for file in (path.parent / "figures").iterdir() if f"-{lang}." in file.name)
    assert len(found) == FIGURES
    assert f"fan_registered-{lang}.svg" in found


def test_observations_used_and_unused_stand_side_by_side_with_their_sources(written: tuple[str, Path]) -> None:
    source = written[1].read_text(encoding="utf-8")
    part = re.findall(r'<section id="observations".*?</section>', source, re.DOTALL)[0]
    assert part.count('href="#source-paper"') == len(make_case().observations)
    assert "8.5" in part, "values are shown with the digits they were reported with"


HOSTILE = "</style><script>alert(1)</script>{{ 7*7 }}{% x %}\" onload='x' &amp; <b>$x^2$</b>"


@pytest.mark.parametrize("lang", [pytest.param("en", marks=pytest.mark.long), "zh"])
def test_words_of_a_case_cannot_become_markup(tmp_path: Path, lang: str) -> None:
    made = make_case(HOSTILE, "汉字" + HOSTILE, title_en="Park " + HOSTILE, title_zh="园区" + HOSTILE)
    page = parse(write_report(make_result(6), made, lang, tmp_path))
    assert "script" not in page.tags
    assert "b" not in page.tags
    assert "{{ 7*7 }}" in page.text, "what a case says is shown as it is"
    assert "alert(1)" in page.text
    assert not page.open_tags


ODD: dict[str, dict[str, Any]] = {
    "all failed": {"runs": 4, "failed": "all"},
    "one run": {"runs": 1},
    "one quarter": {"runs": 2, "quarters": 1},
    "short of the data": {"runs": 3, "quarters": 12},
    "scenarios": {"runs": 5, "scenarios": ("baseline", "other")},
}


FAST = ("all failed", "one quarter", "scenarios")


@pytest.mark.parametrize(
    ("odd", "lang"),
    [
        (odd, lang) if lang == "en" and odd in FAST else pytest.param(odd, lang, marks=pytest.mark.long)
        for odd in ODD
        for lang in ("en", "zh")
    ],
)
def test_odd_results_make_whole_pages(tmp_path: Path, case: Case, odd: str, lang: str) -> None:
    made: dict[str, Any] = ODD[odd]
    page = parse(write_report(make_result(**made), case, lang, tmp_path))
    assert [name for name in page.ids if name in SECTIONS] == list(SECTIONS)
    assert not re.search(r"\b[Nn]a[Nn]\b", page.text)


def test_when_no_run_finished_the_page_says_so(tmp_path: Path, case: Case) -> None:
    page = parse(write_report(make_result(4, failed="all"), case, "en", tmp_path))
    assert "No run of the model finished" in page.text
    assert "a value was not finite" in page.text


def test_a_study_that_kept_little_makes_a_page_that_says_what_is_missing(tmp_path: Path, case: Case) -> None:
    made = make_result(5)[["registered", "status", "outcome", "draws"]]
    page = parse(write_report(made, case, "en", tmp_path))
    assert "Not kept by this study: Operating" in page.text
    assert "did not keep what this section needs: Registrations and Operating enterprises" in page.text
    assert len(page.drawings) < FIGURES


def test_a_study_that_kept_the_ends_of_years_is_not_summed_as_if_it_kept_quarters(tmp_path: Path, case: Case) -> None:
    made = make_result(5).isel(quarter=slice(3, None, 4))
    page = parse(write_report(made, case, "en", tmp_path))
    assert page.text.count("kept the ends of years only") == 2


def told_of(made: xr.Dataset, case: Case) -> str:
    """What the page says of how sure it is, and of what made it, without drawing anything."""
    findings = find(made, case, "en")
    return " ".join(sure(findings)) + repr(origin(findings))


def test_the_page_says_where_the_parameters_come_from(case: Case) -> None:
    """What a run draws is told by its trust state; that other values were held at another park's is said beside it."""
    made = make_result(5)
    for study, words in (
        ({"draws": "unsettled"}, "another park, Great Stone"),
        ({"draws": "prior"}, "Nothing was fitted"),
    ):
        made.attrs["provenance"] = json.dumps({"study": study, "runs": 9000})
        assert words in told_of(made, case)
        assert "9,000 runs" in told_of(made, case), "the report rests on fewer paths than were run, and says so"


def test_a_provenance_that_says_nothing_does_not_break_the_page(tmp_path: Path, case: Case) -> None:
    for broken in ("", "not json", "[1]", '{"study": "{"}', "{}"):
        made = make_result(3)
        made.attrs["provenance"] = broken
        assert trust_of(made).label("en") == "not calibrated: parameters of unknown origin"
        assert told_of(made, case)


def test_progress_is_told_to_the_end_and_a_page_is_written_whole_or_not_at_all(
    tmp_path: Path, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, int]] = []
    result = make_result(6)
    target = write_report(result, case, "en", tmp_path, lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1] == (FIGURES, FIGURES)
    assert len(told) == FIGURES + 1
    before = target.read_text(encoding="utf-8")
    monkeypatch.setattr(Path, "replace", lambda self, other: (_ for _ in ()).throw(OSError("disk")))
    with pytest.raises(OSError, match="disk"):
        write_report(result, case, "en", tmp_path)
    assert target.read_text(encoding="utf-8") == before
    assert not list(tmp_path.glob(".report-*"))


def test_an_unknown_language_is_refused(tmp_path: Path, result: xr.Dataset, case: Case) -> None:
    with pytest.raises(ValueError, match="no language"):
        write_report(result, case, "fr", tmp_path)
    assert not list(tmp_path.iterdir())
