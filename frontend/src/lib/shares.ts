import type { LinkGroup, OutcomeInfo, OutcomeParts, Share, ShareEffect } from './api-types';
import type { Answer, ScenarioResult, Change } from './types';

/** An outcome and the share of a scenario's runs that have it. */
export type OutcomeShare = OutcomeInfo & Omit<Share, 'name'>;

/** Outcomes of a scenario's runs in the order in which a list names them. */
export function outcomesOf(answer: Pick<Answer, 'outcomes'> | null, scenario: ScenarioResult | null | undefined): OutcomeShare[] {
  const shares = new Map(scenario?.outcomes.map((share) => [share.name, share]));
  return (answer?.outcomes ?? []).flatMap((outcome) => {
    const share = shares.get(outcome.name);
    return share ? [{ ...share, ...outcome }] : [];
  });
}

/** How the share of an outcome changes; nothing where it is not told. */
export const effectOn = (change: Change | null | undefined, outcome: string | undefined): ShareEffect | undefined => change?.outcomes.find(({ measure }) => measure === outcome);

/** The share of pairs in the scenario less that in the reference; null where no pair finished. */
export const changeOf = ({ gained, lost, pairs }: ShareEffect): number | null => (pairs ? (gained - lost) / pairs : null);

/** A group of links and its part of the change of the good outcome's share, with the ends of its interval. */
export interface LinkPart extends Partial<LinkGroup> {
  group: string;
  links: string[];
  change: number;
  low: number;
  high: number;
}

/** The change of the good outcome's share, by groups of links; last what further runs add, so that the parts, as they are written to a tenth of a point, sum to the change. */
export function linkParts(found: OutcomeParts, answer: Answer, groups: Record<string, LinkGroup>): LinkPart[] {
  const good = answer.outcomes.find((outcome) => outcome.good)?.name;
  const place = answer.scenarios[0]?.outcomes.findIndex(({ name }) => name === good) ?? 0;
  const parts = found.parts.map(({ group, change: changes, error: errors }): LinkPart => {
    const change = changes[place] ?? 0;
    const error = errors[place] ?? 0;
    return { group, title: groups[group]?.title, links: groups[group]?.links ?? [], change, low: change - error, high: change + error };
  });
  const effect = effectOn(answer.changes.at(-1), good);
  const rest = Math.round(1000 * ((effect && changeOf(effect)) ?? 0)) - parts.reduce((sum, { change }) => sum + Math.round(1000 * change), 0);
  if (rest && found.runs < answer.study.runs) parts.push({ group: 'other_runs', links: [], change: rest / 1000, low: rest / 1000, high: rest / 1000 });
  return parts;
}
