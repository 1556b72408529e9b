import { describe, expect, it } from 'vitest';

import type { Drawing } from '../src/lib/fan';
import { axisOf, courseRows, nearest, parkLines, yearRows, type Course, type Parks } from '../src/lib/park-lines';
import { ages, namesAt, plotOf } from '../src/lib/plot';
import { quartersFrom } from '../src/lib/quarters';
import type { ObservedPoint } from '../src/lib/types';

const seen = (quarter: string, value: number, more: Partial<ObservedPoint> = {}): ObservedPoint =>
  ({ date: quarter, quarter, value, high: null, bound: 'exact', reported: value, reported_unit: '', grade: 'high', use: true, role: 'fit', source: [], note: null, ...more });
const course = (name: string, start: string, count: number, today: string, value: number, observed: ObservedPoint[] = []): Course => ({
  name, title: `The park of ${name}`, color: name, quarters: quartersFrom(start, count), today,
  bands: [0, 1, 2, 3, 4].map((row) => Array.from({ length: count }, () => value + row)), observed,
});
const OLD = course('old', '1994Q2', 8, '2019Q4', 100, [seen('1995Q1', 101), seen('2001Q3', 900), seen('1995Q2', 7, { use: false })]);
const YOUNG = course('young', '2001Q1', 12, '2002Q4', 10, [seen('2002Q1', 9)]);
const drawn = (more: Partial<Parks> = {}): Drawing =>
  parkLines({ courses: [OLD, YOUNG], axis: 'year', range: [0, 1000], lit: null, isNarrow: false, labels: { age: (years) => `age ${years}`, observed: 'seen' }, ...more }, 'en');
/** Where a row has numbers. */
const spanOf = (drawing: Drawing, n: number): [string | undefined, string | undefined] => {
  const row = drawing.lines[n]?.row ?? [];
  return [drawing.quarters[row.findIndex((value) => value !== null)], drawing.quarters[row.findLastIndex((value) => value !== null)]];
};

describe('several parks on one chart', () => {
  it('stand in the years of the calendar, from the first to the last of any', () => {
    const { quarters } = drawn();
    expect([quarters[0], quarters.at(-1)]).toEqual(['1994Q2', '2003Q4']);
    expect(spanOf(drawn(), 0)).toEqual(['1994Q2', '1996Q1']);
  });

  it('stand by age where that is asked for, each from its own first quarter', () => {
    const byAge = drawn({ axis: 'age' });
    expect(byAge.quarters.length).toBe(12);
    expect([spanOf(byAge, 0), spanOf(byAge, 2)]).toEqual([['0', '7'], ['0', '7']]);
    expect(axisOf([OLD, YOUNG], 'age').place(YOUNG, '2002Q1')).toBe(4);
    expect(ages(byAge.quarters, plotOf(byAge, 800, 300)).map(({ year }) => year)).toEqual(['0', '1', '2']);
  });

  it('are solid to the end of their data and dashed beyond', () => {
    const { lines } = drawn();
    expect(lines.map(({ dash }) => dash !== undefined)).toEqual([false, true, false, true]);
    expect(spanOf(drawn(), 2)).toEqual(['2001Q1', '2002Q4']);
    expect(spanOf(drawn(), 3)).toEqual(['2002Q4', '2003Q4']);
    expect(lines[1]?.row.every((value) => value === null)).toBe(true);
  });

  it('have their observations in their own colour, later ones than the simulated period too', () => {
    expect(drawn().observed.map(({ quarter, value, color }) => [quarter, value, color])).toEqual([['1995Q1', 101, 'old'], ['2001Q3', 900, 'old'], ['2002Q1', 9, 'young']]);
    expect(drawn({ axis: 'age' }).observed.map(({ quarter }) => quarter)).toEqual(['3', '4']);
  });

  it('show the bands of the one that is pointed at alone', () => {
    expect(drawn().areas).toEqual([]);
    expect(drawn({ lit: 'young' }).areas.map(({ color, low, high }) => [color, low.at(-1), high.at(-1)])).toEqual([['young', 10, 14], ['young', 11, 13]]);
  });

  it('are told by name: the median, the range of 90 % and what was observed', () => {
    expect(drawn().values(drawn().quarters.indexOf('1995Q1'))).toEqual(['1995Q1', '1 The park of old: 102 (100 – 104) · seen 101']);
    expect(drawn({ axis: 'age' }).values(4)).toEqual(['age 1', '1 The park of old: 102 (100 – 104)', '2 The park of young: 12 (10 – 14) · seen 9']);
  });

  it('have their names at the ends of their lines, none over another, and numbers where there is no room', () => {
    const near = [course('a', '2001Q1', 12, '2002Q4', 10), course('b', '2001Q1', 12, '2002Q4', 11), course('c', '2001Q1', 12, '2002Q4', 12)];
    const drawing = drawn({ courses: near });
    const names = namesAt(drawing, plotOf(drawing, 800, 300)).map(({ y }) => y).sort((a, b) => a - b);
    expect(names.length).toBe(3);
    expect(Math.min(...names.slice(1).map((y, n) => y - (names[n] ?? 0)))).toBeGreaterThanOrEqual(13);
    expect(drawn({ isNarrow: true }).names?.map(({ lines }) => lines)).toEqual([['1'], ['2']]);
  });

  it('are found by the line that is next to the pointer, if one is near', () => {
    const drawing = drawn();
    const plot = plotOf(drawing, 800, 300);
    const at = drawing.quarters.indexOf('2001Q2');
    expect(nearest(drawing, [OLD, YOUNG], at, plot.y, plot.y(12) + 5)).toBe('young');
    expect(nearest(drawing, [OLD, YOUNG], at, plot.y, plot.y(600))).toBe(null);
  });

  it('are taken away a row for each quarter of each park', () => {
    const rows = courseRows([OLD, YOUNG]);
    expect(rows.length).toBe(20);
    expect(rows[3]).toEqual(['The park of old', '1995Q1', 0.75, 100, 101, 102, 103, 104, '101']);
  });

  it('are told in a table by year or by age', () => {
    const byYear = yearRows([OLD, YOUNG], 'year');
    expect(byYear.map(({ label }) => label)).toEqual(['1994', '1995', '1996', '1997', '1998', '1999', '2000', '2001', '2002', '2003']);
    expect(byYear[2]?.cells.map(({ median }) => median)).toEqual([null, null]);
    expect(byYear[1]?.cells[0]?.observed.map(({ value }) => value)).toEqual([101]);
    expect(yearRows([OLD, YOUNG], 'age').map(({ label, cells }) => [label, ...cells.map(({ median }) => median)])).toEqual([['0', 102, 12], ['1', 102, 12], ['2', null, 12]]);
  });
});
