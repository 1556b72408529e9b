import { describe, expect, it } from 'vitest';

import { sectionsOf } from '../src/lib/sections';

const report = `<!doctype html><nav aria-label="Contents"><ol>
  <li><a href="#summary">Summary</a></li>
  <li><a href="#equity">Land &amp; shares</a></li>
  <li><a href="#limits">Limits</a></li>
</ol></nav>
<section id="summary"><p style="width: 3%">See <a href="#equity" class="x">the <b>shares</b></a>.</p></section>
<section id="equity"><section id="inner">within</section>gone</section>
<section id="limits">stays</section>`;

describe('a report', () => {
  it('names its sections', () => {
    expect(sectionsOf(report).map((one) => one.title)).toEqual(['Summary', 'Land & shares', 'Limits']);
  });
});
