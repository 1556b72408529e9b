// What is asked of the server, and the names the page has for what it answers: api-types.ts is made of its description.

import type * as api from './api-types';

export type Lang = 'en' | 'zh';
export type Side = 'home' | 'host' | 'third';
export type Numbers = (number | null)[];

export type {
  ScenarioResult, CaseAnswer, CaseName, ScenarioChange as Change, EvidenceAnswer as Evidence, EventInfo as ParkEvent,
  FaultInfo as Fault, JobInfo as Job, LeverInfo as Lever, VersionsInfo as Made, ObservedPoint, ParkInfo as Park,
  ProblemInfo, LocalizedText, SourceInfo, TrustNote as Trust, Why,
} from './api-types';

/** An answer; servers of before did not tell the trust state. */
export type Answer = Omit<api.SimulationAnswer, 'study' | 'trust'> & { study: { seed: number; runs: number; draws: string }; trust?: api.TrustNote };
export type StudyInfo = Omit<api.StudyInfo, 'scenarios'> & { scenarios: Scenario[] };
/** A scenario that was saved under a name; its content without what is usual. */
export type SavedScenario = Pick<api.SavedScenarioInfo, 'name' | 'case'> & { scenario: Partial<Scenario> };

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
  title: api.LocalizedText;
  parameters?: Record<string, number | number[]>;
  levers?: Record<string, { value: number | number[]; from?: number; to?: number }[]>;
  links?: Record<string, LinkChange>;
  without_anchors?: number[];
  edits?: Edits;
}
