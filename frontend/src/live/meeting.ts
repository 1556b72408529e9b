import type { LocalizedText } from '../lib/types';

/** A question to a room (`analyses/brief/meeting.py`). */
export interface Question {
  key: string;
  guess: 'percent' | 'number' | 'choice' | 'words';
  ask: LocalizedText;
  unit: LocalizedText;
  choices: LocalizedText[];
  /** Places of the choices that are right. */
  right: number[];
  /** Range within which a number is near. */
  span: [number, number] | null;
  answer: LocalizedText;
  sure: LocalizedText;
  /** Why it is open; null where it is settled. */
  open: LocalizedText | null;
}

export interface Meeting {
  headline: LocalizedText;
  sure: LocalizedText;
  next: LocalizedText;
  questions: Question[];
}

/** What a room has guessed: a number as it was typed, the place of a choice, words; empty for nothing. */
export type Guess = string;

export type Verdict = 'inside' | 'below' | 'above' | 'right' | 'wrong' | null;

/** How a guess stands to the answer; nothing where there is no guess or nothing to hold it against. */
export function verdictOf(question: Question, guess: Guess): Verdict {
  if (guess.trim() === '') return null;
  if (question.guess === 'choice') return question.right.includes(Number(guess)) ? 'right' : 'wrong';
  if (!question.span || question.guess === 'words') return null;
  const value = Number(guess.replaceAll(',', ''));
  if (!Number.isFinite(value)) return null;
  const [low, high] = question.span;
  return value < low ? 'below' : value > high ? 'above' : 'inside';
}

export type Slide = { kind: 'title' | 'outcomes' | 'headline' | 'sure' | 'next' } | { kind: 'question' | 'fan'; number: number };

/** One thing a screen: guesses come before all that would answer them. */
export function slidesOf(meeting: Meeting, showsOutcomes: boolean, fans: number): Slide[] {
  return [
    { kind: 'title' },
    ...meeting.questions.map((_, number): Slide => ({ kind: 'question', number })),
    { kind: 'headline' },
    ...(showsOutcomes ? [{ kind: 'outcomes' } as const] : []),
    ...Array.from({ length: fans }, (_, number): Slide => ({ kind: 'fan', number })),
    { kind: 'sure' },
    { kind: 'next' },
  ];
}
