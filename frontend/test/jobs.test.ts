import { afterEach, expect, test, vi } from 'vitest';
import { pageOf, reportOf } from '../src/lib/jobs.svelte';
import type { Job } from '../src/lib/types';

/** What comes of a report whose job is told so, look by look; and the states that were told. */
async function asked(looks: (object | number)[]): Promise<{ found: string | undefined; states: string[] }> {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', (_path: string, init: RequestInit) => {
    if (init.method === 'POST') return Promise.resolve(new Response(JSON.stringify({ id: 'a', state: 'queued' }), { status: 202 }));
    const one = looks.length > 1 ? looks.shift() : looks[0];
    return Promise.resolve(typeof one === 'number' ? new Response('{"status": 404}', { status: one }) : new Response(JSON.stringify(one)));
  });
  const states: string[] = [];
  const report = reportOf({ runs: 1 }, (job) => { if (states.at(-1) !== job.state) states.push(job.state); });
  await vi.advanceTimersByTimeAsync(3_600_000);
  return { found: (await report)?.state, states };
}

afterEach(() => { vi.useRealTimers(); vi.unstubAllGlobals(); });

test('a report is waited for as long as its job goes on', async () => {
  const looks = [...Array.from({ length: 5_000 }, () => ({ state: 'running' })), { state: 'done', has_page: true }];
  expect(await asked(looks)).toEqual({ found: 'done', states: ['queued', 'running', 'done'] });
});

test('a report that failed, or whose job is gone, is not waited for', async () => {
  expect((await asked([{ state: 'failed', has_page: false }])).found).toBeUndefined();
  expect((await asked([404])).found).toBeUndefined();
});

test('the page of a report is asked for with what is left out of it', () => {
  const job = { id: 'a' } as Job;
  expect(pageOf(job)).toBe('/api/v1/jobs/a/page');
  expect(pageOf(job, ['equity', 'why'])).toBe('/api/v1/jobs/a/page?leave_out=equity&leave_out=why');
});
