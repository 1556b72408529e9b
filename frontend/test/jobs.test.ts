import { afterEach, expect, test, vi } from 'vitest';
import { reportOf } from '../src/lib/jobs.svelte';
import type { Job } from '../src/lib/types';

class Stream extends EventTarget {
  static readonly CLOSED = 2;
  static last: Stream;
  readyState = 1;
  constructor(readonly url: string) { super(); Stream.last = this; }
  close(): void { this.readyState = Stream.CLOSED; }
  says(kind: string, job: Partial<Job>): void { this.dispatchEvent(new MessageEvent(kind, { data: JSON.stringify(job) })); }
}

async function asked(): Promise<{ found: Promise<string | null>; states: string[] }> {
  vi.stubGlobal('EventSource', Stream);
  vi.stubGlobal('fetch', (path: string) => Promise.resolve(
    path.endsWith('/page') ? new Response('<html>') : new Response(JSON.stringify({ id: 'a', state: 'queued' }), { status: 202 }),
  ));
  const states: string[] = [];
  const found = reportOf({ runs: 1 }, (job) => states.push(job.state));
  await vi.waitFor(() => expect(states).toEqual(['queued']));
  await vi.waitFor(() => expect(Stream.last?.url).toContain('/jobs/a/'));
  return { found, states };
}

afterEach(() => { vi.useRealTimers(); vi.unstubAllGlobals(); });

test('a report is waited for as long as its job goes on', async () => {
  const { found, states } = await asked();
  vi.useFakeTimers();
  await vi.advanceTimersByTimeAsync(3_600_000);
  Stream.last.says('progress', { state: 'running' });
  Stream.last.says('end', { state: 'done', has_page: true });
  expect(await found).toBe('<html>');
  expect(states).toEqual(['queued', 'running', 'done']);
});

test('a report that failed, or can no longer be followed, is not waited for', async () => {
  const failed = await asked();
  Stream.last.says('end', { state: 'failed', has_page: false });
  expect(await failed.found).toBeNull();
  const lost = await asked();
  Stream.last.readyState = Stream.CLOSED;
  Stream.last.dispatchEvent(new Event('error'));
  expect(await lost.found).toBeNull();
});
