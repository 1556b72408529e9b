import type { Numbers } from '../lib/types';
import type { BlockAnswer } from './blocks';
import { Kernel, type Placed } from './kernel';
import type { Head } from './park';

/** What is read of all runs of a scenario. */
export interface Runs {
  count: number;
  codes: Int32Array;
  status: Int32Array;
  measures: Float64Array;
  onTheWay: Float64Array;
  paths: Float64Array;
}

export type Reading = Record<string, number>;

/** Puts blocks of runs together, in the order of the runs. */
export function joined(blocks: readonly BlockAnswer[]): Runs {
  const ordered = [...blocks].sort((one, other) => one.first - other.first);
  const whole = <T extends Int32Array | Float64Array>(part: (block: BlockAnswer) => T): T => {
    const parts = ordered.map(part);
    const size = parts.reduce((sum, { length }) => sum + length, 0);
    const first = parts[0];
    const all = (first instanceof Int32Array ? new Int32Array(size) : new Float64Array(size)) as T;
    let at = 0;
    for (const one of parts) {
      all.set(one, at);
      at += one.length;
    }
    return all;
  };
  const count = ordered.reduce((sum, { first, last }) => sum + last - first, 0);
  return { count, codes: whole((b) => b.codes), status: whole((b) => b.status), measures: whole((b) => b.measures), onTheWay: whole((b) => b.onTheWay), paths: whole((b) => b.paths) };
}

const parts = new WeakMap<Runs, Runs>();

/** The first of runs; the same object where as many are asked for again, so that what is read of them is found again. */
export function firstOf(runs: Runs, count: number): Runs {
  if (count === runs.count) return runs;
  const before = parts.get(runs);
  if (before?.count === count) return before;
  const found = cut(runs, count);
  parts.set(runs, found);
  return found;
}

function cut(runs: Runs, count: number): Runs {
  const part = <T extends Int32Array | Float64Array>(values: T): T => values.subarray(0, (values.length / runs.count) * count) as T;
  return { count, codes: part(runs.codes), status: part(runs.status), measures: part(runs.measures), onTheWay: part(runs.onTheWay), paths: part(runs.paths) };
}

/** Readings over runs, all by functions of the module. */
export class Readings {
  private readonly memory = new Map<string, Placed>();
  private readonly bandsOf = new WeakMap<Runs, Numbers[][]>();

  constructor(private readonly kernel: Kernel, private readonly head: Head) {}

  /** Memory of a name, made once for the most runs there are. */
  private array(name: string, ...shape: number[]): Placed {
    const most = this.head.lengths.runs;
    const found = this.memory.get(name);
    const placed = found ?? this.kernel.array(Math.max(most, shape[0] ?? 0), ...shape.slice(1));
    this.memory.set(name, placed);
    return { address: placed.address, shape };
  }

  private fixed(name: string, ...shape: number[]): Placed {
    const placed = this.memory.get(name) ?? this.kernel.array(...shape);
    this.memory.set(name, placed);
    return placed;
  }

  private filled(name: string, values: Float64Array | number[], ...shape: number[]): Placed {
    const placed = this.array(name, ...shape);
    this.kernel.fractions(placed).set(values);
    return placed;
  }

  /** Quantiles of every output shown, by output, level and quarter; those of a baseline are read once. */
  bands(runs: Runs): Numbers[][] {
    const found = this.bandsOf.get(runs) ?? this.quantiles(runs, this.head.levels, this.head.quarters.length);
    this.bandsOf.set(runs, found);
    return found;
  }

  private quantiles({ count, paths, status }: Runs, levels: readonly number[], times: number): Numbers[][] {
    const { shown } = this.head;
    const outputs = shown.length;
    const out = this.filled('paths', paths, count, outputs, times);
    const ended = this.array('status', count, 3);
    this.kernel.setWholes(ended, status);
    const columns = this.fixed('columns', outputs);
    this.kernel.setWholes(columns, shown.map((_, n) => n));
    const { address } = this.fixed('bands', outputs, this.head.levels.length, this.head.quarters.length);
    const answer = { address, shape: [outputs, levels.length, times] };
    const read = { ...this.levels(levels), shape: [levels.length] };
    this.kernel.call('read_bands', new Map<string, Placed>([
      ['out', { ...out, shape: [count, outputs, times] }], ['status', ended], ['columns', columns], ['levels', read], ['ordered', this.array('ordered', count)], ['bands', answer],
    ]));
    const values = this.kernel.fractions(answer);
    return shown.map((_, n) => levels.map((__, l) => Array.from(values.subarray((n * levels.length + l) * times, (n * levels.length + l + 1) * times), (value) => (Number.isFinite(value) ? value : null))));
  }

