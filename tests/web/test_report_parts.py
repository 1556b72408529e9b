"""A report goes out without sections that its reader did not want, and never without what it must say."""

from __future__ import annotations

from copark.web.report_parts import without

REPORT = """<!doctype html><nav aria-label="Contents"><ol>
  <li><a href="#summary">Summary</a></li>
  <li><a href="#equity">Land &amp; shares</a></li>
  <li><a href="#limits">Limits</a></li>
</ol></nav>
<section id="summary"><p style="width: 3%">See <a href="#equity" class="x">the <b>shares</b></a>.</p></section>
<section id="equity"><section id="inner">within</section>gone</section>
<section id="limits">stays</section>"""


def test_it_goes_out_whole_unless_something_is_left_out() -> None:
    assert without(REPORT, ()) == REPORT


def test_a_section_goes_with_what_is_in_it_and_what_leads_to_it() -> None:
    found = without(REPORT, ["equity"])
    assert all(word not in found for word in ("equity", "within", "gone"))
    assert "See the <b>shares</b>." in found
    assert "stays" in found
    assert found.count("<li>") == 2


def test_what_every_report_says_is_never_left_out() -> None:
    assert without(REPORT, ["limits", "summary", "unknown", "a.*"]) == REPORT
