/** An argument of a function of the module; all of it is told by Python (`copark/browser/module_layout.py`). */
export interface Argument {
  path: string;
  shape: (number | string)[];
  item_bytes: number;
  kind: string;
  fields: Record<string, [number, number]>;
  within: string;
  at: number;
}

export interface Layout {
  functions: Record<string, Argument[]>;
  outcome_outputs: string[];
  measure_outputs: string[];
  measures: string[];
  share_readings: string[];
  effect_readings: string[];
}

export type Lengths = Record<string, number>;

/** An array in the memory of the module. */
export interface Placed {
  address: number;
  shape: number[];
}

const PAGE = 65_536;
const ALIGNED = 16;

/** The compiled kernel with a memory of its own. */
export class Kernel {
  readonly memory: WebAssembly.Memory;
  private readonly exports: Record<string, (table: number) => number>;
  private free: number;
  private readonly tables = new Map<string, number>();

  constructor(module: WebAssembly.Module, readonly layout: Layout) {
    this.memory = new WebAssembly.Memory({ initial: 16 });
    const instance = new WebAssembly.Instance(module, { env: { memory: this.memory } });
    this.exports = instance.exports as Record<string, never>;
    this.free = Number((instance.exports.__heap_base as WebAssembly.Global).value);
  }

  /** Room for so many bytes, kept for good. */
  room(bytes: number): number {
    const address = Math.ceil(this.free / ALIGNED) * ALIGNED;
    this.free = address + bytes;
    const missing = this.free - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
    return address;
  }

  /** An array of so many numbers of eight bytes along each axis. */
  array(...shape: number[]): Placed {
    return { address: this.room(8 * shape.reduce((product, length) => product * length, 1)), shape };
  }

  fractions({ address, shape }: Placed, count = shape.reduce((product, length) => product * length, 1)): Float64Array {
    return new Float64Array(this.memory.buffer, address, count);
  }

  words(address: number, count: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, 2 * count);
  }

  /** Writes whole numbers, which are above −2³¹ and below 2³¹. */
  setWholes({ address }: Placed, values: ArrayLike<number>): void {
    const words = this.words(address, values.length);
    for (let n = 0; n < values.length; n += 1) {
      words[2 * n] = values[n] ?? 0;
      words[2 * n + 1] = (values[n] ?? 0) < 0 ? -1 : 0;
    }
  }

  wholes({ address }: Placed, count: number): Int32Array {
    const words = this.words(address, count);
    return Int32Array.from({ length: count }, (_, n) => words[2 * n] ?? 0);
  }

  /** Room for every argument of a function that has memory of its own, by path. */
  place(name: string, lengths: Lengths): Map<string, Placed> {
    const placed = new Map<string, Placed>();
    for (const { path, shape, item_bytes: size, within, at } of this.arguments(name)) {
      if (!shape.length) continue;
      const counts = shape.map((length) => (typeof length === 'number' ? length : (lengths[length] ?? 0)));
      const inside = placed.get(within);
      const address = inside ? inside.address + at : this.room(size * counts.reduce((product, length) => product * length, 1));
      placed.set(path, { address, shape: counts });
    }
    return placed;
  }

  /** Calls a function with arrays and whole numbers, by path. */
  call(name: string, values: ReadonlyMap<string, Placed | number>): void {
    const words: number[] = [];
    for (const { path } of this.arguments(name)) {
      const value = values.get(path);
      if (value === undefined) throw new Error(`${name} lacks ${path}`);
      if (typeof value === 'number') words.push(value);
      else words.push(value.address, ...value.shape);
    }
    let table = this.tables.get(name);
    if (table === undefined) this.tables.set(name, (table = this.room(4 * words.length)));
    new Int32Array(this.memory.buffer, table, words.length).set(words);
    this.exports[name]?.(table);
  }

  arguments(name: string): Argument[] {
    return this.layout.functions[name] ?? [];
  }
}
