import { describe, expect, it } from 'vitest';

import { fan, overlay, type Drawing, type FanData } from '../src/lib/fan';
import type { TimeMark } from '../src/lib/marks';
import { areaPath, drawnTicks, headAt, headsOf, levels, linePath, markPath, plotOf, years } from '../src/lib/plot';
import type { ObservedPoint } from '../src/lib/types';

const QUARTERS = ['2020Q1', '2020Q2', '2020Q3'];
const labels = { median: 'median', most: 'most', observed: 'observed', baseline: 'baseline', ends: 'ends', changes: 'changes act', now: 'now' };
const bands = [1, 2, 3, 4, 5].map((n) => QUARTERS.map(() => 10 * n));
const seen = (bound: string, more: Partial<ObservedPoint> = {}): ObservedPoint =>
  ({ date: '2020-05', quarter: '2020Q2', value: 50, high: null, bound, reported: 50, reported_unit: '', grade: 'high', use: true, role: 'fit', source: [], note: null, ...more });
const drawn = (observed: ObservedPoint[] = [], more: Partial<FanData> = {}): Drawing =>
  fan({ quarters: QUARTERS, bands, outline: [], samples: [], observed, today: '2020Q2', selected: null, range: [0, 100], unit: '', labels, ...more }, 'en');
// 100 points wide and high between its axes.
const plot = plotOf(drawn(), 156, 132);

describe('observations in a chart', () => {
  it('are drawn as what they are', () => {
    const mark = (bound: string, more = {}): string => markPath(seen(bound, more), QUARTERS, plot);
    expect(mark('exact')).toContain('a3,3');
    expect(mark('about')).toBe('M94.0,55.5L98.5,60.0L94.0,64.5L89.5,60.0Z');
    // The bar of a bound is at its value: the arrow of "at least" stands above it, that of "at most" below.
    expect(mark('at-least')).toBe('M89.0,60.0L99.0,60.0M94.0,60.0L94.0,50.0M91.0,53.0L94.0,50.0L97.0,53.0');
    expect(mark('at-most')).toBe('M89.0,60.0L99.0,60.0M94.0,60.0L94.0,70.0M91.0,67.0L94.0,70.0L97.0,67.0');
    expect(mark('range', { high: 70 })).toBe('M90.0,60.0L98.0,60.0M94.0,60.0L94.0,40.0M90.0,40.0L98.0,40.0');
  });

  it('are told with their bound', () => {
    expect(drawn([seen('at-least'), seen('range', { high: 70 })]).values(1).slice(-2)).toEqual(['observed ≥ 50', 'observed 50–70']);
  });

  it('are left out where the chart has no such quarter', () => {
    expect(drawn([seen('exact', { quarter: '1994Q2' })]).observed).toEqual([]);
  });
});

describe('a fan', () => {
  it('has the median over the inner over the outer band, each from its own rows', () => {
    const { areas, lines } = drawn();
    expect(areas.map(({ low, high }) => [low[0], high[0]])).toEqual([[10, 50], [20, 40]]);
    expect(lines.map(({ row }) => row[0])).toEqual([30]);
  });

  it('draws bands below zero where they are', () => {
    const below = drawn([], { range: [-100, 0] });
    expect(areaPath([-80, -80], [-20, -20], plotOf(below, 156, 132))).toBe('M44.0,90.0L94.0,90.0L94.0,30.0L44.0,30.0Z');
  });

  it('breaks its lines where a number is missing', () => {
    expect(linePath([0, null, 100], plot)).toBe('M44.0,110.0M144.0,10.0');
  });

  it('marks the end of the record where it lies on the axis', () => {
    expect(drawn().rules.map((one) => one.quarter)).toEqual(['2020Q2']);
    expect(drawn([], { today: '2030Q1' }).rules).toEqual([]);
  });

  it('puts words at the ends of the lines of a large chart alone', () => {
    expect(drawn([], { enlarged: true }).ends.map(({ words, row }) => [words, row.at(-1)])).toEqual([['95%', 50], ['median', 30], ['5%', 10]]);
    expect(drawn().ends).toEqual([]);
  });

  it('says the median alone where all lines end in one place', () => {
    expect(drawn([], { enlarged: true, bands: bands.map((row) => row.map(() => 0)) }).ends.map(({ words }) => words)).toEqual(['median']);
  });

  it('names the values of its grid, and as many years as there is room for', () => {
    expect(levels(drawn())).toEqual([0, 25, 50, 75, 100]);
    expect(levels(drawn([], { range: [-0.3, 0.1] }))).toEqual([-0.3, -0.2, -0.1, 0, 0.1]);
    const quarters = Array.from({ length: 200 }, (_, n) => `${1990 + Math.floor(n / 4)}Q${(n % 4) + 1}`);
    const named = (width: number): string[] => years(quarters, plotOf(drawn([], { quarters }), width, 190)).map(({ year }) => year);
    expect(named(1000)).toEqual(['1990', '1995', '2000', '2005', '2010', '2015', '2020', '2025', '2030', '2035']);
    expect(named(300)).toEqual(['1990', '2000', '2010', '2020', '2030']);
  });
});

