"""The question about accounts of an uploaded park, as the page asks it."""

import pytest

from tests.accounts.test_own_books import own_workbook
from tests.web.conftest import serving
from tests.web.test_jobs import told_of

XLSX = {"content-type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@pytest.mark.long
def test_the_page_tells_the_accounts_of_an_uploaded_park_as_of_any_other(tmp_path):
    with serving(tmp_path) as client:
        name = client.post("/api/v1/cases", content=own_workbook(), headers=XLSX).json()["case"]["name"]
        asked = {"analysis": "accounts", "params": {"case": name, "runs": 20}}
        job = client.post("/api/v1/jobs/analyses", json=asked).json()
        done = told_of(client, job)
        assert done["state"] == "done", done["trouble"]
        page = client.get(f"/api/v1/analyses/accounts/{done['identity']}", params={"lang": "en"})
        assert "hold 14 figures of its company’s books" in page.text
        evidence = client.get("/api/v1/evidence", params={"case": name}).json()
        assert {"fees", "night_light"} <= {series["variable"] for series in evidence["series"]}
