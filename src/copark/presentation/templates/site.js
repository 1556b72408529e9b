// Every page of a static site. From a disk nothing is asked for; from a server the site may be installed and read offline.
'use strict';
{
  const { root, lang } = document.currentScript.dataset;

  // What is chosen stands behind the address, and goes along into the other language.
  for (const link of document.querySelectorAll('a[data-twin]')) {
    link.addEventListener('click', () => {
      link.href = link.href.replace(/#.*$/, '') + location.hash;
    });
  }
  if (window.name.startsWith('copark-beside')) document.body.classList.add('framed');

  const isServed = /^https?:$/.test(location.protocol);
  if (isServed) {
    document.head.append(Object.assign(document.createElement('link'), { rel: 'manifest', href: `${root}${lang}/app.webmanifest` }));
  }
  if (isServed && 'serviceWorker' in navigator) {
    const address = new URL(`${root}service-worker.js`, location.href);
    navigator.serviceWorker.register(address, { scope: new URL(root || './', location.href) }).catch(() => {});
    const told = document.querySelector('[data-install]');
    const keep = document.querySelector('[data-keep]');
    if (told) told.hidden = false;
    if (keep) {
      keep.hidden = false;
      const said = document.querySelector('[data-keep-said]');
      navigator.serviceWorker.addEventListener('message', ({ data }) => {
        if (data.kept === undefined || !said) return;
        said.textContent = data.kept < data.all ? `${keep.dataset.keeping} ${data.kept} / ${data.all}` : keep.dataset.kept;
      });
      keep.addEventListener('click', async () => {
        keep.disabled = true;
        (await navigator.serviceWorker.ready).active?.postMessage('keep');
      });
    }
  }
}
