"""The answer to a study of one to four scenarios: bands, shares, differences, observations and sentences.

Likewise its files: tables for spreadsheets and statistics, netCDF for science, the study itself. A stored result is
read; another is made again, bit by bit the same, in a temporary folder.
"""

from __future__ import annotations

import json
import secrets
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache, partial
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from copark import units
from copark.analyses.compare import outcome_attribution as changing
from copark.analyses.compare import outcome_change_text as words
from copark.analyses.how_sure import doubts_of
from copark.analyses.on_record import recorded_outcome
from copark.analyses.size_words import band_words, land_words, of_plan, planned_of
from copark.analyses.stored_runs import has_titles_of
from copark.cases.horizon import now_for, seen_from
from copark.cases.quarters import Quarter
from copark.model.machine import cpu_features, versions
from copark.model.variables import catalogue
from copark.presentation import document
from copark.presentation.document import Kind, Paragraph
from copark.presentation.numbers import reach
from copark.presentation.rendered_document import Block, block_of
from copark.presentation.run_export import export_run, summary_table, write_csv
from copark.simulation.ensemble import ScenarioRuns
from copark.simulation.outcomes import OUTCOMES, outcome_effects
from copark.simulation.run import case_of, simulate
from copark.simulation.size import READ, land_taken_up, planned_land
from copark.simulation.study import STANDARD, Scenario, Study
from copark.simulation.trust import Trust
from copark.stats.effects import Effects
from copark.stats.quantiles import BAND, LEVELS, quantiles_over
from copark.stats.shares import shares
from copark.store.runs import RunStore
from copark.store.streaming_summary import summary_of
from copark.texts import LANGUAGES
from copark.texts.localized import LocalizedText
from copark.version import MODEL_VERSION, __version__
from copark.web.content import responses, sentences
from copark.web.content.attribution import FlowCache, flows_by_scenario, link_parts, why
from copark.web.content.case_registry import CaseEntry
from copark.web.content.engine import CancellationToken, Engine
from copark.web.content.frame import Frame, frame_of, outcome_infos, output_info
from copark.web.content.reproduction import yaml_of
from copark.web.content.requests import Parts, SimulationRequest, study_of
from copark.web.content.responses import ScenarioChange
from copark.web.content.sentences import amount, drawn_bound, own, said, signed, span, with_band
from copark.workflows.study_links import HEADLINES

if TYPE_CHECKING:
    import xarray as xr

    from copark.cases import Case
    from copark.simulation.study import Study
    from copark.store.run_record import RunRecord

Floats = NDArray[np.float64]

CASES_DESCRIBED = 64
"""Cases whose versions are kept at hand; clients bring as many as they like."""
COUNTED = ("operating", "jobs")
"""Headlines that are counts: a range of more than a factor of ten is said to be one."""


def answer(
    engine: Engine,
    flow_cache: FlowCache,
    study: Study,
    case_entry: CaseEntry,
    wanted: Sequence[str],
    parts: Parts,
    cancellation: CancellationToken,
) -> responses.SimulationAnswer:
    """Run a study and describe its result.

    Parameters
    ----------
    engine
        Runs the model.
    flow_cache
        Computes flows along links.
    study
        The study.
    case_entry
        Its case.
    wanted
        Names of the outputs that are shown.
    parts
        Parts of the answer that take longer.
    cancellation
        Stops the work.
    """
    began = time.perf_counter()
    frame = frame_of(study, case_entry, wanted)
    runs = engine.simulate(study, case_entry, cancellation)
    scenarios = [
        scenario_result(frame, scenario, own, parts.samples)
        for scenario, own in zip(study.scenarios, runs, strict=True)
    ]
    cancellation.check()
    effects, outcomes = effects_of(frame, runs)
    changes = [change_of(frame, key, effects, outcomes, has_bands=parts.differences) for key in effects.scenarios]
    note = draws_note(engine, study, case_entry)
    trust = trust_note(trust_in(study, case_entry), case_entry.case)
    is_known = trust.outcomes_shown and bool(scenarios[0].finished)
    doubts = doubts_of(case_entry.case, shares(runs[0].outcome, OUTCOMES), shows_outcomes=is_known)
    return responses.SimulationAnswer.model_construct(
        identity=engine.identity(study, case_entry),
        study=study.content(),
        case=case_name(case_entry),
        quarters=list(frame.labels),
        levels=list(LEVELS),
        judged=frame.labels[frame.judged],
        now=None if study.now is None else str(study.now),
        today=str(case_entry.case.clock.data_end),
        outcomes=outcome_infos(),
        outputs={name: output_info(name) for name in study.kept},
        scenarios=scenarios,
        changes=changes,
        observed=observed_points(case_entry.case, frame.wanted, frame.labels),
        summary=sentences.summary(scenarios, changes, frame.labels[frame.judged], trust),
        caveats=sentences.caveats(case_entry, note, trust, doubts, frame.labels),
        flows=flows_by_scenario(flow_cache, study, case_entry, cancellation) if parts.flows else None,
        why=why(flow_cache, frame, runs, parts.why, cancellation) if parts.why and changes else None,
        record=record_of(frame, runs[0]) if parts.record else None,
        links=link_parts(engine, frame, cancellation) if parts.links and changes else None,
        draws=note,
        trust=trust,
        made=versions_info(case_entry.hash),
        seconds=round(time.perf_counter() - began, 4),
    )


