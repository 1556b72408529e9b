/** The quarter of a date written YYYY, YYYY-MM, YYYY-MM-DD or as a quarter. */
export function quarterOf(date: string): string {
  if (/^\d{4}Q[1-4]$/.test(date)) return date;
  const [year = '', month = '1'] = date.split('-');
  return `${year}Q${Math.floor((Number(month) - 1) / 3) + 1}`;
}

/** Quarters from the year 0 to a quarter: differences are durations in quarters. */
export const indexOf = (quarter: string): number => 4 * Number(quarter.slice(0, 4)) + Number(quarter.slice(5)) - 1;

/** The quarter that lies so many quarters after the year 0. */
export const quarterAt = (index: number): string => `${Math.floor(index / 4)}Q${(index % 4) + 1}`;

/** The labels of a clock. */
export function quartersFrom(start: string, count: number): string[] {
  const first = indexOf(start);
  return Array.from({ length: count }, (_, n) => quarterAt(first + n));
}

/** What the record has in a quarter: the last value that begins not later, else the first. */
export function at<T extends { date: string }>(dated: readonly T[], quarter: string): T | undefined {
  let found = dated[0];
  for (const one of dated) if (quarterOf(one.date) <= quarter) found = one;
  return found;
}

/** The quarter before another on a clock. */
export function before(quarters: readonly string[], quarter: string): string | undefined {
  return quarters[quarters.indexOf(quarter) - 1];
}

/** Where the record ends on a clock, counted from 0; the last quarter where it goes on beyond. */
export function endOf(quarters: readonly string[], today: string): number {
  const at = quarters.indexOf(today);
  return at >= 0 ? at : Math.max(0, quarters.length - 1);
}

/** Years from one quarter to another. */
export function yearsBetween(from: string, to: string): number {
  return (indexOf(to) - indexOf(from)) / 4;
}

const QUARTER = /(?<![A-Za-z0-9_./=:@-])([12][0-9]{3})Q([1-4])(?![A-Za-z0-9_./=:@-])/g;
const NUMERALS = '一二三四';

/** Spell out quarters as Chinese prose has them, as the server does: 2036年第四季度, where English has 2036Q4. */
export const spelled = (words: string): string => words.replace(QUARTER, (_, year: string, quarter: string) => `${year}年第${NUMERALS[Number(quarter) - 1]}季度`);
