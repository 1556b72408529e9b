import { isOwned, owner, OWNER } from './owner';
import type { Lang, ProblemInfo } from './types';

const PREFIX = '/api/v1/';
/** Seconds a busy server is waited for by itself, and how often a question is asked in all. */
const SOON = 15;
const TRIES = 3;

/** A refusal of the server, with its cause and repair in both languages; or, without them, that it was not reached. */
export class Refused extends Error {
  constructor(readonly problem: ProblemInfo | null) {
    super(problem?.code ?? 'unreachable');
  }
}

async function told(response: Response): Promise<Refused> {
  try {
    return new Refused((await response.json()) as ProblemInfo);
  } catch {
    return new Refused(null);
  }
}

async function reached(path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  if (isOwned(path)) headers.set(OWNER, owner());
  try {
    return await fetch(PREFIX + path, { ...init, headers });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Refused(null);
  }
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await reached(path, { signal: signal ?? null });
  if (!response.ok) throw await told(response);
  return (await response.json()) as T;
}

/** A pause that ends at once, as a request would, when it is not wanted any more. */
function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => { clearTimeout(timer); reject(new DOMException('', 'AbortError')); };
    const timer = setTimeout(() => { signal?.removeEventListener('abort', stop); resolve(); }, 1000 * seconds);
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Ask; where the server is busy and says that it will not be for long, ask again then. */
async function sent(method: 'POST' | 'PUT', path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    const response = await reached(path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: signal ?? null,
    });
    const seconds = Number(response.headers.get('retry-after'));
    const soon = (response.status === 429 || response.status === 503) && seconds > 0 && seconds <= SOON;
    if (!soon || tries >= TRIES) return response;
    await pause(seconds, signal);
  }
}

export async function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const response = await sent('POST', path, body, signal);
  if (!response.ok) throw await told(response);
  return (await response.json()) as T;
}

export async function put(path: string, body: unknown): Promise<void> {
  const response = await sent('PUT', path, body);
  if (!response.ok) throw await told(response);
}

export async function remove(path: string): Promise<void> {
  const response = await reached(path, { method: 'DELETE' });
  if (!response.ok) throw await told(response);
}

/** Send a file; its kind follows from its name. */
export async function upload<T>(path: string, file: File): Promise<T> {
  const kind = file.name.toLowerCase().endsWith('.xlsx')
    ? 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
    : 'application/zip';
  const response = await reached(path, { method: 'POST', headers: { 'content-type': kind }, body: file });
  if (!response.ok) throw await told(response);
  return (await response.json()) as T;
}

/** A file that is given or made for a question. */
export async function bytes(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Uint8Array<ArrayBuffer>> {
  const response = method === 'GET' ? await reached(path, {}) : await sent(method, path, body);
  if (!response.ok) throw await told(response);
  return new Uint8Array(await response.arrayBuffer());
}

/** A file of the page itself, where it is there. */
export async function fetched(path: string): Promise<Response> {
  const response = await fetch(path);
  if (!response.ok || response.status === 204) throw new Refused(null);
  return response;
}

export async function text(path: string): Promise<string> {
  const response = await reached(path, {});
  if (!response.ok) throw await told(response);
  return response.text();
}

export function address(path: string, query: Record<string, string | number> = {}): string {
  const words = new URLSearchParams(Object.entries(query).map(([key, value]) => [key, String(value)]));
  return PREFIX + path + (words.size ? `?${words}` : '');
}

export function exported(identity: string, form: string, lang: Lang): string {
  return address(`export/${identity}.${form}`, { lang });
}

/** An address that a browser may follow for a minute without the owner's word: with a download it can send no header. */
export async function linked(to: string): Promise<string> {
  const [path, query] = to.split('?');
  const found = await post<{ address: string }>('links', { path });
  return query ? `${found.address}&${query}` : found.address;
}
