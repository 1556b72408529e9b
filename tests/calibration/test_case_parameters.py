"""Parameters of a case: decided once, in one order, for every analysis, and said beside every headline."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import copark
from copark import workflows
from copark.analyses import REGISTRY, ablate, validate
from copark.analyses.answer import load
from copark.analyses.context import Context
from copark.calibration import calibrations, case_parameters, draw_sources
from copark.calibration.calibrate import CalibrationSettings, own_folder
from copark.calibration.calibration_setup import case_for
from copark.calibration.observations import targets
from copark.calibration.pool.panel import PanelSettings, PanelTask
from copark.calibration.pool.parks import parks_of
from copark.calibration.provenance import FORMAT
from copark.cases.casebook import POSTERIOR, casebook_path, list_cases
from copark.cases.frames import with_observations
from copark.cases.load import load_case
from copark.cases.quarters import Quarter
from copark.errors import NotFound, RunRefused
from copark.simulation.study import baseline
from copark.simulation.trust import Trust
from copark.texts import LANGUAGES
from copark.web.content.case_registry import CaseRegistry
from copark.web.content.job_tasks import FORETOLD, JobTask, do_task
from tests.calibration.conftest import ask

SMALLEST = CalibrationSettings(runs=1 << 10, members=16, sweeps=1, last_sweeps=2, populations=2)


@pytest.fixture(scope="module")
def park(tmp_path_factory):
    """Make a park of one's own: the record of another under a name the panel does not know."""
    folder = tmp_path_factory.mktemp("own") / "my-park"
    shutil.copytree(casebook_path() / "saysettha", folder, ignore=shutil.ignore_patterns(POSTERIOR))
    path = folder / "case.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("name: saysettha", "name: my-park"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("out")


@pytest.fixture(scope="module")
def before(park, out):
    """Run the study before there is a calibration."""
    return workflows.run_study(str(park), runs=60, out=out, report=False)


@pytest.fixture(scope="module")
def calibrated(park, out, before):
    return ask("calibrate", out, settings=SMALLEST, case=park)[0].result


def test_what_a_case_has_without_a_calibration_of_its_own(great_stone, park):
    shipped = case_parameters.parameters_of(great_stone)
    assert (shipped.trust.state, shipped.trust.kind, shipped.draws) == ("calibrated", "shipped", "posterior")
    for name in list_cases():
        parameters = case_parameters.parameters_of(load_case(name))
        if name in case_parameters.shipped_cases():
            assert (parameters.trust.state, parameters.trust.kind) == ("calibrated", "shipped"), name
            assert parameters.trust.converged, (
                f"{name}: a search that does not agree is worth less than what others lend"
            )
        else:
            assert (parameters.trust.state, parameters.trust.parks, parameters.calibrated) == ("borrowed", 18, False), (
                name
            )
    new = case_parameters.parameters_of(load_case(park))
    assert (new.trust.state, new.trust.parks, new.trust.values) == ("borrowed", 19, 0)


EARLIER = "2020Q4"
"""Cut that Great Stone's validation rests on."""


def test_the_latest_calibration_answers_and_an_earlier_one_where_it_is_asked_for(great_stone):
    latest = str(great_stone.clock.data_end)
    assert case_parameters.cuts_of(great_stone) == (latest, EARLIER)
    study = baseline("great-stone").with_changes(runs=20)
    for cut, expected in ((None, latest), (EARLIER, EARLIER)):
        parameters = case_parameters.parameters_of(great_stone, cut=cut)
        assert (parameters.trust.state, parameters.trust.cut) == ("calibrated", expected)
        assert case_parameters.settle(study, great_stone, cut=cut)[1].identity == parameters.identity
        assert case_parameters.source_named(great_stone, None, parameters.identity).content["posterior_cut"] == expected
        assert workflows.simulate(great_stone, runs=20, cut=cut).attrs["trust_en"] == parameters.trust.label("en")


def test_a_calibration_that_is_out_of_date_gives_way_to_an_earlier_one_that_is_not(great_stone, tmp_path):
    folder = shutil.copytree(casebook_path() / "great-stone", tmp_path / "great-stone")
    path = folder / POSTERIOR / str(great_stone.clock.data_end) / "recipe.json"
    recipe = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(recipe | {"batch": recipe["batch"] | {"model": "another"}}), encoding="utf-8")
    trust = case_parameters.parameters_of(load_case(folder)).trust
    assert (trust.state, trust.cut) == ("calibrated", EARLIER)
    shutil.rmtree(folder / POSTERIOR / EARLIER)
    assert case_parameters.parameters_of(load_case(folder)).trust.state == "stale"


