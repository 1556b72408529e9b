import type { OutcomeInfo, Share, ShareEffect } from './api-types';
import type { Answer, Arm, Change } from './types';

/** An outcome and the share of a scenario's runs that have it. */
export type OutcomeShare = OutcomeInfo & Omit<Share, 'name'>;

/** Outcomes of a scenario's runs in the order in which a list names them. */
export function outcomesOf(answer: Pick<Answer, 'outcomes'> | null, arm: Arm | null | undefined): OutcomeShare[] {
  const shares = new Map(arm?.outcomes.map((share) => [share.name, share]));
  return (answer?.outcomes ?? []).flatMap((outcome) => {
    const share = shares.get(outcome.name);
    return share ? [{ ...share, ...outcome }] : [];
  });
}

/** How the share of an outcome changes; nothing where it is not told. */
export const effectOn = (change: Change | null | undefined, outcome: string | undefined): ShareEffect | undefined => change?.outcomes.find(({ measure }) => measure === outcome);

/** The share of pairs in the scenario less that in the reference; null where no pair finished. */
export const changeOf = ({ gained, lost, pairs }: ShareEffect): number | null => (pairs ? (gained - lost) / pairs : null);
