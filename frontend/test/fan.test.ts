import { describe, expect, it } from 'vitest';

import type { Palette } from '../src/lib/chart';
import { fan, type FanData } from '../src/lib/fan';
import type { ObservedPoint } from '../src/lib/types';

const PAINT: Palette = { ink: 'ink', soft: 'soft', line: 'line', paper: 'paper', blue: 'blue', grey: 'grey', cut: 'cut', mark: 'mark', arms: [], outer: 0.2, inner: 0.4 };
const QUARTERS = ['2020Q1', '2020Q2', '2020Q3'];
const seen = (bound: string, more: Partial<ObservedPoint> = {}): ObservedPoint =>
  ({ date: '2020-05', quarter: '2020Q2', value: 50, high: null, bound, reported: 50, reported_unit: '', grade: 'high', use: true, role: 'fit', source: [], note: null, ...more });

interface Drawn { name: string; data: { value: unknown[]; symbol?: string; symbolOffset?: number[]; label?: { formatter: string } }[]; renderItem?: (params: { dataIndex: number }, api: unknown) => { shape: { pathData: string } } }
function drawn(observed: ObservedPoint[], more: Partial<FanData> = {}): { series: Drawn[]; tooltip: { formatter: (items: { dataIndex: number }[]) => string } } {
  const bands = [1, 2, 3, 4, 5].map((n) => QUARTERS.map(() => 10 * n));
  const labels = { median: 'median', most: 'most', observed: 'observed', baseline: 'baseline', ends: 'ends' };
  return fan({ quarters: QUARTERS, bands, outline: [], samples: [], observed, today: '2020Q2', selected: null, range: [0, 100], unit: '', labels, ...more }, PAINT, 'en') as never;
}
const part = (series: Drawn[], name: string): Drawn['data'] => series.find((one) => one.name === name)?.data ?? [];

describe('observations in a chart', () => {
  it('are drawn as what they are', () => {
    const { series } = drawn([seen('exact'), seen('about'), seen('at-least'), seen('at-most'), seen('range', { high: 70 })]);
    const marks = part(series, 'observed');
    expect(marks.map((one) => one.symbol?.slice(0, 7))).toEqual(['circle', 'diamond', 'path://', 'path://']);
    // The bar of a bound is at its value: the arrow of "at least" stands above it, that of "at most" below.
    expect(marks.slice(2).map((one) => Math.sign(one.symbolOffset?.[1] ?? 0))).toEqual([-1, 1]);
    expect(part(series, 'ranges').map((one) => one.value)).toEqual([['2020Q2', 50, 70]]);
    const item = series.find((one) => one.name === 'ranges')?.renderItem?.({ dataIndex: 0 }, { coord: ([, y]: [string, number]) => [100, 200 - y] });
    expect(item?.shape.pathData).toBe('M96,150L104,150M100,150L100,130M96,130L104,130');
  });

  it('are told with their bound', () => {
    const { tooltip } = drawn([seen('at-least'), seen('range', { high: 70 })]);
    expect(tooltip.formatter([{ dataIndex: 1 }])).toContain('observed ≥ 50<br>observed 50–70');
  });

  it('are left out where the chart has no such quarter', () => {
    expect(part(drawn([seen('exact', { quarter: '1994Q2' })]).series, 'observed')).toEqual([]);
  });
});

it('marks the end of the record where it lies on the axis', () => {
  const marks = (today: string): { xAxis: string }[] => (drawn([], { today }).series.find((one) => one.name === 'median') as unknown as { markLine: { data: { xAxis: string }[] } }).markLine.data;
  expect(marks('2020Q2').map((one) => one.xAxis)).toEqual(['2020Q2']);
  expect(marks('2030Q1')).toEqual([]);
});

it('puts words at the ends of the lines of a large chart alone', () => {
  const ends = part(drawn([], { enlarged: true }).series, 'ends');
  expect(ends.map((one) => [one.label?.formatter, one.value])).toEqual([['95%', ['2020Q3', 50]], ['median', ['2020Q3', 30]], ['5%', ['2020Q3', 10]]]);
  expect(part(drawn([]).series, 'ends')).toEqual([]);
});
