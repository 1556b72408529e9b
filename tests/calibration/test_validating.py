"""`copark validate`, `forecast` and `score` from end to end with a small batch."""

import json

import numpy as np
import pytest

import copark
from copark.analyses.validate import cuts_of
from copark.calibration import calibrations
from copark.calibration.forecast import Frozen
from copark.cli import screen
from copark.errors import RunRefused
from copark.presentation.document import Cards, Caveat
from copark.simulation.trust import CONVERGED
from copark.workflows import run_plan
from tests.calibration.conftest import LEFT_OPEN, TINY, ask

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("validating")


@pytest.fixture(scope="module")
def validated(out):
    return ask("validate", out, cuts=["2018Q4", "2020Q4"])[0].result


def forecast(out, **options):
    """Ask for a forecast."""
    return ask("forecast", out, **{"cut": "2020Q4", "to": "2024Q4", **options})[0]


@pytest.fixture(scope="module")
def frozen(out):
    return forecast(out, freeze=out / "f.json").result


def caveats(result, lang="en"):
    """Collect what a reader of a forecast is warned of."""
    return " ".join(block.text for block in result.document(lang).blocks() if isinstance(block, Caveat))


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setattr(calibrations, "settings_of", lambda *_, **__: TINY)
    monkeypatch.setattr(screen, "PATIENCE", 1e6)
    monkeypatch.setattr(run_plan, "WORTH_TELLING", 1e6)
    monkeypatch.setenv("COLUMNS", "80")


def test_the_document_of_a_validation_holds_its_numbers_in_both_languages(validated):
    """First that these are development data, then how far the parameters may be trusted."""
    assert [(judged.cut, len(judged.fair)) for judged in validated.cuts] == [("2018Q4", 8), ("2020Q4", 8)]
    numbers = validated.last.wins()["model-blind"], len(validated.last.raced)
    assert validated.trust.scale_reduction > CONVERGED
    for lang, words in (("en", ("development data, not a test", "Some forty calibrations")), ("zh", ("开发数据",))):
        document = validated.document(lang)
        first = document.sections[0].blocks[0]
        assert all(word in first.text for word in words)
        assert f"{validated.trust.scale_reduction:.1f}" in document.trust
        assert not LEFT_OPEN.search(f"{document.title} {document.headline} {document.sections}".replace("None", ""))
        assert all(str(number) in document.headline for number in numbers)
        rows = {table.key: len(table.rows) for table in document.tables()}
        assert (rows["scores"], rows["winners"]) == (len(validated.fans), 2 * len(validated.fans))
        assert {score.key for score in document.evidence} >= {
            key for score in validated.scores for key in score.target.observation.source
        }


def test_a_validation_is_found_again_and_its_stages_are_gone(validated, out):
    assert ask("validate", out, cuts=["2018Q4", "2020Q4"])[0].reused
    assert not list(out.glob("stages-*"))


def test_what_cannot_be_scored_is_refused(great_stone, out):
    refused = {"2024Q4": "later than 2020Q4", "2030Q1": "2012Q4 and 2024Q4", "2013Q1": "the first one is from 2016Q4"}
    for cut, words in refused.items():
        with pytest.raises(RunRefused, match=words):
            ask("validate", out, cuts=[cut])
    rows = tuple(row for row in great_stone.observations if row.role == "fit" and row.date.year <= 2020)
    short = great_stone.model_copy(update={"observations": rows})
    with pytest.raises(RunRefused, match="nothing to score"):
        cuts_of(short, ())
    with pytest.raises(RunRefused, match="no value meant to be fitted"):
        cuts_of(great_stone.model_copy(update={"observations": ()}), ())


