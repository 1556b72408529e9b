import { expect, it } from 'vitest';

import type { BlockAnswer, Question } from '../src/live/blocks';
import { Engine } from '../src/live/engine';
import type { Answered, Told } from '../src/live/messages';
import type { Park } from '../src/live/park';

const asked = (since: string): Question => ({ inputs: new Int32Array(), parameters: [], since, keeps: true });
const numbered = (first: number, last: number): Float64Array<ArrayBuffer> => Float64Array.from({ length: last - first }, (_, n) => Math.sqrt(first + n));
const made: number[][] = [];

/** A worker that says of each run its number; every second answer comes late. */
class FakeWorker {
  onmessage: ((event: { data: Answered }) => void) | null = null;
  onerror: ((event: { preventDefault: () => void }) => void) | null = null;
  private count = 0;
  private readonly runs: number[] = [];

  constructor(private readonly fails = false) {
    made.push(this.runs);
  }

  postMessage(told: Told): void {
    if (told.kind === 'begin' && this.fails) setTimeout(() => this.onerror?.({ preventDefault: () => undefined }), 2);
    if (told.kind !== 'run' || this.fails) return;
    const { id, first, last } = told;
    this.runs.push(first);
    const block: BlockAnswer = { first, last, codes: Int32Array.from({ length: last - first }, (_, n) => first + n), status: new Int32Array(3 * (last - first)), measures: numbered(first, last), onTheWay: numbered(first, last), paths: numbered(first, last) };
    this.count += 1;
    setTimeout(() => this.onmessage?.({ data: { id, block } }), this.count % 2 ? 3 : 0);
  }

  terminate(): void { /* nothing runs */ }
}

const engineOf = (workers: FakeWorker[]): Engine => {
  const left = [...workers];
  return new Engine({} as Park, new ArrayBuffer(), () => left.shift() as unknown as Worker, workers.length, 0);
};

it('puts runs together by their numbers, whoever made them', async () => {
  const found = await Promise.all([1, 2, 3].map((count) => engineOf(Array.from({ length: count }, () => new FakeWorker())).run(asked('now'), 200)));
  expect(found[0]?.codes).toEqual(Int32Array.from({ length: 200 }, (_, run) => run));
  expect(found[1]).toEqual(found[0]);
  expect(found[2]).toEqual(found[0]);
});

it('shares a frame evenly, and gives a block to the same worker again', async () => {
  made.length = 0;
  const engine = engineOf([new FakeWorker(), new FakeWorker()]);
  await engine.run(asked('now'), 64);
  await engine.run(asked('now'), 64);
  expect(made).toEqual([[0, 32, 0, 32], [16, 48, 16, 48]]);
});

it('makes of a question that is asked again only the runs it lacks', async () => {
  made.length = 0;
  const engine = engineOf([new FakeWorker(), new FakeWorker()]);
  const question = asked('now');
  const few = await engine.run(question, 40);
  engine.stop();
  const stopped = engine.run(question, 72);
  const all = await engine.run(question, 104);
  expect(await stopped).toBeNull();
  expect(few?.codes).toEqual(Int32Array.from({ length: 40 }, (_, run) => run));
  expect(all?.codes).toEqual(Int32Array.from({ length: 104 }, (_, run) => run));
  // Run 32 began a block of eight, and run 64 one of eight that nobody waits for any more.
  const firsts = made.flat();
  expect(firsts.filter((first) => first < 32)).toEqual([0, 16]);
  expect(firsts.filter((first) => first === 48)).toHaveLength(1);
  expect((await engine.run(asked('now'), 40))?.codes).toEqual(few?.codes);
  expect(made.flat().filter((first) => first === 0)).toHaveLength(2);
});

it('leaves runs of a worker that cannot be started to the others, and forgets an older question', async () => {
  const engine = engineOf([new FakeWorker(true), new FakeWorker()]);
  const older = engine.run(asked('start'), 64);
  const newer = engine.run(asked('now'), 100);
  expect(await older).toBeNull();
  expect((await newer)?.codes).toEqual(Int32Array.from({ length: 100 }, (_, run) => run));
  expect(engine.workers).toBe(1);
});
