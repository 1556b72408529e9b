import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { post, Refused } from '../src/lib/api';

const busy = (seconds: string | null, status = 503): Response =>
  new Response('{"code":"queue"}', { status, headers: seconds === null ? {} : { 'retry-after': seconds } });

function answering(...answers: Response[]): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', (url: string) => {
    asked.push(url);
    return Promise.resolve(answers[asked.length - 1] ?? new Response('{"answered":true}'));
  });
  return asked;
}

describe('a server that is busy', () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); vi.unstubAllGlobals(); });

  it('is asked again when it said, and not before', async () => {
    const asked = answering(busy('3'), busy('1', 429));
    const answer = post('simulate', {});
    await vi.advanceTimersByTimeAsync(2999);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await answer).toEqual({ answered: true });
  });

  it('is not asked for ever, nor waited for long, nor without a word of when', async () => {
    for (const answers of [[busy('1'), busy('1'), busy('1')], [busy('60')], [busy(null)], [busy('1', 422)]]) {
      const asked = answering(...answers);
      const refused = post('simulate', {}).catch((error: unknown) => error);
      await vi.advanceTimersByTimeAsync(10_000);
      expect(await refused).toBeInstanceOf(Refused);
      expect(asked).toHaveLength(answers.length);
    }
  });

  it('is left alone by a question that nobody waits for any more', async () => {
    const asked = answering(busy('3'));
    const gone = new AbortController();
    const ended = post('simulate', {}, gone.signal).catch((error: unknown) => (error as Error).name);
    await vi.advanceTimersByTimeAsync(1000);
    gone.abort();
    expect(await ended).toBe('AbortError');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked).toHaveLength(1);
  });
});
