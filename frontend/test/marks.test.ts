import { describe, expect, it } from 'vitest';

import { actingOf, marksOf, ticksOf, type TimeMark } from '../src/lib/marks';
import { quartersFrom } from '../src/lib/quarters';
import { OWN, put } from '../src/lib/scenario';
import type { Lever, Scenario } from '../src/lib/types';

const said = (words: string): { en: string; zh: string } => ({ en: words, zh: words });
const QUARTERS = quartersFrom('2012Q3', 80);
const option = (key: string, date: string | null, spans: [string, string | null][] = []): Lever['options'][number] => ({ key, title: said(key), date, spans, side: null });
const lever = (key: string, options: Lever['options'] = []): Lever => ({
  key, form: '', title: said(`title of ${key}`), unit: '', unit_title: said(''), low: null, high: null, slider: null, options, baseline: [], prior: null, moved: null, grade: null, source: null,
});
const LEVERS = [
  lever('edits.threshold'), lever('edits.framework'),
  lever('edits.drop', [option('shock/pandemic', '2020-02'), option('decree/2017-05-12', '2017-05-12')]),
  lever('edits.partners', [option('duisport', '2018-08', [['2018-08', '2022-03']])]),
  lever('edits.narrow_until', [option('narrow_until', '2017-05-12')]),
];
const acts = (place: string, value: unknown): string | undefined =>
  actingOf(put(OWN, place.split('.'), value), LEVERS, QUARTERS, said('scenario'))[0]?.quarter;

describe('a lever that is moved acts', () => {
  it('from the quarter that is said, or from the start', () => {
    expect(acts('edits.threshold', [{ value: 5, from: '2025Q1' }])).toBe('2025Q1');
    expect(acts('edits.threshold', [{ value: 5 }])).toBe('2012Q3');
    expect(acts('edits.threshold', 5)).toBe('2012Q3');
    expect(acts('edits.equity', [{ home: 35, host: 65, third: 0, from: '2015-05' }])).toBe('2015Q2');
    expect(acts('links.network_to_arrivals', { strength: 0, from: 49 })).toBe('2024Q4');
  });

  it('after what it ends has ended', () => {
    expect(acts('edits.framework', { to: '2026Q4' })).toBe('2027Q1');
    expect(acts('edits.framework', 'off')).toBe('2012Q3');
  });

  it('from the day of what it leaves out, or would have kept', () => {
    expect(acts('edits.drop', ['shock/pandemic', 'decree/2017-05-12'])).toBe('2017Q2');
    expect(acts('edits.partners', { duisport: 'drop' })).toBe('2018Q3');
    expect(acts('edits.partners', { duisport: 'forever' })).toBe('2022Q1');
    expect(acts('edits.narrow_until', 'forever')).toBe('2017Q2');
  });

  it('not on an axis that ends before it', () => {
    expect(acts('edits.threshold', [{ value: 5, from: '2040Q1' }])).toBeUndefined();
  });
});

const event = (date: string, quarter: string): Parameters<typeof marksOf>[0]['events'][number] => ({ key: date, date, quarter, event: said(`on ${date}`) });

describe('the time axis', () => {
  const scenario: Scenario = put(OWN, ['edits', 'threshold'], [{ value: 5, from: '2025Q1' }]);
  const marks = marksOf({
    quarters: QUARTERS, end: { quarter: '2024Q4', words: said('data end') }, now: { quarter: '2025Q1', words: said('now') }, changes: actingOf(scenario, LEVERS, QUARTERS, said('scenario')),
    events: [event('2015-05-10', '2015Q2'), event('2010-03', '2010Q1'), event('2015-04', '2015Q2'), event('2024-12', '2024Q4')],
  });

  it('has its marks in the order of time, and leaves out what is not on it', () => {
    expect(marks.map(({ kind, date }) => `${kind} ${date}`)).toEqual(['event 2015-04', 'event 2015-05-10', 'end 2024Q4', 'event 2024-12', 'now 2025Q1', 'change 2025Q1']);
  });

  it('draws events that crowd as one, and none twice', () => {
    const many = ['2015Q1', '2015Q2', '2015Q2', '2016Q4', '2020Q1'].map((quarter, n): TimeMark => ({ key: String(n), kind: 'event', quarter, date: quarter, words: said('') }));
    const ticks = ticksOf(many, QUARTERS, (quarter) => 3 * quarter, 8);
    expect(ticks.map(({ marks: one }) => one.length)).toEqual([3, 1, 1]);
    expect(ticks.map(({ from, to }) => [QUARTERS[from], QUARTERS[to]])).toEqual([['2015Q1', '2015Q2'], ['2016Q4', '2016Q4'], ['2020Q1', '2020Q1']]);
    expect(ticksOf(many, QUARTERS, (quarter) => 30 * quarter, 8).map(({ marks: one }) => one.length)).toEqual([1, 2, 1, 1]);
    expect(ticksOf(marks, QUARTERS, (quarter) => 3 * quarter, 8).flatMap(({ marks: one }) => one.map(({ kind }) => kind))).toEqual(['event', 'event', 'event']);
  });
});
