"""A brief: one page that says of a park what its runs and its levers say, and nothing it may not say."""

import csv
import re
from dataclasses import replace
from datetime import date
from functools import cache, partial

import docx
import openpyxl
import pptx
import pytest
from matplotlib.collections import LineCollection
from pypdf import PdfReader

from copark import presentation
from copark.analyses.answer import SHIPPED, Answered, answer, listed, load, place_of
from copark.analyses.brief import Params
from copark.analyses.brief.show import open_words, spelled, without_commands
from copark.analyses.context import Context
from copark.analyses.contract import Texts
from copark.analyses.levers.choice import choose
from copark.analyses.registry import REGISTRY
from copark.calibration.rolling_origin import moment, year_of_moment
from copark.cases import load_case
from copark.decisions.lever_file import wanted_levers
from copark.presentation.document import Bullets, Chart
from copark.presentation.document_tables import write_csvs, write_workbook
from copark.presentation.docx import PAGE, PORTRAIT
from copark.presentation.numbers import percent_words
from copark.presentation.rendered_document import page_of
from copark.presentation.text_wrap import height_of
from copark.texts import LANGUAGES, text
from copark.texts.localized import LocalizedText
from tests.asked import table

BRIEF = REGISTRY["brief"]
FEW = {"draws": 5, "replicates": 2}


@pytest.fixture(scope="module", autouse=True)
def few_times():
    """Two levers are tried, and states drawn again sixty times: nothing here depends on how steady ranks are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("copark.analyses.levers.wanted_levers", lambda *asked: wanted_levers(*asked)[:2])
        patch.setattr("copark.analyses.levers.choose", partial(choose, times=60))
        yield


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("briefs")


@pytest.fixture(scope="module")
def levers(out):
    """The levers of Great Stone, asked before its brief is."""
    analysis = REGISTRY["levers"]
    return answer(analysis, analysis.params(case="great-stone", **FEW), Context(out))


@pytest.fixture(scope="module")
def stages():
    """Stages of work that Great Stone's brief told of."""
    return []


@pytest.fixture(scope="module")
def briefs(out, levers, stages):
    told = Context(out, progress=lambda stage, _done, _total: stages.append(stage))
    return {
        case: BRIEF.ask.compute(
            Params(case=case, parameters=how, **FEW), told if case == "great-stone" else Context(out)
        )
        for case, how in (("great-stone", None), ("imip", "borrowed"), ("kaesong", "borrowed"))
    }


def test_its_shares_and_levers_are_those_of_the_analyses_it_quotes(briefs):
    found = briefs["great-stone"]
    assert sum(one.count for one in found.outcomes) == found.runs == 10
    assert found.levers.draws * found.levers.replicates == 10
    assert found.bands["operating"].shape[0] == 5
    for lang in ("en", "zh"):
        told = BRIEF.document(found, lang)
        card = next(told.blocks().__iter__()).cards[0]
        assert card.value == found.share("self_standing").share
        assert [one.key for one in told.sections if one.on_paper] == ["answer", "findings", "confidence", "open"]


def test_of_a_park_that_is_not_calibrated_no_outcome_is_told(briefs):
    found = briefs["imip"]
    told = BRIEF.document(found, "en")
    assert "cannot be said" in told.headline
    assert all("self-standing" not in card.title for card in next(told.blocks().__iter__()).cards)
    assert "copark calibrate imip" in next(reversed(list(told.blocks()))).text


def test_where_no_chance_is_told_the_first_papers_are_the_first(briefs):
    unsure = replace(briefs["imip"], doubts=replace(briefs["imip"].doubts, assumed=("tax", "land"), untold=()))
    for lang, first in (("en", "Obtain "), ("zh", "请先调取")):
        obtain, *then = open_words(unsure, Texts("brief", lang))
        assert obtain.startswith(first)
        assert all(words.startswith(text("brief.open.then", lang)) for words in then)


