// The site as an app that works offline. What the site is made of is named below when it is built; nothing of another
// host is asked for or kept.
'use strict';
const VERSION = '@VERSION@';
const PAGES = @PAGES@;
const DOCUMENTATION = @DOCUMENTATION@;
const NAME = `copark-${new URL(self.registration.scope).pathname}`;
const NOW = `${NAME}-${VERSION}`;
const AT_ONCE = 6;

const keep = async (files, tell) => {
  const cache = await caches.open(NOW);
  const waiting = [...files];
  let kept = 0;
  const next = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const address = new URL(file, self.registration.scope);
      if (!(await cache.match(address))) await cache.add(new Request(address, { cache: 'no-cache' }));
      kept += 1;
      tell?.(kept, files.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
};

self.addEventListener('install', (event) => event.waitUntil(keep(PAGES).then(() => self.skipWaiting())));

self.addEventListener('activate', (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) {
    if (name.startsWith(`${NAME}-`) && name !== NOW) await caches.delete(name);
  }
  await self.clients.claim();
})()));

self.addEventListener('message', (event) => {
  if (event.data !== 'keep') return;
  event.waitUntil(keep(DOCUMENTATION, (kept, all) => event.source?.postMessage({ kept, all })).catch(() => {}));
});

// What is kept is given at once; what is not (the documentation, until it is asked for) is fetched and kept.
self.addEventListener('fetch', (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== 'GET' || address.origin !== self.location.origin) return;
  event.respondWith((async () => {
    const cache = await caches.open(NOW);
    const wanted = address.pathname.endsWith('/') ? new URL('index.html', address) : address;
    const kept = await cache.match(wanted, { ignoreSearch: true });
    if (kept) return kept;
    const found = await fetch(event.request);
    if (found.ok && found.type === 'basic') await cache.put(wanted, found.clone());
    return found;
  })());
});
