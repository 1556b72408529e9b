import type { Decision, DecisionOption } from './api-types';
import { quarterOf } from './quarters';
import type { Lever, LocalizedText, Scenario, Step } from './types';

export const AS_IT_IS: Scenario = { key: 'as-it-is', title: { en: 'Baseline (history as recorded)', zh: '基准情景（按史实）' } };
export const OWN: Scenario = { key: 'scenario', title: { en: 'Scenario', zh: '情景' } };

type Tree = Record<string, unknown>;

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const LISTS = ['equity', 'rivals', 'drop'];
const TREES = ['depth', 'partners', 'shareholders', 'terms'];

/** Whether something has the form of a scenario. Whether it fits a case the server says. */
export function isScenario(found: unknown): found is Scenario {
  if (!isTree(found) || typeof found.key !== 'string' || !isTree(found.title)) return false;
  const { edits = {}, parameters = {}, levers = {}, links = {}, without_anchors: anchors = [] } = found;
  return (
    typeof found.title.en === 'string' && typeof found.title.zh === 'string' && Array.isArray(anchors) &&
    [parameters, levers, links].every(isTree) && isTree(edits) &&
    LISTS.every((name) => edits[name] === undefined || Array.isArray(edits[name])) &&
    TREES.every((name) => edits[name] === undefined || isTree(edits[name]))
  );
}

/** A copy without what says nothing: undefined, empty lists and empty trees. */
export function pruned<T>(value: T): T {
  if (!isTree(value)) return value;
  const kept: Tree = {};
  for (const [key, one] of Object.entries(value)) {
    const clean = pruned(one);
    if (clean === undefined || clean === null) continue;
    if (Array.isArray(clean) && !clean.length) continue;
    if (isTree(clean) && !Object.keys(clean).length) continue;
    kept[key] = clean;
  }
  return kept as T;
}

/** The scenario with something else at a place; undefined takes it away. */
export function put(scenario: Scenario, path: string[], value: unknown): Scenario {
  const [step, ...rest] = path;
  if (step === undefined) return scenario;
  const set = (here: Tree, [first, ...more]: [string, ...string[]]): Tree => {
    const below = here[first];
    const [next, ...last] = more;
    return { ...here, [first]: next === undefined ? value : set(isTree(below) ? below : {}, [next, ...last]) };
  };
  return pruned(set(scenario as unknown as Tree, [step, ...rest])) as unknown as Scenario;
}

/** Steps are written as a list, or as a number that holds from the start on. */
export function steps(written: Step[] | number | undefined): Step[] {
  return written === undefined ? [] : typeof written === 'number' ? [{ value: written }] : written;
}

/** Whether two scenarios say the same, whatever they are called. */
export function same(one: Scenario, other: Scenario): boolean {
  return JSON.stringify(changed(one)) === JSON.stringify(changed(other));
}

/** What is changed: the places of a scenario that are not as the record has them. */
export function changed(scenario: Scenario): [string, unknown][] {
  const { edits = {}, parameters = {}, levers = {}, links = {}, without_anchors } = pruned(scenario);
  return [
    ...Object.entries(edits).map(([key, value]): [string, unknown] => [`edits.${key}`, value]),
    ...Object.entries(parameters).map(([key, value]): [string, unknown] => [`parameters.${key}`, value]),
    ...Object.entries(levers).map(([key, value]): [string, unknown] => [`levers.${key}`, value]),
    ...Object.entries(links).map(([key, value]): [string, unknown] => [`links.${key}`, value]),
    ...(without_anchors ? [['without_anchors', without_anchors] as [string, unknown]] : []),
  ];
}

const NAMED = 3;