describe('marks on the time axis', () => {
  const mark = (kind: TimeMark['kind'], quarter: string): TimeMark => ({ key: `${kind}${quarter}`, kind, quarter, date: quarter, words: { en: '', zh: '' } });
  const marks = [mark('event', '2020Q1'), mark('end', '2020Q2'), mark('change', '2020Q3'), mark('change', '2020Q3')];

  it('are lines where the data end and where changes begin, each once, and ticks where something happened', () => {
    const { rules, events } = drawn([], { marks });
    expect(rules.map(({ quarter }) => quarter)).toEqual(['2020Q2', '2020Q3']);
    expect(new Set(rules.map(({ color }) => color)).size).toBe(2);
    expect(events.map(({ quarter }) => quarter)).toEqual(['2020Q1']);
  });

  it('have words above a large chart, in rows where they would run into each other', () => {
    const large = drawn([], { marks, enlarged: true });
    const crowded = plotOf(large, 200, 300);
    const heads = headsOf(large.rules, QUARTERS, crowded.x);
    expect(heads.map(({ rule, row }) => [rule.words, row])).toEqual([['ends', 0], ['changes act', 1]]);
    expect(headAt(1, crowded)).toBeGreaterThan(0);
    expect(headsOf(large.rules, QUARTERS, plotOf(large, 900, 300).x).map(({ row }) => row)).toEqual([0, 0]);
    expect(drawn([], { marks }).rules.some(({ words }) => words)).toBe(false);
  });

  it('stand in a lane of their own below the plot', () => {
    const marked = drawn([], { marks });
    const place = plotOf(marked, 156, 132);
    expect(place.bottom).toBeLessThan(plot.bottom);
    const boxes = drawnTicks(marked, place);
    expect(boxes.every(({ y, height }) => y > place.bottom && y + height <= plot.bottom + 3)).toBe(true);
  });

  it('never lie one over another, however they crowd', () => {
    const quarters = Array.from({ length: 80 }, (_, n) => `${2000 + Math.floor(n / 4)}Q${(n % 4) + 1}`);
    const bands = [1, 2, 3, 4, 5].map(() => quarters.map(() => 1));
    for (const enlarged of [false, true]) {
      const marked = drawn([], { quarters, bands, marks: quarters.map((quarter) => mark('event', quarter)), enlarged });
      const ticks = drawnTicks(marked, plotOf(marked, 390, 300));
      expect(ticks.length).toBeLessThan(quarters.length);
      expect(ticks.slice(1).every(({ x }, n) => x > (ticks[n]?.x ?? 0) + (ticks[n]?.width ?? 0))).toBe(true);
    }
  });
});

it('tells several scenarios apart by colour, dashes and numbers', () => {
  const { areas, lines, ends } = overlay({ quarters: QUARTERS, today: '2020Q2', range: [0, 100], labels, scenarios: [{ title: 'a', bands }, { title: 'b', bands }] }, 'en');
  expect(areas.length).toBe(2);
  expect(new Set(lines.map(({ color, dash }) => `${color} ${dash}`)).size).toBe(2);
  expect(ends.map(({ words }) => words)).toEqual(['1', '2']);
});
