import type { Scenario, StudyInfo } from './types';
import { AS_IT_IS, same } from './scenario';

/** Questions of the gallery: the name of their words, and the scenario of a shipped study that answers them. */
export const QUESTIONS = [
  ['framework', 'without-framework', 'no-framework'],
  ['rescue', 'who-may-rescue', 'nobody'],
  ['ownership', 'equity-sweep', 'home-40'],
  ['threshold', 'old-threshold', 'old-threshold'],
  ['operator', 'without-operator', 'never-came'],
  ['partners', 'without-partners', 'duisport-stays'],
  ['shocks', 'no-shocks', 'no-shocks'],
  ['rival', 'rival-next-door', 'rival'],
] as const;
export type Question = (typeof QUESTIONS)[number][0];

/** A scenario of a shipped study, once the studies are there. */
export const preset = (studies: StudyInfo[], study: string, key: string): Scenario | undefined =>
  studies.find((one) => one.name === study)?.scenarios.find((one) => one.key === key);

export interface Presets {
  questions: { question: Question; place: string; scenario: Scenario }[];
  groups: { study: StudyInfo; presets: { place: string; scenario: Scenario }[] }[];
}

/** What is prepared for a park: named questions first, all else by study; what says the same as one before is left out. */
export function presetsOf(studies: StudyInfo[], park: string): Presets {
  const own = studies.filter((study) => study.case === park);
  const questions = QUESTIONS.flatMap(([question, study, key]) => {
    const scenario = preset(own, study, key);
    return scenario ? [{ question, place: `${study}/${key}`, scenario }] : [];
  });
  const seen: Scenario[] = [AS_IT_IS, ...questions.map(({ scenario }) => scenario)];
  const groups = own.map((study) => ({
    study,
    presets: study.scenarios.flatMap((scenario) => {
      if (seen.some((one) => same(one, scenario))) return [];
      seen.push(scenario);
      return [{ place: `${study.name}/${scenario.key}`, scenario }];
    }),
  }));
  return { questions, groups: groups.filter(({ presets }) => presets.length > 0) };
}

/** All of them by place. */
export const placesOf = ({ questions, groups }: Presets): Map<string, Scenario> =>
  new Map([...questions, ...groups.flatMap(({ presets }) => presets)].map(({ place, scenario }) => [place, scenario]));
