import { isOutput } from './outputs';
import type { Axis } from './park-lines';
import { AS_IT_IS, isScenario, OWN, pruned } from './scenario';
import type { Scenario } from './types';

export interface Mark {
  key: string;
  quarter: string;
}

/** All that makes the picture: with it in the address, a copied link shows the same to somebody else. */
export interface View {
  case: string;
  seed: number;
  runs: number;
  draws: string | null;
  /** Last quarter known to the calibration that runs are drawn from; the latest there is, where there is none. */
  cut: string | null;
  /** Quarter the park is looked at from; the present one where there is none. */
  now: string | null;
  scenario: Scenario;
  baseline: Scenario;
  /** Scenarios of the page Compare; empty elsewhere. */
  compared: Scenario[];
  /** Parks that Compare puts on one chart; none where it compares scenarios. */
  parks: string[];
  /** What these are put side by side by: the calendar, or their age. */
  axis: Axis;
  expert: boolean;
  /** The enlarged chart, or nothing. */
  chart: string | null;
  /** Twenty single runs over the bands. */
  samples: boolean;
  /** Numbers in the place of charts. */
  table: boolean;
  /** A row of the evidence that is pointed at in the charts: its key and its quarter. */
  mark: Mark | null;
  /** Versions the link was made with: of the code, the model and the case. */
  version: string | null;
  /** The step of the guided tour, or nothing. */
  tour: number | null;
  /** Shown to a room: without menus and levers, in large letters. */
  present: boolean;
  /** Run ID of the analysis that is read; of what is stored the newest where there is none. */
  run: string | null;
}

export const PLAIN: View = {
  case: 'great-stone',
  seed: 1,
  runs: 1000,
  draws: null,
  cut: null,
  now: null,
  scenario: OWN,
  baseline: AS_IT_IS,
  compared: [],
  parks: [],
  axis: 'year',
  expert: false,
  chart: null,
  samples: false,
  table: false,
  mark: null,
  version: null,
  tour: null,
  present: false,
  run: null,
};

/** What a view shows of a picture, and not what the picture is made from: going back leaves it as it is. */
export const LOOKS = ['axis', 'expert', 'chart', 'samples', 'table', 'mark', 'version', 'tour', 'present', 'run'] as const;
export const STEPS = 5;
export type Looks = Partial<Pick<View, (typeof LOOKS)[number]>>;

/** What the parameters of a question are drawn from and the quarter it is looked at from, where that is said. */
export const drawsOf = (view: View): Record<string, string> => ({ ...(view.draws ? { draws: view.draws } : {}), ...(view.cut ? { cut: view.cut } : {}), ...(view.now ? { now: view.now } : {}) });

export function encoded(view: View): URLSearchParams {
  const words = new URLSearchParams({ case: view.case, seed: String(view.seed), runs: String(view.runs) });
  for (const [name, value] of Object.entries(drawsOf(view))) words.set(name, value);
  const scenario = pruned(view.scenario);
  if (JSON.stringify(scenario) !== JSON.stringify(OWN)) words.set('scenario', JSON.stringify(scenario));
  words.set('baseline', isAsItIs(view.baseline) ? AS_IT_IS.key : JSON.stringify(pruned(view.baseline)));
  if (view.compared.length) words.set('compare', JSON.stringify(view.compared.map(pruned)));
  if (view.parks.length) words.set('parks', view.parks.join('~'));
  if (view.axis !== PLAIN.axis) words.set('axis', view.axis);
  if (view.expert) words.set('mode', 'expert');
  if (view.chart) words.set('chart', view.chart);
  const shown = [...(view.samples ? ['samples'] : []), ...(view.table ? ['table'] : [])];
  if (shown.length) words.set('show', shown.join('.'));
  if (view.mark) words.set('mark', `${view.mark.quarter} ${view.mark.key}`);
  if (view.version) words.set('v', view.version);
  if (view.tour) words.set('tour', String(view.tour));
  if (view.present) words.set('present', '1');
  if (view.run) words.set('run', view.run);
  return words;
}

