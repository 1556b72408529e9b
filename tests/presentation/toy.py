"""A document with every block and kind of value, in both languages; and one whose words are hostile."""

from dataclasses import replace
from math import nan

from matplotlib.figure import Figure

from copark.presentation import document as data
from copark.presentation.document import Column, Kind

WORDS = {
    "title": ("Levers of Great Stone", "中白工业园：可用的政策杠杆"),
    "headline": ("Ring-fencing the land bank gains most: 4.2 points.", "单设土地储备的收益最大：提高4.2个百分点。"),
    "trust": ("Parameters calibrated to this park's record up to 2020Q4", "参数依据本园区截至2020Q4的记录校准"),
    "lead": ("Each setting is compared with the park as it is.", "每项设定均与园区现状比较。"),
    "caveat": ("A lever that works may have been used in good times.", "有效的杠杆或恰在顺境中使用。"),
    "section.gains": ("What each setting changes", "各项设定的效果"),
    "section.detail": ("Method and detail", "方法与细节"),
    "table": ("Gains by setting", "各设定的收益"),
    "setting": ("Setting", "设定"),
    "why": ("Why it is tried", "尝试理由"),
    "since": ("Since", "起始季度"),
    "runs": ("Runs", "模拟次数"),
    "money": ("Investment", "投资额"),
    "extra": ("Change of investment", "投资额变化"),
    "share": ("Share self-standing", "自立比例"),
    "gain": ("Gain", "提高"),
    "rate": ("Mean return", "平均回报率"),
    "flag": ("Robust", "稳健"),
    "source": ("Source", "来源"),
    "band": ("Operating enterprises", "运营企业数"),
    "first": ("Ring-fenced land bank", "单设土地储备"),
    "second": ("Freight subsidy", "货运补贴"),
    "third": ("One-stop service", "一站式服务"),
    "home": ("Levers of the home side", "投资国方的杠杆"),
    "host": ("Levers of the host side", "东道国方的杠杆"),
    "reason": ("The company sells serviced land below cost.", "开发公司以低于成本的价格出让熟地。"),
    "meaning": ("Difference of the share of runs that end self-standing.", "自立结局所占比例之差。"),
    "note": ("Intervals hold 90 % of the runs.", "区间包含90%的模拟。"),
    "chart": ("Gains and their bands", "收益及其区间"),
    "alt": ("Three bars: 4.2, 0.6 and −1.3 points.", "三根条形：4.2、0.6和−1.3个百分点。"),
    "empty": ("Pairs of settings", "设定组合"),
    "evidence": ("Ministry of Economy, report on the park, 2021", "经济部：园区报告，2021年"),
    "run": ("Run ID", "运行编号"),
}
VALUES = (("first", 0.042), ("second", 0.0061), ("third", -0.013))


def figure(heads):
    drawn = Figure(figsize=(6, 2.4))
    axes = drawn.add_axes((0.35, 0.2, 0.6, 0.7))
    axes.barh(heads, [100 * value for _, value in VALUES], color="#1d5b8c")
    return drawn


def document(lang):
    def say(key):
        return WORDS[key][lang == "zh"]

    columns = (
        Column("setting", say("setting")),
        Column("why", say("why"), Kind.note),
        Column("since", say("since"), Kind.quarter),
        Column("runs", say("runs"), Kind.count),
        Column("money", say("money"), Kind.number, "M USD"),
        Column("extra", say("extra"), Kind.change, "M USD"),
        Column("share", say("share"), Kind.share, places=1),
        Column("gain", say("gain"), Kind.points, meaning=say("meaning")),
        Column("rate", say("rate"), Kind.number, "1/yr"),
        Column("operating", say("band"), Kind.number, "companies"),
        Column("flag", say("flag"), Kind.flag),
        Column("source", say("source"), Kind.source),
    )
    rows = (
        (say("first"), say("reason"), "2016Q1", 12_000, 1234.5, 36.25, 0.8412, 0.042, 0.067,
         data.Interval(56, 399, 134), True, "report-2021"),
        (say("second"), say("reason"), "2019Q3", 12_000, 0.067, -0.5, 0.002, 0.0061, nan,
         data.Interval(50, 172), False, "report-2021; judgement"),
        (say("third"), None, "2021Q1", 950, nan, 0.0, 1.0, -0.013, None, None, None, "elsewhere"),
    )  # fmt: skip
    table = data.Table("gains", say("table"), columns, rows, ((say("home"), 2), (say("host"), 1)), say("note"))
    numbers = data.Table(
        "bars", say("chart"), (columns[0], columns[7]), tuple((say(key), value) for key, value in VALUES)
    )
    cards = (
        data.Card(say("gain"), columns[7], 0.042, say("first")),
        data.Card(say("money"), columns[4], 526.0),
        data.Card(say("band"), columns[9], data.Interval(56, 399, 134), say("note")),
        data.Card(say("share"), columns[6], 0.8412),
    )
    chart = data.Chart(
        "bars", say("chart"), say("alt"), lambda: figure(tuple(say(key) for key, _ in VALUES)), say("lead"), numbers
    )
    return data.Document(
        key="toy", lang=lang, title=say("title"), headline=say("headline"), trust=say("trust"),
        trust_state="calibrated",
        sections=(
            data.Section(
                "gains", say("section.gains"),
                (data.Cards(cards), data.Paragraph(say("lead")), data.Caveat(say("caveat")), table, chart,
                 data.Bullets((say("first"), say("second"))), data.Table("pairs", say("empty"), columns[:3], ())),
            ),
            data.Section("detail", say("section.detail"),
                    (data.Paragraph(say("reason")), replace(table, key="more", folded=True)), folded=True),
        ),
        evidence=(data.Evidence("report-2021", say("evidence"), "https://example.org/report"),),
        provenance=((say("run"), "0123456789abcdef"), ("copark", "0.9.0")),
    )  # fmt: skip


HOSTILE = (
    '<script>alert("x")</script>', "=HYPERLINK(\"http://evil.example\",1)", "+1", "@SUM(A1)", "\x1b[31mred\x00",
    "#let x = 1; $ * _ ` \\", "a\u202eb", "{{ 7 * 7 }}", "]]>&amp;", "'; DROP TABLE runs; --",
)  # fmt: skip


def hostile(every=HOSTILE):
    """Hostile words wherever a person can write any: a section for each of them."""
    sections = tuple(data.Section(f"s{at}", words, _blocks(f"-{at}", words)) for at, words in enumerate(every))
    all_words = " ".join(every)
    evidence = data.Evidence("e", all_words, "javascript:alert(1)")
    return data.Document(
        "hostile", "en", all_words, all_words, all_words, sections, (evidence,), ((every[0], all_words),)
    )  # fmt: skip


def _blocks(at, words):
    column = Column("name", words, meaning=words)
    table = data.Table(
        f"names{at}", words, (column, Column("n", words, Kind.count)), ((words, 1),), ((words, 1),), words
    )  # fmt: skip
    chart = data.Chart(
        f"c{at}", words, words, lambda: figure(("a", "b", "c")), words, replace(table, key=f"behind{at}")
    )  # fmt: skip
    cards = data.Cards((data.Card(words, column, words, words),))
    return data.Paragraph(words), data.Bullets((words,)), data.Caveat(words), cards, table, chart
