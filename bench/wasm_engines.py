"""Engines that run the browser's kernel outside a browser: wasmtime (Cranelift) from Python, and Node (V8)."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from copark.browser.module_functions import ModuleFunction, module_functions
from copark.browser.module_layout import flattened
from copark.model.jit import ENABLED

PAGE_BYTES = 65_536
ALIGNED = 16
FIRST = 1 << 20
"""Where data begin: behind the module's stack and constants."""
HARNESS = """
const fs = require('fs');
const { performance } = require('perf_hooks');
const [modulePath, imagePath, name, table, repeats] = process.argv.slice(2);
const first = Number(table);  // what lies before is the module's own
const image = fs.readFileSync(imagePath);
const memory = new WebAssembly.Memory({ initial: image.length / 65536 });
const bytes = fs.readFileSync(modulePath);
const start = performance.now();
const compiled = new WebAssembly.Module(bytes);
const loading = performance.now() - start;
const instance = new WebAssembly.Instance(compiled, { env: { memory } });
const times = [];
for (let n = 0; n < Number(repeats); n += 1) {
  new Uint8Array(memory.buffer).set(image.subarray(first), first);
  const before = process.cpuUsage();
  instance.exports[name](Number(table));
  const used = process.cpuUsage(before);
  times.push((used.user + used.system) / 1000);
}
fs.writeFileSync(imagePath, new Uint8Array(memory.buffer));
console.log(JSON.stringify({ times, loading, heap: instance.exports.__heap_base.value }));
"""


@dataclass(frozen=True)
class Image:
    """Arguments of a function as one piece of memory, with the table of their places."""

    content: bytearray
    table: int
    """Address of the table."""
    places: tuple[tuple[np.ndarray, int], ...]
    """Arrays with memory of their own, and their addresses."""

    def read_back(self, memory: bytes) -> None:
        """Copy what a function wrote into the arrays."""
        for array, address in self.places:
            array[...] = np.frombuffer(memory, array.dtype, array.size, address).reshape(array.shape)


def image_of(function: ModuleFunction, values: Sequence[Any]) -> Image:
    """Put arguments into one piece of memory, in the places that the layout tells."""
    names = [argument.path for argument in function.arguments]
    given = dict(flattened([path.split(".")[0] for path in dict.fromkeys(n.split(".")[0] for n in names)], values))
    own = [a for a in function.arguments if a.shape and not a.within]
    table = FIRST
    address = table + 4 * sum(argument.words for argument in function.arguments)
    addresses: dict[str, int] = {}
    for argument in own:
        address = -(-address // ALIGNED) * ALIGNED
        addresses[argument.path] = address
        address += given[argument.path].nbytes
    content = bytearray(-(-(address + PAGE_BYTES) // PAGE_BYTES) * PAGE_BYTES)
    words: list[int] = []
    for argument in function.arguments:
        value = given[argument.path]
        if not argument.shape:
            words.append(int(value))
            continue
        words += [addresses[argument.within or argument.path] + argument.at, *value.shape]
    content[table : table + 4 * len(words)] = np.array(words, "<i4").tobytes()
    for argument in own:
        data = given[argument.path].tobytes()
        content[addresses[argument.path] : addresses[argument.path] + len(data)] = data
    return Image(content, table, tuple((given[argument.path], addresses[argument.path]) for argument in own))


class Wasmtime:
    """The module in this process, by wasmtime."""

    def __init__(self, module: Path) -> None:
        import wasmtime  # noqa: PLC0415 - an extra that a bench of the page alone does not need

        self._wasmtime = wasmtime
        self._engine = wasmtime.Engine()
        self._module = wasmtime.Module.from_file(self._engine, str(module))

    def imports(self) -> list[tuple[str, str]]:
        """List what the module imports."""
        return [(item.module, item.name) for item in self._module.imports]

    def call(self, function: ModuleFunction, values: Sequence[Any]) -> None:
        """Call a function; what it writes is in the arrays afterwards."""
        image = image_of(function, values)
        store = self._wasmtime.Store(self._engine)
        limits = self._wasmtime.Limits(len(image.content) // PAGE_BYTES, None)
        memory = self._wasmtime.Memory(store, self._wasmtime.MemoryType(limits))
        instance = self._wasmtime.Instance(store, self._module, [memory])
        memory.write(store, bytes(image.content[FIRST:]), FIRST)
        exports = instance.exports(store)
        heap = exports["__heap_base"].value(store)
        if heap > FIRST:
            raise ValueError(f"the module's own data end at {heap}")
        exports[function.name](store, image.table)
        image.read_back(bytes(memory.read(store, 0, len(image.content))))


class Node:
    """The module in a process of Node."""

    def __init__(self, module: Path) -> None:
        self._module = module
        self.times: list[float] = []
        self.loading = float("nan")

    @staticmethod
    def is_here() -> bool:
        """Return True if Node is on this machine."""
        return shutil.which("node") is not None

    def call(self, function: ModuleFunction, values: Sequence[Any], repeats: int = 1) -> None:
        """Call a function; what it writes is in the arrays, and the processor time of each call in `times`, ms."""
        image = image_of(function, values)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "image"
            path.write_bytes(image.content)
            harness = Path(folder) / "harness.cjs"
            harness.write_text(HARNESS, encoding="utf-8")
            command = [shutil.which("node") or "node", str(harness), str(self._module), str(path), function.name]
            command += [str(image.table), str(repeats)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise RuntimeError(done.stderr)
            image.read_back(path.read_bytes())
        told = json.loads(done.stdout)
        self.times = told["times"]
        self.loading = told["loading"]


def function_named(name: str) -> ModuleFunction:
    """Return a function of the module."""
    return next(function for function in module_functions() if function.name == name)


__all__ = ["ENABLED", "Image", "Node", "Wasmtime", "function_named", "image_of"]
