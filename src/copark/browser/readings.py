"""What a page reads of runs, as loops over them that are compiled into the module: outcomes, bands, effects, errors.

Formulas are those that Python uses (:mod:`copark.simulation.accounts`, :mod:`copark.stats`), compiled from the same
functions; what stands here are the loops over runs and quarters that NumPy has in Python. A test compares both.
Nothing here makes an array: all is written into arguments.
"""

from __future__ import annotations

import numpy as np

from copark.decisions.measures import ALIVE, NAMES, OUTPUTS_READ
from copark.model.clock import QUARTERS_PER_YEAR
from copark.model.jit import shared
from copark.model.outcomes import ENDED, GOOD, OUTCOMES
from copark.simulation import accounts, outcomes
from copark.stats import precision, quantiles, rounding, shares

cash_after_shock = shared(accounts.cash_after_shock)
place_of = shared(quantiles.place_of)
between = shared(quantiles.between)
is_rounding = shared(rounding.is_rounding)
wilson_ends = shared(shares.wilson_ends)
paired_interval = shared(precision.paired_interval)

EARNING = accounts.THRESHOLDS.earning_years * QUARTERS_PER_YEAR
AIDED = accounts.THRESHOLDS.aid_years * QUARTERS_PER_YEAR
SHOCK_YEARS = accounts.THRESHOLDS.shock_years
FEES_LOST = accounts.THRESHOLDS.fees_lost
NOT_OK = outcomes.NOT_OK
TESTS = ("alive", "unaided", "earns", "pays_back", "holds", "stands")
"""Tests of accounts in the order in which `read_outcomes` has answered them."""
LACKED = tuple(TESTS.index(outcome.lacks) for outcome in OUTCOMES[:-1])
"""Of each outcome but the mildest, the place among :data:`TESTS` of the test that a run lacks."""
MILDEST = OUTCOMES[-1].code
GOOD_CODE = GOOD.code
ENDED_CODE = ENDED.code

OUTCOME_OUTPUTS = accounts.NEEDED
"""Outputs that outcomes are read of, in the order in which their places are given to `read_outcomes`."""
(
    IN_FAILED,
    IN_CASH,
    IN_FEES,
    IN_OPERATING_COST,
    IN_INTEREST,
    IN_PRINCIPAL,
    IN_RESULT,
    IN_RESCUE,
    IN_STATE_FUNDING,
    IN_PUBLIC_INCOME,
    IN_PUBLIC_OUTLAY,
) = range(len(OUTCOME_OUTPUTS))

(
    IN_OPERATING,
    IN_JOBS,
    IN_BENEFIT_HOME,
    IN_BENEFIT_HOST,
    IN_CONTRIBUTION_HOME,
    IN_CONTRIBUTION_HOST,
    IN_RESULT_OF_MEASURES,
    IN_PROFIT,
    IN_MEAN_RETURN,
    IN_FAILED_OF_MEASURES,
    IN_TAXES,
) = range(len(OUTPUTS_READ))
MEASURES_READ = (*(name for name in NAMES if name != "operating"), ALIVE)
"""What `read_measures` reads of a run, in its order: that of :class:`copark.decisions.measures.LeverMeasures`, without
the logarithm of a count that stands beside it."""
SHARE_READINGS = (
    "reference_share",
    "scenario_share",
    "scenario_low",
    "scenario_high",
    "change",
    "change_low",
    "change_high",
)
"""What `read_shares` reads of each outcome: shares of pairs, the scenario's Wilson interval, the change and its
interval."""
EFFECT_READINGS = ("pairs", "reference_mean", "scenario_mean", "low", "median", "high", "above", "equal")
"""What `read_effects` reads of each measure: pairs of runs that count, means, 5, 50 and 95 % of the differences, and
shares of pairs above the reference and like it."""
GAPS = (701, 301, 132, 57, 23, 10, 4, 1)
"""Gaps of the sort, after Ciura (2001)."""


def in_order(values: np.ndarray, count: int) -> None:
    """Sort the first values of an array in place, ascending.

    Parameters
    ----------
    values
        Written: numbers, shape (runs,).
    count
        How many of them.
    """
    for gap in GAPS:
        for n in range(gap, count):
            value = values[n]
            place = n
            while place >= gap and values[place - gap] > value:
                values[place] = values[place - gap]
                place -= gap
            values[place] = value


in_order = shared(in_order)