/** What a scenario is called that nobody has named: the levers it changes. */
export function titleOf(scenario: Scenario, levers: Lever[]): LocalizedText {
  const titles = new Map(levers.map(({ key, title }) => [key, title]));
  const found = changed(scenario).flatMap(([key]) => titles.get(key) ?? []);
  if (!found.length) return OWN.title;
  const joined = (lang: 'en' | 'zh', comma: string): string =>
    found.slice(0, NAMED).map((one) => one[lang].slice(0, 60)).join(comma) + (found.length > NAMED ? `${comma}…` : '');
  return { en: joined('en', ', '), zh: joined('zh', '、') };
}

/** What a share at a place of a scenario is multiplied by to be read in per cent. */
export const PERCENT: Record<string, number> = {
  'edits.equity': 0.01, 'edits.quota': 0.01, 'edits.profit_tax': 100, 'edits.terms': 100, 'edits.rivals.stake': 100,
};

/** How a table of differences says things: keys and single words, numbers of a unit, and quarters that are counted from 0. */
export interface Speech {
  word: (key: string) => string;
  number: (value: number) => string;
  /** An amount with its unit, where Chinese counts it by 万 and 亿. */
  amount?: (value: number) => string;
  unit: string;
  quarter: (at: number) => string;
  comma: string;
  semicolon: string;
}

/** The value at a place as words for a table of differences: shares in per cent, amounts with their unit, quarters by their names. */
export function written(value: unknown, place: string, speech: Speech, key = ''): string {
  const { word, number, amount, unit, quarter, comma, semicolon } = speech;
  if (Array.isArray(value)) return value.map((one) => written(one, place, speech, key)).join(semicolon);
  if (isTree(value)) {
    return Object.entries(value)
      .map(([name, one]) => (['value', 'on', 'present'].includes(name) ? written(one, place, speech, name) : `${word(name)} ${written(one, place, speech, name)}`))
      .join(comma);
  }
  if (typeof value !== 'number') return word(String(value));
  if (key === 'from' || key === 'to') return quarter(value);
  const scale = PERCENT[`${place}.${key}`] ?? PERCENT[place];
  if (scale !== undefined && key !== 'size') return `${number(Number((scale * value).toPrecision(10)))}%`;
  return unit && (key === '' || key === 'value') ? (amount?.(value) ?? `${number(value)} ${unit}`) : number(value);
}

/** How the server writes dates before and after everything. */
const NEVER = '1000-01-01';
const FOREVER = '2999-12-31';

/** A scenario as the server keeps it, in the words that the levers have: without what is usual, and dates for the words never and for good. */
export function reopened(kept: Partial<Scenario>): Scenario {
  const scenario = { ...OWN, ...inQuarters(kept), key: OWN.key };
  const { narrow_until: until, terms } = scenario.edits ?? {};
  const edits = { ...scenario.edits };
  if (until) edits.narrow_until = until === NEVER ? 'never' : until === FOREVER ? 'forever' : quarterOf(until);
  if (terms) edits.terms = Object.fromEntries(Object.entries(terms).map(([key, one]) => [key, isOff(one) ? 'off' : one]));
  return pruned({ ...scenario, edits });
}

/** Months that begin a quarter, where something begins or ends, by the quarter's name. */
function inQuarters<T>(value: T, key = ''): T {
  if (Array.isArray(value)) return value.map((one: unknown) => inQuarters(one)) as T;
  if (isTree(value)) return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inQuarters(one, name)])) as T;
  const isMonth = (key === 'from' || key === 'to') && typeof value === 'string' && /^\d{4}-(01|04|07|10)$/.test(value);
  return isMonth ? (quarterOf(value) as T) : value;
}

function isOff(term: Record<string, number | string> | 'off'): boolean {
  return term === 'off' || ['home', 'host', 'third'].every((side) => term[side] === 0);
}

/** An option of Decide as a scenario, named with its lever. */
export function optionScenario(one: DecisionOption, { levers }: Decision): Scenario {
  const lever = levers.find(({ key }) => key === one.lever)?.title;
  const title = { en: `${lever?.en}: ${one.title.en}`, zh: `${lever?.zh}：${one.title.zh}` };
  return { ...reopened(one.scenario as Partial<Scenario>), key: one.key, title };
}
