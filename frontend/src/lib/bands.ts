import type { Numbers } from './types';

/** A band's outline: along its lower edge and back along its upper; broken where a number is missing. */
export function polygons(low: Numbers, high: Numbers): [number, number][][] {
  const found: [number, number][][] = [];
  let run: [number, number, number][] = [];
  const close = (): void => {
    if (run.length > 1) {
      found.push([
        ...run.map(([x, lower]): [number, number] => [x, lower]),
        ...run.toReversed().map(([x, , upper]): [number, number] => [x, upper]),
      ]);
    }
    run = [];
  };
  const count = Math.min(low.length, high.length);
  for (let x = 0; x < count; x += 1) {
    const lower = low[x] ?? null;
    const upper = high[x] ?? null;
    if (lower === null || upper === null) close();
    else run.push([x, lower, upper]);
  }
  close();
  return found;
}

/** Least and greatest of all numbers, widened to round ones. */
export function extent(rows: Iterable<Numbers>, points: Iterable<number | null> = []): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const row of [...rows, points]) {
    for (const value of row) {
      if (value === null) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) return [0, 1];
  if (low > 0 && low < 0.6 * high) low = 0;
  if (low === high) return low === 0 ? [0, 1] : [Math.min(0, low), Math.max(0, high)];
  const step = nice((high - low) / 4);
  return [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
}

/** The round number (1, 2, 2.5, 5 times a power of ten) at or above a size. */
export function nice(size: number): number {
  const power = 10 ** Math.floor(Math.log10(size));
  const found = [1, 2, 2.5, 5, 10].find((one) => one * power >= size * (1 - 1e-9)) ?? 10;
  return found * power;
}
