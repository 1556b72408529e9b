import { describe, expect, it } from 'vitest';

import { History } from '../src/lib/history';
import { Latest } from '../src/lib/latest';

interface Pending { asked: number; signal: AbortSignal; answer: (value: string) => void; fail: (error: Error) => void }

function bench(): { latest: Latest<number, string>; sent: Pending[]; shown: string[]; failed: number[] } {
  const sent: Pending[] = [];
  const shown: string[] = [];
  const failed: number[] = [];
  const latest = new Latest<number, string>(
    (asked, signal) => new Promise((answer, fail) => sent.push({ asked, signal, answer, fail })),
    (answered) => shown.push(answered),
    (_, asked) => failed.push(asked),
  );
  return { latest, sent, shown, failed };
}
const turn = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

describe('the latest question', () => {
  it('wins, in whatever order the answers come', async () => {
    const { latest, sent, shown } = bench();
    latest.now(1);
    latest.now(2);
    expect(sent[0]?.signal.aborted).toBe(true);
    sent[1]?.answer('second');
    sent[0]?.answer('first');
    await turn();
    expect(shown).toEqual(['second']);
    expect(latest.busy).toBe(false);
  });

  it('waits while dragging, and only the last one of those that wait is asked', async () => {
    const { latest, sent, shown } = bench();
    latest.patient(1);
    latest.patient(2);
    latest.patient(3);
    expect(sent.map((one) => one.asked)).toEqual([1]);
    sent[0]?.answer('one');
    await turn();
    expect(sent.map((one) => one.asked)).toEqual([1, 3]);
    sent[1]?.answer('three');
    await turn();
    expect(shown).toEqual(['one', 'three']);
  });

  it('on release aborts what was asked while dragging', async () => {
    const { latest, sent, shown } = bench();
    latest.patient(1);
    latest.patient(2);
    latest.now(9);
    expect(sent.map((one) => one.asked)).toEqual([1, 9]);
    sent[0]?.fail(new DOMException('', 'AbortError') as unknown as Error);
    sent[1]?.answer('nine');
    await turn();
    expect(shown).toEqual(['nine']);
    expect(sent).toHaveLength(2);
  });

  it('tells a failure once, and goes on', async () => {
    const { latest, sent, failed, shown } = bench();
    latest.now(1);
    sent[0]?.fail(new Error('down'));
    await turn();
    expect(failed).toEqual([1]);
    latest.now(2);
    sent[1]?.answer('up');
    await turn();
    expect(shown).toEqual(['up']);
  });
});

describe('history', () => {
  it('goes back and forward, and forgets the future after a new step', () => {
    const history = new History({ n: 0 });
    history.commit({ n: 1 });
    history.commit({ n: 1 });
    history.commit({ n: 2 });
    expect(history.undo()).toEqual({ n: 1 });
    expect(history.undo()).toEqual({ n: 0 });
    expect(history.canUndo).toBe(false);
    expect(history.redo()).toEqual({ n: 1 });
    history.commit({ n: 5 });
    expect(history.canRedo).toBe(false);
    expect(history.undo()).toEqual({ n: 1 });
  });
});
