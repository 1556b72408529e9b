"""Commands for set methods on anyone's table: ``qca``, ``coupling``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from copark.cli.app import Lang, app
from copark.cli.speech import SpokenCommand

TableFile = Annotated[Path, typer.Argument(metavar="TABLE", help="set_methods.help.table")]
LabelColumn = Annotated[str | None, typer.Option("--case", help="set_methods.help.case", metavar="COLUMN")]
DropMissing = Annotated[bool, typer.Option("--drop-missing", help="set_methods.help.drop_missing")]
Json = Annotated[bool, typer.Option("--json", help="set_methods.help.json")]
Folder = Annotated[Path | None, typer.Option("--out", help="set_methods.help.out", metavar="DIR")]
Luck = Annotated[int, typer.Option("--seed", help="set_methods.help.seed", metavar="N", show_default=False)]
Deals = Annotated[
    int, typer.Option("--permutations", help="set_methods.help.permutations", metavar="N", show_default=False)
]


@app.command("qca", cls=SpokenCommand, help="set_methods.help.qca")
def qca(
    ctx: typer.Context,
    table: TableFile,
    *,
    outcome: Annotated[str, typer.Option("--outcome", help="set_methods.help.outcome", metavar="Y")],
    conditions: Annotated[str, typer.Option("--conditions", help="set_methods.help.conditions", metavar="A,B,C")],
    negate: Annotated[bool, typer.Option("--negate", help="set_methods.help.negate")] = False,
    incl_cut: Annotated[float, typer.Option("--incl-cut", help="set_methods.help.incl_cut", metavar="X")] = 0.8,
    pri_cut: Annotated[float, typer.Option("--pri-cut", help="set_methods.help.pri_cut", metavar="X")] = 0.0,
    n_cut: Annotated[int, typer.Option("--n-cut", help="set_methods.help.n_cut", metavar="N")] = 1,
    dir_exp: Annotated[str, typer.Option("--dir-exp", help="set_methods.help.dir_exp", metavar="1,0,-")] = "",
    calibrate: Annotated[
        list[str] | None, typer.Option("--calibrate", help="set_methods.help.calibrate", metavar="A=E,C,I")
    ] = None,
    idm: Annotated[float, typer.Option("--idm", help="set_methods.help.idm", metavar="X")] = 0.95,
    alternative: Annotated[
        list[str] | None, typer.Option("--alternative", help="set_methods.help.alternative", metavar="A=B")
    ] = None,
    robust: Annotated[bool, typer.Option("--robust", help="set_methods.help.robust")] = False,
    case: LabelColumn = None,
    drop_missing: DropMissing = False,
    as_json: Json = False,
    out: Folder = None,
    _lang: Lang = None,
) -> None:
    """Analyse a table by QCA."""
    from copark.cli.progress import Progress
    from copark.cli.set_methods_screen import show_answer
    from copark.workflows import set_methods

    with Progress(ctx.obj) as progress:
        answer = set_methods.qca(
            table,
            outcome,
            conditions,
            negate=negate,
            incl_cut=incl_cut,
            pri_cut=pri_cut,
            n_cut=n_cut,
            dir_exp=dir_exp,
            calibrate=calibrate or (),
            idm=idm,
            alternative=alternative or (),
            robust=robust,
            case=case,
            drop_missing=drop_missing,
            lang=ctx.obj,
            out=out,
            progress=progress,
        )
    show_answer(answer, ctx.obj, as_json=as_json)