def record_of(frame: Frame, runs: ScenarioRuns) -> list[responses.RecordRow]:
    """Count the observations that lie within the range of 90 % of runs, as the report of a run does."""
    import xarray as xr

    from copark.simulation.readouts.observed_vs_model import comparisons

    case = frame.case_entry.case
    observed = {observation.variable for observation in case.observations}
    finished = runs.finished
    data = {
        name: (("scenario", "run", "quarter"), runs[name][finished][np.newaxis], {"units": output_info(name).unit})
        for name in frame.wanted
        if name in observed and name in STANDARD
    }
    rows = comparisons(xr.Dataset(data, coords={"label": ("quarter", list(frame.labels))}), case.observations)
    inside: dict[str, list[bool]] = {}
    misses: dict[str, list[str]] = {}
    for row in rows:
        if row.inside is not None:
            name = row.observation.variable
            inside.setdefault(name, []).append(row.inside)
            misses.setdefault(name, []).extend([] if row.inside else [row.quarter])
    return [
        responses.RecordRow(output=name, seen=len(each), within=sum(each), misses=misses[name])
        for name, each in inside.items()
    ]


def scenario_result(frame: Frame, scenario: Scenario, runs: ScenarioRuns, samples: int) -> responses.ScenarioResult:
    """Read a scenario's runs; of those that did not finish there is no number.

    Parameters
    ----------
    frame
        What all parts share.
    scenario
        The scenario.
    runs
        Its runs.
    samples
        How many single runs are given for each output.
    """
    names = [name for name in dict.fromkeys((*frame.wanted, *HEADLINES)) if name in runs.names]
    paths = {name: runs[name].T for name in names}
    if not runs.finished.all():
        paths = {name: np.where(runs.finished, values, np.nan) for name, values in paths.items()}
    bands = {name: quantiles_over(paths[name]) for name in frame.wanted}
    return responses.ScenarioResult.model_construct(
        key=scenario.key,
        title=scenario.title,
        runs=len(runs),
        finished=int(np.count_nonzero(runs.finished)),
        outcomes=list(shares(runs.outcome, OUTCOMES)),
        headlines={name: headline(frame, name, paths[name]) for name in HEADLINES if name in paths},
        land=land_of(frame, scenario, runs),
        bands={name: values.tolist() for name, values in bands.items()},
        samples={name: runs[name][:samples].tolist() for name in frame.wanted} if samples else {},
        sentences={
            name: sentences.chart(output_info(name), values[:, -1], frame.labels[-1]) for name, values in bands.items()
        },
    )


def headline(frame: Frame, name: str, values: Floats) -> responses.Headline:
    """Read an output when outcomes are judged.

    Parameters
    ----------
    frame
        Study, case and quarters of the answer.
    name
        Name of the output.
    values
        The output in its unit, shape (quarters, runs); NaN in runs that did not finish.
    """
    low, median, high = quantiles_over(values[frame.judged : frame.judged + 1], BAND)[:, 0].tolist()
    unit = output_info(name).unit
    plan = planned_of(frame.case_entry.case, name, unit) if isfinite(median) else None
    return responses.Headline(
        value=median,
        low=low,
        high=high,
        shown=with_band(low, median, high, unit),
        middle=amount(median, unit),
        band=band_of(name, low, high, unit),
        planned=None if plan is None else LocalizedText.by_language(partial(of_plan, median, plan)),
    )


