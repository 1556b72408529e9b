"""What is shown of voting power: on whom votes turn, beside the weights."""

from copark.analyses.case_table import method
from copark.analyses.contract import Texts, assemble
from copark.analyses.power import Answer
from copark.analyses.show import Show
from copark.presentation import document as doc
from copark.presentation.numbers import number


def document(found: Answer, t: Texts) -> doc.Document:
    """The answer first, then weight and power of each voter."""
    show = Show(t)
    power = found.power
    voters = found.voters
    share = show.column("shapley", doc.Kind.share, places=1)
    ranked = sorted(range(len(voters)), key=lambda at: -power.shapley_shubik[at])
    first = ranked[0]
    weights = sum(power.weights)
    said = show.said(float(power.shapley_shubik[first]), share)
    if power.dictator is not None:
        headline = t("headline.dictator", voter=voters[power.dictator])
    elif len(voters) > 1 and power.shapley_shubik[ranked[1]] == power.shapley_shubik[first]:
        alike = [voters[at] for at in ranked if power.shapley_shubik[at] == power.shapley_shubik[first]]
        headline = t("headline.alike", voters=t("join").join(alike), power=said)
    else:
        weight = show.said(power.weights[first] / weights, share)
        headline = t("headline", voter=voters[first], power=said, weight=weight)
    cards = doc.Cards(
        tuple(
            doc.Card(
                voters[at],
                share,
                float(power.shapley_shubik[at]),
                t("card.weight", weight=show.said(power.weights[at] / weights, share)),
            )
            for at in ranked[:6]
        )
    )
    columns = (
        *show.columns("voter weight:count"),
        share,
        *show.columns("shapley_exact banzhaf:share:1 banzhaf_exact banzhaf_raw:count"),
    )
    rows = [
        (
            voter,
            power.weights[at],
            float(power.shapley_shubik[at]),
            str(power.shapley_shubik[at]),
            float(power.banzhaf_normalized[at]),
            str(power.banzhaf_normalized[at]),
            power.banzhaf_raw[at],
        )
        for at, voter in enumerate(voters)
    ]
    caveats = [doc.Caveat(one) for one in notes(found, t)]
    return assemble(
        found,
        t,
        key="power",
        title=t("question", voters=len(voters), quota=number(power.quota, 0), total=number(weights, 0)),
        headline=headline,
        sections=[
            show.section("summary", cards, doc.Paragraph(t("lead")), *caveats, show.table("power", columns, rows)),
            method(show, 2, found.settings),
        ],
    )


def notes(found: Answer, t: Texts) -> list[str]:
    """What is remarkable: voters who never decide, a quota that lets two coalitions win."""
    power = found.power
    said = []
    if power.dummies:
        said.append(t("dummy", voters=t("join").join(found.voters[at] for at in power.dummies)))
    if 2 * power.quota <= sum(power.weights):
        said.append(t("low_quota"))
    return said
