"""Questions as tools of a language model: all of the registry, with trust, run ID and sources in each answer."""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jsonschema
import pytest

from copark.analyses import REGISTRY
from copark.cases import new_case
from copark.extras import is_installed
from copark.mcp.questions import VALUES, Misasked, ToolWorkspace, ask, tools

ROOT = Path(__file__).parents[2]
SHIPPED = {"case": "great-stone"}

with_protocol = pytest.mark.skipif(
    not is_installed("mcp"), reason="the extra mcp is not installed: make test installs it"
)


@pytest.fixture
def workspace(tmp_path):
    """A workspace with one park of its own, beside a park that it does not hold."""
    held, other = (new_case(name, tmp_path) for name in ("held-park", "other-park"))
    assert other.is_dir()
    return ToolWorkspace.of(tmp_path / "out", (held,), 1, "en")


def test_every_question_without_files_is_a_tool_with_a_sound_schema_in_both_languages():
    served = {analysis.function for analysis in REGISTRY if analysis.served}
    paths = {field.name for analysis in REGISTRY for field in analysis.params.form() if field.kind == "file"}
    for lang in ("en", "zh"):
        offered = {tool.name: tool for tool in tools(lang)}
        assert set(offered) == served | {"list_parks", "show_park"}
        for tool in offered.values():
            jsonschema.Draft202012Validator.check_schema(tool.schema)
            properties = tool.schema["properties"]
            assert all(words["description"] for words in properties.values()), tool.name
            assert not properties.keys() & paths, tool.name
            assert "lang" in properties
            assert tool.title
            assert tool.description


def test_an_answer_has_trust_run_id_sources_and_citation_in_the_language_asked_for(workspace):
    asked = (("list_parks", {}, "zh"), ("show_park", {"park": "great-stone"}, "zh"))
    for name, arguments, lang in (*asked, ("levers", SHIPPED, "zh"), ("levers", SHIPPED, "en")):
        answer = ask(name, {**arguments, "lang": lang}, workspace)
        jsonschema.validate(answer.values, VALUES)
        assert answer.values["trust"] in answer.words
        assert ("参数" in answer.words) is (lang == "zh")
        assert str(workspace.parks["held-park"].parent) not in answer.words
    assert answer.values["trust_state"] == "calibrated"
    assert answer.values["run_id"] in answer.words
    assert answer.values["run_id"] in "".join(answer.values["citation"])
    sources = ask("show_park", {"park": "great-stone", "sources": True}, workspace).values["sources"]
    assert len(sources) == 174
    assert sources[0]["text"]


def test_a_client_sees_the_parks_of_the_workspace_and_no_others(workspace):
    listed = ask("list_parks", {}, workspace).values["parks"]
    assert "held-park" in {park["name"] for park in listed}
    folder = workspace.parks["held-park"].parent
    for found in ("other-park", str(folder / "other-park"), str(folder / "held-park"), "../held-park", "casebook"):
        for name, arguments in (
            ("show_park", {"park": found}),
            ("brief", {"case": found}),
            ("standing", {"cases": [found]}),
        ):
            with pytest.raises(Misasked) as refused:
                ask(name, arguments, workspace)
            for fault in refused.value.faults:
                assert all((fault.cause(lang), fault.repair(lang)) for lang in ("en", "zh"))
    with pytest.raises(Misasked):
        ToolWorkspace.of(folder / "out", (workspace.parks["held-park"],) * 2, None, "en")


def test_what_is_misasked_is_told_with_place_and_repair(workspace):
    for name, arguments, place in (
        ("levers", {"case": "great-stone", "draws": 10**6}, "params.draws"),
        ("levers", {"case": "great-stone", "overwrite": True}, "params.overwrite"),
        ("claims", {"case": "great-stone", "file": "claims.yaml"}, "params.file"),
        ("list_parks", {"park": "lekki"}, "park"),
        ("show_park", {"park": "lekki", "lang": "fr"}, "lang"),
    ):
        with pytest.raises(Exception) as refused:  # noqa: PT011 - of several kinds, all with faults
            ask(name, arguments, workspace)
        assert {fault.key for fault in refused.value.faults} == {place}, name


