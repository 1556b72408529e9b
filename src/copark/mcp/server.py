"""The tools over the Model Context Protocol: one question at a time, none longer than its time, faults as answers."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import anyio
from anyio import to_thread
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError
from mcp.shared.message import SessionMessage
from mcp.types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    INVALID_REQUEST,
    PARSE_ERROR,
    CallToolRequestParams,
    CallToolResult,
    ErrorData,
    JSONRPCError,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)
from pydantic import ValidationError

from copark.errors import CoparkError, FaultsFound
from copark.json_types import JsonObject
from copark.mcp.questions import VALUES, NoSuchTool, ToolAnswer, ToolWorkspace, ask, command_for, tools
from copark.texts import LANGUAGES, text
from copark.version import __version__

LOG = logging.getLogger(__name__)
BETWEEN = 1.0
"""Seconds between two words on how far the work is."""
PLACE = re.compile(r"^(?:params\.|--)")
"""Letters before the name of an argument in faults of requests and of commands."""
WAITING = 0.2
"""Seconds after which a question that waits for another looks whether it is still wanted."""


class Ended(CoparkError):
    """The work was ended, since nobody waits for it any more."""


class Work:
    """A question that is being answered in a thread: how far it is, and whether it is still wanted."""

    def __init__(self) -> None:
        self.reached = ("prepare", 0, 0)
        self._is_over = threading.Event()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take note of how far the work is; where it is not wanted any more this ends it.

        Parameters
        ----------
        stage
            Stage of the work.
        done
            How much of it is done.
        total
            How much there is; 0 where nobody can tell.

        Raises
        ------
        Ended
            Once the work is not wanted any more.
        """
        self.check()
        self.reached = (stage, done, total)

    def check(self) -> None:
        """End the work where it is not wanted any more.

        Raises
        ------
        Ended
            Then.
        """
        if self._is_over.is_set():
            raise Ended

    def end(self) -> None:
        """Report that the work is not wanted any more."""
        self._is_over.set()


def server(workspace: ToolWorkspace, seconds: float) -> Server[Any]:
    """Make the server.

    Parameters
    ----------
    workspace
        What its tools may read and write.
    seconds
        How long a question may take.
    """
    at_work = threading.Lock()

    def one_at_a_time(name: str, arguments: JsonObject, work: Work) -> ToolAnswer:
        """Answer once the question before has ended, also one that nobody waits for any more."""
        while not at_work.acquire(timeout=WAITING):
            work.check()
        try:
            return ask(name, arguments, workspace, work)
        finally:
            at_work.release()

    async def listed(_context: Any, _params: PaginatedRequestParams | None) -> ListToolsResult:
        hints = ToolAnnotations(
            read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        )
        return ListToolsResult(
            tools=[
                Tool(
                    name=tool.name,
                    title=tool.title,
                    description=tool.description,
                    input_schema=tool.schema,
                    output_schema=VALUES,
                    annotations=hints,
                )
                for tool in tools(workspace.lang)
            ]
        )

    async def called(context: Any, params: CallToolRequestParams) -> CallToolResult:
        arguments = params.arguments or {}
        chosen = arguments.get("lang")
        lang = chosen if chosen in LANGUAGES else workspace.lang
        work = Work()
        question = partial(one_at_a_time, params.name, arguments, work)
        answers: list[ToolAnswer] = []
        try:
            with anyio.move_on_after(seconds):
                async with anyio.create_task_group() as group:
                    group.start_soon(_tell_progress, context.session, work, lang)
                    answers.append(await to_thread.run_sync(question, abandon_on_cancel=True))
                    group.cancel_scope.cancel()
            if not answers:
                return _out_of_time(params.name, arguments, seconds, lang)
        except BaseExceptionGroup as errors:
            return _refusal(_only(errors), params.name, lang)
        except CoparkError as error:  # faults of a question that never had its turn
            return _refusal(error, params.name, lang)
        finally:
            work.end()
        return _result(answers[0].words, answers[0].values)

    return Server(
        "copark",
        version=__version__,
        title="copark",
        instructions=text("mcp.instructions", workspace.lang, seconds=f"{seconds:g}"),
        on_list_tools=listed,
        on_call_tool=called,
    )


