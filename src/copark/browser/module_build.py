"""Making the module: the compiled functions as LLVM's text, retargeted to WebAssembly, optimised and linked.

Numba compiles for a generic processor; the LLVM that llvmlite brings emits code for the virtual machine of a browser,
whose arithmetic is the same everywhere: no fused operation, no library of a vendor. A linker is needed here alone; it
comes with the extra `wasm`. Whoever installs a wheel has the module.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import llvmlite.binding as llvm

from copark.browser import readings
from copark.browser.module_files import FOLDER, LAYOUT_FILE, MODULE_FILE, is_current, made_of
from copark.browser.module_functions import ModuleFunction, module_functions
from copark.browser.module_layout import ModuleArgument
from copark.decisions.measures import OUTPUTS_READ
from copark.json_types import JsonObject

TRIPLE = "wasm32-unknown-unknown"
FEATURES = "+simd128,+bulk-memory,+sign-ext,+nontrapping-fptoint,+mutable-globals"
"""What every browser since 2021 has; relaxed operations, which would round otherwise from machine to machine, are not
among them."""
STACK = 131_072
"""Bytes of the module's own stack, which lies before all data."""
GENERIC = {
    "NUMBA_CPU_NAME": "generic",
    "NUMBA_CPU_FEATURES": "",
    "NUMBA_LOOP_VECTORIZE": "0",
    "NUMBA_SLP_VECTORIZE": "0",
    "NUMBA_DISABLE_JIT": "0",
}
"""Environment in which Numba compiles for no processor in particular: it reads them when it is imported."""
_POWER = re.compile(r"@llvm\.pow\.f64\(double ([^,]+), double ([^)]+)\)")
_ROOT = re.compile(r"^declare double @llvm\.sqrt\.f64\(", re.MULTILINE)
_QUARTER = "2.500000e-01"
_NAME = r'%(?:"[^"]*"|[-\w.$]+)'
_FLOOR = re.compile(rf"^\s*({_NAME}) = (?:tail )?call [^\n]*@llvm\.floor\.f64\(", re.MULTILINE)
_SUM = re.compile(rf"^\s*({_NAME}) = add nsw i64 ", re.MULTILINE)
_TO_WHOLE = re.compile(rf"^\s*({_NAME}) = fptosi double ({_NAME}) to i64", re.MULTILINE)
_TO_FRACTION = re.compile(rf"^\s*({_NAME}) = sitofp i64 ({_NAME}) to double", re.MULTILINE)
ROOM_FOR_WHOLE = 0x4338000000000000
"""Bits of 1.5 · 2^52: a number beside which whole ones, of less than 2^51, stand in the lowest bits of a float64."""


IN_PLACE = "--in-place"
"""Said to the process that compiles, in whose environment Numba compiles for no processor."""


class NoLinker(RuntimeError):
    """No linker for WebAssembly is installed; the message says how to get one."""


NO_LINKER = "The kernel for the browser is linked by wasm-ld, which the extra `wasm` brings: pip install 'copark[wasm]'"


