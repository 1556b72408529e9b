import { flushSync, mount, unmount } from 'svelte';

import FanDrawing from '../parts/FanDrawing.svelte';
import type { Drawing } from './fan';
import type { Lang } from './types';

// As a picture a chart is large enough for a slide, and says what on the page stands beside it.
const [WIDE, TALL] = [760, 420];

/** A chart as SVG that stands by itself, for a file or another page. */
export async function drawnAside(drawing: Drawing, width: number, height: number, lang: Lang): Promise<string> {
  const { standalone } = await import('./picture');
  // What style sheets say of it is known only where it stands on a page.
  const frame = document.createElement('div');
  Object.assign(frame.style, { position: 'absolute', left: '-300rem' });
  document.body.append(frame);
  const made = mount(FanDrawing, { target: frame, props: { drawing, width: Math.max(WIDE, width), height: Math.max(TALL, height), lang } });
  flushSync();
  try {
    return standalone(frame.querySelector('svg') as SVGSVGElement);
  } finally {
    void unmount(made);
    frame.remove();
  }
}