def test_a_cut_without_a_calibration_is_refused_with_those_there_are_and_how_to_make_one(great_stone):
    cuts = ", ".join(case_parameters.cuts_of(great_stone))
    for cut, error, words in (
        ("2019Q4", NotFound, (cuts, "copark calibrate great-stone --cut 2019Q4")),
        ("2030Q1", RunRefused, ("2012Q4", "2024Q4")),
        ("soon", RunRefused, ("--cut", "2030Q4")),
    ):
        with pytest.raises(error) as refused:
            case_parameters.parameters_of(great_stone, cut=cut)
        assert all(word in refused.value.said(lang) for word in words for lang in LANGUAGES), cut
    study = baseline("great-stone")
    for drawn, choice in ((study, "borrowed"), (study.with_changes(draws="prior"), None)):
        with pytest.raises(RunRefused, match="contradict"):
            case_parameters.settle(drawn, great_stone, kind=choice, cut=EARLIER)


def test_validation_never_reads_values_after_its_cut(great_stone):
    """Whatever is reported later, what is fitted to 2020 is the same; validation and ablations rest on that."""
    cut = Quarter.parse(EARLIER)
    later = {id(target.observation) for target in targets(great_stone, ("fit", "score", "check"), after=cut)}
    rows = (
        row.model_copy(update={"value": 10.0 * row.value}) if id(row) in later else row
        for row in great_stone.observations
    )
    other = great_stone.model_copy(update={"observations": tuple(rows)})
    for until, same in ((cut, True), (great_stone.clock.data_end, False)):
        before, after = (targets(case_for(case, until), cut=until) for case in (great_stone, other))
        assert ([target.value for target in before] == [target.value for target in after]) is same, until
    assert case_parameters.parameters_of(other, cut=EARLIER).trust.state == "calibrated", (
        "none the worse for later values"
    )
    assert case_parameters.parameters_of(other, cut=str(great_stone.clock.data_end)).trust.state == "stale"
    validated = validate.asked_of(validate.Params(case="great-stone"), Context())
    assert list(map(str, validated.ready)) == [EARLIER]
    assert {target.last for target in validated.ready[cut].model.targets} <= set(
        range(cut - great_stone.clock.start + 1)
    )
    ablated = ablate.made_of(ablate.Params(case="great-stone"), Context())
    assert ablated["cut"] == EARLIER, "forecasts without a mechanism are scored on what came later"


def test_a_calibration_of_ones_own_is_used_everywhere(park, out, before, calibrated):
    """The finding that began this: calibrated, and the next run was shown on priors."""
    case = load_case(park)
    parameters = case_parameters.parameters_of(case, out)
    assert (parameters.trust.state, parameters.trust.kind, parameters.trust.cut) == (
        "calibrated",
        "own",
        calibrated.cut,
    )
    after, again = (workflows.run_study(str(park), runs=60, out=out, report=False) for _ in range(2))
    assert (after.reused, again.reused) == (False, True)
    assert again.identity == after.identity != before.identity
    assert after.answer.trust == parameters.trust
    assert workflows.simulate(case, runs=60, out=out).attrs["trust_en"] == parameters.trust.label("en")
    assert CaseRegistry(park.parent, out).get("great-stone").parameters.trust.kind == "shipped"
    assert copark.forecast(str(park), out=out).trust == parameters.trust
    own = parameters
    lent = case_parameters.parameters_of(case, out, "borrowed")
    for source in (own, lent):  # a run is replayed on the draws it was made on
        assert case_parameters.source_named(case, out, source.identity).content["draws_hash"] == source.identity
    assert case_parameters.source_named(case, out, "") is None
    assert case_parameters.posteriors_to_pack(case, out, ()) == (own.folder,)


@pytest.mark.parametrize("name", ["thilawa", "lekki", "saysettha"])
def test_the_values_fitted_are_those_of_the_calibration_and_not_of_the_case(name):
    """Observations that are added since were not fitted, and a later end of the data lets none be forgotten."""
    case = load_case(name)
    fitted = case_parameters.parameters_of(case).trust.values
    new = pd.DataFrame(
        {"date": ["2024-09"], "variable": ["jobs"], "value": [1234], "grade": ["high"], "source": ["own"]}
    )
    own = {"own": {"outlet": "Own survey", "read": "original"}}
    for end in (None, "2025Q4"):
        trust = case_parameters.parameters_of(with_observations(case, new, sources=own, data_end=end)).trust
        assert (trust.state, trust.values) == ("stale", fitted), end


def test_a_calibration_of_an_older_case_is_stale_and_says_how_to_renew_it(park, out, calibrated, tmp_path):
    folder = tmp_path / "my-park"
    shutil.copytree(park, folder)
    path = folder / "series.csv"
    rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    recipe = case_parameters.parameters_of(load_case(folder), out).stored.recipe
    fitted = {(date, name) for name, date, *_ in recipe["batch"]["targets"]}
    used = [row for row in rows if tuple(row.split(",")[:2]) in fitted]
    for without, state in ((next(row for row in rows[1:] if row not in used), "calibrated"), (used[-1], "stale")):
        path.write_text("".join(row for row in rows if row != without), encoding="utf-8")
        parameters = case_parameters.parameters_of(load_case(folder), out)
        assert parameters.trust.state == state, without
    assert all("copark calibrate my-park" in parameters.trust.renew(lang) for lang in LANGUAGES)


