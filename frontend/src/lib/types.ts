// What the server answers (OpenAPI: /api/v1/openapi.json), as far as the page reads it and api-types.ts does not say it.

import type { JobInfo } from './api-types';

export type Lang = 'en' | 'zh';
export type Side = 'home' | 'host' | 'third';
export type Numbers = (number | null)[];

export interface Said {
  en: string;
  zh: string;
}

/** How far the parameters behind an answer rest on the record of the park it is about. */
export interface Trust {
  state: 'calibrated' | 'borrowed' | 'uncalibrated' | 'stale';
  /** In a few words, to stand beside a headline. */
  label: Said;
  meaning: Said;
  /** What to do for a better state. */
  renew: Said | null;
  /** How the park fared by the record, where the parameters are not calibrated to it. */
  recorded: Said | null;
  /** Whether shares of outcomes are shown without being asked for. */
  outcomes_shown: boolean;
}

export interface CaseName {
  name: string;
  title: Said;
  kind: string;
  kind_title: Said;
  start: string;
  quarters: number;
  data_end: string;
  hash: string;
  uploaded: boolean;
  calibrated: boolean;
  /** Servers of before did not say. */
  trust?: Trust;
}

export interface DatedValue {
  date: string;
  values: Record<string, number>;
  grade: string;
  source: string[];
  note: Said | null;
}

export interface Option {
  key: string;
  title: Said;
  date: string | null;
  spans: [string, string | null][];
  side: string | null;
}

export interface Slider {
  low: number;
  high: number;
  step: number;
}

export interface Lever {
  key: string;
  form: string;
  title: Said;
  simple: boolean;
  unit: string;
  unit_title: Said;
  low: number | null;
  high: number | null;
  slider: Slider | null;
  options: Option[];
  baseline: DatedValue[];
  prior: string | null;
  moved: string | null;
  grade: string | null;
  source: Said | null;
}

export interface CaseAnswer {
  case: CaseName;
  sides: { home: Said; host: Said };
  levers: Lever[];
  counts: Record<string, number>;
}

export interface Shares {
  home: number;
  host: number;
  third: number;
  unallocated?: number;
  from?: string;
}

export interface Step {
  value: number;
  from?: string;
}

export interface Stay {
  present?: boolean;
  forever?: boolean;
  from?: string;
  to?: string;
  shift?: number;
}

export interface Rival {
  side: 'home' | 'host';
  size: number;
  stake: number;
  from?: string;
}

export type StayWord = Stay | 'drop' | 'forever';

export interface Edits {
  equity?: Shares[];
  quota?: Step[] | number;
  framework?: 'on' | 'off' | { on?: boolean; from?: string; to?: string };
  depth?: Record<string, boolean | string>;
  partners?: Record<string, StayWord>;
  shareholders?: Record<string, StayWord>;
  drop?: string[];
  threshold?: Step[] | number;
  narrow_until?: string;
  profit_tax?: Step[] | number;
  capability?: Step[] | number;
  plan?: Step[] | number;
  kind?: string;
  rivals?: Rival[];
  terms?: Record<string, Record<string, number | string> | 'off'>;
}

export type StepName = 'quota' | 'threshold' | 'profit_tax' | 'capability' | 'plan';

export interface LinkChange {
  strength?: number;
  delay?: number;
  from?: number;
  to?: number;
}

export interface Scenario {
  key: string;
  title: Said;
  parameters?: Record<string, number | number[]>;
  levers?: Record<string, { value: number | number[]; from?: number; to?: number }[]>;
  links?: Record<string, LinkChange>;
  without_anchors?: number[];
  edits?: Edits;
}

/** A scenario that was saved under a name; its content without what is usual. */
export interface SavedScenario {
  name: string;
  case: string;
  scenario: Partial<Scenario>;
  /** Whether it is this browser's; otherwise it came with a workspace, and nobody changes it. */
  mine: boolean;
}

export interface OutputInfo {
  name: string;
  title: Said;
  symbol: string;
  unit: string;
  unit_title: Said;
  room: string;
  source: string;
}

export interface ObservedPoint {
  date: string;
  quarter: string;
  value: number;
  high: number | null;
  bound: string;
  reported: number;
  reported_unit: string;
  grade: string;
  use: boolean;
  role: string;
  source: string[];
  note: Said | null;
}

export interface OutcomeShare {
  name: string;
  title: Said;
  meaning: Said;
  count: number;
  total: number;
  share: number | null;
  low: number | null;
  high: number | null;
}

export interface OutcomeMove {
  name: string;
  title: Said;
  reference_share: number | null;
  arm_share: number | null;
  change: number | null;
  low: number | null;
  high: number | null;
}

