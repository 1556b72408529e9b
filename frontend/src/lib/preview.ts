import type { Reading } from '../live/readings';
import type { ShareEffect } from './api-types';
import { evenly, isCounted, quantity, shown } from './numbers';
import type { Answer, ScenarioResult, Change, LocalizedText, Numbers } from './types';

/** What the kernel in the browser has made of a scenario and of its baseline, with as many runs each. */
export interface Drawn {
  runs: number;
  /** Runs of each that finished. */
  finished: [number, number];
  /** Outputs with bands, in their order. */
  shown: string[];
  /** Outputs compared pair by pair at the end. */
  compared: string[];
  outcomes: string[];
  judged: number;
  /** Of the baseline and of the scenario, by output, level and quarter. */
  bands: [Numbers[][], Numbers[][]];
  shares: Reading[];
  effects: Reading[];
}

/** Words of a preview, in the language of the page. */
export interface PreviewWords {
  band: (low: string, high: string) => string;
  sentence: (quarter: string, median: string, band: string) => string;
  /** What stands in the place of the summary. */
  summary: string;
  lang: 'en' | 'zh';
}

const WHOLE = ['companies', 'persons'];
/** Decimals that show a value with two significant figures, never more than two. */
const decimals = (value: number): number => (value === 0 ? 0 : Math.min(2, Math.max(0, 1 - Math.floor(Math.log10(Math.abs(value))))));

/** A number of an output as the server's sentences have it, nearly: companies and persons whole, money as it is counted. */
function spoken(answer: Answer, output: string, value: number | null | undefined, words: PreviewWords, sign = false, isBare = false): string {
  const { unit = '', unit_title: title } = answer.outputs[output] ?? {};
  const name = title?.[words.lang] ?? '';
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  if (isCounted(name, words.lang)) return quantity(value, name, words.lang, sign);
  const number = shown(evenly(value, WHOLE.includes(unit) ? 0 : decimals(value)), words.lang, sign);
  if (unit === 'M USD') return `${number.startsWith('+') || number.startsWith('−') ? number[0] : ''}US$${number.replace(/^[+−]/, '')}${isBare ? '' : ' million'}`;
  return isBare || !name ? number : words.lang === 'zh' ? `${number}${name}` : `${number} ${name}`;
}

const both = (words: string): LocalizedText => ({ en: words, zh: words });
const NOTHING: LocalizedText = { en: '', zh: '' };

/** The answer as the browser sees it before the server has said it: numbers of the kernel in the place of the server's, which alone has a run ID. */
export function previewed(answer: Answer, drawn: Drawn, edited: boolean, words: PreviewWords): Answer {
  const template = answer.scenarios[0];
  if (!template) return answer;
  const sides = edited ? ([0, 1] as const) : ([1] as const);
  const last = answer.scenarios.at(-1) ?? template;
  return {
    ...answer,
    scenarios: sides.map((side) => scenarioOf(answer, side === 0 ? template : last, drawn, side, words)),
    changes: edited ? [changeOf(answer, drawn, words)] : [],
    summary: both(words.summary),
  };
}

function scenarioOf(answer: Answer, like: ScenarioResult, drawn: Drawn, side: 0 | 1, words: PreviewWords): ScenarioResult {
  const bands = Object.fromEntries(drawn.shown.map((name, n) => [name, drawn.bands[side][n] ?? []]));
  const at = (name: string, level: number): number | null => bands[name]?.[level]?.[drawn.judged] ?? null;
  const said = (value: number | null | undefined, name: string, isBare = false): string => spoken(answer, name, value, words, false, isBare);
  const reach = (name: string, quarter: number): string => words.band(said(bands[name]?.[0]?.[quarter], name, true), said(bands[name]?.[4]?.[quarter], name));
  return {
    ...like,
    runs: drawn.runs,
    finished: drawn.finished[side],
    outcomes: like.outcomes.map((one) => {
      const reading = drawn.shares[drawn.outcomes.indexOf(one.name)];
      const share = reading?.[side === 0 ? 'reference_share' : 'scenario_share'] ?? Number.NaN;
      const total = drawn.finished[side];
      return { ...one, share, total, count: Math.round((share || 0) * total), low: (side === 1 ? reading?.scenario_low : undefined) ?? Number.NaN, high: (side === 1 ? reading?.scenario_high : undefined) ?? Number.NaN };
    }),
    headlines: Object.fromEntries(Object.entries(like.headlines).map(([name, one]) => [name, {
      ...one, low: at(name, 0), value: at(name, 2), high: at(name, 4), planned: null,
      middle: both(said(at(name, 2), name)), band: both(reach(name, drawn.judged)),
    }])),
    land: like.land && { ...like.land, middle: both('–'), band: NOTHING },
    bands,
    samples: {},
    sentences: Object.fromEntries(drawn.shown.map((name) => {
      const quarter = answer.quarters.length - 1;
      return [name, both(words.sentence(answer.quarters[quarter] ?? '', said(bands[name]?.[2]?.[quarter], name), reach(name, quarter)))];
    })),
  };
}

