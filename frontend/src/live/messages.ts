import type { BlockAnswer, Question } from './blocks';
import type { Park } from './park';

/** What a worker is told: to begin, what is asked, which runs to make. */
export type Told =
  | { kind: 'begin'; module: ArrayBuffer; park: Park; resumed: number }
  | { kind: 'ask'; question: Question }
  | { kind: 'run'; id: number; first: number; last: number };

/** What a worker answers: runs of a question. */
export interface Answered {
  id: number;
  block: BlockAnswer;
}