export interface HeadlineMove {
  output: string;
  quarter: string;
  low: number | null;
  median: number | null;
  high: number | null;
  shown: Said;
}

export interface Headline extends HeadlineMove {
  middle: Said;
  band: Said;
}

export interface Arm {
  key: string;
  title: Said;
  runs: number;
  finished: number;
  outcomes: OutcomeShare[];
  headlines: Headline[];
  bands: Record<string, Numbers[]>;
  samples: Record<string, Numbers[]>;
  sentences: Record<string, Said>;
}

/** Why outcomes change: runs that go from one outcome to another, and the account that is most often the reason. */
export interface OutcomeChange {
  sentence: Said;
  moves: { words: Said; runs: number; share: number; cause_words: Said; account: Said }[];
}

export interface Change {
  arm: string;
  reference: string;
  pairs: number;
  begins: string | null;
  outcomes: OutcomeMove[];
  outcome_change: OutcomeChange;
  headlines: HeadlineMove[];
  bands: Record<string, Numbers[]>;
  sentences: Record<string, Said>;
}

export interface ArrowFlow {
  link: string;
  median: Numbers;
  weight: Numbers;
}

export interface Mechanism {
  link: string;
  title: Said;
  from_room: string;
  to_room: string;
  unit: string;
  before: number | null;
  after: number | null;
  moved: number;
  alone: number | null;
  sentence: Said;
}

export interface Why {
  target: string;
  quarter: string;
  change: number | null;
  runs: number;
  mechanisms: Mechanism[];
  method: Said;
}

export interface Made {
  code_version: string;
  model_hash: string;
  experiment_hash: string;
  case_hash: string;
  cpu_features: string;
  versions: Record<string, string>;
}

export interface Answer {
  identity: string;
  study: { seed: number; runs: number; draws: string };
  case: CaseName;
  quarters: string[];
  levels: number[];
  judged: string;
  today: string;
  outputs: Record<string, OutputInfo>;
  arms: Arm[];
  changes: Change[];
  observed: Record<string, ObservedPoint[]>;
  summary: Said;
  caveats: Said[];
  flows: { arm: string; runs: number; arrows: ArrowFlow[] }[] | null;
  why: Why | null;
  draws: { kind: string; words: Said; cut: string | null; pairs: number | null; stale: boolean };
  made: Made;
  seconds: number;
  trust?: Trust;
}

export interface StudyInfo {
  name: string;
  title: Said;
  case: string;
  scenarios: { key: string; title: Said; scenario: Scenario }[];
}

export interface ParkEvent {
  key: string;
  date: string;
  quarter: string;
  scale: string;
  mechanism: string;
  mechanism_title: Said;
  actors: Said;
  event: Said;
  grade: string;
  source: string[];
}

export interface SourceInfo {
  key: string;
  outlet: Said;
  title: string | null;
  date: string | null;
  url: string | null;
  read: string;
  language: string | null;
  note: Said | null;
}

export interface SeriesPoint {
  date: string;
  quarter: string;
  value: number;
  high: number | null;
  bound: string;
  unit: string;
  unit_title: Said;
  shown: Said;
  basis: Said;
  grade: string;
  use: boolean;
  role: string;
  source: string[];
  note: Said | null;
}

export interface Series {
  variable: string;
  title: Said;
  is_output: boolean;
  points: SeriesPoint[];
}

export interface Enterprise {
  name: string;
  name_zh: string | null;
  country: string;
  origin: string;
  sector: Said;
  status: string;
  registered: string | null;
  operating: string | null;
  grade: string;
  source: string[];
}

export interface Evidence {
  case: CaseName;
  events: ParkEvent[];
  series: Series[];
  context: Series[];
  enterprises: Enterprise[];
  sources: Record<string, SourceInfo>;
}

export interface Fault {
  field: string;
  code: string;
  file: string;
  line: number | null;
  cause: Said;
  repair: Said;
}

export interface ProblemInfo {
  status: number;
  code: string;
  cause: Said;
  repair: Said;
  faults: Fault[];
}

export type Job = Omit<JobInfo, 'trouble'> & { trouble: Fault[] };

export interface Park {
  id: string;
  case: string | null;
  title: Said;
  kind: string;
  kind_title: Said;
  host_title: Said;
  home_title: Said;
  status_title: Said | null;
  words: Record<string, Said | null>;
  values: Record<string, string | number | boolean | null>;
  source: string[];
  place: { title: Said; longitude: number; latitude: number; grade: string; note: Said | null };
}
