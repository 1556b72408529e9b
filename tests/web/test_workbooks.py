"""Experts on the page: a workbook to fill in, its faults by cell, and the same answer as of the command."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook

from copark.analyses.answer import find, load
from copark.analyses.registry import REGISTRY
from copark.web.api.analyses import XLSX
from copark.web.content.analyses import WORKBOOKS, params_of_workbook, results_of
from copark.web.content.case_registry import CaseRegistry, OwnerView
from copark.web.content.job_tasks import JobTask, do_task
from tests.experts.shared import few_alternatives
from tests.web.conftest import services_of

EXPERTS = REGISTRY["experts"]
PLACE = "/api/v1/analyses/experts/workbook.xlsx?case=great-stone"
SMALL_PARK = "wsip"
"""Of fewer claims than Great Stone, which brings its own."""
SEND = "/api/v1/jobs/analyses/experts?case=great-stone"


def filled(client, case="great-stone", **cells):
    """The workbook with the first two questions answered by the first expert, and some cells otherwise."""
    book = load_workbook(BytesIO(client.get(PLACE.replace("great-stone", case)).content))
    page = book.worksheets[1]
    for row in (4, 5):
        low, high = (float(page.cell(row, column).value) for column in (4, 5))
        for column, share in ((6, 0.1), (7, 0.5), (8, 0.9)):
            page.cell(row, column).value = low + share * (high - low)
    for cell, value in cells.items():
        page[cell] = value
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_the_empty_workbook_is_given_in_both_languages(client):
    for lang, sheet in (("en", "Expert 1"), ("zh", "专家1")):
        sent = client.get(f"{PLACE}&lang={lang}")
        assert sent.status_code == 200
        assert load_workbook(BytesIO(sent.content)).sheetnames[1] == sheet
    assert client.get(PLACE.replace("experts", "levers")).status_code == 404
    menu = {one["name"]: one["workbook"] for one in client.get("/api/v1/analyses").json()["analyses"]}
    assert [name for name, words in menu.items() if words] == ["experts"]


def test_faults_are_told_by_cell_and_nothing_is_kept(client, data):
    sent = client.post(SEND, content=filled(client, G4="much", B1=-1), headers={"content-type": XLSX})
    assert sent.status_code == 422
    assert [one["file"] for one in sent.json()["faults"]] == ["Expert 1!G4", "Expert 1!B1"]
    assert client.post(SEND, content=b"PK", headers={"content-type": XLSX}).status_code == 422
    assert client.post(SEND, content=b"{}", headers={"content-type": "application/json"}).status_code == 415
    assert not list((data / WORKBOOKS).glob("*"))


@pytest.mark.long
def test_a_workbook_waits_by_name_and_its_result_is_listed_nowhere(client, tmp_path):
    case = services_of(client).registry.get(SMALL_PARK)
    params = params_of_workbook(EXPERTS, case, tmp_path, filled(client, SMALL_PARK))
    assert params["answers"].startswith(f"{WORKBOOKS}/"), "no path of this machine waits in the queue"
    content = {"analysis": "experts", "params": {**params, "draws": 20, "replicates": 2}}
    with few_alternatives():
        done = do_task(JobTask("analysis", SMALL_PARK, content, "en", str(tmp_path)), lambda *_: None)
    stored = load(find(tmp_path, EXPERTS, done.identity), EXPERTS)
    assert stored is not None
    assert [one.name for one in stored.result.experts] == ["Expert 1"]
    assert "record_experts" in stored.result.ways
    assert done.identity not in {
        one.run_id for one in results_of(EXPERTS, OwnerView(CaseRegistry(), "", tmp_path), SMALL_PARK).results
    }


@pytest.mark.long
def test_brought_to_the_server_it_becomes_a_job(client):
    sent = client.post(SEND, content=filled(client), headers={"content-type": XLSX})
    assert sent.status_code == 202
    assert (sent.json()["analysis"], sent.json()["case"]) == ("experts", "great-stone")
    assert client.delete(f"/api/v1/jobs/{sent.json()['id']}").status_code == 200