def test_a_forecast_is_frozen_with_what_it_was_made_from(frozen, out, great_stone):
    content = json.loads((out / "f.json").read_text(encoding="utf-8"))
    assert content == json.loads(json.dumps(frozen.content))
    assert content["identity"] == frozen.frozen_id
    assert (content["cut"], content["until"]) == ("2020Q4", "2024Q4")
    assert content["case_hash"] == great_stone.hash
    assert content["made_from"]["values"] == 21 == frozen.values
    assert content["made_from"]["all_values"] is False
    assert content["made_on"]


def test_what_is_shown_is_what_is_frozen(frozen):
    stored = Frozen(frozen.content)
    levels = (0.05, 0.25, 0.5, 0.75, 0.95)
    for name, band in frozen.bands.items():
        assert (band[0] <= band[2]).all()
        assert (band[2] <= band[4]).all()
        assert (frozen.methods["model"][name] == stored.band(name, levels)).all()
        leads = stored.naive_band(name, "stack", levels) if name in frozen.weights else stored.band(name, levels)
        assert band[:, stored.first :] == pytest.approx(leads, rel=1e-5)
    frame = frozen.to_frame()
    rows = frame[frame.method == "forecast"]
    assert len(rows) == len(frozen.bands) * len(frozen.quarters())
    assert set(frame.method) == {"forecast", *frozen.methods}
    shown = next(table for table in frozen.document().tables() if table.key == "ends")
    assert {row[0] for row in shown.rows} == {"2021Q4", "2022Q4", "2023Q4", "2024Q4"}
    assert [row[1].value for row in shown.rows[:4]] == frozen.bands["registered"][2, -13::4].tolist()


def test_counts_lead_with_a_stack_of_the_model_and_every_curve_and_the_rest_with_the_model(frozen):
    assert set(frozen.weights) == {"registered", "operating", "jobs"}
    ahead = len(frozen.quarters()) - frozen.since
    for variable, weights in frozen.weights.items():
        assert sum(weights.values()) == pytest.approx(np.ones(ahead))
        assert all(variable in frozen.methods[name] for name in weights)
    assert [name for name, bands in frozen.methods.items() if "registered" in bands] == ["model", "growth", "trend"]
    assert {name for name, bands in frozen.methods.items() if "profit" in bands} <= {"model", "line"}
    for lang, alone in (("en", "the model alone"), ("zh", "仅模型")):
        shown = frozen.document(lang)
        tables = {table.key: table for table in shown.tables()}
        columns = [column.key for column in tables["ends"].columns]
        assert columns[:4] == ["quarter", "forecast", "model", "growth"]
        for row in tables["weights"].rows:
            assert sum(row[1:]) == pytest.approx(1.0)
        cards = [card for block in shown.blocks() if isinstance(block, Cards) for card in block.cards]
        assert [alone in card.note for card in cards] == [False, False, False, True]


def test_told_later_facts_it_says_that_it_is_no_forecast(frozen, out):
    result = forecast(out, told=True).result
    assert result.run_id != frozen.run_id
    assert not result.weights, "no stack is made of what knows the end"
    assert "is not a forecast" in caveats(result)
    assert "is not a forecast" not in caveats(frozen)


def test_it_is_found_again_and_frozen_again_under_another_name(frozen, out):
    assert forecast(out, freeze=out / "g.json").result.frozen_id == frozen.frozen_id
    (out / "g.json").unlink()
    again = forecast(out, freeze=out / "g.json")
    assert again.reused
    assert json.loads((out / "g.json").read_text(encoding="utf-8"))["identity"] == frozen.frozen_id


def test_the_stack_and_its_curves_are_scored_beside_the_model(out, frozen, tmp_path):
    table = (
        "date,variable,value,high,bound,unit,basis,grade,source,use,role,note\n"
        "2021-01-31,registered,70,,exact,companies,stock,high,somebody,yes,score,\n"
    )
    (tmp_path / "later.csv").write_text(table, encoding="utf-8")
    (row,) = copark.score(out / "f.json", data=tmp_path / "later.csv", out=out).lines
    assert {"model-blind", "stack", "growth", "line", "persistence"} <= set(row.crps)