def test_of_a_closed_park_no_lever_is_told_but_the_closure_and_what_would_be_without_it(briefs):
    found = briefs["kaesong"]
    assert found.levers is None
    assert found.closed.since == "2016Q1"
    assert found.bands["operating"][:, -1].max() == 0.0 < found.closed.bands["operating"][2, -1]
    for lang, words in (("en", "has been closed since the first quarter of 2016"), ("zh", "自2016年第一季度起关闭")):
        told = BRIEF.document(found, lang)
        assert words in told.headline
        findings = told.sections[1]
        assert findings.key == "findings"
        assert len(next(block for block in findings.blocks if isinstance(block, Bullets)).items) == 3
        assert found.closed.key in next(reversed(list(told.blocks()))).text


def test_levers_answered_before_are_read(levers, briefs, stages):
    assert briefs["great-stone"].levers.run_id == levers.result.run_id
    assert "analyse" not in stages


PARKS = ("thilawa", "suzhou", "imip")
CODE = re.compile(r"[12][0-9]{3}Q[1-4]")
QUOTED = re.compile(r"“[^”]*”")
"""Titles of options are the case's own words."""
LONG = "Intergovernmental Industrial Cooperation Demonstration Park of the Northern Riverine Provinces, "


@cache
def shipped(case):
    """The brief of a park as it ships, whose numbers are whole."""
    for run_id, _ in listed(SHIPPED, BRIEF):
        stored = load(place_of(SHIPPED, BRIEF, run_id), BRIEF)
        if stored.result.case == case:
            return stored.result
    raise AssertionError(case)


def long_named(found):
    """The same of a park whose title has 170 letters."""
    return replace(found, park=LocalizedText(en=(LONG * 2)[:170], zh="政府间国际产业合作示范园区" * 13))


def printed(found, lang):
    """Every sentence, card and caption that stands on paper, titles of options left out."""
    page = page_of(BRIEF.document(found, lang), most=300)
    yield from (page.title, page.headline, page.trust, *(entry.value for entry in page.provenance))
    for section in page.sections:
        yield section.title
        for block in section.blocks:
            if block.type == "cards":
                yield from (words for card in block.cards for words in (card.title, card.cell.text, card.note))
            elif block.type == "bullets":
                yield from (QUOTED.sub("", item) for item in block.items)
            else:
                yield block.caption if block.type == "chart" else block.text


def rows_of(folder, name):
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("case", PARKS)
def test_its_csv_holds_findings_figures_options_and_the_course_with_observations(case, lang, tmp_path):
    """What is handed up as numbers was an empty archive."""
    found = shipped(case)
    document = BRIEF.document(found, lang)
    folder = write_csvs(document, tmp_path / "csv")
    assert {path.stem for path in folder.iterdir()} == {
        "sentences",
        "figures",
        "options",
        "course",
        "observations",
        "events",
    }
    sentences = [row["sentence"] for row in rows_of(folder, "sentences")]
    assert sentences[0] == document.headline
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Bullets):
                assert set(block.items) <= set(sentences), section.key
    figures = rows_of(folder, "figures")
    shares = [float(row["value"]) / 100.0 for row in figures[: len(found.outcomes)]]
    assert shares == pytest.approx([share.share for share in found.outcomes])
    options = rows_of(folder, "options")
    settings = [option.entry for option in found.levers.options]
    assert [row["option"] for row in options] == [getattr(setting.title, lang) for setting in settings]
    for row, setting in zip(options, settings, strict=True):
        assert row["advice"]
        for name in ("companies", "jobs", "budget_home", "budget_host", "home", "host", "developer", "enterprises"):
            effect = found.levers.effect(setting.key, name)
            told = [float(row[key]) for key in (name, f"{name}_low", f"{name}_high")]
            assert told == [effect.median, effect.low, effect.high], (setting.key, name)
    last = rows_of(folder, "course")[-1]
    assert last["year"] == found.horizon[:4]
    for name in ("operating", "jobs"):
        told = [
            float(last[key]) for key in (f"{name}_low", f"{name}_half_low", name, f"{name}_half_high", f"{name}_high")
        ]
        assert told == list(found.bands[name][:, -1])
    assert len(rows_of(folder, "observations")) == len(found.reported) > 0


