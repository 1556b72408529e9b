"""A person sees one piece of work go from nothing to all of it, whatever parts it is made of."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from copark.progress import Progress, ProgressCounter, of_stage, part_of, part_until, shares


@pytest.fixture
def reports() -> list[tuple[int, int]]:
    return []


@pytest.fixture
def progress(reports: list[tuple[int, int]]) -> Progress:
    return lambda done, total: reports.append((done, total))


def test_work_of_one_stage_is_reported_under_its_name():
    reports: list[tuple[str, int, int]] = []
    of_stage(lambda *report: reports.append(report), "replay")(1, 3)
    assert reports == [("replay", 1, 3)]


def test_parts_add_up_to_the_whole(reports, progress):
    for part in range(3):
        for done in range(1, 5):
            part_of(progress, 4 * part, 12)(done, 4)
    assert reports == [(done, 12) for done in range(1, 13)]


def test_a_part_that_is_half_there_ends_where_it_was_to_end(reports, progress):
    for done in (0, 3):
        part_until(progress, 10, 16)(done, 3)
    assert reports == [(7, 16), (10, 16)]


def test_pieces_of_unlike_size_share_a_hundred(reports, progress):
    learning, looking = shares(progress, (90, 10))
    learning(0, 7)
    learning(7, 7)
    looking(0, 0)
    looking(1, 1)
    assert reports == [(0, 100), (90, 100), (90, 100), (100, 100)]


def test_counts_of_many_threads_add_up_and_never_exceed_the_total(reports, progress):
    counter = ProgressCounter(progress, 1000, done=100)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(counter, [10] * 100))  # a hundred of them are done twice
    assert reports == [(min(100 + 10 * count, 1000), 1000) for count in range(1, 101)]


def test_nobody_need_be_told():
    of_stage(None, "replay")(1, 3)
    part_of(None, 0, 3)(1, 3)
    ProgressCounter(None, 3)(1)


def test_what_a_callback_raises_stops_the_work():
    def cancel(done: int, total: int) -> None:
        raise KeyboardInterrupt

    for callback in (part_of(cancel, 0, 3), part_until(cancel, 3, 3), *shares(cancel, (50, 50))):
        with pytest.raises(KeyboardInterrupt):
            callback(1, 3)
    with pytest.raises(KeyboardInterrupt):
        ProgressCounter(cancel, 3)(1)
