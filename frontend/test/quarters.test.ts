import { expect, it } from 'vitest';

import { before, quartersFrom } from '../src/lib/quarters';

it('knows the quarter before another, and none before the first', () => {
  const quarters = quartersFrom('2012Q3', 80);
  expect(before(quarters, '2025Q1')).toBe('2024Q4');
  expect(before(quarters, '2012Q3')).toBeUndefined();
});
