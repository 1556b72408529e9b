import { describe, expect, it } from 'vitest';

import { most, move, SIDES, WHOLE, whole, type Locks, type Table } from '../src/lib/equity';

const free: Locks = { home: false, host: false, third: false };
const sum = (table: Table): number => SIDES.reduce((total, side) => total + table[side], 0);

describe('shares', () => {
  it('keep the whole, wherever a slider is put', () => {
    for (const side of SIDES) {
      for (let wanted = -700; wanted <= 11_000; wanted += 137) {
        const next = move({ home: 6001, host: 3890, third: 109 }, free, side, wanted);
        expect(sum(next)).toBe(WHOLE);
        expect(next[side]).toBe(Math.min(Math.max(wanted, 0), WHOLE));
        expect(SIDES.every((one) => next[one] >= 0 && Number.isInteger(next[one]))).toBe(true);
      }
    }
  });

  it('rescale the others in proportion', () => {
    expect(move({ home: 5000, host: 4000, third: 1000 }, free, 'home', 0)).toEqual({ home: 0, host: 8000, third: 2000 });
  });

  it('leave a locked side alone and stop where it leaves no room', () => {
    const locks = { ...free, third: true };
    const table = { home: 5000, host: 4000, third: 1000 };
    expect(move(table, locks, 'home', 9500)).toEqual({ home: 9000, host: 0, third: 1000 });
    expect(most(table, locks, 'home')).toBe(9000);
  });

  it('do not move when all others are locked', () => {
    const table = { home: 5000, host: 4000, third: 1000 };
    const locks = { home: false, host: true, third: true };
    expect(move(table, locks, 'home', 6000)).toEqual(table);
    expect(most(table, locks, 'home')).toBe(5000);
  });

  it('give the room to the first other where the others hold nothing', () => {
    expect(move({ home: WHOLE, host: 0, third: 0 }, free, 'home', 7000)).toEqual({ home: 7000, host: 3000, third: 0 });
  });

  it('of a record with a rest nobody holds are made whole', () => {
    expect(whole({ home: 6800, host: 3141, third: 0, none: 59 })).toEqual({ home: 6859, host: 3141, third: 0 });
  });
});
