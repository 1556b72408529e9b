import { expect, it } from 'vitest';

import { percent, points, shown } from '../src/lib/numbers';

it('writes numbers with about three digits and a true minus sign', () => {
  expect([1234.5, 12.345, 0.01234, -5, null].map((one) => shown(one, 'en'))).toEqual(['1,235', '12.3', '0.0123', '−5', '–']);
  expect(points(-0.117)).toBe('−11.7');
  expect(points(0.02)).toBe('+2.0');
  expect(percent(0.5)).toBe('50%');
});
