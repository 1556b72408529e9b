"""Cases: what is known about a park, read from a folder and checked."""

from copark.cases.case import Case
from copark.cases.casebook import casebook_path, list_cases
from copark.cases.dates import Date, quarter_of
from copark.cases.facts import Fact, in_force, used
from copark.cases.load import check_case, load_case
from copark.cases.observed_variables import series_title
from copark.cases.own_words import own_words
from copark.cases.quarters import Quarter
from copark.cases.skeleton import case_schema, export_schema, new_case
from copark.cases.table_schemas import CapTable, ContextValue, Enterprise, Event, Holding, Observation, Source

__all__ = [
    "CapTable",
    "Case",
    "ContextValue",
    "Date",
    "Enterprise",
    "Event",
    "Fact",
    "Holding",
    "Observation",
    "Quarter",
    "Source",
    "case_schema",
    "casebook_path",
    "check_case",
    "export_schema",
    "in_force",
    "list_cases",
    "load_case",
    "new_case",
    "own_words",
    "quarter_of",
    "series_title",
    "used",
]
