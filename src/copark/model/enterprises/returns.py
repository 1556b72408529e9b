"""The yearly return on an enterprise's capital, before it is known and as it comes out."""

from __future__ import annotations

from copark.model.fast_math import log
from copark.model.jit import Record, compiled

SQRT_HALF = 0.7071067811865476


@compiled
def component_spread(spread: float) -> float:
    """Standard deviation of the permanent and of the transitory return alike: sigma/sqrt(2), half the variance each."""
    return spread * SQRT_HALF


@compiled
def common_return(operating: float, receives: Record, parameters: Record) -> float:
    """Return the part of the return that all enterprises of the park share, before their own qualities (MODEL §3(4)).

    rho + y_K gamma ln(1 + n/n_ref) + y_Q ln Q + response to the host's market growth.

    Parameters
    ----------
    operating
        Operating enterprises at the end of the last quarter.
    receives
        Service (ln Q) and the host's growth gap (share per year) that came this quarter.
    parameters
        Of the run; `industrial_base` n_ref counts enterprises.

    Returns
    -------
    Return per year, before tax.
    """
    return (
        parameters.return_mean
        + parameters.output_capital * parameters.agglomeration * log(1.0 + operating / parameters.industrial_base)
        + parameters.service_return * receives.service_returns
        + parameters.market_response * receives.market_growth
    )


@compiled
def arbitrage(dated: Record, origin: int) -> float:
    """Return that the park lets an origin's enterprises arbitrage: cost and market access, each a term of its own."""
    return dated.term_cost[origin] + dated.term_market[origin]


@compiled
def advantage(origin: int, receives: Record, dated: Record, parameters: Record) -> float:
    """Return that the park adds for an origin's enterprises: its terms, and what ties bring (MODEL §3(4)).

    cost + market + y_N N_o: the company's ties to an origin bring its enterprises suppliers and markets.

    Parameters
    ----------
    origin
        Home, host or third.
    receives
        `network_returns`, log points by origin, as it came this quarter.
    dated
        Terms of cost and market access by origin, per year.
    parameters
        `network_return` y_N, 1/yr for one log point.

    Returns
    -------
    Return per year, before tax.
    """
    return arbitrage(dated, origin) + parameters.network_return * receives.network_returns[origin]


@compiled
def after_tax(before: float, tax: float) -> float:
    """r - tau [r]+: only a positive return is taxed."""
    return before - tax * max(before, 0.0)


@compiled
def startup_share(age: float, startup_quarters: float) -> float:
    """Share of normal operation an enterprise has reached: min(age/8, 1) with age in quarters."""
    return min(age / startup_quarters, 1.0)


@compiled
def expected_return(expected: float, common: float, terms: float, tax: float) -> float:
    """Return what a registered enterprise expects to earn when mature: its self-knowledge, no chance, no start-up loss.

    Parameters
    ----------
    expected
        What it believes its permanent return to be, E[u|s], per year.
    common
        Return that all earn alike, per year.
    terms
        What the park adds for its origin, per year, from `advantage`.
    tax
        Profit tax, a share.

    Returns
    -------
    Expected return per year after tax.
    """
    return after_tax(common + expected + terms, tax)


@compiled
def reputation(returns: float, operating: float, reference: float) -> float:
    """Signal of the park's success less the reference return: (5 x 0.07 + n r)/(5 + n) - 0.07, per year.

    `returns` is the sum over operating enterprises of their mean return of the last four quarters; five imagined
    enterprises at the reference keep the first few from deciding everything.

    Parameters
    ----------
    returns
        Sum of mean returns, per year.
    operating
        Number of enterprises in the sum.
    reference
        Return at which a park has no name, good or bad, per year.

    Returns
    -------
    Excess return per year; 0 while nobody operates.
    """
    return (5.0 * reference + returns) / (5.0 + operating) - reference
