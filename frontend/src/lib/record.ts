import type { Lever, ObservedPoint } from './types';

/** An observation in a reader's numbers: 50, at least 50 (≥ 50), at most 50 (≤ 50), about 50 (≈ 50), or a range (50–70). */
export function bounded(point: Pick<ObservedPoint, 'bound' | 'value' | 'high'>, number: (value: number) => string): string {
  const sign = { 'at-least': '≥ ', 'at-most': '≤ ', about: '≈ ' }[point.bound] ?? '';
  return `${sign}${number(point.value)}${point.high === null ? '' : `–${number(point.high)}`}`;
}

/** Whether somebody reported what a lever moves: a judgement alone stands in the place of what nobody did. */
export const isReported = (lever: Pick<Lever, 'baseline'>): boolean => lever.baseline.some((one) => one.source.some((key) => key !== 'judgement'));