function changeOf(answer: Answer, drawn: Drawn, words: PreviewWords): Change {
  const like = answer.changes[0];
  const outcomes = answer.scenarios[0]?.outcomes ?? [];
  const labels = { scenario: like?.scenario ?? '', reference: like?.reference ?? '', quarter: answer.judged };
  return {
    scenario: labels.scenario, reference: labels.reference, pairs: drawn.runs, begins: like?.begins ?? null,
    outcomes: outcomes.map(({ name }) => ({ ...labels, measure: name, ...pairsOf(drawn.shares[drawn.outcomes.indexOf(name)] ?? {}, drawn.runs) })),
    // Why is told by the server alone: what it said last stays, faded.
    moves: like?.moves ?? {},
    headlines: Object.fromEntries(drawn.compared.map((output, n) => {
      const reading = drawn.effects[n] ?? {};
      const said = (value: number | undefined, isBare = false): string => spoken(answer, output, value, words, true, isBare);
      const middle = said(reading.median);
      return [output, {
        low: reading.low ?? null, value: reading.median ?? null, high: reading.high ?? null, middle: both(middle),
        shown: both(`${middle} (${words.band(said(reading.low, true), said(reading.high, true))})`),
      }];
    })),
    bands: {},
    sentences: {},
  };
}

/** The fewest pairs that change a share as the kernel says, and the interval it has for the change. */
function pairsOf({ reference_share: before = Number.NaN, scenario_share: after = Number.NaN, change_low: low = Number.NaN, change_high: high = Number.NaN }: Reading, pairs: number): Omit<ShareEffect, 'measure' | 'quarter' | 'reference' | 'scenario'> {
  const gained = Math.max(0, after - before) * pairs;
  const lost = Math.max(0, before - after) * pairs;
  const both = Math.min(before, after) * pairs;
  return { pairs, both, gained, lost, neither: pairs - both - gained - lost, low, high };
}

/** A number that browser and server tell otherwise. */
export interface Apart {
  /** Name of the outcome or of the output. */
  name: string;
  kind: 'share' | 'median';
  here: number;
  there: number;
}

/** Medians of a scenario when outcomes are judged, each with what as many other runs might give. */
export interface Medians {
  outputs: string[];
  /** Lower end, median, upper end. */
  values: Numbers[];
}

/** Levels between which the median of as many runs lies, at a level of confidence told by z. */
export function levelsOfMedian(runs: number, z: number): [number, number, number] {
  const half = z / (2 * Math.sqrt(runs));
  return [Math.max(0, 0.5 - half), 0.5, Math.min(1, 0.5 + half)];
}

/** Where browser and server differ by more than the Monte Carlo error of as many runs. */
export function apartOf(answer: Answer, drawn: Pick<Drawn, 'outcomes' | 'shares'>, medians: Medians): Apart[] {
  const scenario = answer.scenarios.at(-1);
  const found: Apart[] = [];
  for (const { name, share, low, high } of scenario?.outcomes ?? []) {
    const here = drawn.shares[drawn.outcomes.indexOf(name)]?.scenario_share;
    if (share === null || low === null || high === null || here === undefined || Number.isNaN(here)) continue;
    if (here < low || here > high) found.push({ name, kind: 'share', here, there: share });
  }
  const judged = answer.quarters.indexOf(answer.judged);
  medians.outputs.forEach((name, n) => {
    const [low, here, high] = medians.values[n] ?? [];
    const there = scenario?.bands[name]?.[2]?.[judged];
    if (there === null || there === undefined || here === null || here === undefined || low === null || low === undefined || high === null || high === undefined) return;
    const rounding = 1e-6 * Math.abs(there);
    if (there < low - rounding || there > high + rounding) found.push({ name, kind: 'median', here, there });
  });
  return found;
}
