// Put into the page before anything else: notes when a lever is moved, when its answer comes, and when it is painted.
// A preview is made in the browser and asks nobody: it is noted when it is drawn.
// Painted: the line of status holds the new identity, the charts were drawn anew, and two frames have begun since.
(() => {
  const notes = [];
  let pending = null;
  let drawn = 0;
  const shown = () => document.querySelector('.status')?.textContent?.match(/[0-9a-f]{16}/)?.[0] ?? '';
  const plots = () => [...document.querySelectorAll('.plot[data-painted]')].reduce((sum, one) => sum + Number(one.dataset.painted), 0);

  let previews = 0;
  const frames = (done) => requestAnimationFrame(() => requestAnimationFrame(done));

  function previewed() {
    const { drawings = '0', preview } = document.querySelector('.simulate')?.dataset ?? {};
    if (Number(drawings) === previews) return;
    previews = Number(drawings);
    drawn = plots();
    const released = notes.findLast((one) => one.kind === 'change' && one.painted === undefined);
    const [kind, at] = pending ? [pending.kind, pending.at] : ['change', released?.at];
    if (at === undefined) return;
    pending = null;
    const note = { kind: `${kind} preview`, at, runs: Number(preview), asked: at, answered: performance.now() };
    notes.push(note);
    frames(() => { note.painted = performance.now(); });
  }

  function look() {
    previewed();
    const identity = shown();
    const count = plots();
    if (!identity || count === drawn) return;
    drawn = count;
    frames(() => {
      const now = performance.now();
      for (const note of notes) if (note.identity === identity && note.painted === undefined) note.painted = now;
      if (window.firstPainted === undefined) window.firstPainted = now;
    });
  }

  function moved(kind) {
    return (event) => {
      if (event.target?.type !== 'range') return;
      if (kind === 'change' && pending?.kind === 'input') pending = null;
      pending = { kind, at: performance.now() };
    };
  }
  addEventListener('input', moved('input'), true);
  addEventListener('change', moved('change'), true);

  const ask = window.fetch;
  window.fetch = async (path, init) => {
    const mine = String(path).endsWith('/simulate') && !String(init?.body).includes('"why":"') ? pending : null;
    if (!mine) return ask(path, init);
    pending = null;
    const note = { kind: mine.kind, at: mine.at, runs: JSON.parse(init.body).runs, asked: performance.now() };
    notes.push(note);
    try {
      const response = await ask(path, init);
      note.answered = performance.now();
      note.status = response.status;
      note.memory = response.headers.get('x-copark-memory');
      note.identity = response.headers.get('x-copark-identity');
      return response;
    } catch (error) {
      note.lost = String(error);
      throw error;
    }
  };
  window.benchNotes = notes;
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['data-painted', 'data-drawings'] });
})();