@pytest.mark.usefixtures("drawn")
def test_its_workbook_has_a_sheet_for_each_table_and_the_figure(tmp_path):
    document = BRIEF.document(shipped("thilawa"), "en")
    book = openpyxl.load_workbook(write_workbook(document, tmp_path / "brief.xlsx"))
    assert book.sheetnames[1:] == [
        "Findings",
        "Figures",
        "Options",
        "Course by year",
        "Events",
        "Observations",
        "Figures 2",
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_on_paper_it_names_no_command_and_no_code(lang, briefs):
    for found in (*map(shipped, PARKS), *briefs.values()):
        for sentence in printed(found, lang):
            assert "`" not in sentence
            assert not CODE.search(sentence), sentence
            assert "copark " not in re.sub("(Computed|Shown) by copark|(计算|展示)所用 copark", "", sentence), sentence
    terminal = [block.text for block in BRIEF.document(shipped("thilawa"), lang).sections[-1].blocks]
    assert "`copark levers thilawa" in terminal[0], "who asks further finds the commands on a screen"


def test_quarters_are_spelled_out_and_commands_in_brackets_left_out():
    told = {lang: spelled("2032Q2", Texts("brief", lang)) for lang in LANGUAGES}
    assert told == {"en": "the second quarter of 2032", "zh": "2032年第二季度"}
    assert spelled("自2025Q1起", Texts("brief", "zh")) == "自2025年第一季度起"
    assert without_commands("94% survive (`copark reliability`).") == "94% survive."
    assert without_commands("存续的占94%（`copark reliability`）。") == "存续的占94%。"


@pytest.mark.parametrize("day", [date(2024, 12, 31), date(2023, 12, 31), date(2024, 1, 1), date(2025, 6, 30)])
def test_an_observation_stands_in_the_year_it_is_of(day):
    assert year_of_moment(moment(day)) == day.year


def test_what_would_change_the_answer_is_said_in_words():
    (section,) = (one for one in BRIEF.document(shipped("itpl-bangalore"), "en").sections if one.key == "open")
    words = " ".join(section.blocks[0].items)
    standing = [reading.standing for reading in shipped("itpl-bangalore").levers.baselines[1:]]
    standing.append(shipped("itpl-bangalore").share("self_standing").share)
    low, high = percent_words(min(standing), "en"), percent_words(max(standing), "en")
    assert f"the choice of the model's structure by itself moves the chance between {low} and {high}" in words
    assert re.search("on this rests the effect of “[^”]+”", words)
    begins = ("Obtain ", "Then obtain ", "Decide ")
    assert all(item.startswith(begins) for item in section.blocks[0].items), "what can be commissioned"
    assert "effects that move with it" not in words


@pytest.mark.parametrize("name", ["suzhou", "thilawa"])
def test_it_speaks_of_what_is_to_come_ten_years_from_now(name):
    """In 2026 a brief on Suzhou told of 2014: its twentieth year was over, but not what can be decided of it."""
    english, chinese = (BRIEF.document(shipped(name), lang) for lang in ("en", "zh"))
    assert "In the fourth quarter of 2036" in english.headline
    assert "2036年第四季度" in chinese.headline


def test_files_are_named_by_park_and_day_and_no_answer_overwrites_another(tmp_path):
    thilawa, suzhou = (Answered(BRIEF, shipped(case), reused=True, seconds=0.0) for case in ("thilawa", "suzhou"))
    other = replace(thilawa, result=replace(thilawa.result, run_id="0123456789abcdef"))
    written = [
        one.write(tmp_path, ["csv"], lang)["csv"] for one in (thilawa, suzhou, other) for lang in LANGUAGES
    ]  # fmt: skip
    assert len(set(written)) == 6
    assert re.fullmatch(r"brief-thilawa-\d{4}-\d\d-\d\d-en-csv", written[0].name)
    assert re.fullmatch(r"brief-thilawa-\d{4}-\d\d-\d\d", written[0].parent.name)
    assert written[4].parent.name == f"{written[0].parent.name}-2", "another run of the day"
    assert thilawa.write(tmp_path, ["csv"], "en")["csv"] == written[0]
    assert (written[0].parent / "run-id.txt").read_text(encoding="utf-8").strip() == thilawa.result.run_id


@pytest.mark.parametrize("lang", LANGUAGES)
def test_its_chart_has_two_inches_of_plot_and_its_key_inside(lang):
    (chart,) = (one for one in BRIEF.document(shipped("thilawa"), lang).blocks() if isinstance(one, Chart))
    figure = chart.figure()
    (axes,) = figure.axes
    inches = axes.get_position().height * figure.get_size_inches()[1]
    assert inches == pytest.approx(2.0, abs=0.1)
    assert not figure.legends
    assert len(axes.get_legend().get_texts()) > 1


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("case", ["great-stone", "imip", "kaesong"])
def test_its_chart_marks_events_the_end_of_the_data_and_the_present(briefs, case, lang):
    found = briefs[case]
    assert found.now == "2026Q4"
    dates = [event.date.quarter("event") for event in load_case(case).events]
    assert [event.quarter for event in found.events] == [str(one) for one in sorted(dates) if str(one) >= found.start]
    document = BRIEF.document(found, lang)
    (chart,) = (one for one in document.blocks() if isinstance(one, Chart))
    (axes,) = chart.figure().axes
    lines = {float(line.get_xdata()[0]) for line in axes.lines if len(set(line.get_xdata())) == 1}
    assert {2025.0, 2027.0} <= lines, "ends of 2024Q4 and 2026Q4"
    (ticks,) = (one for one in axes.collections if isinstance(one, LineCollection))
    assert [segment[0][0] for segment in ticks.get_segments()] == [event.at for event in found.events]
    words = {text.get_text() for text in axes.texts}
    assert words == {"en": {"Data end", "Now", "Events"}, "zh": {"数据截止", "当前", "事件"}}[lang]
    listed_events = table(document, "events").rows
    assert [row[1] for row in listed_events] == [getattr(event.title, lang) for event in found.events]


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "named",
    [
        pytest.param(lambda found: found, marks=pytest.mark.long, id="as it is"),
        pytest.param(long_named, id="170 letters"),
    ],
)
def test_it_stays_on_one_page_and_its_slides_do_not_overprint(named, lang, tmp_path):
    for case in PARKS:
        document = BRIEF.document(named(shipped(case)), lang)
        files = presentation.write(document, tmp_path / case, ["pdf", "docx", "pptx"])
        assert len(PdfReader(files["pdf"]).pages) == 1, case
        cover = pptx.Presentation(str(files["pptx"])).slides[0]
        for box in list(cover.shapes)[:2]:
            needs = sum(
                height_of(one.text, one.runs[0].font.size.pt, box.width.cm) for one in box.text_frame.paragraphs
            )
            assert needs <= box.height.cm, (case, box.text_frame.text)
        title, headline = list(cover.shapes)[:2]
        assert title.top.cm + title.height.cm <= headline.top.cm
        made = docx.Document(str(files["docx"]))
        size = made.styles["Normal"].font.size.pt
        words = sum(height_of(one.text, size, PORTRAIT) for one in made.paragraphs)
        assert words + sum(shape.height.cm for shape in made.inline_shapes) < PAGE, case


def test_the_first_sentence_lists_no_outcome_that_never_happens():
    """Lekki has no run on help and none that failed."""
    assert {share.name for share in shipped("lekki").outcomes if share.share > 0.0} == {"self_standing", "fragile"}
    english = shipped("lekki").document("en").headline
    assert "is fragile" in english
    assert "depends on" not in english
    assert "has failed" not in english
    chinese = shipped("lekki").document("zh").headline
    assert "依赖援助" not in chinese
    assert "中失败" not in chinese


@pytest.mark.parametrize(("shares", "alike"), [((0.60, 0.70, 0.62, 0.66), True), ((0.60, 0.75, 0.62, 0.66), False)])
def test_searches_are_alike_up_to_the_range_of_as_many_that_are(shares, alike):
    """Of four shares of 250 runs around 0.65 the range is below 3.63 √(0.65 · 0.35 / 250) = 0.11 in 19 of 20 cases."""
    words = repr(BRIEF.document(replace(shipped("lekki"), by_search=shares, runs=1000), "en").sections)
    assert ("agree up to simulation error" in words) is alike
    assert ("depends on the search, beyond simulation error" in words) is not alike