def band_of(name: str, low: float, high: float, unit: str) -> LocalizedText:
    """Write the range of a headline, of a count with a warning where its ends are more than a factor of ten apart.

    Parameters
    ----------
    name
        Name of the output.
    low, high
        5 and 95 % of runs.
    unit
        Unit of both.
    """
    if name not in COUNTED:
        return span(low, high, unit)
    return LocalizedText.by_language(lambda lang: band_words(reach(low, high, unit, lang), low, high, lang))


def land_of(frame: Frame, scenario: Scenario, runs: ScenarioRuns) -> responses.LandShare | None:
    """Read land taken up when outcomes are judged, beside the plan as the scenario has it.

    Parameters
    ----------
    frame
        What all parts share.
    scenario
        The scenario, which may edit the plan.
    runs
        Its runs.
    """
    if not set(READ) <= set(runs.names):
        return None
    occupied, serviced = (runs[name][runs.finished, frame.judged] for name in READ)
    planned = planned_land(case_of(frame.case_entry.case, scenario), Quarter.parse(frame.labels[frame.judged]))
    land = land_taken_up(occupied, serviced, planned)
    if land is None:
        return None
    words = {lang: land_words(land, lang) for lang in LANGUAGES}
    middle = LocalizedText.by_language(lambda lang: words[lang].middle)
    band = LocalizedText.by_language(lambda lang: words[lang].band)
    return responses.LandShare.of(
        land,
        value=land.median,
        middle=middle,
        shown=said("web.words.band", median=middle, band=band),
        band=band,
        planned=None,
        title=LocalizedText.by_language(lambda lang: words[lang].title),
    )


def effects_of(frame: Frame, runs: Sequence[ScenarioRuns]) -> tuple[Effects, Effects]:
    """Read scenarios as effects on outputs in every quarter, and on the shares of outcomes when they are judged.

    Parameters
    ----------
    frame
        Study, case and quarters of the answer; the study's first scenario is the reference.
    runs
        Runs of each scenario, paired by number; a pair counts where both finished.
    """
    reference, *others = runs
    keys = [scenario.key for scenario in frame.study.scenarios]
    names = tuple(name for name in reference.names if all(name in own.names for own in others))
    draws = np.arange(len(reference)) // frame.study.replicates

    def paths(own: ScenarioRuns) -> Floats:
        return own.out if own.names == names else np.stack([own[name] for name in names], axis=1)

    outputs = Effects(
        measures=names,
        units=tuple(output_info(name).unit for name in names),
        quarters=frame.labels,
        reference=keys[0],
        reference_values=paths(reference),
        values={key: paths(own) for key, own in zip(keys[1:], others, strict=True)},
        finished={key: reference.finished & own.finished for key, own in zip(keys[1:], others, strict=True)},
        draw_of_run=draws,
    )
    codes = {key: own.outcome for key, own in zip(keys[1:], others, strict=True)}
    return outputs, outcome_effects(keys[0], reference.outcome, codes, draws, frame.labels[frame.judged])


def change_of(frame: Frame, key: str, effects: Effects, outcomes: Effects, *, has_bands: bool) -> ScenarioChange:
    """Set a scenario's runs beside the reference's, run by run.

    Parameters
    ----------
    frame
        Study, case and quarters of the answer.
    key
        Key of the scenario.
    effects, outcomes
        Effects on outputs and on outcomes, as of :func:`effects_of`.
    has_bands
        Whether bands are given of every quarter; sentences are of the last one.
    """
    names = [name for name in dict.fromkeys((*frame.wanted, *HEADLINES)) if name in effects.measures]
    apart = {name: effects.differences(key, name).T for name in names}
    bands = {name: quantiles_over(apart[name] if has_bands else apart[name][-1:]) for name in frame.wanted}
    begins = min(filter(None, (effects.first_difference(key, name) for name in names)), default=None)
    title = frame.study.scenarios[0].title
    return ScenarioChange.model_construct(
        scenario=key,
        reference=effects.reference,
        pairs=effects.pairs(key),
        begins=begins,
        outcomes=list(outcomes.shares()),
        moves=moves_of(effects, outcomes, key, frame.judged),
        headlines={name: headline_move(frame, name, apart[name]) for name in HEADLINES if name in apart},
        bands={name: values.tolist() for name, values in bands.items()} if has_bands else {},
        sentences={
            name: sentences.difference(output_info(name), values[:, -1], frame.labels[-1], title, begins)
            for name, values in bands.items()
        },
    )


