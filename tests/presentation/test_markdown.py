"""Documents as Markdown: every kind of block, and no sign of a reader's own that is taken for one of Markdown."""

from copark.presentation import document as doc
from copark.presentation.markdown import to_markdown


def page(lang, *blocks):
    section = doc.Section("section", "Section", blocks)
    return to_markdown(doc.Document("key", lang, "Title", "Answer.", "Trust.", (section,), provenance=(("Seed", "1"),)))


def test_every_kind_of_block_is_written():
    column = doc.Column("value", "Value", doc.Kind.count, "companies")
    columns = (doc.Column("park", "Park"), column)
    rows = (("first", doc.Interval(1.0, 9.0, 4.0)), ("second", 2.0))
    table = doc.Table("table", "Table", columns, rows, groups=(("One", 1), ("Two", 1)), note="Note.", folded=True)
    blocks = (
        doc.Paragraph("Run `copark list`."),
        doc.Bullets(("a", "b")),
        doc.Caveat("mind"),
        doc.Cards((doc.Card("Card", column, 3.0, "note"),)),
        table,
        doc.Table("empty", "Empty", columns, ()),
    )
    written = page("en", *blocks)
    assert written.startswith("# Title\n\n**Answer.**\n\nTrust.\n\n## Section\n\n")
    for words in (
        "Run `copark list`.",
        "- a\n- b",
        "> Caution: mind",
        "- **3 companies** Card (note)",
        "| Park | Value (companies) |\n| --- | ---: |\n",
        "| **One** |  |\n| first | 4 (1 to 9) |\n| **Two** |  |\n| second | 2 |",
        "Note.",
        "- Seed: 1",
    ):
        assert words in written
    assert "- Seed：1" in page("zh", *blocks)


def test_signs_of_markdown_are_shown_as_they_are():
    written = page("en", doc.Paragraph("a|b *c* <d> [e] _f_ g_h and `i_j|*k*`"))
    assert r"a\|b \*c\* \<d\> \[e\] \_f\_ g_h and `i_j|*k*`" in written
