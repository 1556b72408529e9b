"""Addresses of the random numbers of a run in spans of quarters, each of another run: how a past is put together."""

from __future__ import annotations

import numpy as np

from copark.arrays import Booleans, Floats, Integers
from copark.model.addresses import NEVER
from copark.model.arrays import Draws
from copark.stats.precision import effective

SINCE = 0
"""Column of a span: the quarter it begins with."""
RUN = 1
"""Column of a span: the run whose random numbers it has."""


def one_span(runs: Integers, since: Integers) -> Integers:
    """Address one run throughout, in spans that begin anywhere.

    Parameters
    ----------
    runs
        Numbers of the runs, shape (members,).
    since
        Quarters at which the other spans begin, shape (members, spans - 1).

    Returns
    -------
        Addresses of shape (members, spans, 2).
    """
    addresses = np.zeros((len(runs), 1 + since.shape[1], 2), np.int64)
    addresses[:, :, RUN] = runs[:, np.newaxis]
    addresses[:, 1:, SINCE] = since
    return addresses


def places(addresses: Integers, quarters: int) -> Integers:
    """Find the place in its row of the span that each quarter lies in, shape (members, quarters)."""
    positions = np.zeros((len(addresses), quarters), np.int64)
    begun = np.zeros((len(addresses), quarters), np.int64)
    all_quarters = np.arange(quarters)
    for n in range(1, addresses.shape[1]):
        since = addresses[:, n, SINCE, np.newaxis]
        later = (since <= all_quarters) & (since >= begun)
        positions = np.where(later, n, positions)
        begun = np.where(later, since, begun)
    return positions


def runs_by_quarter(addresses: Integers, quarters: int) -> Integers:
    """Find the run whose random numbers each quarter has, shape (members, quarters)."""
    return np.take_along_axis(addresses[:, :, RUN], places(addresses, quarters), axis=1)


def present(addresses: Integers, quarters: int) -> Booleans:
    """Describe which spans some quarter lies in, shape (members, spans)."""
    is_present = np.zeros(addresses.shape[:2], np.bool_)
    np.put_along_axis(is_present, places(addresses, quarters), values=True, axis=1)
    return is_present


def with_addresses(draws: Draws, addresses: Integers, seed: int) -> Draws:
    """Address the random numbers of draws, in spans of runs of a seed, to a quarter that never comes.

    Parameters
    ----------
    draws
        Records of the members, shape (members,); their addresses are written in place.
    addresses
        Spans of each, (since, run), shape (members, spans, 2).
    seed
        Seed of the random numbers.

    Returns
    -------
    The same draws.
    """
    since = addresses[:, 1:, SINCE]
    runs = addresses[:, 1:, RUN]
    # Put in the order of their quarters, as `rng.key` takes them; of two that begin together the later stays behind.
    order = np.argsort(since, axis=1, kind="stable")
    used = slice(0, since.shape[1])
    draws.addresses["seed"] = seed
    draws.addresses["run"] = addresses[:, 0, RUN]
    draws.addresses["cut"] = NEVER
    draws.addresses["since"] = 0
    draws.addresses["since"][:, used] = np.take_along_axis(since, order, axis=1)
    draws.addresses["span_run"][:, used] = np.take_along_axis(runs, order, axis=1)
    return draws


def different_pasts(addresses: Integers, quarters: int) -> Floats:
    """Count effectively different random numbers in each quarter, 1 / Σ share² over runs; shape (quarters,)."""
    runs_of_quarters = runs_by_quarter(addresses, quarters).T
    return np.array([effective(np.unique(runs, return_counts=True)[1].astype(np.float64)) for runs in runs_of_quarters])
