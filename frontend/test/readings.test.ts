import { expect, it, vi } from 'vitest';
import type { Kernel } from '../src/live/kernel';
import type { Head } from '../src/live/park';
import { Readings, type Runs } from '../src/live/readings';

const MEASURES = ['self_standing', 'alive'];

function runs(codes: number[], alive: number[]): Runs {
  const measures = Float64Array.from(alive.flatMap((value) => [0, value]));
  return { count: codes.length, codes: Int32Array.from(codes), status: new Int32Array(3 * codes.length), measures, onTheWay: new Float64Array(), paths: new Float64Array() };
}

it('a change counts the runs in which the company lives when the choice begins, as the annex of a brief does', () => {
  const readings = new Readings({} as Kernel, { layout: { measures: MEASURES } } as unknown as Head);
  const shares = vi.spyOn(readings, 'shares').mockReturnValue([]);
  readings.changes(runs([3, 0, 3, 1], [1, 0, 1, NaN]), runs([3, 0, 0, 1, 2], [1, 0, 1, 1, 1]));
  const [reference, scenario] = shares.mock.calls[0] ?? [];
  expect([reference?.count, [...(reference?.codes ?? [])]]).toEqual([2, [3, 3]]);
  expect([scenario?.count, [...(scenario?.codes ?? [])]]).toEqual([2, [3, 0]]);
});
