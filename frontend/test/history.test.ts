import { expect, it } from 'vitest';

import { History } from '../src/lib/history';

it('goes back and forward again, and what is new ends what was ahead', () => {
  const history = new History('a');
  expect(history.commit('b')).toBe(true);
  expect(history.commit('b')).toBe(false);
  expect(history.undo()).toBe('a');
  expect(history.redo()).toBe('b');
  history.undo();
  history.commit('c');
  expect([history.canUndo, history.canRedo]).toEqual([true, false]);
});

it('takes a state that was reached in another way as the step that it is', () => {
  const history = new History('a');
  history.commit('b');
  history.visit('a');
  expect([history.canUndo, history.canRedo]).toEqual([false, true]);
  history.visit('b');
  expect([history.canUndo, history.canRedo]).toEqual([true, false]);
  history.visit('z');
  expect(history.undo()).toBe('b');
});