def build(folder: Path = FOLDER) -> Path:
    """Make the module and its layout in a folder, by a process of its own; return the module's path.

    Nothing is done where the folder holds a module of these sources.

    Raises
    ------
    NoLinker
        If there is no linker.
    RuntimeError
        If it cannot be made, with what the compiler said.
    """
    if is_current(folder):
        return folder / MODULE_FILE
    linker()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as cache:
        environment = os.environ | GENERIC | {"COPARK_CACHE": cache}
        command = [sys.executable, "-m", "copark.browser.module_build", IN_PLACE, str(folder)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(done.stderr)
    return folder / MODULE_FILE


def linker() -> list[str]:
    """Return the command of the linker; NoLinker where there is none."""
    import importlib.util
    import shutil

    if importlib.util.find_spec("ziglang") is not None:
        return [sys.executable, "-m", "ziglang", "wasm-ld"]
    found = shutil.which("wasm-ld")
    if found is None:
        raise NoLinker(NO_LINKER)
    return [found]


def entry_text(function: ModuleFunction, symbol: str) -> str:
    """Write the flat entry of a function: it takes the table of its arguments and calls the function with them.

    Of an array Numba takes seven things or more: two owners, which are not used here, the number of items and the size
    of one, the address, the shape, and the bytes from one item to the next along each axis.
    """
    lines: list[str] = []
    passed: list[str] = []
    word = 0
    for argument in function.arguments:
        names = _load_words(lines, word, argument.words)
        word += argument.words
        if not argument.shape:
            lines.append(f"  %n{word} = sext i32 {names[0]} to i64")
            passed.append(f"i64 %n{word}")
        else:
            passed += _array_words(lines, argument, names, word)
    types = ", ".join(item.split()[0] for item in passed)
    body = "\n".join(lines)
    return f"""
declare i32 @{symbol}(ptr, ptr, {types})
define i32 @{function.name}(ptr %table) {{
  %answer = alloca ptr
  %fault = alloca ptr
{body}
  %code = call i32 @{symbol}(ptr %answer, ptr %fault, {", ".join(passed)})
  ret i32 %code
}}
"""


def _load_words(lines: list[str], first: int, count: int) -> list[str]:
    """Load words of the table; return their names."""
    for word in range(first, first + count):
        lines.append(f"  %p{word} = getelementptr i32, ptr %table, i32 {word}")
        lines.append(f"  %w{word} = load i32, ptr %p{word}")
    return [f"%w{word}" for word in range(first, first + count)]


def _array_words(lines: list[str], argument: ModuleArgument, names: list[str], tag: int) -> list[str]:
    """Make what Numba takes of an array of the address and the lengths in the table."""
    lines.append(f"  %a{tag} = inttoptr i32 {names[0]} to ptr")
    lengths = []
    for axis, name in enumerate(names[1:]):
        lines.append(f"  %d{tag}_{axis} = zext i32 {name} to i64")
        lengths.append(f"%d{tag}_{axis}")
    # From the last axis to the first: the bytes of a step along an axis are those of all axes after it.
    strides = [str(argument.item_bytes)]
    for axis in range(len(lengths) - 1, 0, -1):
        lines.append(f"  %s{tag}_{axis} = mul i64 {strides[0]}, {lengths[axis]}")
        strides.insert(0, f"%s{tag}_{axis}")
    items = lengths[0]
    for axis, length in enumerate(lengths[1:]):
        lines.append(f"  %i{tag}_{axis} = mul i64 {items}, {length}")
        items = f"%i{tag}_{axis}"
    owners = ["ptr null", "ptr null", f"i64 {items}", f"i64 {argument.item_bytes}", f"ptr %a{tag}"]
    return owners + [f"i64 {length}" for length in lengths] + [f"i64 {stride}" for stride in strides]


HELPERS = """
declare double @llvm.sqrt.f64(double)
define double @quarter_power(double %x) alwaysinline {
  %root = call double @llvm.sqrt.f64(double %x)
  %quarter = call double @llvm.sqrt.f64(double %root)
  ret double %quarter
}
"""
"""x ** ¼, the length of a quarter in years, as an operation of the virtual machine: √√x."""


def side_by_side(text: str) -> str:
    """Return LLVM's text with exponents turned into fractions and back by an addition, to the bit what they were.

    The virtual machine turns float64 into 64-bit integers, and back, one by one only, which takes the exponential and
    the logarithm out of the loops that treat several enterprises at once. Only floored numbers and sums are meant,
    which here are exponents of two and counts of quarters and enterprises.
    """
    floored = set(_FLOOR.findall(text))
    summed = set(_SUM.findall(text))
    place = count()

    def to_whole(found: re.Match[str]) -> str:
        name, value = found.groups()
        if value not in floored:
            return found[0]
        made = f"%whole{next(place)}"
        return (
            f"  {made}a = fadd double {value}, {ROOM_FOR_WHOLE:#x}\n"
            f"  {made}b = bitcast double {made}a to i64\n"
            f"  {name} = sub i64 {made}b, {ROOM_FOR_WHOLE}"
        )

    def to_fraction(found: re.Match[str]) -> str:
        name, value = found.groups()
        if value not in summed:
            return found[0]
        made = f"%fraction{next(place)}"
        return (
            f"  {made}a = add i64 {value}, {ROOM_FOR_WHOLE}\n"
            f"  {made}b = bitcast i64 {made}a to double\n"
            f"  {name} = fsub double {made}b, {ROOM_FOR_WHOLE:#x}"
        )

    return _TO_FRACTION.sub(to_fraction, _TO_WHOLE.sub(to_whole, text))


def retargeted(text: str, data_layout: str) -> str:
    """Return LLVM's text for the virtual machine: other target, roots and whole numbers by its own operations.

    Raises
    ------
    ValueError
        If it raises to a power that is not ¼: the virtual machine has no such operation.
    """
    powers = {exponent for _, exponent in _POWER.findall(text)}
    if powers - {_QUARTER}:
        raise ValueError(f"no operation for powers of {sorted(powers - {_QUARTER})}")
    text = side_by_side(_POWER.sub(r"@quarter_power(double \1)", text))
    if _ROOT.search(text):  # declared already, the library's root needs no declaration of its own
        text = re.sub(r"^declare double @sqrt\(.*$", "", text, flags=re.MULTILINE)
    text = text.replace("@sqrt(", "@llvm.sqrt.f64(")
    text = re.sub(r"^target datalayout = .*$", f'target datalayout = "{data_layout}"', text, flags=re.MULTILINE)
    text = re.sub(r"^target triple = .*$", f'target triple = "{TRIPLE}"', text, flags=re.MULTILINE)
    return text + ("\ndeclare double @quarter_power(double)\n" if powers else "")


def object_code(functions: Sequence[ModuleFunction]) -> bytes:
    """Compile the functions and their flat entries for the virtual machine."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple(TRIPLE)
    machine = target.create_target_machine(features=FEATURES, opt=3, reloc="static", codemodel="default")
    data_layout = str(machine.target_data)
    header = f'target datalayout = "{data_layout}"\ntarget triple = "{TRIPLE}"\n'
    whole = llvm.parse_assembly(header + HELPERS)
    for function in functions:
        compiled = function.compiled()
        whole.link_in(llvm.parse_assembly(retargeted(compiled.text, data_layout)))
        whole.link_in(llvm.parse_assembly(header + entry_text(function, compiled.symbol)))
    whole.verify()
    kept = {function.name for function in functions}
    # What nobody outside calls is put in line or dropped: the names by which Numba looks for constants among it.
    for value in (*whole.functions, *whole.global_variables):
        if not value.is_declaration and value.name not in kept:
            value.linkage = "internal"
    tuning = llvm.create_pipeline_tuning_options(speed_level=3)
    tuning.loop_vectorization = True
    tuning.slp_vectorization = True
    passes = llvm.create_pass_builder(machine, tuning)
    passes.getModulePassManager().run(whole, passes)
    return bytes(machine.emit_object(whole))


def linked(code: bytes, names: Sequence[str], path: Path) -> None:
    """Link object code into a module that exports functions by name and imports its memory, and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "kernel.o"
        source.write_bytes(code)
        options = ["--no-entry", "--import-memory", "--strip-all", "--gc-sections", "--stack-first", "-O2"]
        options += ["-z", f"stack-size={STACK}", "--export=__heap_base", *(f"--export={name}" for name in names)]
        command = [*linker(), *options, "-o", str(path), str(source)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(done.stderr)


def layout(functions: Sequence[ModuleFunction]) -> JsonObject:
    """Describe the module's functions for a page."""
    return {
        "made_of": made_of(),
        "functions": {function.name: [argument.as_json() for argument in function.arguments] for function in functions},
        "outcome_outputs": list(readings.OUTCOME_OUTPUTS),
        "measure_outputs": list(OUTPUTS_READ),
        "measures": list(readings.MEASURES_READ),
        "share_readings": list(readings.SHARE_READINGS),
        "effect_readings": list(readings.EFFECT_READINGS),
    }


def main(folder: Path) -> None:
    """Make module and layout in a folder; in an environment in which Numba compiles for no processor."""
    functions = module_functions()
    linked(object_code(functions), [function.name for function in functions], folder / MODULE_FILE)
    text = json.dumps(layout(functions), separators=(",", ":"))
    (folder / LAYOUT_FILE).write_text(text, encoding="utf-8")


def packed_size(module: Path) -> int:
    """Return the bytes of a module as gzip packs it."""
    return len(gzip.compress(module.read_bytes(), 9, mtime=0))


if __name__ == "__main__":
    if sys.argv[1:2] == [IN_PLACE]:
        main(Path(sys.argv[2]))
    else:
        try:
            build()
        except NoLinker as problem:
            raise SystemExit(str(problem)) from None
