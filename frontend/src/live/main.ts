import { mount } from 'svelte';

import type { Lang } from '../lib/types';
import './live.css';
import Live from './Live.svelte';
import { bytesOf, parkOf } from './park';
import type { Words } from './words';
import LiveWorker from './worker?worker&inline';

const text = (id: string): string => document.getElementById(id)?.textContent ?? '';

/** Opens a live brief: the words stand already; levers and charts come where there is room for them. */
async function open(): Promise<void> {
  const began = performance.now();
  const opened: Lang = document.body.dataset.opened === 'zh' ? 'zh' : 'en';
  const words = JSON.parse(text('words')) as Words;
  const place = document.createElement('div');
  place.id = 'live';
  document.querySelector('[data-part="head"]')?.after(place);
  const module = bytesOf(text('kernel').trim()).buffer;
  const park = await parkOf(bytesOf(text('park').trim()));
  mount(Live, { target: place, props: { park, module, words, opened, began, makeWorker: () => new LiveWorker() } });
}

open().catch((reason: unknown) => {
  const words = JSON.parse(text('words')) as Words;
  const lang: Lang = document.documentElement.lang === 'zh-CN' ? 'zh' : 'en';
  const place = document.getElementById('live');
  if (place) place.innerHTML = '';
  const told = document.createElement('p');
  told.className = 'caveat';
  told.textContent = `${words['page.cannot']?.[lang] ?? ''} ${String(reason)}`;
  place?.append(told);
});
