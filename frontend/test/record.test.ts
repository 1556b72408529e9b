import { expect, it } from 'vitest';

import { bounded } from '../src/lib/record';

it('is written with its bound', () => {
  const told = (bound: string, high: number | null = null): string => bounded({ bound, value: 50, high }, String);
  expect([told('exact'), told('at-least'), told('at-most'), told('about'), told('range', 70)]).toEqual(['50', '≥ 50', '≤ 50', '≈ 50', '50–70']);
});