def test_what_no_longer_fits_or_is_damaged_is_named_and_not_used(park, out, calibrated, tmp_path):
    def change_start(folder):
        path = folder / "recipe.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"start": "1950Q1"}), encoding="utf-8")

    def cut_short(folder):
        (folder / "replay.npz").write_bytes((folder / "replay.npz").read_bytes()[:-100])

    def no_recipe(folder):
        (folder / "recipe.json").write_text(json.dumps({"format": FORMAT, "case": "my-park"}), encoding="utf-8")

    for harm in (change_start, cut_short, no_recipe):
        place = tmp_path / harm.__name__
        shutil.copytree(own_folder(out), own_folder(place))
        (folder,) = own_folder(place).iterdir()
        harm(folder)
        parameters = case_parameters.parameters_of(load_case(park), place)
        assert parameters.trust.state == "borrowed", harm
        assert all(folder.name in parameters.said(lang)[0] for lang in LANGUAGES), harm


@pytest.mark.long
def test_an_uploaded_park_is_calibrated_by_a_job_and_its_later_runs_use_that(park, tmp_path, monkeypatch):
    name = f"u-{32 * 'a'}"
    shutil.copytree(park, tmp_path / "uploads" / name)
    shelf = CaseRegistry(tmp_path / "uploads", tmp_path / "shared")
    data = shelf.parks.output(name)
    assert shelf.get(name).parameters.trust.kind != "own"
    task = JobTask(
        "analysis",
        str(tmp_path / "uploads" / name),
        {"analysis": "calibrate", "params": {"case": name}},
        "en",
        str(data),
    )
    monkeypatch.setattr(calibrations, "settings_of", lambda *_, **__: SMALLEST)
    reports = []
    done = do_task(task, lambda *report: reports.append(report))
    assert next(total for stage, _, total in reports if stage == FORETOLD) >= 0
    assert shelf.get(name).parameters.trust.kind == "own"
    assert load(data / "results" / "calibrate" / done.identity, REGISTRY["calibrate"]) is not None
    assert do_task(task, lambda *_: None) == replace(done, reused=True)


def test_borrowed_draws_depend_on_their_number_alone():
    """Chunks, more runs and other scenarios leave a draw as it is; runs that share a draw share parameters."""
    for name in ("kaesong", "great-stone"):
        source = draw_sources.BorrowedSource(load_case(name), draw_sources.shipped_draws())
        study = baseline(name).with_changes(draws="posterior", replicates=2)
        whole = source.draws(study, 0, 8)
        for first, last in ((0, 3), (3, 8)):
            for record, other in zip(source.draws(study, first, last), whole, strict=True):
                assert record.tobytes() == other[first:last].tobytes()
        rates = whole.enterprises["enquiry_rate"]
        assert rates[0] == rates[1] != rates[2]


def test_what_other_parks_teach_is_narrower_than_the_prior():
    """Borrowed draws are informed: of a pooled axis they spread less than its prior; what is not pooled keeps it."""
    source = draw_sources.BorrowedSource(load_case("kaesong"), draw_sources.shipped_draws())
    spread = source.points_of(np.arange(4096), seed=3).std(axis=0) * np.sqrt(12.0)
    names = source.space.names
    shared = [names.index(name) for name in source.shared]
    other = [n for n in range(len(names)) if n not in shared]
    assert np.mean(spread[shared]) < 0.95
    assert spread[other] == pytest.approx(1.0, abs=0.05)


def test_the_panel_that_ships_is_of_this_model_and_casebook():
    """If this fails, model, cases or pooling have changed: `python docs/build_posteriors.py panel` makes it again."""
    draws = draw_sources.shipped_draws()
    parks = parks_of()
    assert draw_sources.is_current(draws, PanelTask(parks, PanelSettings(**draws.recipe["settings"])).recipe)
    assert {park.name for park in parks} == set(draws.theta)
    assert all(draws.knows(park) for park in parks)


def test_every_state_has_words_and_only_a_calibrated_park_shows_outcomes():
    trusts = [
        Trust("calibrated", "own", "x", "2024Q4", 61),
        Trust("borrowed", "borrowed", "x", parks=19),
        Trust("borrowed", "borrowed", "x", values=5, parks=18),
        Trust("stale", "own", "x", "2020Q4", 5),
        *(Trust.without("x", draws) for draws in ("prior", "unsettled", "defaults")),
        Trust("calibrated", "own", "x", "2024Q4", 61, scale_reduction=11.5),
    ]
    assert [trust.shows_outcomes for trust in trusts] == [True, False, False, True, False, False, False, False]
    for lang in LANGUAGES:
        assert all(trust.label(lang) and trust.meaning(lang) for trust in trusts)
        for trust in trusts:
            assert bool(trust.renew(lang)) == (not trust.shows_outcomes or trust.state == "stale")
    assert trusts[-1].label("en") == "calibration not converged (to 2024Q4, 61 observations fitted; R̂ 11.50)"
    assert Trust.of({"trust": trusts[2].content()}) == trusts[2]
    assert Trust.of({}).state == "uncalibrated"