/** A part of an address that cannot be read: its name and what it says. What is usual is shown in its place. */
export interface Unread {
  part: 'case' | 'seed' | 'runs' | 'draws' | 'cut' | 'now' | 'scenario' | 'baseline' | 'compare' | 'parks' | 'axis' | 'mode' | 'chart' | 'show' | 'mark' | 'v' | 'tour' | 'present' | 'run' | 'lang';
  given: string;
}

const MOST_COMPARED = 4;
export const MOST_PARKS = 6;

const CASE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** What an address says, and which parts of it cannot be read; where it names no park, that is the one that was chosen last. */
export function parsed(words: URLSearchParams, last: string | null = null): { view: View; unread: Unread[] } {
  const unread: Unread[] = [];
  function take<T>(part: Unread['part'], usual: T, read: (text: string) => T | null): T {
    const text = words.get(part);
    if (text === null) return usual;
    const found = read(text);
    if (found === null) unread.push({ part, given: text });
    return found ?? usual;
  }
  const shown = take('show', [], (text) => every(text.split('.'), (one) => one === 'samples' || one === 'table'));
  const view: View = {
    case: take('case', last !== null && CASE.test(last) ? last : PLAIN.case, (text) => CASE.exec(text)?.[0] ?? null),
    seed: take('seed', PLAIN.seed, (text) => whole(text, 0, 2 ** 53 - 1)),
    runs: take('runs', PLAIN.runs, (text) => whole(text, 1, 5000)),
    draws: take<string | null>('draws', null, (text) => ['posterior', 'unsettled', 'prior', 'defaults'].find((one) => one === text) ?? null),
    cut: take<string | null>('cut', null, (text) => /^[0-9]{4}Q[1-4]$/.exec(text)?.[0] ?? null),
    now: take<string | null>('now', null, (text) => /^[0-9]{4}Q[1-4]$/.exec(text)?.[0] ?? null),
    scenario: take('scenario', OWN, scenario),
    baseline: take('baseline', AS_IT_IS, (text) => (text === AS_IT_IS.key ? AS_IT_IS : scenario(text))),
    compared: take('compare', [], (text) => {
      const found = json(text);
      return Array.isArray(found) && found.length <= MOST_COMPARED ? every(found, isScenario) : null;
    }),
    parks: take<string[]>('parks', [], (text) => {
      const found = text.split('~');
      return found.length >= 2 && found.length <= MOST_PARKS && new Set(found).size === found.length ? every(found, (one) => CASE.test(one)) : null;
    }),
    axis: take<Axis>('axis', PLAIN.axis, (text) => (text === 'age' || text === 'year' ? text : null)),
    expert: take('mode', false, (text) => (text === 'expert' ? true : null)),
    chart: take<string | null>('chart', null, (text) => (isOutput(text) ? text : null)),
    samples: shown.includes('samples'),
    table: shown.includes('table'),
    mark: take<Mark | null>('mark', null, marked),
    version: take<string | null>('v', null, (text) => /^[\w.:-]{1,80}$/.exec(text)?.[0] ?? null),
    tour: take<number | null>('tour', null, (text) => whole(text, 1, STEPS)),
    present: take('present', false, (text) => (text === '' || text === '1' ? true : null)),
    run: take<string | null>('run', null, (text) => /^[0-9a-f]{16}$/.exec(text)?.[0] ?? null),
  };
  take('lang', 'en', (text) => (text === 'en' || text === 'zh' ? text : null));
  return { view, unread };
}

/** A list, if every one of it is as it should be. */
function every<T, S extends T>(list: T[], is: ((one: T) => one is S) | ((one: T) => boolean)): S[] | null {
  return list.every(is) ? (list as S[]) : null;
}

function marked(text: string): Mark | null {
  const found = /^(\d{4}Q[1-4]) (.{1,200})$/.exec(text);
  return found?.[1] && found[2] ? { quarter: found[1], key: found[2] } : null;
}

function isAsItIs(scenario: Scenario): boolean {
  return JSON.stringify(pruned(scenario)) === JSON.stringify(AS_IT_IS);
}

function whole(text: string, low: number, high: number): number | null {
  const found = Number(text);
  return text !== '' && Number.isInteger(found) && found >= low && found <= high ? found : null;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function scenario(text: string): Scenario | null {
  const found = json(text);
  return isScenario(found) ? found : null;
}
