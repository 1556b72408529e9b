"""Document of a counterfactual: what is due to an event, or the events that can be removed."""

from copark.analyses.compare.show import CompareShow
from copark.analyses.contract import Texts, assemble
from copark.analyses.counterfactual import Answer
from copark.analyses.show import Show
from copark.presentation.document import Document, Section


def document(found: Answer, t: Texts) -> Document:
    """Write what is due to what was removed, or, where nothing was, the events that can be."""
    park = t.of(found.park)
    key = f"counterfactual-{found.case}"
    if found.found is None:
        count = len(found.events)
        told = t("headline.events", count=count) if count else t("headline.events.none")
        return assemble(
            found,
            t,
            key=key,
            title=t("question.none", park=park),
            headline=t.sentences([told]),
            sections=[_events(found, t, folded=False)],
        )
    titles = {one.key: t.of(one.title) for one in found.events}
    events = t("join").join(titles[one] for one in found.without)
    parts = CompareShow(found.found, found.trust, Texts("compare", t.lang), own=t, events=events)
    return assemble(
        found,
        t,
        key=f"{key}-{found.found.studies[0]}",
        title=t("question", park=park, events=events),
        headline=parts.headline(),
        sections=[*parts.sections(), _events(found, t, folded=True)],
        provenance={"without": ", ".join(found.without), **parts.provenance()},
    )


def _events(found: Answer, t: Texts, *, folded: bool) -> Section:
    show = Show(t)
    columns = show.columns("key date:quarter event")
    rows = [(one.key, one.date, t.of(one.title)) for one in found.events]
    return show.section("events", show.table("events", columns, rows), folded=folded)
