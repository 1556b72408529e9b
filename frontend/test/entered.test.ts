import { expect, it } from 'vitest';

import { entered } from '../src/lib/entered';

it('takes a number as it is typed', () => {
  expect(entered('33.33', 0, 100, 60)).toEqual({ value: 33.33, note: null });
  expect(entered('100', 0, 100, 60)).toEqual({ value: 100, note: null });
});

it('says where another one is used', () => {
  expect(entered('150', 0, 100, 60)).toEqual({ value: 100, note: 'too_high' });
  expect(entered('-5', 0, 100, 60)).toEqual({ value: 0, note: 'too_low' });
  expect(entered('2.5', 1, 5000, 1000, true)).toEqual({ value: 3, note: 'not_whole' });
  expect(entered('', 0, 100, 60)).toEqual({ value: 60, note: 'not_number' });
  expect(entered('much', 0, 100, 60)).toEqual({ value: 60, note: 'not_number' });
});
