// The page that sets parks side by side: which are shown, and two live briefs beside each other.
'use strict';
{
  const choose = document.querySelector('[data-choose]');
  const boxes = [...choose.querySelectorAll('input')];
  const told = choose.querySelector('[data-shown]');
  const rows = [...document.querySelectorAll('[data-park]')];

  const show = () => {
    const shown = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    for (const row of rows) row.hidden = !shown.has(row.dataset.park);
    const isWhole = shown.size === boxes.length;
    told.textContent = `(${shown.size} / ${boxes.length})`;
    try {
      history.replaceState(null, '', isWhole ? location.pathname + location.search : `#parks=${[...shown].map(encodeURIComponent).join(',')}`);
    } catch { /* some viewers of files allow no address of one's own */ }
  };
  const set = (isShown) => {
    for (const box of boxes) box.checked = isShown(box.value);
    show();
  };
  const asked = /^#parks=(.*)$/.exec(location.hash)?.[1];
  if (asked !== undefined) {
    const names = asked.split(',').map(decodeURIComponent);
    set((name) => names.includes(name));
  }
  told.textContent ||= `(${boxes.length} / ${boxes.length})`;
  choose.hidden = false;
  choose.addEventListener('change', show);
  choose.addEventListener('submit', (event) => event.preventDefault());
  choose.querySelector('[data-all]').addEventListener('click', () => set(() => true));
  choose.querySelector('[data-none]').addEventListener('click', () => set(() => false));

  const pair = document.querySelector('[data-pair]');
  const frames = document.querySelector('[data-frames]');
  pair.hidden = false;
  pair.addEventListener('submit', (event) => {
    event.preventDefault();
    frames.replaceChildren(...[...pair.querySelectorAll('select')].map((select, side) => Object.assign(document.createElement('iframe'), {
      name: `copark-beside-${side}`,
      src: select.value,
      title: `${frames.dataset.title} ${select.selectedOptions[0]?.textContent ?? ''}`,
    })));
  });
}
