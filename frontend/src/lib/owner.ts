import { store, stored } from './stored';

export const OWNER = 'X-Copark-Owner';
const SHAPE = /^[A-Za-z0-9_-]{22,64}$/;
/** 192 bits: 32 letters of base64url, without padding. */
const BYTES = 24;
let word: string | null = null;

function made(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_');
}

/** The word that parks, jobs, results and saved scenarios of this browser belong to. Where it cannot be kept, it lasts as long as the page. */
export function owner(): string {
  const kept = stored('owner');
  if (kept !== null && SHAPE.test(kept)) word = kept;
  else store('owner', (word ??= made()));
  return word as string;
}

/** Whether a path names what belongs to somebody, or something for which people take turns: only there the word is sent. */
export function isOwned(path: string): boolean {
  return /^(scenarios|jobs|cases|links|simulate|compare|coupling|export|reproduce|analyses|decisions|method|evidence)(?![\w-])/.test(path);
}

/** Whether a case is one that somebody uploaded: it is there for its owner alone. */
export function isOwnPark(name: string): boolean {
  return /^u-[0-9a-f]{32}$/.test(name);
}
