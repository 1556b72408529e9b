"""A script as a user writes it, for the type checker alone: mypy --strict passes it."""

import numpy as np
import pandas as pd
import xarray as xr

import copark as cp

cp.set_options(lang="en")
with cp.set_options(threads=1):
    case: cp.Case = cp.load_case("great-stone")
dear = {"dear": {"parameters": {"land_price": 0.6}}}
runs: xr.Dataset = cp.simulate(case, runs=200, rng=np.random.default_rng(1), scenarios=dear)
study = cp.Study("great-stone", [cp.Scenario("dear", parameters={"land_price": 0.6})], runs=100)
runs = study.simulate(threads=1)
levers = cp.levers("great-stone", draws=50, replicates=2, seed=1)
table: pd.DataFrame = levers.to_frame()
grid: xr.Dataset = levers.to_xarray()
levers.plot().savefig("levers.svg")
print(levers.save("levers.xlsx", lang="zh").name, levers.document("zh").headline, levers.trust, levers.run_id)
tree: xr.DataTree = cp.posterior("great-stone", cut="2020Q4")
table = cp.forecast("great-stone", to="2030Q4").to_frame()
table = cp.frames(case)["observations"]
park: cp.Case = cp.park_from_frames(
    "blue-bay", {"kind": "joint"}, table, {"press": {"outlet": "A", "read": "original"}}
)
try:
    cp.claims(cp.with_observations(park, table, data_end="2025Q1"))
except cp.errors.FaultsFound as error:
    print(error.faults[0].place(), error.faults[0].cause("zh"), error.faults[0].repair("zh"))
cp.figures.fan(runs, "registered", case).savefig("registered.svg")

cp.levers("great-stone", replicates="two")  # type: ignore[arg-type]
cp.levers("great-stone", futures=2)  # type: ignore[call-arg]
cp.levers("great-stone", parameters="shiped")  # type: ignore[arg-type]
cp.simulate("great-stone", rums=2)  # type: ignore[call-arg]
cp.levrs("great-stone")  # type: ignore[attr-defined]
cp.set_options(lang="fr")  # type: ignore[arg-type]
cp.set_options(langs="en")  # type: ignore[call-arg]
