import { expect, it } from 'vitest';

import { draggedTo, movedLever, type Held } from '../src/lib/dragging';
import { OWN } from '../src/lib/scenario';
import type { Scenario } from '../src/lib/types';

const scenario = (edits: object, more: object = {}): Scenario => ({ ...OWN, edits, ...more }) as Scenario;

// Eight cells: 0 to 3 of a tax by quarter, 4 and 5 of shares, 6 of what follows from a share, 7 of a link.
const numbers = new BigInt64Array([2n, 3n, 4n, 5n, 0n, 6000n, 6n, 77n, 88n, 7n]);
const held: Held = {
  scenario: OWN,
  inputs: new Int32Array(16),
  changes: [],
  numbers: numbers.buffer,
  parameters: { value_home: ['governments', 5] },
  sliders: [
    { key: 'edits.profit_tax', since: '2026Q4', first: 2, side: null, slots: { value: [0, 2] }, tables: [] },
    { key: 'edits.equity', since: null, first: 0, side: null, slots: { home: [2, 1], host: [3, 1] }, tables: [{ side: 'home', points: [4, 2], columns: [[[6, 1], [7, 2]]] }] },
    { key: 'links.network_to_arrivals', since: null, first: 0, side: null, slots: { strength: [9, 1] }, tables: [] },
    { key: 'links.network_to_arrivals', since: '2026Q4', first: 2, side: null, slots: { strength: [9, 1] }, tables: [] },
  ],
};
const cellsOf = (to: Scenario): number[] | null => {
  const found = draggedTo(held, to);
  return found && [...new Float64Array(found.inputs.buffer)];
};
const bits = (value: bigint): number => new Float64Array(new BigInt64Array([value]).buffer)[0] ?? NaN;

it('puts a value into the cells that take it, from the quarter on from which it holds', () => {
  expect(cellsOf(scenario({ profit_tax: [{ value: 0.15, from: '2026Q4' }] }))).toEqual([0, 0, 0.15, 0.15, 0, 0, 0, 0]);
  expect(cellsOf(scenario({ profit_tax: [{ value: 0.15 }] }))).toBeNull();
  expect(cellsOf(scenario({}, { links: { network_to_arrivals: { strength: 0.5, from: 2 } } }))?.at(7)).toBe(0.5);
});

it('looks up what follows from a share, and leaves a share that is between two positions to the server', () => {
  expect(cellsOf(scenario({ equity: [{ home: 6000, host: 4000, third: 0 }] }))).toEqual([0, 0, 0, 0, 6000, 4000, bits(88n), 0]);
  expect(cellsOf(scenario({ equity: [{ home: 6001, host: 3999, third: 0 }] }))).toBeNull();
});

it('sets a parameter where it stands among the draws', () => {
  const found = draggedTo(held, scenario({}, { parameters: { value_home: 0.25 } }));
  expect(found?.parameters.map(([room, word]) => [room, word])).toEqual([['governments', 5]]);
  expect(draggedTo(held, scenario({}, { parameters: { value_host: 0.25 } }))).toBeNull();
});

it('draws one lever beside what was at hand, and nothing that nobody packed', () => {
  expect(movedLever(scenario({ quota: 5001 }), scenario({ quota: 5001, profit_tax: 0.1 }))).toBe('edits.profit_tax');
  expect(movedLever(OWN, scenario({ quota: 5001, profit_tax: 0.1 }))).toBeNull();
  expect(draggedTo(held, OWN)?.inputs).toBe(held.inputs);
  expect(cellsOf(scenario({ quota: [{ value: 6667, from: '2026Q4' }] }))).toBeNull();
  expect(cellsOf(scenario({ framework: 'off' }))).toBeNull();
});
