import { AS_IT_IS, OWN, pruned } from './scenario';
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
  scenario: Scenario;
  baseline: Scenario;
  /** Scenarios of the page Compare; empty elsewhere. */
  compared: Scenario[];
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
}

export const PLAIN: View = {
  case: 'great-stone',
  seed: 1,
  runs: 1000,
  draws: null,
  scenario: OWN,
  baseline: AS_IT_IS,
  compared: [],
  expert: false,
  chart: null,
  samples: false,
  table: false,
  mark: null,
  version: null,
};

/** What a view shows of a picture, and not what the picture is made from: going back leaves it as it is. */
export const LOOKS = ['expert', 'chart', 'samples', 'table', 'mark', 'version'] as const;
export type Looks = Partial<Pick<View, (typeof LOOKS)[number]>>;

export function encoded(view: View): URLSearchParams {
  const words = new URLSearchParams({ case: view.case, seed: String(view.seed), runs: String(view.runs) });
  if (view.draws) words.set('draws', view.draws);
  const scenario = pruned(view.scenario);
  if (JSON.stringify(scenario) !== JSON.stringify(OWN)) words.set('scenario', JSON.stringify(scenario));
  words.set('baseline', isAsItIs(view.baseline) ? AS_IT_IS.key : JSON.stringify(pruned(view.baseline)));
  if (view.compared.length) words.set('compare', JSON.stringify(view.compared.map(pruned)));
  if (view.expert) words.set('mode', 'expert');
  if (view.chart) words.set('chart', view.chart);
  const shown = [...(view.samples ? ['samples'] : []), ...(view.table ? ['table'] : [])];
  if (shown.length) words.set('show', shown.join('.'));
  if (view.mark) words.set('mark', `${view.mark.quarter} ${view.mark.key}`);
  if (view.version) words.set('v', view.version);
  return words;
}

/** What an address says; what it does not say, or says badly, is as usual. */
export function decoded(words: URLSearchParams): View {
  const name = words.get('case') ?? '';
  const baseline = words.get('baseline');
  const shown = (words.get('show') ?? '').split('.');
  return {
    case: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(name) ? name : PLAIN.case,
    seed: whole(words.get('seed'), PLAIN.seed, 0, 2 ** 53 - 1),
    runs: whole(words.get('runs'), PLAIN.runs, 1, 5000),
    draws: ['posterior', 'unsettled', 'prior', 'defaults'].find((one) => one === words.get('draws')) ?? null,
    scenario: one(words.get('scenario')) ?? OWN,
    baseline: (baseline === AS_IT_IS.key ? null : one(baseline)) ?? AS_IT_IS,
    compared: many(words.get('compare')),
    expert: words.get('mode') === 'expert',
    chart: /^[a-z_]+$/.exec(words.get('chart') ?? '')?.[0] ?? null,
    samples: shown.includes('samples'),
    table: shown.includes('table'),
    mark: marked(words.get('mark')),
    version: /^[\w.:-]{1,80}$/.exec(words.get('v') ?? '')?.[0] ?? null,
  };
}

function marked(text: string | null): Mark | null {
  const found = /^(\d{4}Q[1-4]) (.{1,200})$/.exec(text ?? '');
  return found?.[1] && found[2] ? { quarter: found[1], key: found[2] } : null;
}

function isAsItIs(scenario: Scenario): boolean {
  return JSON.stringify(pruned(scenario)) === JSON.stringify(AS_IT_IS);
}

function whole(text: string | null, otherwise: number, low: number, high: number): number {
  const found = Number(text);
  return text !== null && text !== '' && Number.isInteger(found) && found >= low && found <= high ? found : otherwise;
}

function read(text: string | null): unknown {
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isScenario(found: unknown): found is Scenario {
  const tree = found as Scenario | null;
  const isWords = (said: unknown): boolean => typeof said === 'string';
  return (
    typeof tree === 'object' && tree !== null && isWords(tree.key) && isWords(tree.title?.en) && isWords(tree.title?.zh)
  );
}

function one(text: string | null): Scenario | null {
  const found = read(text);
  return isScenario(found) ? found : null;
}

function many(text: string | null): Scenario[] {
  const found = read(text);
  return Array.isArray(found) ? found.filter(isScenario).slice(0, 4) : [];
}