def headline_move(frame: Frame, name: str, apart: Floats) -> responses.Reading:
    """Read a headline's differences to the reference when outcomes are judged.

    Parameters
    ----------
    frame
        Study, case and quarters of the answer.
    name
        Name of the output.
    apart
        Differences in its unit, scenario less reference, shape (quarters, pairs).
    """
    low, median, high = quantiles_over(apart[frame.judged : frame.judged + 1], BAND)[:, 0].tolist()
    unit = output_info(name).unit
    shown = with_band(low, median, high, unit, Kind.change)
    return responses.Reading(value=median, low=low, high=high, middle=signed(median, unit), shown=shown)


def moves_of(effects: Effects, outcomes: Effects, scenario: str, judged: int) -> dict[str, list[Block]]:
    """Describe why outcomes change from the reference to a scenario, as comparisons do: in a sentence and a table.

    Parameters
    ----------
    effects
        Effects on outputs in every quarter.
    outcomes
        Effects on the shares of outcomes.
    scenario
        Key of the scenario.
    judged
        Quarter in which outcomes are judged, counted from 0.
    """
    moves = changing.moves_of(effects, outcomes, scenario, judged)
    blocks: dict[str, list[Block]] = {}
    for lang in LANGUAGES:
        table = words.moves_table([("", moves)], lang)
        told: list[document.Block] = [Paragraph(words.sentence(moves, lang))]
        if table.rows:
            told.append(replace(table, groups=()))
        blocks[lang] = [block_of(block, lang) for block in told]
    return blocks


def observed_points(
    case: Case, names: Sequence[str], labels: Sequence[str]
) -> dict[str, list[responses.ObservedPoint]]:
    """Return observations of outputs within the horizon, in the model's units, by date; unused ones, too.

    Parameters
    ----------
    case
        The case.
    names
        Names of the outputs.
    labels
        Quarters of the answer, such as ``2012Q3``. Observations outside them are left out, as are background figures
        and those in a unit that cannot be converted.

    Returns
    -------
    dict
        Points by output; an empty list for one that nobody observed.
    """
    points: dict[str, list[responses.ObservedPoint]] = {name: [] for name in names}
    for observation in sorted(case.observations, key=lambda observation: observation.date.first_day):
        quarter = str(observation.date.quarter("stock"))
        if observation.variable not in points or observation.grade == "background" or quarter not in labels:
            continue
        unit = catalogue().outputs[observation.variable].unit
        if units.convertible(observation.unit, unit):
            point = responses.ObservedPoint.of(
                observation,
                quarter=quarter,
                bound=drawn_bound(observation.bound),
                value=units.convert(observation.value, observation.unit, unit),
                reported=observation.value,
                reported_unit=observation.unit,
                high=None if observation.high is None else units.convert(observation.high, observation.unit, unit),
                note=None if observation.note is None else own(observation.note),
            )
            points[observation.variable].append(point)
    return points


def case_name(case_entry: CaseEntry) -> responses.CaseName:
    """Describe a case in a list."""
    case = case_entry.case
    now = now_for(case)
    return responses.CaseName.of(
        case_entry,
        title=case.title,
        kind=case.kind,
        kind_title=said(f"workflows.kind.{case.kind}"),
        start=str(case.clock.start),
        quarters=seen_from(case, now).clock.quarters,
        now=str(now),
        data_end=str(case.clock.data_end),
        trust=trust_note(case_entry.parameters.trust, case),
    )


def trust_note(trust: Trust, case: Case) -> responses.TrustNote:
    """Describe a trust state."""
    return responses.TrustNote.of(
        trust,
        label=LocalizedText.by_language(trust.label),
        meaning=LocalizedText.by_language(trust.meaning),
        renew=LocalizedText.by_language(trust.renew) if trust.renew() else None,
        recorded=recorded_outcome(case, trust),
        outcomes_shown=trust.shows_outcomes,
    )


def trust_in(study: Study, case_entry: CaseEntry) -> Trust:
    """Return how far the parameters a study draws may be trusted."""
    if study.draws == case_entry.parameters.draws:
        return case_entry.parameters.trust
    return Trust.without(case_entry.case.name, str(study.draws))


