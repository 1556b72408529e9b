import { nice } from './bands';
import type { Area, Drawing, DrawnPoint, Line, Name } from './fan';
import { wrapped } from './network';
import { shown } from './numbers';
import { indexOf, quarterAt, quartersFrom } from './quarters';
import { bounded } from './record';
import type { Lang, Numbers, ObservedPoint } from './types';

/** What parks are put side by side by: the calendar, or how old each is. */
export type Axis = 'year' | 'age';

/** One quantity of a park: what the model says of it on the park's own clock, and what was observed. */
export interface Course {
  name: string;
  title: string;
  color: string;
  quarters: string[];
  /** The last quarter of its data. */
  today: string;
  /** Rows of 5, 25, 50, 75 and 95 %. */
  bands: Numbers[];
  observed: ObservedPoint[];
}

export const COLORS = ['var(--blue)', 'var(--orange)', 'var(--green)', 'var(--violet)', 'var(--rose)', 'var(--grey)'];

/** The place of a quarter of a course on the axis, counted from where the axis begins. */
type Place = (course: Course, quarter: string) => number;

/** Labels of the axis that all courses stand on, and where on it a quarter of each is. Ages are told in quarters since the park's first. */
export function axisOf(courses: readonly Course[], axis: Axis): { labels: string[]; place: Place } {
  const lengths = courses.map((one) => one.quarters.length);
  if (axis === 'age') {
    const first = (course: Course): number => indexOf(course.quarters[0] ?? '0000Q1');
    return { labels: Array.from({ length: Math.max(0, ...lengths) }, (_, n) => String(n)), place: (course, quarter) => indexOf(quarter) - first(course) };
  }
  const ends = courses.flatMap(({ quarters }) => [indexOf(quarters[0] ?? ''), indexOf(quarters.at(-1) ?? '')]).filter(Number.isFinite);
  const [low, high] = ends.length ? [Math.min(...ends), Math.max(...ends)] : [0, -1];
  return { labels: quartersFrom(quarterAt(low), high - low + 1), place: (_, quarter) => indexOf(quarter) - low };
}

/** A row of a course as a row of the axis. */
function shifted(row: Numbers, offset: number, length: number): Numbers {
  return Array.from({ length }, (_, n) => row[n - offset] ?? null);
}

/** What a drawing of parks is made of. */
export interface Parks {
  courses: readonly Course[];
  axis: Axis;
  range: [number, number];
  /** The park whose bands are drawn; of none the medians stand alone. */
  lit: string | null;
  /** Short names beside the lines are numbers where there is no room. */
  isNarrow: boolean;
  labels: { age: (years: string) => string; observed: string };
}

