import { beforeEach, describe, expect, it, vi } from 'vitest';

import { isOwned, OWNER } from '../src/lib/owner';

function storage(refused = false): Map<string, string> {
  const kept = new Map<string, string>();
  const refuse = (): never => { throw new DOMException('no', 'SecurityError'); };
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => (refused ? refuse() : (kept.get(key) ?? null)),
    setItem: (key: string, value: string) => (refused ? refuse() : kept.set(key, value)),
  });
  return kept;
}

/** The module as a page has it that was just opened. */
async function opened(): Promise<() => string> {
  vi.resetModules();
  return (await import('../src/lib/owner')).owner;
}

describe('the word of an owner', () => {
  beforeEach(() => vi.unstubAllGlobals());

  it('is long, of the letters the server takes, and another one for every browser', async () => {
    const words = new Set<string>();
    for (let n = 0; n < 50; n += 1) {
      storage();
      const word = (await opened())();
      expect(word).toMatch(/^[A-Za-z0-9_-]{32}$/);
      words.add(word);
    }
    expect(words.size).toBe(50);
  });

  it('comes from the random numbers of the browser, all of them', async () => {
    storage();
    vi.stubGlobal('crypto', { getRandomValues: (bytes: Uint8Array) => bytes.map((_, n) => 255 - n) });
    const word = (await opened())();
    expect([...Buffer.from(word, 'base64url')]).toEqual(Array.from({ length: 24 }, (_, n) => 255 - n));
  });

  it('is kept from page to page, and is that of another tab which was first', async () => {
    const kept = storage();
    const first = await opened();
    const word = first();
    expect(kept.get('copark.owner')).toBe(word);
    expect((await opened())()).toBe(word);
    const other = 'o'.repeat(32);
    kept.set('copark.owner', other);
    expect(first()).toBe(other);
  });

  it('is made anew where what is kept is no such word', async () => {
    const kept = storage();
    kept.set('copark.owner', 'short');
    const word = (await opened())();
    expect(word).toHaveLength(32);
    expect(kept.get('copark.owner')).toBe(word);
  });

  it('lasts as long as the page where nothing may be kept', async () => {
    storage(true);
    const owner = await opened();
    expect(owner()).toBe(owner());
    expect((await opened())()).not.toBe(owner());
  });

  it('is sent by every method where something belongs to somebody, and nowhere else', async () => {
    storage();
    vi.resetModules();
    const asked: [string, string | null][] = [];
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
      asked.push([`${init.method ?? 'GET'} ${url}`, new Headers(init.headers).get(OWNER)]);
      return Promise.resolve(new Response('{}'));
    });
    const { get, post, put, remove } = await import('../src/lib/api');
    const word = (await import('../src/lib/owner')).owner();
    await get('scenarios'); await put('scenarios/a', {}); await remove('scenarios/a');
    await get('evidence?case=u-1'); await get('analyses/levers/1'); await get('decisions?case=u-1');
    await get('jobs'); await post('jobs', {}); await post('jobs/analyses', {}); await remove('jobs/1');
    expect(asked.map(([, sent]) => sent)).toEqual(asked.map(() => word));
    asked.length = 0;
    await get('parks'); await get('studies');
    expect(asked.map(([, sent]) => sent)).toEqual([null, null]);
  });

  it('is sent for a link, which then works without it and keeps what was asked', async () => {
    storage();
    vi.resetModules();
    const bodies: unknown[] = [];
    vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
      bodies.push([new Headers(init.headers).get(OWNER) !== null, JSON.parse(String(init.body))]);
      return Promise.resolve(new Response(JSON.stringify({ address: '/api/v1/export/a.csv?link=1.a.b', seconds: 60 })));
    });
    const { linked } = await import('../src/lib/api');
    expect(await linked('/api/v1/export/a.csv?lang=zh')).toBe('/api/v1/export/a.csv?link=1.a.b&lang=zh');
    expect(bodies).toEqual([[true, { path: '/api/v1/export/a.csv' }]]);
  });

  it('goes with paths by their first part', () => {
    expect(['scenarios', 'scenarios/x', 'jobs', 'jobs/analyses', 'cases', 'cases/u-1', 'simulate', 'compare', 'coupling', 'export/jobs.csv', 'links'].every(isOwned)).toBe(true);
    expect(['jobsearch', 'parks/jobs', 'report', 'case-template.zip', 'methods'].some(isOwned)).toBe(false);
  });
});
