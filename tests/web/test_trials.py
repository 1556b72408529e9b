"""A trial of claims is shown for what made it, never for when it was written, and its parts are found by key."""

from __future__ import annotations

import csv
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from copark.inference.claims.record import Kept, write
from copark.inference.claims.trial import identity_from
from copark.workflows.claims import usual_provenance
from copark.workflows.serving.claims import trials_of

URL = "/api/v1/claims"


@pytest.fixture(scope="module")
def usual() -> dict[str, Any]:
    return usual_provenance("great-stone")


def stored(data: Path, provenance: dict[str, Any], verdicts: list[tuple[str, str, str]], age: float) -> str:
    """Store a trial as its page, record and tables are stored; ``age`` in seconds."""
    identity = identity_from(provenance)
    folder = data / "reports" / f"claims-great-stone-{identity}"
    (folder / "tables").mkdir(parents=True)
    write(Kept(identity, provenance, ()), folder)
    nothing = dict.fromkeys(("severity", "held_by_prior", "why", "flipped_by"), "")
    rows = [
        {"claim": claim, "part": part, "claim_verdict": verdict, "verdict": verdict, **nothing}
        for claim, part, verdict in verdicts
    ]
    with (folder / "tables" / "claims-verdicts-en.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    (folder / "claims-en.html").write_text(f"<p>{identity}</p>", encoding="utf-8")
    when = time.time() - age
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (when, when))
    return identity


@pytest.fixture(autouse=True)
def nothing_stored(data: Path) -> Iterator[None]:
    yield
    for folder in (data / "reports").glob("claims-great-stone-*"):
        shutil.rmtree(folder)


@pytest.fixture
def trials(data: Path, usual: dict[str, Any]) -> dict[str, str]:
    """The usual trial, a newer and smaller one, and the newest of all, of another model."""
    listed = [(claim, "last", "supported") for claim in usual["claims"]]
    return {
        "usual": stored(data, usual, listed, 900),
        "small": stored(data, usual | {"draws": 10, "futures": 2}, [("C1", "x", "contradicted")], 60),
        "past": stored(data, usual | {"model_hash": "0" * 64, "draws": 400}, [("C1", "x", "undetermined")], 0),
    }


def test_the_usual_trial_is_shown_though_a_small_one_is_newer(client: Any, trials: dict[str, str]) -> None:
    told = client.get(URL).json()
    assert told["trial"]["identity"] == trials["usual"]
    assert {one["verdict"] for one in told["trial"]["parts"]} == {"supported"}
    assert "usual settings" in told["note"]["en"]
    assert [one["identity"] for one in told["trials"]] == [trials["usual"], trials["small"], trials["past"]]
    assert [(one["usual"], one["current"]) for one in told["trials"]] == [(True, True), (False, True), (False, False)]
    assert client.get(f"{URL}/great-stone/trial/page").text == f"<p>{trials['usual']}</p>"
    assert client.get(f"{URL}/great-stone/verdicts").json()["rows"][0][3] == "supported"


def test_a_trial_that_is_asked_for_is_shown_with_its_settings(
    client: Any, data: Path, usual: dict[str, Any], trials: dict[str, str]
) -> None:
    told = client.get(URL, params={"trial": trials["small"]}).json()
    shown = told["trial"]
    assert (shown["identity"], shown["draws"], shown["runs"], shown["seed"]) == (trials["small"], 10, 20, 1)
    assert shown["cut"] in shown["words"]["en"]
    assert shown["cut"] in shown["words"]["zh"]
    assert "all claims" in shown["words"]["en"]
    some = stored(data, usual | {"claims": ["1", "2"]}, [("1", "x", "supported")], 0)
    assert "claims 1, 2" in client.get(URL, params={"trial": some}).json()["trial"]["words"]["en"]
    assert "10 parameter draws × 2 replicates = 20 runs" in shown["words"]["en"]
    assert "other than the usual" in told["note"]["en"]
    assert "another state" in client.get(URL, params={"trial": trials["past"]}).json()["note"]["en"]
    page = client.get(f"{URL}/great-stone/trial/page", params={"trial": trials["small"]})
    assert page.text == f"<p>{trials['small']}</p>"
    assert "sandbox" in page.headers["content-security-policy"]
    assert client.get(URL, params={"trial": "0" * 16}).status_code == 404
    assert client.get(f"{URL}/great-stone/trial/page?lang=zh").status_code == 404


def test_without_the_usual_trial_none_is_shown_by_itself(client: Any, data: Path, usual: dict[str, Any]) -> None:
    none = client.get(URL).json()
    assert (none["trial"], none["trials"]) == (None, [])
    assert client.get(f"{URL}/great-stone/verdicts").status_code == 404
    small = stored(data, usual | {"draws": 10}, [("C1", "x", "supported")], 0)
    told = client.get(URL).json()
    assert told["trial"] is None
    assert [one["identity"] for one in told["trials"]] == [small]
    assert "choose one" in told["note"]["en"]


def test_a_trial_that_is_not_what_its_folder_says_is_not_listed(client: Any, data: Path, usual: dict[str, Any]) -> None:
    identity = stored(data, usual | {"draws": 10}, [("C1", "x", "supported")], 0)
    folder = data / "reports" / f"claims-great-stone-{identity}"
    record = folder / "verdicts.json"
    record.write_text(record.read_text(encoding="utf-8").replace('"draws": 10', '"draws": 200'), encoding="utf-8")
    assert trials_of("great-stone", data) == []


def test_the_parts_of_a_claim_have_the_keys_of_their_verdicts(client: Any) -> None:
    from copark.workflows.claims import read_claims

    _, written = read_claims("great-stone")
    keys = {claim.id: [part.key for part in claim.parts] for claim in written.claims.claims}
    told = client.get(URL).json()["claims"]
    assert {one["id"]: [part["key"] for part in one["parts"]] for one in told} == keys
    assert all(len(set(parts)) == len(parts) for parts in keys.values())