async def _tell_progress(session: Any, work: Work, lang: str) -> None:
    """Report to a client that asked for it how far the work is; what is told grows, as the protocol has it."""
    began = time.monotonic()
    while True:
        await anyio.sleep(BETWEEN)
        stage, done, total = work.reached
        share = f" {done:,} / {total:,}" if total else ""
        await session.report_progress(time.monotonic() - began, None, f"{text(f'cli.stage.{stage}', lang)}{share}")


def _only(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the error of a group that has one."""
    first = errors.exceptions[0]
    return _only(first) if isinstance(first, BaseExceptionGroup) else first


def _result(words: str, values: JsonObject, *, is_error: bool = False) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=words)], structured_content=values, is_error=is_error)


def _refusal(error: BaseException, name: str, lang: str) -> CallToolResult:
    """Answer with what is wrong: each fault with its place, cause and repair, so that a client can ask better."""
    if isinstance(error, NoSuchTool):
        names = ", ".join(tool.name for tool in tools(lang))
        raise MCPError(INVALID_PARAMS, text("mcp.no_tool", lang, found=name[:80], known=names))
    if isinstance(error, FaultsFound):
        faults = [
            {"place": PLACE.sub("", fault.key), "cause": fault.cause(lang), "repair": fault.repair(lang)}
            for fault in error.faults
        ]
        lines = (f"{fault['place']}: {fault['cause']} {fault['repair']}" for fault in faults)
        words = "\n".join(line.removeprefix(": ") for line in lines)
        return _result(words, {"faults": faults}, is_error=True)
    if isinstance(error, CoparkError):
        words = error.said(lang)
        return _result(words, {"faults": [{"place": "", "cause": words, "repair": ""}]}, is_error=True)
    if isinstance(error, Exception):
        LOG.error("%s failed", name, exc_info=error)
        raise MCPError(INTERNAL_ERROR, text("mcp.unexpected", lang, kind=type(error).__name__))
    raise error


def _out_of_time(name: str, arguments: JsonObject, seconds: float, lang: str) -> CallToolResult:
    """Report that the time is over, and which command answers without one."""
    command = command_for(name, arguments)
    cause = text("mcp.time.cause", lang, seconds=f"{seconds:g}")
    repair = text("mcp.time.repair", lang, command=command) if command else text("mcp.time.again", lang)
    return _result(f"{cause} {repair}", {"faults": [{"place": "", "cause": cause, "repair": repair}]}, is_error=True)


def serve(workspace: ToolWorkspace, seconds: float, ready: Callable[[], None] = lambda: None) -> None:
    """Serve over standard input and output until the client closes them.

    Parameters
    ----------
    workspace
        What the tools may read and write.
    seconds
        How long a question may take.
    ready
        Called before the first message is read.
    """

    async def run() -> None:
        tool_server = server(workspace, seconds)
        sender, receiver = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        async with stdio_server() as (incoming, outgoing), anyio.create_task_group() as group:
            group.start_soon(_pass_messages, incoming, sender, outgoing, workspace.lang)
            ready()
            await tool_server.run(receiver, outgoing, tool_server.create_initialization_options())

    anyio.run(run)


async def _pass_messages(incoming: Any, accepted: Any, outgoing: Any, lang: str) -> None:
    """Pass on what is a message, and answer what is none as JSON-RPC has it: the library drops it in silence.

    Parameters
    ----------
    incoming
        Stream of messages, and of the errors in reading them.
    accepted
        Stream that the messages are passed to.
    outgoing
        Stream of answers.
    lang
        Language of what is said.
    """
    async with accepted:
        async for message in incoming:
            if not isinstance(message, Exception):
                await accepted.send(message)
                continue
            is_json = isinstance(message, ValidationError) and message.errors()[0]["type"] != "json_invalid"
            code = INVALID_REQUEST if is_json else PARSE_ERROR
            words = text("mcp.no_request" if is_json else "mcp.no_json", lang)
            answer = JSONRPCError(jsonrpc="2.0", id=None, error=ErrorData(code=code, message=words))
            await outgoing.send(SessionMessage(answer))
