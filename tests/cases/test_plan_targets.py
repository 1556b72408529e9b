"""What was planned of a park stands beside its size, and moves no run."""

import pytest
from tests.report.conftest import observation

from copark.cases import load_case
from copark.cases.casebook import list_cases
from copark.cases.plan_targets import TARGETS, plan_target


@pytest.mark.parametrize(
    ("case", "jobs", "date"),
    [
        ("great-stone", 14_000, "2023-11"),
        ("mckip", 14_000, "2023-11"),
        ("jinfei", 5_000, "2009"),
        ("vsip", 50_000, "1996-01"),
    ],
)
def test_jobs_planned_are_those_graded_best_and_of_these_the_latest(case, jobs, date):
    """Jinfei's 40,000 are recalled in 2013, and graded below the obligation of 2009."""
    plan = plan_target(load_case(case), "jobs")
    assert (plan.value, str(plan.date)) == (jobs, date)


def test_where_nobody_planned_nothing_is_told():
    thilawa = load_case("thilawa")
    assert plan_target(thilawa, "jobs") is None
    assert plan_target(thilawa, "cash") is None


def test_a_plan_that_is_only_remembered_is_none():
    thilawa = load_case("thilawa")
    remembered = observation("2013", "planned_jobs", 60_000, "persons", grade="background", role="context")
    case = thilawa.model_copy(update={"observations": (*thilawa.observations, remembered)})
    assert plan_target(case, "jobs") is None


def test_plans_are_no_input_of_a_run():
    """What a calibration depends on is the same without them."""
    from copark.calibration.prior import facts_hash

    planned = {variable for variables in TARGETS.values() for variable in variables}
    for name in list_cases():
        case = load_case(name)
        rows = [row for row in case.observations if row.variable in planned]
        without = tuple(row for row in case.observations if row.variable not in planned)
        assert all(row.role == "context" for row in rows), name
        bare = case.model_copy(update={"observations": without})
        assert facts_hash(bare, case.clock.data_end) == facts_hash(case, case.clock.data_end), name
