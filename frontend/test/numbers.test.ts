import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { percent, points, quantity, shown } from '../src/lib/numbers';

it('writes numbers with about three digits and a true minus sign', () => {
  expect([1234.5, 12.345, 0.01234, -5, null].map((one) => shown(one, 'en'))).toEqual(['1,235', '12.3', '0.0123', '−5', '–']);
  expect(points(-0.117)).toBe('−11.7');
  expect(points(0.02)).toBe('+2.0');
  expect(percent(0.5)).toBe('50%');
});

it('counts money in Chinese by 万 and 亿, as the server does', () => {
  const rows = JSON.parse(readFileSync(new URL('../../tests/presentation/money.zh.json', import.meta.url), 'utf8')) as { value: number; unit: string; shown: string }[];
  for (const { value, unit, shown: written } of rows) expect(quantity(value, unit, 'zh')).toBe(written);
  expect(quantity(0.5, 'M USD', 'en')).toBe('0.5 M USD');
  expect(quantity(25.2, 'persons', 'en')).toBe('25 persons');
  expect(quantity(25.2, '人', 'zh')).toBe('25人');
  expect(quantity(2.5, '百万美元', 'zh', true)).toBe('+250万美元');
});
