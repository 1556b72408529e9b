import { drawsOf, type View } from './url';

/** Runs whose draws the server packs at most (`web/content/packed.py`). */
const MOST_PACKED = 1000;

/** What the draws and the time of a packed park depend on, for an address and for a question. */
export const packedSettings = (view: View): Record<string, string | number> => ({ runs: Math.min(view.runs, MOST_PACKED), seed: view.seed, ...drawsOf(view) });

/** Tells packed parks apart: case, runs, seed and time. */
export const packedName = (view: View): string => JSON.stringify([view.case, packedSettings(view)]);
