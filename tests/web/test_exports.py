"""Files of a result open where they should: in spreadsheets, in statistics, in science, on paper."""

from __future__ import annotations

import csv
import json
from io import BytesIO, StringIO

import numpy as np
import pytest
from openpyxl import load_workbook

from tests.web.conftest import EQUITY

ASKED = {"case": "great-stone", "runs": 12, "draws": "unsettled", "scenario": EQUITY}


@pytest.fixture(scope="module")
def answer(client):
    return client.post("/api/v1/simulate", json=ASKED).json()


@pytest.fixture(scope="module")
def get(client, answer):
    def fetch(form, **query):
        return client.get(f"/api/v1/export/{answer['identity']}.{form}", params=query)

    return fetch


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_bands_as_csv_are_those_of_the_answer(get, answer, lang):
    raw = get("csv", lang=lang)
    assert raw.content.startswith(b"\xef\xbb\xbf"), "a spreadsheet must know that it is UTF-8"
    assert "attachment" in raw.headers["content-disposition"]
    rows = list(csv.reader(StringIO(raw.content.decode("utf-8-sig"))))
    jobs = [row for row in rows[1:] if row[0] == "scenario" and row[1] == "jobs"]
    assert [row[4] for row in jobs] == answer["quarters"]
    at = [8, 9, 10, 11, 12]
    assert np.array_equal(
        np.array([[float(row[n]) for row in jobs] for n in at]), np.array(answer["arms"][1]["bands"]["jobs"])
    )
    assert (rows[0][2] == "标题") is (lang == "zh") or rows[0][2] != ""


@pytest.mark.parametrize("lang", [pytest.param("en", marks=pytest.mark.long), "zh"])
def test_a_workbook_opens_and_computes_nothing(get, lang):
    book = load_workbook(BytesIO(get("xlsx", lang=lang).content))
    assert len(book.sheetnames) == 5
    for sheet in book:
        assert sheet.max_row > 1
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_netcdf_holds_every_run_with_what_made_it(get, answer, tmp_path):
    import xarray as xr

    path = tmp_path / "run.nc"
    path.write_bytes(get("nc").content)
    with xr.open_dataset(path, engine="h5netcdf") as found:
        assert found.attrs["identity"] == answer["identity"]
        assert json.loads(found.attrs["provenance"])["study"] == answer["study"]
        medians = np.median(found["jobs"].isel(scenario_index=1).to_numpy(), axis=0)
        assert np.array_equal(medians, np.array(answer["arms"][1]["bands"]["jobs"][2]))