def apart(asked):
    """Run an asynchronous function in a thread: a browser of other tests may run in this one."""
    import anyio

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(anyio.run, asked).result()


@with_protocol
def test_a_question_ends_in_time_and_the_next_is_answered(workspace, monkeypatch):
    from mcp import Client

    from copark.mcp import server

    def slow(name, arguments, workspace, progress):
        for done in range(600):  # it ends when it next tells how far it is
            time.sleep(0.05)
            progress("prepare", done, 600)
        raise AssertionError

    async def asked():
        async with Client(server.server(workspace, 0.2)) as client:
            with monkeypatch.context() as patched:
                patched.setattr(server, "ask", slow)
                late = await client.call_tool("levers", SHIPPED)
                misasked = await client.call_tool("levers", {**SHIPPED, "draws": 10**6})
        async with Client(server.server(workspace, 60)) as client:
            return late, misasked, await client.call_tool("show_park", {"park": "lekki"})

    late, misasked, after = apart(asked)
    (fault,) = late.structured_content["faults"]
    assert late.is_error
    assert "`copark levers great-stone`" in fault["repair"]
    assert misasked.structured_content["faults"][0]["place"] == "draws"
    assert not after.is_error


@with_protocol
def test_what_is_no_message_is_answered_by_the_codes_of_json_rpc():
    import anyio
    from mcp.shared.message import SessionMessage
    from mcp.types import jsonrpc_message_adapter

    from copark.mcp.server import _pass_messages

    def read(line):
        try:
            return SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False))
        except ValueError as error:
            return error

    async def passed():
        lines = ["{", "[]", '{"id": 1}', '{"jsonrpc": "2.0", "id": 1, "method": "ping"}']
        opened = [anyio.create_memory_object_stream(9) for _ in range(3)]
        (into, incoming), (accepted, taken), (outgoing, answers) = opened
        async with incoming, taken, answers:
            for line in lines:
                await into.send(read(line))
            await into.aclose()
            await _pass_messages(incoming, accepted, outgoing, "en")
            await outgoing.aclose()
            return [one.message.error.code async for one in answers], [one.message.method async for one in taken]

    assert apart(passed) == ([-32700, -32600, -32600], ["ping"])


@with_protocol
@pytest.mark.long
def test_the_protocols_own_client_asks_over_stdio(workspace, tmp_path):
    from mcp import Client, MCPError
    from mcp.client.stdio import StdioServerParameters

    arguments = ["-m", "copark", "mcp", "--out", str(tmp_path / "out"), "--park", str(workspace.parks["held-park"])]
    environment = {name: os.environ[name] for name in ("COPARK_CACHE", "COPARK_NOW") if name in os.environ}
    begun = StdioServerParameters(
        command=sys.executable, args=arguments, cwd=tmp_path, env={**environment, "PYTHONPATH": str(ROOT / "src")}
    )
    told = []

    async def progress(*reached):
        told.append(reached)

    async def asked():
        async with Client(begun) as client:
            offered = {tool.name for tool in (await client.list_tools()).tools}
            parks = await client.call_tool("list_parks", {})
            own = await client.call_tool(
                "link_impact",
                {"case": "held-park", "draws": 10, "lang": "zh"},
                progress_callback=progress,
            )
            brief = await client.call_tool("levers", SHIPPED)
            wrong = await client.call_tool("levers", {"case": "other-park"})
            with pytest.raises(MCPError, match="no tool"):
                await client.call_tool("nothing", {})
            return client.instructions, offered, parks, own, brief, wrong

    instructions, offered, parks, own, brief, wrong = apart(asked)
    assert "trust" in instructions
    assert {"brief", "levers", "forecast", "claims", "compare"} <= offered
    assert "held-park" in parks.content[0].text
    assert not own.is_error, own.content[0].text
    assert own.structured_content["trust_state"] in ("borrowed", "uncalibrated")
    assert "参数" in own.content[0].text
    assert brief.structured_content["run_id"] in brief.content[0].text
    assert wrong.is_error
    assert wrong.structured_content["faults"][0]["repair"]
    assert list((tmp_path / "out" / "results").iterdir()), "answers are stored in the workspace"
