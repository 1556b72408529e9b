import { describe, expect, it } from 'vitest';

import { before, nowOf, quartersFrom } from '../src/lib/quarters';

describe('the present on a clock', () => {
  const quarters = quartersFrom('2012Q3', 80);
  it('is the quarter after the record', () => {
    expect(nowOf(quarters, '2024Q4')).toBe('2025Q1');
    expect(before(quarters, '2025Q1')).toBe('2024Q4');
  });
  it('is none where the simulated time is over, and never the first quarter', () => {
    expect(nowOf(quarters, '2032Q2')).toBeUndefined();
    expect(nowOf(quarters, '2000Q1')).toBe('2012Q4');
    expect(before(quarters, '2012Q3')).toBeUndefined();
  });
});
