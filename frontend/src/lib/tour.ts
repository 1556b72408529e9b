import type { Page } from './app.svelte';
import { preset } from './questions';
import { OWN } from './scenario';
import type { StudyInfo } from './types';
import { PLAIN, type View } from './url';

/** A step of the guided tour over the pages: where it is, what is looked at there, and the question it puts. */
export interface Stop {
  name: 'history' | 'what_if' | 'why' | 'limits' | 'your_park';
  page: Page;
  /** What is brought into sight. */
  look: string;
  /** Whether the framework is taken away. */
  isChanged: boolean;
}

export const STOPS: readonly Stop[] = [
  { name: 'history', page: 'simulate', look: '.pictures', isChanged: false },
  { name: 'what_if', page: 'simulate', look: '.answer .head', isChanged: true },
  { name: 'why', page: 'simulate', look: '.why', isChanged: true },
  { name: 'limits', page: 'method', look: '#limits', isChanged: false },
  { name: 'your_park', page: 'parks', look: '#bring', isChanged: false },
];

/** What step n of the tour shows, from 1: of those that look at a change the framework is taken away, once the studies are there. */
export function viewOf(n: number, studies: StudyInfo[], present: boolean): View {
  const scenario = STOPS[n - 1]?.isChanged ? preset(studies, 'without-framework', 'no-framework') : undefined;
  return { ...PLAIN, scenario: scenario ?? OWN, tour: n, present };
}