  /** Quantiles of every output shown in one quarter, by output and level, of which there are no more than bands have. */
  quantilesIn(runs: Runs, quarter: number, levels: readonly number[]): Numbers[] {
    const times = this.head.quarters.length;
    // A run that broke off before the quarter has no value in it.
    const status = runs.status.slice();
    for (let run = 0; run < runs.count; run += 1) if (status[3 * run] !== 0) status[3 * run + 1] = quarter < (status[3 * run + 1] ?? 0) ? 1 : 0;
    const paths = Float64Array.from({ length: runs.count * this.head.shown.length }, (_, n) => runs.paths[n * times + quarter] ?? NaN);
    return this.quantiles({ ...runs, paths, status }, levels, 1).map((rows) => rows.map(([value]) => value ?? null));
  }

  private levels(levels: readonly number[]): Placed {
    const placed = this.fixed('levels', this.head.levels.length);
    const memory = this.kernel.fractions(placed);
    memory.fill(0);
    memory.set(levels);
    return placed;
  }

  /** Shares of outcomes, their change and how well so many runs tell both. */
  shares(reference: Runs, scenario: Runs): Reading[] {
    const count = Math.min(reference.count, scenario.count);
    const names = this.head.layout.share_readings;
    const put = (name: string, values: ArrayLike<number>): Placed => {
      const placed = this.array(name, count);
      this.kernel.setWholes(placed, Array.from({ length: count }, (_, n) => values[n] ?? 0));
      return placed;
    };
    const answer = this.fixed('shares', this.head.outcomes.length, names.length);
    this.kernel.call('read_shares', new Map<string, Placed>([
      ['reference', put('codes before', reference.codes)], ['scenario', put('codes after', scenario.codes)],
      ['draws', put('draws', Array.from({ length: count }, (_, run) => run))], ['settings', this.levels([this.head.z])],
      ['sums', this.array('sums', count)], ['counts', this.array('counts', count)], ['answer', answer],
    ]));
    return this.rows(answer, names);
  }

  /** Changes of shares over the runs that count, as all effects have them: the company lives when the choice begins. */
  changes(reference: Runs, scenario: Runs): Reading[] {
    const count = Math.min(reference.count, scenario.count);
    const width = this.head.layout.measures.length;
    const counted = (_: number, run: number): boolean => run < count && reference.measures[run * width + width - 1] === 1;
    const of = (runs: Runs): Runs => {
      const codes = runs.codes.filter(counted);
      return { ...runs, count: codes.length, codes };
    };
    return this.shares(of(reference), of(scenario));
  }

  /** What changes pair by pair: of measures, or of what tells the way a choice acts. */
  effects(reference: Runs, scenario: Runs, part: 'measures' | 'onTheWay'): Reading[] {
    const count = Math.min(reference.count, scenario.count);
    const width = part === 'measures' ? this.head.layout.measures.length : this.head.on_the_way.length + 1;
    const names = this.head.layout.effect_readings;
    const answer = this.fixed(`${part} changed`, width, names.length);
    this.kernel.call('read_effects', new Map<string, Placed>([
      ['reference', this.filled(`${part} before`, reference[part].subarray(0, count * width), count, width)],
      ['scenario', this.filled(`${part} after`, scenario[part].subarray(0, count * width), count, width)],
      ['levels', this.levels(this.head.band)], ['ordered', this.array('ordered', count)], ['answer', answer],
    ]));
    return this.rows(answer, names);
  }

  private rows(answer: Placed, names: readonly string[]): Reading[] {
    const values = this.kernel.fractions(answer);
    return Array.from({ length: answer.shape[0] ?? 0 }, (_, row) => Object.fromEntries(names.map((name, n) => [name, values[row * names.length + n] ?? NaN])));
  }
}
