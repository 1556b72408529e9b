import type { Side } from './types';

/** Shares are whole basis points, so that the sum is exact. */
export const WHOLE = 10_000;
export const SIDES: readonly Side[] = ['home', 'host', 'third'];

export type Table = Record<Side, number>;
export type Locks = Record<Side, boolean>;

/** The most a side can hold: the whole less what is locked for others, and nothing more if all others are locked. */
export function most(table: Table, locks: Locks, side: Side): number {
  const others = SIDES.filter((one) => one !== side);
  if (others.every((one) => locks[one])) return table[side];
  return WHOLE - others.reduce((sum, one) => sum + (locks[one] ? table[one] : 0), 0);
}

/**
 * One share is moved; those of the other sides that are not locked are rescaled in proportion and the sum stays whole.
 *
 * The moved share becomes what was asked for, as far as the locks leave room. Where the others have nothing to scale,
 * the room goes to the first of them.
 */
export function move(table: Table, locks: Locks, side: Side, wanted: number): Table {
  const others = SIDES.filter((one) => one !== side && !locks[one]);
  if (!others.length) return { ...table };
  const value = Math.min(Math.max(Math.round(wanted), 0), most(table, locks, side));
  const fixed = SIDES.reduce((sum, one) => sum + (one !== side && locks[one] ? table[one] : 0), 0);
  const room = WHOLE - fixed - value;
  const held = others.reduce((sum, one) => sum + table[one], 0);
  const next: Table = { ...table, [side]: value };
  let left = room;
  others.forEach((one, n) => {
    const last = n === others.length - 1;
    const part = held > 0 ? Math.round((room * table[one]) / held) : n === 0 ? room : 0;
    next[one] = last ? left : Math.min(part, left);
    left -= next[one];
  });
  return next;
}

/** A table of the record as one whose sum is whole: what nobody holds goes to the largest side. */
export function whole(values: Record<string, number>): Table {
  const table: Table = { home: values.home ?? 0, host: values.host ?? 0, third: values.third ?? 0 };
  const rest = WHOLE - table.home - table.host - table.third;
  const largest = SIDES.reduce((a, b) => (table[b] > table[a] ? b : a));
  table[largest] += rest;
  return table;
}