/** Medians of several parks on one axis: solid to the end of each park's data, dashed beyond, its name at its end. */
export function parkLines({ courses, axis, range, lit, isNarrow, labels: words }: Parks, lang: Lang): Drawing {
  const { labels, place } = axisOf(courses, axis);
  const drawn = courses.map((course) => {
    const [p5, p25, p50, p75, p95] = [0, 1, 2, 3, 4].map((n) => shifted(course.bands[n] ?? [], place(course, course.quarters[0] ?? ''), labels.length));
    return { course, rows: { p5: p5 ?? [], p25: p25 ?? [], p50: p50 ?? [], p75: p75 ?? [], p95: p95 ?? [] }, end: place(course, course.today) };
  });
  const until = (row: Numbers, end: number): Numbers => row.map((value, n) => (n <= end ? value : null));
  const after = (row: Numbers, end: number): Numbers => row.map((value, n) => (n >= end ? value : null));
  const isDim = (name: string): boolean => lit !== null && lit !== name;
  const lines = drawn.flatMap(({ course: { name, color }, rows, end }): Line[] => {
    const look = { color, width: name === lit ? 3 : 2, ...(isDim(name) ? { opacity: 0.35 } : {}) };
    return [{ row: until(rows.p50, end), ...look }, { row: after(rows.p50, end), ...look, dash: '5 4' }];
  });
  const areas = drawn.filter(({ course }) => course.name === lit).flatMap(({ course: { color }, rows }): Area[] => [
    { low: rows.p5, high: rows.p95, color, opacity: 'var(--outer)' },
    { low: rows.p25, high: rows.p75, color, opacity: 'var(--inner)' },
  ]);
  const observed = drawn.flatMap(({ course }) => course.observed.flatMap((one): DrawnPoint[] => {
    const label = labels[place(course, one.quarter)];
    return label === undefined || !one.use ? [] : [{ ...one, quarter: label, color: course.color }];
  }));
  const names = drawn.flatMap(({ course, rows }, n): Name[] => {
    const at = rows.p50.findLastIndex((value) => value !== null);
    const value = rows.p50[at] ?? null;
    const lines = isNarrow ? [String(n + 1)] : shortened(course.title);
    return value === null ? [] : [{ at, value, lines, color: course.color }];
  });
  function values(at: number): string[] {
    return [
      axis === 'age' ? words.age(shown(at / 4, lang)) : (labels[at] ?? ''),
      ...drawn.flatMap(({ course, rows }, n) => {
        const median = rows.p50[at] ?? null;
        const seen = course.observed.filter((one) => one.use && place(course, one.quarter) === at).map((one) => `${words.observed} ${bounded(one, (value) => shown(value, lang))}`);
        const model = median === null ? [] : [`${shown(median, lang)} (${shown(rows.p5[at], lang)} – ${shown(rows.p95[at], lang)})`];
        return model.length || seen.length ? [`${n + 1} ${course.title}: ${[...model, ...seen].join(' · ')}`] : [];
      }),
    ];
  }
  return {
    quarters: labels, range, step: nice((range[1] - range[0]) / 4), isLarge: true, isAge: axis === 'age',
    areas, lines, rules: [], ends: [], names, observed, events: [], values,
  };
}

const LETTERS = 24;

/** A title on two lines at most. */
function shortened(title: string): string[] {
  const [first = '', second, ...more] = wrapped(title, LETTERS).map((line) => line.trim());
  if (second === undefined) return [first];
  return [first, more.length ? `${second.slice(0, LETTERS - 1)}…` : second];
}

/** The park whose median is nearest to a point, if it is near enough. */
export function nearest(drawing: Drawing, courses: readonly Course[], at: number, y: (value: number) => number, pointed: number, most = 40): string | null {
  let found: string | null = null;
  let least = most;
  courses.forEach(({ name }, n) => {
    const value = drawing.lines[2 * n]?.row[at] ?? drawing.lines[2 * n + 1]?.row[at] ?? null;
    if (value === null) return;
    const distance = Math.abs(y(value) - pointed);
    if (distance < least) [found, least] = [name, distance];
  });
  return found;
}

/** Every quarter of every park, a row each, as a spreadsheet takes it. */
export function courseRows(courses: readonly Course[]): (string | number | null)[][] {
  return courses.flatMap((course) => course.quarters.map((quarter, n) => [
    course.title, quarter, n / 4, ...course.bands.map((row) => row[n] ?? null),
    course.observed.filter((one) => one.use && one.quarter === quarter).map((one) => bounded(one, String)).join('; '),
  ]));
}

/** A table by years: of each the last quarter that the axis has. */
export interface YearRow {
  label: string;
  cells: { median: number | null; low: number | null; high: number | null; observed: ObservedPoint[] }[];
}

export function yearRows(courses: readonly Course[], axis: Axis): YearRow[] {
  const { labels, place } = axisOf(courses, axis);
  const yearOf = (at: number): string => (axis === 'age' ? String(Math.floor(at / 4)) : (labels[at] ?? '').slice(0, 4));
  const years = [...new Set(labels.map((_, at) => yearOf(at)))];
  return years.map((year) => {
    // An age is told at the park's birthday, a year of the calendar at its end.
    const within = labels.flatMap((_, at) => (yearOf(at) === year ? [at] : []));
    const at = (axis === 'age' ? within[0] : within.at(-1)) ?? 0;
    return {
      label: year,
      cells: courses.map((course) => {
        const own = at - place(course, course.quarters[0] ?? '');
        const value = (row: number): number | null => course.bands[row]?.[own] ?? null;
        const observed = course.observed.filter((one) => one.use && yearOf(place(course, one.quarter)) === year && place(course, one.quarter) >= 0);
        return { median: value(2), low: value(0), high: value(4), observed };
      }),
    };
  });
}
