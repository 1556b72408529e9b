import { describe, expect, it } from 'vitest';

import { agrees, besides, bounded } from '../src/lib/record';
import type { Answer } from '../src/lib/types';

describe('a band beside an observation', () => {
  it('holds a value that lies in it', () => {
    expect(agrees({ bound: 'exact', value: 5, high: null }, 4, 6)).toBe(true);
    expect(agrees({ bound: 'about', value: 7, high: null }, 4, 6)).toBe(false);
  });
  it('need only reach a bound', () => {
    expect(agrees({ bound: 'at-least', value: 5, high: null }, 1, 5)).toBe(true);
    expect(agrees({ bound: 'at-least', value: 5, high: null }, 1, 4)).toBe(false);
    expect(agrees({ bound: 'at-most', value: 5, high: null }, 5, 9)).toBe(true);
    expect(agrees({ bound: 'at-most', value: 5, high: null }, 6, 9)).toBe(false);
  });
  it('need only overlap a range', () => {
    expect(agrees({ bound: 'range', value: 5, high: 8 }, 8, 9)).toBe(true);
    expect(agrees({ bound: 'range', value: 5, high: 8 }, 9, 10)).toBe(false);
  });
});

it('is written with its bound', () => {
  const told = (bound: string, high: number | null = null): string => bounded({ bound, value: 50, high }, String);
  expect([told('exact'), told('at-least'), told('at-most'), told('about'), told('range', 70)]).toEqual(['50', '≥ 50', '≤ 50', '≈ 50', '50–70']);
});

it('counts what is used, and no flow of a year', () => {
  const point = { date: '2020-06', quarter: '2020Q2', value: 5, high: null, bound: 'exact', use: true };
  const answer = {
    quarters: ['2020Q1', '2020Q2'],
    outputs: { jobs: { unit: 'persons' }, tax: { unit: 'M USD/yr' } },
    arms: [{ bands: { jobs: [[0, 4], [], [], [], [0, 6]], tax: [[0, 0], [], [], [], [9, 9]] } }],
    observed: { jobs: [point, { ...point, value: 7 }, { ...point, use: false }, { ...point, quarter: '2031Q1' }], tax: [{ ...point, date: '2020' }] },
  } as unknown as Answer;
  expect(besides(answer)).toEqual([{ output: 'jobs', seen: 2, within: 1, misses: ['2020Q2'] }]);
});
