"""Numba compilation of the model and its cache. What is private to Numba is in `part_compiler`, all else is public.

The equations are plain Python functions of numbers, records and arrays. With ``NUMBA_DISABLE_JIT=1`` they run as they
stand; otherwise they are compiled. The cache folder is named by a hash of every file of the model, since the compiler's
own cache notices a change only in the file of the outermost function and would silently serve a stale kernel.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, TypeVar

import numba

from copark.identity import source_stamp

Function = TypeVar("Function", bound=Callable[..., Any])
Record: TypeAlias = Any
"""A row of a record array. Its fields are named in the submodel's records; a test compares them with the catalogue."""

MODEL = Path(__file__).parent
ENABLED = not numba.config.DISABLE_JIT

# nnan and ninf are left out on purpose: with them np.isfinite(nan) is true and a failed run passes as sound.
ARITHMETIC = {"contract", "reassoc", "arcp", "nsz", "afn"}
OPTIONS: dict[str, Any] = {"nogil": True, "fastmath": ARITHMETIC, "error_model": "numpy"}

TESTED_NUMBA = (0, 61), (0, 69)
"""The first version of Numba that the compiler of parts was tested with, and the first that it was not."""


def part_options() -> dict[str, Any]:
    """Return options for a function that is only ever copied into a kernel.

    Without the compiler of parts the public one does the same work: the first start takes two seconds longer, and
    numbers may differ in their last digits.
    """
    options: dict[str, Any] = {
        "no_cpython_wrapper": True,
        "no_cfunc_wrapper": True,
        "_nrt": False,
        "forceinline": True,
    }
    first, after = TESTED_NUMBA
    if first <= numba.version_info.short < after:
        # a build of a tested version may still lack an internal
        with suppress(ImportError, AttributeError):
            from copark.model.part_compiler import PartCompiler

            options["pipeline_class"] = PartCompiler
    return options


EQUATION = part_options()


def code_stamp() -> str:
    """Stamp of the model's Python files: what machine code was compiled from. It names its cache, and no result."""
    return source_stamp(MODEL.rglob("*.py"), MODEL)


def cache_folder() -> Path:
    """Return the folder of compiled kernels of exactly this model and this compiler, making it if need be.

    ``COPARK_CACHE`` moves it; by default it is the user's cache folder, or a temporary one if that cannot be written.
    """
    root = os.environ.get("COPARK_CACHE")
    home = Path(root) if root else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "copark"
    folder = home / f"kernel-{code_stamp()[:16]}-numba-{numba.__version__}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.gettempdir()) / f"copark-{os.getuid()}" / folder.name
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def compiled(function: Function) -> Function:
    """Compile an equation; it becomes part of every kernel that calls it and is not cached by itself.

    It gets no wrapper to be called from Python and no counting of references (no equation makes or keeps an array),
    which halves the time to compile. It is always put in line: the kernel is a third faster, and its bits are the same
    whether it was just compiled or comes from the cache (left alone, the two may round differently).
    """
    done: Function = numba.njit(**OPTIONS, **EQUATION)(function)
    return done


def entry(function: Function) -> Function:
    """Compile a kernel: an outermost function, whose machine code is kept on disk between processes."""
    if ENABLED:
        numba.config.CACHE_DIR = str(cache_folder())
    done: Function = numba.njit(**OPTIONS, cache=ENABLED)(function)
    return done


class LlvmFunction(NamedTuple):
    """A compiled function as LLVM's text, before any processor."""

    symbol: str
    """Name of the function in the text."""
    text: str
    """The module that holds it."""


def shared(function: Function) -> Function:
    """Compile a formula that Python uses as it stands for functions compiled by :func:`llvm_of`, rounded as written."""
    options = OPTIONS | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False, "forceinline": True}
    options.pop("fastmath")
    done: Function = numba.njit(**options)(function)
    return done


def llvm_of(function: Callable[..., Any], examples: Sequence[Any], *, exact: bool = False) -> LlvmFunction:
    """Compile a function for arguments like these and return it as LLVM's text.

    No wrapper for Python is made and no reference counted: the function has to write what it finds into its arguments.

    Parameters
    ----------
    function
        An entry, or a plain function of numbers, arrays and records.
    examples
        Arguments of the types it is compiled for; their values do not matter.
    exact
        Whether every operation is rounded as it is written, as NumPy rounds it; otherwise as equations are.
    """
    options = OPTIONS | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False}
    if exact:
        options.pop("fastmath")
    done: Any = numba.njit(**options)(getattr(function, "py_func", function))
    signature = tuple(numba.typeof(example) for example in examples)
    done.compile(signature)
    return LlvmFunction(done.overloads[signature].fndesc.llvm_func_name, done.inspect_llvm(signature))
