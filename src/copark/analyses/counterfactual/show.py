"""Document of a counterfactual: what is due to an event, or the events that can be removed."""

from copark.analyses.compare.show import CompareShow
from copark.analyses.contract import Texts, assemble
from copark.analyses.counterfactual import Answer
from copark.analyses.show import Show
from copark.presentation.document import Document, Section


def document(answer: Answer, t: Texts) -> Document:
    """Write what is due to what was removed, or, where nothing was, the events that can be."""
    park = t.of(answer.park)
    key = f"counterfactual-{answer.case}"
    if answer.found is None:
        count = len(answer.events)
        headline = t("headline.events", count=count) if count else t("headline.events.none")
        return assemble(
            answer,
            t,
            key=key,
            title=t("question.none", park=park),
            headline=t.sentences([headline]),
            sections=[_events(answer, t, folded=False)],
        )
    titles = {event.key: t.of(event.title) for event in answer.events}
    events = t("join").join(titles[event_key] for event_key in answer.without)
    parts = CompareShow(answer.found, answer.trust, Texts("compare", t.lang), own=t, events=events)
    return assemble(
        answer,
        t,
        key=f"{key}-{answer.found.studies[0]}",
        title=t("question", park=park, events=events),
        headline=parts.headline(),
        sections=[*parts.sections(), _events(answer, t, folded=True)],
        provenance={"without": ", ".join(answer.without), **parts.provenance()},
    )


def _events(answer: Answer, t: Texts, *, folded: bool) -> Section:
    show = Show(t)
    columns = show.columns("key date:quarter event")
    rows = [(event.key, event.date, t.of(event.title)) for event in answer.events]
    return show.section("events", show.table("events", columns, rows), folded=folded)
