"""Probabilities of claims about a park with what the literature and experts say, beside the prior and the posterior.

How far estimates from the literature, and experts of one's own, change what is held of a park's claims.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from copark.analyses.claims import Params as ClaimsParams
from copark.analyses.claims import written
from copark.analyses.claims.shared import draws_of, verdicts, workload_of
from copark.analyses.claims.trial import provenance_of, rules_of
from copark.analyses.contract import CaseParams, Option, Result, Written
from copark.analyses.experts.elicitation import DrawSet, ExpertPlan
from copark.analyses.experts.literature import literature
from copark.analyses.experts.weighing import (
    AnsweredQuestion,
    ClaimRow,
    EstimateComparison,
    ExpertFinding,
    Outlook,
    Weighing,
)
from copark.analyses.experts.workbook import Expert, ExpertQuestion, questions, read, template
from copark.calibration.draw_sources import DRAWS as BORROWED
from copark.cases.types import Replicates
from copark.errors import WrongUsage
from copark.json_types import JsonObject
from copark.progress import part_until
from copark.simulation.workload import Workload
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    from copark.analyses.context import Context

WORKBOOK = "answers"
"""The parameter that is a workbook made from the template: a page takes it, too."""


class Params(CaseParams):
    """Parameters of literature and experts."""

    answers: Annotated[Path | None, Option("--from")] = None
    """Workbook with experts' answers, made from the template; ``None`` for literature alone."""
    template: Annotated[Path | None, Written(".xlsx")] = None
    """Where to write an empty workbook for the case's experts, and stop."""
    draws: Annotated[int, Field(ge=20, le=20_000)] = 600
    """Parameter draws from the prior, and as many from the posterior."""
    replicates: Annotated[Replicates, Field(ge=2, le=1000)] = 3
    """Runs of each draw."""
    served: ClassVar[Mapping[str, float]] = {"draws": 1000, "replicates": 10}


@dataclass(frozen=True, kw_only=True)
class Answer(Result):
    """Claims by what they rest on, estimates beside the model, experts beside each other."""

    case: str
    """Name of the case."""
    park: LocalizedText
    """Name of the park."""
    rows: tuple[ClaimRow, ...] = ()
    """Claims as a whole, each followed by its parts."""
    ways: dict[str, float] = field(default_factory=dict)
    """What probabilities rest on, in order, with the effective draws of each."""
    estimates: tuple[EstimateComparison, ...] = ()
    """Every estimate of the literature."""
    experts: tuple[ExpertFinding, ...] = ()
    """Every expert."""
    asked: tuple[AnsweredQuestion, ...] = ()
    """Questions that somebody answered."""
    outlooks: tuple[Outlook, ...] = ()
    """How the park fares in every way, and by every expert."""
    dates: tuple[str, ...] = ()
    """Dates of sizes."""
    general: bool
    """Whether the claims are a general set."""
    template: str
    """Name of the workbook that was written; empty if none was asked for."""
    questions: int
    """Questions in it."""

    @property
    def main(self) -> str:
        """Name what counts before anything is added: the posterior, or the prior where there is none."""
        return "record" if "record" in self.ways else "prior"

    def with_(self, what: str) -> str:
        """Name the way in which ``literature`` or ``experts`` are added to it."""
        return f"{self.main}_{what}"

    def main_table(self) -> Iterator[dict[str, Any]]:
        """Return every claim and part, a row each, with its probability in every way."""
        for row in self.rows:
            entries: dict[str, Any] = {"claim": row.claim, "part": row.part}
            for way, held in row.held.items():
                entries |= {way: held.probability, f"{way}_word": held.word, f"{way}_draws": held.draws}
            yield entries


def _plan(params: Params, context: Context, experts: Sequence[Expert] = ()) -> ExpertPlan:
    """Decide what is run: of draws that repeat themselves each is taken once."""
    case = context.case(params.case)
    parameters = context.parameters(params.case, *params.wanted)
    distinct = params.draws
    if parameters.source is not None:
        distinct = BORROWED if parameters.posterior is None else parameters.posterior.replay.pairs
    answered = {key for expert in experts for key in expert.answers}
    quarters = {str(case.clock.start + quarter): quarter for quarter in range(case.clock.quarters)}
    outlooks = []
    for question in _questions(params, context):
        if question.kind == "outlook" and question.key in answered:
            output, _, label = question.key.partition("/")
            outlooks.append((output, quarters[label]))
    return ExpertPlan(
        case,
        written(ClaimsParams(case=params.case), context),
        parameters.source,
        tuple(outlooks),
        min(params.draws, distinct),
        params.replicates,
        params.seed,
        context.cores,
    )


