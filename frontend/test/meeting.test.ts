import { expect, it } from 'vitest';

import { slidesOf, verdictOf, type Meeting, type Question } from '../src/live/meeting';

const words = { en: '', zh: '' };
const question = (more: Partial<Question>): Question => ({ key: 'a', guess: 'number', ask: words, unit: words, choices: [], right: [], span: [10, 20], answer: words, sure: words, open: null, ...more });

it('holds a number against the range of the answer, and a choice against those that are right', () => {
  expect(['9', '10', '1,000', ' 15 '].map((guess) => verdictOf(question({}), guess))).toEqual(['below', 'inside', 'above', 'inside']);
  const choice = question({ guess: 'choice', choices: [words, words, words], right: [0, 2], span: null });
  expect(['0', '1', '2'].map((guess) => verdictOf(choice, guess))).toEqual(['right', 'wrong', 'right']);
});

it('says nothing of no guess, of what is no number and of words', () => {
  expect(['', '  ', 'many'].map((guess) => verdictOf(question({}), guess))).toEqual([null, null, null]);
  expect(verdictOf(question({ guess: 'words', span: null }), 'a new treaty')).toBeNull();
});

it('asks before it shows what would answer', () => {
  const meeting: Meeting = { headline: words, sure: words, next: words, questions: [question({}), question({ key: 'b' })] };
  expect(slidesOf(meeting, true, 2).map(({ kind }) => kind)).toEqual(['title', 'question', 'question', 'headline', 'outcomes', 'fan', 'fan', 'sure', 'next']);
  expect(slidesOf(meeting, false, 0).map(({ kind }) => kind)).toEqual(['title', 'question', 'question', 'headline', 'sure', 'next']);
});
