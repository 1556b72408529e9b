import { expect, it } from 'vitest';

import { goBeside, patchesOf, readPark, scenarioOf, wholes, type Choice, type Park } from '../src/live/park';

/** A packed park as Python writes it: the head with its length, then the bytes of all numbers place by place. */
function packed(head: object, numbers: bigint[]): ArrayBuffer {
  const text = JSON.stringify(head);
  const words = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
  const bytes = new Uint8Array(new BigInt64Array(numbers).buffer);
  const content = new Uint8Array(8 + words.length + bytes.length);
  new DataView(content.buffer).setUint32(0, words.length, true);
  content.set(words, 8);
  for (let n = 0; n < numbers.length; n += 1) {
    for (let place = 0; place < 8; place += 1) content[8 + words.length + place * numbers.length + n] = bytes[8 * n + place] ?? 0;
  }
  return content.buffer;
}

const choice = (key: string, kind: Choice['kind'], group: string, since: string | null, cells: [number, number], values: [number, number]): Choice =>
  ({ key, kind, group, since, title: { en: key, zh: key }, cells, values, parameters: [] });

// Inputs are four numbers; then come cells and values of the choices.
const numbers = [10n, 11n, 12n, -1n, 0n, 100n, 1n, 101n, 0n, 102n, 3n, 103n];
const choices = [
  choice('a', 'option', 'tax', 'now', [4, 1], [5, 1]),
  choice('b', 'option', 'land', 'now', [6, 1], [7, 1]),
  choice('c', 'structure', 'structures', null, [8, 1], [9, 1]),
  choice('d', 'scenario', 'scenarios', null, [6, 1], [7, 1]),
  choice('e', 'option', 'land', 'start', [6, 1], [7, 1]),
  choice('f', 'option', 'quota', 'now', [4, 1], [11, 1]),
  choice('g', 'option', 'quota', 'now', [4, 1], [7, 1]),
];
const park = (): Park => readPark(packed({ inputs: [0, 4], choices, refused: [['b', 'c']] }, numbers));
const cellsOf = (keys: string[]): number[] | null => {
  const found = patchesOf(park(), keys);
  return found && Array.from({ length: 4 }, (_, n) => scenarioOf(park(), found).inputs[2 * n] ?? 0);
};

it('reads numbers to the bit, whole ones below zero as well', () => {
  expect(wholes(park(), [0, 4])).toEqual([10, 11, 12, -1]);
  expect(scenarioOf(park(), []).inputs.slice(6)).toEqual(new Int32Array([-1, -1]));
});

it('puts patches of choices one behind the other: where two touch a cell, the later holds', () => {
  expect(cellsOf(['a'])).toEqual([100, 11, 12, -1]);
  expect(cellsOf(['a', 'b'])).toEqual([100, 101, 12, -1]);
  expect(cellsOf(['a', 'f'])).toEqual([103, 11, 12, -1]);
});

it('offers nothing that nobody packed', () => {
  expect(cellsOf(['b', 'c'])).toBeNull();
  expect(cellsOf(['a', 'f', 'g'])).toBeNull();
});

it('lets levers be pulled at one time, and a scenario stand alone', () => {
  const [a, b, c, d, e] = choices as [Choice, Choice, Choice, Choice, Choice];
  expect(goBeside(a, b)).toBe(true);
  expect(goBeside(a, c)).toBe(true);
  expect(goBeside(a, d)).toBe(false);
  expect(goBeside(a, e)).toBe(false);
  expect(goBeside(b, e)).toBe(false);
});