def _questions(params: Params, context: Context) -> tuple[ExpertQuestion, ...]:
    return questions(context.case(params.case), written(ClaimsParams(case=params.case), context))


def _experts(params: Params, context: Context) -> tuple[Expert, ...]:
    return () if params.answers is None else read(params.answers, _questions(params, context))


def _provenance(plan: ExpertPlan) -> JsonObject:
    study = plan.study(on_posterior=plan.source is not None)
    provenance = provenance_of(plan.file, plan.case, study, plan.file.claims.claims, plan.source)
    return provenance | {"literature_sha256": literature()[1], "claims_draws": draws_of(plan.draws)}


def depends_on(params: Params, context: Context) -> JsonObject:
    """Describe the claims and their rules, the table of literature, and what experts answered.

    Raises
    ------
    copark.errors.FaultsFound
        If the workbook has faults.
    RunRefused
        If a template is asked for, too.
    """
    from copark.identity import hash_content

    if params.answers is not None and params.template is not None:
        raise WrongUsage.of("experts.both")
    answers = [
        [expert.name, expert.weight, {key: list(quantiles) for key, quantiles in expert.answers.items()}]
        for expert in _experts(params, context)
    ]
    return {
        "rules": rules_of(written(ClaimsParams(case=params.case), context), sequential=False),
        "literature": literature()[1],
        "answers": hash_content(answers),
        "template": "" if params.template is None else params.template.name,
    }


def workbook(params: Params, context: Context) -> bytes:
    """Make the empty workbook for this case's experts, in the context's language."""
    return template(_questions(params, context), context.case(params.case).title.text(context.lang), context.lang)


def deliver(params: Params, _answer: Answer, context: Context) -> None:
    """Write the template where that was asked.

    Parameters
    ----------
    params
        Parameters that name the file of the template; nothing is written where they do not.
    _answer
        Not read: a template does not depend on what was found.
    context
        Context that has the case and the language.
    """
    from copark.cases.workbook_writing import write_new

    if params.template is not None:
        write_new(params.template, workbook(params, context))


def workload(params: Params, context: Context) -> tuple[Workload, ...]:
    """Return how much there is to run."""
    plan = _plan(params, context)
    return (Workload(plan.runs, plan.case.clock.quarters), *workload_of(params, plan.draws, context))


def compute(params: Params, context: Context) -> Answer:
    """Run every scenario on the prior and on the posterior, and weigh the draws by what is known elsewhere."""
    experts = _experts(params, context)
    plan = _plan(params, context, experts)
    questions = _questions(params, context)
    shared_fields: dict[str, Any] = {
        "case": plan.case.name,
        "park": plan.case.title,
        "general": plan.file.general,
        "template": "" if params.template is None else params.template.name,
        "questions": len(questions),
        **context.result_fields(params, _provenance(plan)),
    }
    if params.template is not None:
        return Answer(**shared_fields)
    context.announce_workload(plan.case, workload(params, context))
    claimed = verdicts(params, plan.draws, context)
    progress = context.stage("simulate")
    on_prior = plan.runs if plan.source is None else plan.runs // 2
    with context.stages({"experts": context.run_id}) as stages:
        prior = DrawSet.run(
            plan,
            on_posterior=False,
            progress=part_until(progress, on_prior, plan.runs),
            checkpoint=stages.stage("runs-prior"),
        )
        posterior = None
        if plan.source is not None:
            posterior = DrawSet.run(
                plan,
                on_posterior=True,
                progress=part_until(progress, plan.runs, plan.runs),
                checkpoint=stages.stage("runs-record"),
            )
    context.stage("weigh")(0, 0)
    by_key = {question.key: question for question in questions}
    return Answer(**shared_fields, **Weighing(plan, prior, posterior, experts, by_key, claimed).fields())
