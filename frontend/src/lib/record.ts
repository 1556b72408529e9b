import type { Answer, ObservedPoint } from './types';

/** Observations of an output beside the band of 90 % of runs. */
export interface Beside {
  output: string;
  seen: number;
  within: number;
  /** Quarters of those outside. */
  misses: string[];
}

/** An observation in a reader's numbers: 50, at least 50 (≥ 50), at most 50 (≤ 50), about 50 (≈ 50), or a range (50–70). */
export function bounded(point: Pick<ObservedPoint, 'bound' | 'value' | 'high'>, number: (value: number) => string): string {
  const sign = { 'at-least': '≥ ', 'at-most': '≤ ', about: '≈ ' }[point.bound] ?? '';
  return `${sign}${number(point.value)}${point.high === null ? '' : `–${number(point.high)}`}`;
}

/** Whether a band agrees with an observation: a value lies in it, a bound is reached by it, a range overlaps it. */
export function agrees(point: Pick<ObservedPoint, 'bound' | 'value' | 'high'>, low: number, upper: number): boolean {
  if (point.bound === 'at-least') return upper >= point.value;
  if (point.bound === 'at-most') return low <= point.value;
  if (point.bound === 'range' && point.high !== null) return low <= point.high && upper >= point.value;
  return low <= point.value && point.value <= upper;
}

/** The first arm of an answer beside the record. A flow of a whole year is left out: no quarter can be put beside it. */
export function besides(answer: Answer): Beside[] {
  const place = new Map(answer.quarters.map((quarter, n) => [quarter, n]));
  const found: Beside[] = [];
  for (const [output, points] of Object.entries(answer.observed)) {
    const [low = [], , , , upper = []] = answer.arms[0]?.bands[output] ?? [];
    const isFlow = (answer.outputs[output]?.unit ?? '').endsWith('/yr');
    const one: Beside = { output, seen: 0, within: 0, misses: [] };
    for (const point of points) {
      const at = place.get(point.quarter) ?? -1;
      const [least, most] = [low[at] ?? null, upper[at] ?? null];
      if (!point.use || least === null || most === null || (isFlow && point.date.length === 4)) continue;
      one.seen += 1;
      if (agrees(point, least, most)) one.within += 1;
      else one.misses.push(point.quarter);
    }
    if (one.seen) found.push(one);
  }
  return found;
}