def draws_note(engine: Engine, study: Study, case_entry: CaseEntry) -> responses.DrawsNote:
    """Describe the source of a study's parameters.

    Parameters
    ----------
    engine
        Has the posterior of the case.
    study
        The study, which says what is drawn.
    case_entry
        Its case.

    Returns
    -------
    DrawsNote
        Cut and pairs are null where the study does not draw from a posterior.
    """
    source = engine.source(study, case_entry)
    words = LocalizedText.by_language(trust_in(study, case_entry).label)
    stored = None if source is None else case_entry.parameters.stored
    cut = None if source is None or source.cut is None else str(source.cut)
    return responses.DrawsNote(
        kind=study.draws, words=words, cut=cut, pairs=None if stored is None else stored.replay.pairs
    )


@lru_cache(maxsize=CASES_DESCRIBED)
def versions_info(case_hash: str) -> responses.VersionsInfo:
    """Return versions and hashes that the numbers of a case depend on, on this machine."""
    return responses.VersionsInfo(
        code_version=__version__,
        model_version=MODEL_VERSION,
        case_hash=case_hash,
        cpu_features=cpu_features(),
        versions=versions(),
    )


MOST_AT_ONCE = 5_000
"""Runs of a result that is made again for an export; larger ones are jobs, whose results are stored."""
FIRST = "great-stone"


def warm_up(engine: Engine, flow_cache: FlowCache) -> responses.SimulationAnswer:
    """Load the first case and its posterior, compile or load the kernel, and run the baseline."""
    case_entry = engine.registry.get(FIRST)
    request = SimulationRequest(case=FIRST)
    study = study_of(request, case_entry)
    return answer(engine, flow_cache, study, case_entry, request.outputs, Parts(flows=True), CancellationToken())


FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "nc": "application/x-netcdf",
    "metadata.json": "application/json",
    "study.yaml": "application/yaml",
}
METADATA = ("identity", "created", "runs", "kept", "scenarios", "variables", "status", "outcome", "provenance")
"""Fields of a stored run that its metadata file has."""


@contextmanager
def stored_or_simulated(
    engine: Engine, study: Study, case_entry: CaseEntry, data: Path
) -> Iterator[tuple[RunStore, RunRecord, xr.Dataset]]:
    """Yield the stored run of a study: that of the data folder, or one simulated into a temporary folder.

    A stored run bears the titles of who stored it: under other titles one of a few runs is simulated.

    Parameters
    ----------
    engine
        Has the posterior of the case.
    study
        The study.
    case_entry
        Its case.
    data
        Output folder that is searched; a temporary folder in it is removed when the block ends.

    Yields
    ------
    tuple
        The store, the record of the run, and its outputs.
    """
    identity = engine.identity(study, case_entry)
    store = RunStore.of(data)
    stored = store.find(identity)
    if stored is not None and (has_titles_of(stored, study) or study.runs > MOST_AT_ONCE):
        yield store, stored, store.load(identity)
        return
    folder = data / f".export-{secrets.token_hex(8)}"
    try:
        store = RunStore(folder)
        runs = simulate(study, case_entry.case, threads=1, source=engine.source(study, case_entry))
        record = store.save(runs)
        yield store, record, runs
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def export(
    engine: Engine, study: Study, case_entry: CaseEntry, form: str, scratch: Path, data: Path, lang: str
) -> bytes:
    """Return a result as a file; a study is a file that ``copark run`` takes, with the same run ID.

    Parameters
    ----------
    engine
        Runs the model, if the result is not stored.
    study
        The study.
    case_entry
        Its case.
    form
        A key of :data:`FORMS`.
    scratch
        Temporary file.
    data
        Output folder in which the result may be stored.
    lang
        Language of headings, ``en`` or ``zh``.
    """
    if form == "study.yaml":
        return yaml_of(study).encode()
    with stored_or_simulated(engine, study, case_entry, data) as (store, record, dataset):
        if form == "metadata.json":
            metadata = {name: getattr(record, name) for name in METADATA}
            return (json.dumps(metadata, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
        try:
            if form == "csv":
                write_csv(summary_table(store.load_summary(record.identity) or summary_of(dataset), lang), scratch)
            else:
                export_run(store, record.identity, "netcdf" if form == "nc" else form, scratch, lang=lang)
            return scratch.read_bytes()
        finally:
            scratch.unlink(missing_ok=True)