def read_outcomes(
    out: np.ndarray, status: np.ndarray, columns: np.ndarray, judged: int, closed: int, codes: np.ndarray
) -> None:
    """Read the outcome of every run, as :func:`copark.simulation.outcomes.outcomes` does.

    Parameters
    ----------
    out
        Paths, shape (runs, kept, quarters).
    status
        How each run ended, shape (runs, 3).
    columns
        Places of :data:`OUTCOME_OUTPUTS` among the outputs kept.
    judged
        The quarter, counted from 0.
    closed
        1 if the park is closed then, otherwise 0.
    codes
        Written: code of the outcome, shape (runs,).
    """
    for run in range(out.shape[0]):
        if status[run, 0] != 0:
            codes[run] = NOT_OK
            continue
        paths = out[run]
        alive = closed != 1 and paths[columns[IN_FAILED], judged] < 0.5
        aided = False
        for t in range(max(judged + 1 - AIDED, 0), judged + 1):
            if paths[columns[IN_RESCUE], t] + paths[columns[IN_STATE_FUNDING], t] > 0.0:
                aided = True
        earned = paths[columns[IN_RESULT], judged]
        if judged >= EARNING:
            earned -= paths[columns[IN_RESULT], judged - EARNING]
        income = 0.0
        for t in range(judged + 1):
            income += paths[columns[IN_PUBLIC_INCOME], t]
        paid_back = income / QUARTERS_PER_YEAR - paths[columns[IN_PUBLIC_OUTLAY], judged]
        fees = 0.0
        cost = 0.0
        interest = 0.0
        principal = 0.0
        since = max(judged + 1 - QUARTERS_PER_YEAR, 0)
        for t in range(since, judged + 1):
            fees += paths[columns[IN_FEES], t]
            cost += paths[columns[IN_OPERATING_COST], t]
            interest += paths[columns[IN_INTEREST], t]
            principal += paths[columns[IN_PRINCIPAL], t]
        count = judged + 1 - since
        cash = paths[columns[IN_CASH], judged]
        left = cash_after_shock(
            cash, fees / count, cost / count, interest / count, principal / count, FEES_LOST, SHOCK_YEARS
        )
        earns = alive and earned >= 0.0
        pays_back = alive and paid_back >= 0.0
        holds = alive and left >= 0.0
        unaided = alive and not aided
        passed = (alive, unaided, earns, pays_back, holds, earns and unaided and pays_back and holds)
        codes[run] = MILDEST
        for code in range(MILDEST):
            if not passed[LACKED[code]]:
                codes[run] = code
                break


def read_bands(
    out: np.ndarray,
    status: np.ndarray,
    columns: np.ndarray,
    levels: np.ndarray,
    ordered: np.ndarray,
    bands: np.ndarray,
) -> None:
    """Read quantiles over runs of some outputs in every quarter, as :func:`copark.stats.quantiles.quantiles` does.

    Parameters
    ----------
    out
        Paths, shape (runs, kept, quarters).
    status
        How each run ended, shape (runs, 3): a run has no value from the quarter on in which it was broken off.
    columns
        Places of the outputs among those kept.
    levels
        Levels of the quantiles, 0 to 1.
    ordered
        Memory for the values of a quarter, shape (runs,).
    bands
        Written: shape (outputs, levels, quarters); NaN where no run has a value.
    """
    for n in range(columns.size):
        for t in range(out.shape[2]):
            count = 0
            for run in range(out.shape[0]):
                if status[run, 0] == 0 or t < status[run, 1]:
                    ordered[count] = out[run, columns[n], t]
                    count += 1
            in_order(ordered, count)
            for row in range(levels.size):
                if count == 0:
                    bands[n, row, t] = np.nan
                else:
                    below, above, share = place_of(count - 1, levels[row])
                    bands[n, row, t] = between(ordered[below], ordered[above], share)


def read_measures(
    out: np.ndarray,
    status: np.ndarray,
    columns: np.ndarray,
    weights: np.ndarray,
    first: int,
    codes: np.ndarray,
    values: np.ndarray,
) -> None:
    """Read the measures of every run, as :class:`copark.decisions.measures.LeverMeasures` does.

    Parameters
    ----------
    out
        Paths, shape (runs, kept, quarters).
    status
        How each run ended, shape (runs, 3).
    columns
        Places of :data:`copark.decisions.measures.OUTPUTS_READ` among the outputs kept.
    weights
        Weight of each quarter's flow, shape (quarters,).
    first
        Quarter levers are pulled, counted from 0.
    codes
        Codes of the outcomes, shape (runs,).
    values
        Written: shape (runs, measures); NaN of a run that did not finish.
    """
    last = out.shape[2] - 1
    for run in range(out.shape[0]):
        if status[run, 0] != 0:
            for n in range(values.shape[1]):
                values[run, n] = np.nan
            continue
        paths = out[run]
        benefit_home = 0.0
        benefit_host = 0.0
        contribution_home = 0.0
        contribution_host = 0.0
        profit = 0.0
        taxes = 0.0
        for t in range(last + 1):
            weight = weights[t]
            benefit_home += paths[columns[IN_BENEFIT_HOME], t] * weight
            benefit_host += paths[columns[IN_BENEFIT_HOST], t] * weight
            contribution_home += paths[columns[IN_CONTRIBUTION_HOME], t] * weight
            contribution_host += paths[columns[IN_CONTRIBUTION_HOST], t] * weight
            profit += paths[columns[IN_PROFIT], t] * weight
            taxes += paths[columns[IN_TAXES], t] * weight
        operating = paths[columns[IN_OPERATING], last]
        result = paths[columns[IN_RESULT_OF_MEASURES], last]
        values[run, 0] = 1.0 if codes[run] == GOOD_CODE else 0.0
        values[run, 1] = 1.0 if codes[run] == ENDED_CODE else 0.0
        values[run, 2] = operating
        values[run, 3] = paths[columns[IN_JOBS], last]
        values[run, 4] = benefit_home - contribution_home
        values[run, 5] = benefit_host - contribution_host
        values[run, 6] = result - paths[columns[IN_RESULT_OF_MEASURES], first - 1] if first > 0 else result
        values[run, 7] = profit
        values[run, 8] = paths[columns[IN_MEAN_RETURN], last]
        values[run, 9] = -contribution_home
        values[run, 10] = taxes - contribution_host
        values[run, 11] = 1.0 if first <= 0 or paths[columns[IN_FAILED_OF_MEASURES], first - 1] < 0.5 else 0.0


