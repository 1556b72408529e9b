import { expect, it } from 'vitest';

import { before, quartersFrom, spelled } from '../src/lib/quarters';

it('knows the quarter before another, and none before the first', () => {
  const quarters = quartersFrom('2012Q3', 80);
  expect(before(quarters, '2025Q1')).toBe('2024Q4');
  expect(before(quarters, '2012Q3')).toBeUndefined();
});

it('Chinese prose spells quarters out, but not within names and options', () => {
  expect(spelled('至2036Q4')).toBe('至2036年第四季度');
  expect(spelled('run-2036Q4 --cut=2020Q1')).toBe('run-2036Q4 --cut=2020Q1');
});
