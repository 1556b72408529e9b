"""A stored run whose files are not as they were stored is a problem with its repair, not other numbers."""

from __future__ import annotations

from copark import workflows
from copark.simulation.study import Study
from copark.store import manifest

ASKED = {"case": "great-stone", "runs": 6, "draws": "unsettled"}
CHUNK = "arrays.zarr/jobs/c/0/0/0"


def test_a_server_that_reads_a_flipped_bit_names_the_file_and_the_repair(serve, tmp_path, monkeypatch):
    monkeypatch.setattr(manifest, "DEEP_LIMIT", 0)  # as for runs above 256 MB
    with serve() as client:
        answer = client.post("/api/v1/simulate", json=ASKED).json()
        study = Study.model_validate(answer["study"])
        made = workflows.run_study(study, out=tmp_path / "out", report=False)
        assert made.identity == answer["identity"]
        address = f"/api/v1/export/{made.identity}.nc"
        assert client.get(address).status_code == 200
        path = made.path / CHUNK
        whole = path.read_bytes()
        path.write_bytes(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
        for lang, word in (("en", "damaged or was modified"), ("zh", "文件已损坏或被改动")):
            refused = client.get(address, params={"lang": lang})
            assert refused.status_code == 422
            assert refused.headers["content-type"] == "application/problem+json"
            assert CHUNK in refused.text
            assert word in refused.text
            assert "--overwrite" in refused.text