def read_shares(
    reference: np.ndarray,
    scenario: np.ndarray,
    draws: np.ndarray,
    settings: np.ndarray,
    sums: np.ndarray,
    counts: np.ndarray,
    answer: np.ndarray,
) -> None:
    """Read shares of outcomes, how a scenario changes them pair by pair, and how well so many runs tell both.

    Parameters
    ----------
    reference, scenario
        Codes of the outcomes in the reference and in the scenario, shape (runs,).
    draws
        Number of the parameter draw of every run, below the number of runs, shape (runs,).
    settings
        z of the intervals' level, first.
    sums, counts
        Memory for the draws, shape (runs,).
    answer
        Written: :data:`SHARE_READINGS` of each outcome, shape (outcomes, readings); NaN without a pair.
    """
    z = settings[0]
    for outcome in range(answer.shape[0]):
        total = 0
        before = 0
        after = 0
        gained = 0
        lost = 0
        for n in range(sums.size):
            sums[n] = 0.0
            counts[n] = 0.0
        for run in range(reference.size):
            if reference[run] == NOT_OK or scenario[run] == NOT_OK:
                continue
            total += 1
            was = 1 if reference[run] == outcome else 0
            now = 1 if scenario[run] == outcome else 0
            before += was
            after += now
            gained += 1 if now > was else 0
            lost += 1 if was > now else 0
            sums[draws[run]] += now - was
            counts[draws[run]] += 1.0
        if total == 0:
            for n in range(answer.shape[1]):
                answer[outcome, n] = np.nan
            continue
        middle, half = paired_interval(gained, lost, total, z)
        drawn = 0
        most = 0.0
        of_means = 0.0
        for n in range(counts.size):
            if counts[n] > 0.0:
                drawn += 1
                most = max(most, counts[n])
                of_means += sums[n] / counts[n]
        if most > 1.0 and drawn > 1:
            mean = of_means / drawn
            squares = 0.0
            for n in range(counts.size):
                if counts[n] > 0.0:
                    squares += (sums[n] / counts[n] - mean) ** 2
            middle = (gained - lost) / total
            half = max(half, z * np.sqrt(squares / (drawn - 1)) / np.sqrt(drawn))
        low, high = wilson_ends(float(after), total, z)
        answer[outcome, 0] = before / total
        answer[outcome, 1] = after / total
        answer[outcome, 2] = low
        answer[outcome, 3] = high
        answer[outcome, 4] = (gained - lost) / total
        answer[outcome, 5] = max(-1.0, middle - half)
        answer[outcome, 6] = min(1.0, middle + half)


def read_effects(
    reference: np.ndarray, scenario: np.ndarray, levels: np.ndarray, ordered: np.ndarray, answer: np.ndarray
) -> None:
    """Read what a scenario changes in each measure, pair by pair: differences that are rounding are 0.

    Pairs count of which both runs finished, and whose company lived when levers are pulled.

    Parameters
    ----------
    reference, scenario
        Measures of both, as :func:`read_measures` writes them.
    levels
        Levels of the quantiles of the differences: three.
    ordered
        Memory for the differences, shape (runs,).
    answer
        Written: :data:`EFFECT_READINGS` of each measure, shape (measures, readings).
    """
    alive = reference.shape[1] - 1
    for n in range(answer.shape[0]):
        count = 0
        above = 0
        equal = 0
        before = 0.0
        after = 0.0
        for run in range(reference.shape[0]):
            if not (reference[run, alive] == 1.0 and scenario[run, n] == scenario[run, n]):
                continue
            change = scenario[run, n] - reference[run, n]
            if is_rounding(change, reference[run, n]):
                change = 0.0
            ordered[count] = change
            count += 1
            before += reference[run, n]
            after += scenario[run, n]
            above += 1 if change > 0.0 else 0
            equal += 1 if change == 0.0 else 0
        answer[n, 0] = count
        if count == 0:
            for place in range(1, answer.shape[1]):
                answer[n, place] = np.nan
            continue
        in_order(ordered, count)
        answer[n, 1] = before / count
        answer[n, 2] = after / count
        for row in range(3):
            below, higher, share = place_of(count - 1, levels[row])
            answer[n, 3 + row] = between(ordered[below], ordered[higher], share)
        answer[n, 6] = above / count
        answer[n, 7] = equal / count
