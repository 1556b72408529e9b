import { describe, expect, it } from 'vitest';

import { flowPath, layout, pairs, wrapped, type Actor, type Net } from '../src/lib/network';

const said = (en: string): { en: string; zh: string } => ({ en, zh: en });
const actor = (key: string, layer: string, row: number, x: number): Actor => ({ key, layer, title: said('A name that is rather long for a label'), side: null, role: 'partner', x, row, weight: 0.5, spans: [], source: [] });
const net: Net = {
  layers: [{ key: 'global', title: said('Global') }, { key: 'park', title: said('Park') }],
  nodes: [actor('a', 'global', 0, 0.2), actor('b', 'global', 1, 0.5), actor('c', 'park', 0, 0.5)],
  edges: [],
  arrows: [
    { link: 'up', title: said('Up'), source_layer: 'park', target_layer: 'global', unit_title: said('') },
    { link: 'down', title: said('Down'), source_layer: 'global', target_layer: 'park', unit_title: said('') },
    { link: 'more', title: said('More'), source_layer: 'global', target_layer: 'park', unit_title: said('') },
  ],
};

describe('a label', () => {
  it('is broken between words and loses nothing', () => {
    expect(wrapped('Intergovernmental agreement on the park', 20)).toEqual(['Intergovernmental ', 'agreement on the ', 'park']);
    expect(wrapped('中白工业园政府间协定', 10)).toEqual(['中白工业园', '政府间协定']);
  });
});

describe('the network', () => {
  it('gives each row the height its labels need, inside its layer', () => {
    const drawn = layout(net, (one) => one.en);
    const [a, b, c] = ['a', 'b', 'c'].map((key) => drawn.places.get(key)!);
    expect(b!.y - a!.y).toBeGreaterThan(a!.r + b!.r + 14 * a!.lines.length);
    const [global, park] = drawn.layers;
    expect(b!.y + b!.r + 14 * b!.lines.length).toBeLessThan(global!.top + global!.height);
    expect(c!.y).toBeGreaterThan(park!.top);
    expect(drawn.height).toBe(park!.top + park!.height);
  });

  it('gathers arrows by the scales they join, those that go down first', () => {
    expect(pairs(net).map((one) => [one.key, one.arrows.length])).toEqual([['global-park', 2], ['park-global', 1]]);
  });

  it('draws a flow the wider the more it carries', () => {
    const drawn = layout(net, (one) => one.en);
    const pair = pairs(net)[0]!;
    const width = (weight: number): number => {
      const xs = [...flowPath(drawn, pair, 0, weight).matchAll(/[ML]([\d.]+),/g)].map((one) => Number(one[1]));
      return Math.max(...xs) - Math.min(...xs);
    };
    expect(width(1)).toBeGreaterThan(width(0.2));
  });
});
