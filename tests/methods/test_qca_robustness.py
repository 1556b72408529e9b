"""What survives: every kind of variant is made, and counted by hand where it can be."""

from copark.setmethods.qca import CalibrationRecipe, QcaSettings, analyse, named_survival, robustness
from copark.setmethods.qca_sets import SetCalibration, calibrated
from copark.setmethods.table import table_of

RAW = table_of(
    {
        "A": [5.0, 9.0, 8.0, 1.0, 2.0, 3.0, 9.5, 1.5],
        "B": [0.9, 0.8, 0.2, 0.1, 0.7, 0.3, 0.6, 0.4],
        "B2": [0.6, 0.8, 0.2, 0.1, 0.7, 0.3, 0.6, 0.4],
        "Y": [0.8, 0.9, 0.7, 0.1, 0.2, 0.3, 0.9, 0.2],
    }
)
HOW = {"A": SetCalibration((2.0, 4.0, 8.0))}
ASKED = QcaSettings("Y", ("A", "B"), expectations=(1, 1))


def robust(**more):
    recipe = CalibrationRecipe(RAW, HOW, {"B": ("B2",)})
    analysis = analyse(calibrated(RAW, HOW), ASKED)
    return robustness(analysis, recipe, **more)


def test_every_family_has_its_variants():
    tested = robust()
    count = {family: sum(variant.family == family for variant in tested.variants) for family in tested.families()}
    # anchors: three of A, four shifts each, and four shifts of B's and Y's log-odds
    assert count == {
        "anchors": 3 * 4 + 2 * 4, "incl": 4, "pri": 3, "n": 2, "cutoffs": 5 * 4 * 3 - 1 - 4 - 3 - 2, "cases": 8,
        "scores": 1,
    }  # fmt: skip


def test_survival_counts_variants():
    tested = robust()
    rows = named_survival(tested, "parsimonious", ("A", "B"))
    assert rows["A"]["all"].asked
    by_variant = [variant.models["parsimonious"] for variant in tested.variants]
    surely = sum(bool(models) and all((1, 2) in model for model in models) for models in by_variant)
    assert rows["A"]["all"].surely == surely
    assert 0 < surely <= len(by_variant)
    assert rows["A"]["all"].surely <= rows["A"]["all"].perhaps <= rows["A"]["all"].variants
    assert rows["A"]["cases"].variants == 8
    same, total = tested.same("parsimonious", "cases")
    assert 0 <= same <= total == 8


def test_a_solution_that_nothing_disturbs_survives_everything_but_the_case_cutoff():
    """Crisp, complete and consistent: only asking for more cases a row than there are can undo it."""
    table = table_of({"A": [1, 1, 0, 0, 1, 1, 0, 0], "B": [1, 0, 1, 0, 1, 0, 1, 0], "Y": [1, 1, 0, 0, 1, 1, 0, 0]})
    tested = robustness(analyse(table, QcaSettings("Y", ("A", "B"))), CalibrationRecipe(table))
    rows = named_survival(tested, "complex", ("A", "B"))["A"]
    assert rows["incl"].surely == rows["incl"].variants
    assert rows["pri"].surely == rows["pri"].variants
    assert rows["cases"].surely == rows["cases"].variants == 8
    assert rows["n"].surely == 1  # n = 2 leaves all rows, n = 3 none
    assert "anchors" not in rows


def test_a_longer_path_within_the_old_one_is_counted_as_narrower():
    """At consistency 0.95 A alone no longer does (case 3), A*B does."""
    table = table_of({"A": [1, 1, 1, 0, 0], "B": [1, 1, 0, 0, 1], "Y": [1.0, 1.0, 0.85, 0.0, 0.0]})
    tested = robustness(analyse(table, QcaSettings("Y", ("A", "B"))), CalibrationRecipe(table))
    rows = named_survival(tested, "complex", ("A", "B"))
    assert rows["A"]["incl"].narrower > 0
    assert rows["A*B"]["incl"].perhaps > 0
    assert not rows["A*B"]["incl"].asked
