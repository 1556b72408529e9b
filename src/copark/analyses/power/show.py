"""Documents on voting power: on whom votes turn, beside the weights."""

from copark.analyses.case_table import method
from copark.analyses.contract import Texts, assemble
from copark.analyses.power import Answer
from copark.analyses.show import Show
from copark.presentation import document as doc
from copark.presentation.numbers import number


def document(answer: Answer, t: Texts) -> doc.Document:
    """Show the answer first, then weight and power of each voter."""
    show = Show(t)
    power = answer.power
    voters = answer.voters
    share = show.column("shapley", doc.Kind.share, places=1)
    ranked = sorted(range(len(voters)), key=lambda position: -power.shapley_shubik[position])
    first = ranked[0]
    weights = sum(power.weights)
    written = show.said(float(power.shapley_shubik[first]), share)
    if power.dictator is not None:
        headline = t("headline.dictator", voter=voters[power.dictator])
    elif len(voters) > 1 and power.shapley_shubik[ranked[1]] == power.shapley_shubik[first]:
        alike = [
            voters[position] for position in ranked if power.shapley_shubik[position] == power.shapley_shubik[first]
        ]
        headline = t("headline.alike", voters=t("join").join(alike), power=written)
    else:
        weight = show.said(power.weights[first] / weights, share)
        headline = t("headline", voter=voters[first], power=written, weight=weight)
    cards = doc.Cards(
        tuple(
            doc.Card(
                voters[position],
                share,
                float(power.shapley_shubik[position]),
                t("card.weight", weight=show.said(power.weights[position] / weights, share)),
            )
            for position in ranked[:6]
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
            power.weights[position],
            float(power.shapley_shubik[position]),
            str(power.shapley_shubik[position]),
            float(power.banzhaf_normalized[position]),
            str(power.banzhaf_normalized[position]),
            power.banzhaf_raw[position],
        )
        for position, voter in enumerate(voters)
    ]
    caveats = [doc.Caveat(note) for note in notes(answer, t)]
    return assemble(
        answer,
        t,
        key="power",
        title=t("question", voters=len(voters), quota=number(power.quota, 0), total=number(weights, 0)),
        headline=headline,
        sections=[
            show.section("summary", cards, doc.Paragraph(t("lead")), *caveats, show.table("power", columns, rows)),
            method(show, 2, answer.settings),
        ],
    )


def notes(answer: Answer, t: Texts) -> list[str]:
    """Describe what is remarkable: voters who never decide, a quota that lets two coalitions win."""
    power = answer.power
    remarks = []
    if power.dummies:
        remarks.append(t("dummy", voters=t("join").join(answer.voters[position] for position in power.dummies)))
    if 2 * power.quota <= sum(power.weights):
        remarks.append(t("low_quota"))
    return remarks
