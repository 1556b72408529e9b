import { expect, it } from 'vitest';

import { bounded, isReported } from '../src/lib/record';

it('is written with its bound', () => {
  const told = (bound: string, high: number | null = null): string => bounded({ bound, value: 50, high }, String);
  expect([told('exact'), told('at-least'), told('at-most'), told('about'), told('range', 70)]).toEqual(['50', '≥ 50', '≤ 50', '≈ 50', '50–70']);
});

it('what only a judgement says was not reported', () => {
  const value = (source: string[]) => ({ baseline: [{ date: '2008-01', values: { home: 5000 }, grade: 'judgement', source, note: null }] });
  expect(isReported(value(['judgement']))).toBe(false);
  expect(isReported(value(['charter-2008']))).toBe(true);
});
