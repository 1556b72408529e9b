import { nice } from './bands';
import type { TimeMark } from './marks';
import { isCounted, quantity, shown } from './numbers';
import { bounded } from './record';
import type { Lang, Numbers, ObservedPoint } from './types';

export interface FanData {
  quarters: string[];
  bands: Numbers[];
  /** Bands of the baseline, drawn as an outline; empty for none. */
  outline: Numbers[];
  samples: Numbers[];
  observed: ObservedPoint[];
  today: string | null;
  /** What the time axis marks, the end of the data with it; where there is none, `today` is that. */
  marks?: readonly TimeMark[];
  /** A quarter pointed at elsewhere on the page. */
  selected: string | null;
  range: [number, number];
  unit: string;
  labels: Labels;
  /** What the outline is, where it is not the baseline. */
  outlined?: string;
  zero?: boolean;
  /** Drawn large: with words beside the lines. */
  enlarged?: boolean;
}

export interface Labels {
  median: string;
  most: string;
  observed: string;
  baseline: string;
  ends: string;
  changes: string;
  now: string;
}

export interface OverlayData {
  quarters: string[];
  scenarios: { title: string; bands: Numbers[] }[];
  range: [number, number];
  today: string;
  labels: Labels;
}

/** What lies between two rows of numbers. */
export interface Area {
  low: Numbers;
  high: Numbers;
  color: string;
  opacity: string;
}

export interface Line {
  row: Numbers;
  color: string;
  width: number;
  dash?: string;
  opacity?: number;
}

/** A line from top to bottom at a quarter. */
export interface Rule {
  quarter: string;
  color: string;
  width: number;
  dash?: string;
  words?: string;
}

/** Words at the right end of a row of numbers. */
export interface End {
  row: Numbers;
  words: string;
  color: string;
  distance: number;
}

/** What a line is called, at its end, wherever that is. */
export interface Name {
  at: number;
  value: number;
  lines: string[];
  color: string;
}

/** An observation; in ink where no colour is given. */
export type DrawnPoint = ObservedPoint & { color?: string };

/** All that is drawn, in the order it is drawn in; colours are those of the style sheet. */
export interface Drawing {
  quarters: string[];
  range: [number, number];
  /** Between two lines of the grid. */
  step: number;
  isLarge: boolean;
  areas: Area[];
  lines: Line[];
  rules: Rule[];
  ends: End[];
  /** Names of lines that end in different places. */
  names?: Name[];
  /** The axis tells ages, its labels being quarters counted from 0, in the place of the calendar. */
  isAge?: boolean;
  observed: DrawnPoint[];
  /** Dated events, drawn as ticks below the axis. */
  events: readonly TimeMark[];
  /** What is said of a quarter, line by line. */
  values: (quarter: number) => string[];
}

const DASHED = '4 3';

/** How the line of each kind of mark is drawn; events are ticks. */
const RULED = {
  end: { color: 'var(--cut)', width: 1, dash: '2 3' },
  now: { color: 'var(--ink)', width: 1 },
  change: { color: 'var(--green)', width: 1.5, dash: '7 3' },
} as const;

/** The end of the data, where changes begin to act, and the quarter that is pointed at elsewhere. */
function rulesOf(data: Pick<FanData, 'quarters' | 'today' | 'selected' | 'labels' | 'marks'>, isLarge: boolean): Rule[] {
  const { quarters, today, selected, labels } = data;
  const words = { end: labels.ends, now: labels.now, change: labels.changes };
  const marked = data.marks?.filter((one) => one.kind !== 'event') ?? (today === null ? [] : [{ kind: 'end' as const, quarter: today }]);
  const rules = new Map<string, Rule>();
  for (const { kind, quarter } of marked) {
    if (kind === 'event' || !quarters.includes(quarter)) continue;
    rules.set(`${kind} ${quarter}`, { quarter, ...RULED[kind], ...(isLarge ? { words: words[kind] } : {}) });
  }
  const pointed = selected !== null && quarters.includes(selected) ? [{ quarter: selected, color: 'var(--mark)', width: 1.5 }] : [];
  return [...rules.values(), ...pointed];
}

