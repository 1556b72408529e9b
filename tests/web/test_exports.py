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


def test_bands_as_csv_are_those_of_the_answer(get, answer):
    heads = []
    for lang in ("en", "zh"):
        raw = get("csv", lang=lang)
        assert raw.content.startswith(b"\xef\xbb\xbf"), "a spreadsheet must know that it is UTF-8"
        assert "attachment" in raw.headers["content-disposition"]
        head, *rows = csv.reader(StringIO(raw.content.decode("utf-8-sig")))
        jobs = [row for row in rows if row[:2] == ["scenario", "jobs"]]
        assert [row[4] for row in jobs] == answer["quarters"]
        assert np.array_equal(np.array([row[8:13] for row in jobs], float).T, answer["scenarios"][1]["bands"]["jobs"])
        heads.append(head)
    assert heads[0] != heads[1], "in the language asked for"


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
        assert np.array_equal(medians, np.array(answer["scenarios"][1]["bands"]["jobs"][2]))
