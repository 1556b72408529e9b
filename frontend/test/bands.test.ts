import { describe, expect, it } from 'vitest';

import { extent, nice, polygons } from '../src/lib/bands';
import { at, endOf, quarterOf, quartersFrom } from '../src/lib/quarters';

describe('a band', () => {
  it('goes along the lower edge and back along the upper, below zero too', () => {
    expect(polygons([-3, -5, -4], [1, -2, 2])).toEqual([[[0, -3], [1, -5], [2, -4], [2, 2], [1, -2], [0, 1]]]);
  });

  it('breaks where a number is missing', () => {
    expect(polygons([0, 1, null, 3, 4], [1, 2, 3, 4, 5]).map((one) => one.length)).toEqual([4, 4]);
  });

  it('of a single quarter is nothing', () => {
    expect(polygons([1], [2])).toEqual([]);
  });
});

describe('an axis', () => {
  it('holds every number and begins at zero where that is near', () => {
    expect(extent([[3, 97, null]])).toEqual([0, 100]);
    expect(extent([[-55, 14]])).toEqual([-60, 20]);
  });

  it('has a height even where nothing moves', () => {
    expect(extent([[0, 0]])).toEqual([0, 1]);
    expect(extent([])).toEqual([0, 1]);
  });

  it('steps by round numbers', () => {
    expect([0.7, 12, 23, 26, 99].map(nice)).toEqual([1, 20, 25, 50, 100]);
  });
});

describe('quarters', () => {
  it('end with the record, or with the clock where the record goes on', () => {
    expect(endOf(['2012Q3', '2012Q4', '2013Q1'], '2012Q4')).toBe(1);
    expect(endOf(['2012Q3', '2012Q4', '2013Q1'], '2019Q4')).toBe(2);
    expect(endOf([], '2019Q4')).toBe(0);
  });
  it('count from the start', () => {
    expect(quartersFrom('2012Q3', 4)).toEqual(['2012Q3', '2012Q4', '2013Q1', '2013Q2']);
  });

  it('are found for every way a date is written', () => {
    expect(['2015', '2015-05', '2018-08-24', '2015Q2'].map(quarterOf)).toEqual(['2015Q1', '2015Q2', '2018Q3', '2015Q2']);
  });

  it('tell what the record has', () => {
    const record = [{ date: '2012-08-27' }, { date: '2015-05' }];
    expect(['2010Q1', '2014Q4', '2015Q2'].map((one) => at(record, one)?.date)).toEqual(['2012-08-27', '2012-08-27', '2015-05']);
  });
});