/** The drawing of a fan: outer and inner band, median, record, the baseline's outline, the end of the record. */
export function fan(data: FanData, lang: Lang): Drawing {
  const [p5 = [], p25 = [], p50 = [], p75 = [], p95 = []] = data.bands;
  const [b5 = [], , b50 = [], , b95 = []] = data.outline;
  const isLarge = data.enlarged === true;
  const observed = data.observed.filter((one) => data.quarters.includes(one.quarter));
  // Words of 12 px in a chart of some 300: what ends nearer to the median than that would be written over it.
  const NEAR = 0.045;
  const last = p50.at(-1) ?? 0;
  const isApart = (row: Numbers): boolean => row === p50 || Math.abs((row.at(-1) ?? 0) - last) > NEAR * (data.range[1] - data.range[0]);
  const isUnitCounted = isCounted(data.unit, lang);
  function values(quarter: number): string[] {
    const number = (row: Numbers): string =>
      isUnitCounted ? quantity(row[quarter], data.unit, lang, data.zero) : shown(row[quarter] ?? null, lang, data.zero);
    return [
      data.quarters[quarter] ?? '',
      `${data.labels.median} ${number(p50)}${isUnitCounted ? '' : ` ${data.unit}`}`,
      `${data.labels.most} ${number(p5)} – ${number(p95)}`,
      ...(b50.length ? [`${data.outlined ?? data.labels.baseline} ${number(b50)} (${number(b5)} – ${number(b95)})`] : []),
      ...observed.filter((one) => one.quarter === data.quarters[quarter]).map((one) => `${data.labels.observed} ${bounded(one, (value) => shown(value, lang))}`),
    ];
  }
  return {
    quarters: data.quarters,
    range: data.range,
    step: nice((data.range[1] - data.range[0]) / 4),
    isLarge,
    areas: [
      { low: p5, high: p95, color: 'var(--blue)', opacity: 'var(--outer)' },
      { low: p25, high: p75, color: 'var(--blue)', opacity: 'var(--inner)' },
    ],
    lines: [
      ...data.samples.map((row) => ({ row, color: 'var(--blue)', width: 0.6, opacity: 0.55 })),
      ...(b50.length
        ? [
            { row: b5, color: 'var(--grey)', width: 1, dash: DASHED },
            { row: b95, color: 'var(--grey)', width: 1, dash: DASHED },
            { row: b50, color: 'var(--grey)', width: 1.4 },
          ]
        : []),
      { row: p50, color: 'var(--blue)', width: 2 },
    ],
    rules: rulesOf(data, isLarge),
    ends: isLarge
      ? [
          { row: p95, words: '95%', color: 'var(--soft)', distance: 4 },
          { row: p50, words: data.labels.median, color: 'var(--blue)', distance: 4 },
          { row: p5, words: '5%', color: 'var(--soft)', distance: 4 },
        ].filter(({ row }) => (row.at(-1) ?? null) !== null && isApart(row))
      : [],
    observed,
    events: data.marks?.filter((one) => one.kind === 'event') ?? [],
    values,
  };
}

const ARMS = ['var(--grey)', 'var(--blue)', 'var(--orange)', 'var(--green)'];
const DASHES = [undefined, '8 3', '3 3', '10 3 2 3'];

/** Medians of several scenarios, each with the outline of its band of 90%. */
export function overlay(data: OverlayData, lang: Lang): Drawing {
  const scenarios = data.scenarios.map(({ title, bands: [low = [], , median = [], , high = []] }, n) => {
    const dash = DASHES[n];
    return { title, low, median, high, color: ARMS[n] ?? 'var(--ink)', ...(dash ? { dash } : {}) };
  });
  const number = (row: Numbers, quarter: number): string => shown(row[quarter] ?? null, lang);
  return {
    quarters: data.quarters,
    range: data.range,
    step: nice((data.range[1] - data.range[0]) / 4),
    isLarge: true,
    areas: scenarios.map(({ low, high, color }) => ({ low, high, color, opacity: '0.07' })),
    lines: scenarios.flatMap(({ low, median, high, color, ...dash }) => [
      { row: low, color, width: 0.8, opacity: 0.8, ...('dash' in dash ? { dash: dash.dash } : {}) },
      { row: high, color, width: 0.8, opacity: 0.8, ...('dash' in dash ? { dash: dash.dash } : {}) },
      { row: median, color, width: 2.2, ...('dash' in dash ? { dash: dash.dash } : {}) },
    ]),
    rules: rulesOf({ ...data, selected: null }, true),
    ends: scenarios.map(({ median, color }, n) => ({ row: median, words: String(n + 1), color, distance: 6 + 14 * n })).filter(({ row }) => (row.at(-1) ?? null) !== null),
    observed: [],
    events: [],
    values: (quarter) => [
      data.quarters[quarter] ?? '',
      ...scenarios.map((scenario, n) => `${n + 1}: ${number(scenario.median, quarter)} (${number(scenario.low, quarter)} – ${number(scenario.high, quarter)})`),
    ],
  };
}
