"""What a panel has to say, in sentences: for its page and the screen."""

from __future__ import annotations

from copark.inference.pool.movement import gained
from copark.inference.pool.scoring import POOLED, Contest, winners
from copark.presentation.numbers import number, percent
from copark.report.pool.findings import ASKED, PoolFindings


def winner_sentence(found: PoolFindings, table: Contest) -> str:
    """Who won, by how much, and where the model with mechanisms stands."""
    first = table.standings[0]
    place = next(n for n, one in enumerate(table.standings) if one.method == POOLED)
    mine = table.standings[place]
    wins = [winner for winner, _ in winners(found.scores, table.scheme).values()]
    values = {
        "values": first.values, "parks": first.parks, "winner": found.method(first.method),
        "score": number(first.log_crps, 3), "sure": found.say("firm" if table.firm else "not_firm"),
        "place": place + 1, "of": len(table.standings), "mine": number(mine.log_crps, 3),
        "second": found.method(table.standings[1].method), "behind": number(table.standings[1].log_crps, 3),
        "wins": found.say("comma").join(
            found.say("wins", method=found.method(one), parks=wins.count(one))
            for one in sorted(sorted(set(wins)), key=lambda each: -wins.count(each))
        ),
        "alone": number(next(one.log_crps for one in table.standings if one.method == "alone"), 3),
    }  # fmt: skip
    key = "winner.own" if place == 0 else "winner.other"
    return found.say(key, scheme=found.say(f"winner.{table.scheme}"), **values)


def answer_sentences(found: PoolFindings) -> list[str]:
    """Which parameters the panel moved that the one park alone could not, by group."""
    park = found.park(found.reference)
    said = []
    for group in ASKED:
        more = gained(found.movements, (group,))
        every = [one for one in found.movements if one.group == group]
        title = found.say(f"group.{group}")
        if more:
            said.append(found.say("answer.moved", group=title, names=found.names(more), park=park))
        else:
            told = [one for one in every if one.mean.verdict != "unmoved"]
            key = "answer.same" if told else "answer.nothing"
            said.append(found.say(key, group=title, names=found.names(told or every), park=park))
    others = [one for one in found.gained if one.group not in ASKED]
    if others:
        said.append(found.say("answer.others", names=found.names(others), park=park))
    return said


def spread_sentence(found: PoolFindings) -> str:
    """How far parks stray from the model."""
    spread = found.panel.spread
    return found.say("spread", companies=percent(spread.companies), jobs=percent(spread.jobs))


def coverage_sentences(found: PoolFindings) -> list[str]:
    """Whether bands of 90 % hold 90 %: in simulated panels, and on the casebook."""
    one, said = found.examined, []
    if one is not None:
        said.append(
            found.say(
                "examined", panels=one.panels, means=percent(one.moved_means), own=percent(one.moved_own),
                left=percent(one.left_out),
            )
        )  # fmt: skip
    for scheme in ("left_out", "rolling"):
        table = found.main(scheme)
        if table is not None:
            held = {row.method: percent(row.coverage) for row in table.standings}
            said.append(found.say(f"held.{scheme}", pooled=held[POOLED], growth=held["growth"]))
    return said
