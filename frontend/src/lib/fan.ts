import { nice, polygons } from './bands';
import { FONT, type Palette } from './chart';
import { axis, isCounted, quantity, shown } from './numbers';
import { bounded } from './record';
import type { Lang, Numbers, ObservedPoint } from './types';

export interface FanData {
  quarters: string[];
  bands: Numbers[];
  /** Bands of the baseline, drawn as an outline; empty for none. */
  outline: Numbers[];
  samples: Numbers[];
  observed: ObservedPoint[];
  today: string | null;
  /** A quarter pointed at elsewhere on the page. */
  selected: string | null;
  range: [number, number];
  unit: string;
  labels: Labels;
  /** What the outline is, where it is not the baseline. */
  outlined?: string;
  zero?: boolean;
  /** Without a box of values at the crosshair. */
  wordless?: boolean;
  /** Drawn large: with words beside the lines. */
  enlarged?: boolean;
}

export interface Labels {
  median: string;
  most: string;
  observed: string;
  baseline: string;
  ends: string;
}

interface Shape {
  coord: (point: [number | string, number]) => [number, number];
}

type Drawn = Record<string, unknown>;

function band(name: string, low: Numbers, high: Numbers, fill: string, opacity: number, z: number): Drawn {
  const parts = polygons(low, high);
  return {
    type: 'custom', name, silent: true, z, clip: true, data: parts.map((_, n) => n), tooltip: { show: false },
    encode: { x: -1, y: -1 },
    renderItem: (params: { dataIndex: number }, api: Shape) => ({
      type: 'polygon',
      shape: { points: (parts[params.dataIndex] ?? []).map((point) => api.coord(point)) },
      style: { fill, opacity },
    }),
  };
}

interface End {
  row: Numbers;
  words: string;
  color: string;
  distance?: number;
}

/** Words at the right ends of rows of numbers. They are marks of their own: the labels that lines have stay where they were when the chart is resized. */
function ends(quarters: string[], found: End[]): Drawn {
  return {
    type: 'scatter', name: 'ends', silent: true, z: 6, symbolSize: 1, itemStyle: { color: 'transparent' }, tooltip: { show: false },
    data: found.filter(({ row }) => (row.at(-1) ?? null) !== null).map(({ row, words, color, distance = 4 }) => ({
      value: [quarters[row.length - 1], row.at(-1)],
      label: { show: true, position: 'right', formatter: words, color, fontSize: 12, fontFamily: FONT, distance },
    })),
  };
}

const SIZE = 10;
/** Marks of observations: a bound is a bar with an arrow to where the value may lie, what is about so much a diamond. */
const SYMBOLS: Record<string, Drawn> = {
  exact: { symbol: 'circle', symbolSize: 6 },
  about: { symbol: 'diamond', symbolSize: 9 },
  'at-least': { symbol: 'path://M0,10L10,10M5,10L5,0M2,3L5,0L8,3', symbolSize: SIZE, symbolOffset: [0, -SIZE / 2] },
  'at-most': { symbol: 'path://M0,0L10,0M5,0L5,10M2,7L5,10L8,7', symbolSize: SIZE, symbolOffset: [0, SIZE / 2] },
};

/** Observations as marks; what is not used is hollow, or faint where a mark has no inside. */
function observations(points: ObservedPoint[], paint: Palette): Drawn[] {
  const stroked = (one: ObservedPoint): Drawn => ({ color: 'transparent', borderColor: paint.ink, borderWidth: 1.5, opacity: one.use ? 1 : 0.5 });
  const filled = (one: ObservedPoint): Drawn => (one.use ? { color: paint.ink } : { color: paint.paper, borderColor: paint.ink, borderWidth: 1 });
  const ranges = points.filter((one) => one.bound === 'range' && one.high !== null);
  return [
    {
      type: 'scatter', name: 'observed', z: 6, cursor: 'pointer',
      data: points.filter((one) => !ranges.includes(one)).map((one) => ({
        value: [one.quarter, one.value], point: one, ...(SYMBOLS[one.bound] ?? SYMBOLS.exact),
        itemStyle: one.bound.startsWith('at-') ? stroked(one) : filled(one),
      })),
    },
    {
      type: 'custom', name: 'ranges', z: 6, clip: true, cursor: 'pointer', tooltip: { show: false },
      data: ranges.map((one) => ({ value: [one.quarter, one.value, one.high], point: one })),
      encode: { x: 0, y: [1, 2] },
      renderItem: (params: { dataIndex: number }, api: Shape) => {
        const one = ranges[params.dataIndex];
        if (!one) return null;
        const [x, low] = api.coord([one.quarter, one.value]);
        const [, high] = api.coord([one.quarter, one.high ?? one.value]);
        return {
          type: 'path', style: { fill: 'none', stroke: paint.ink, lineWidth: 1.5, opacity: one.use ? 1 : 0.5 },
          shape: { pathData: `M${x - 4},${low}L${x + 4},${low}M${x},${low}L${x},${high}M${x - 4},${high}L${x + 4},${high}` },
        };
      },
    },
  ];
}

function line(name: string, data: Numbers, color: string, more: Drawn = {}): Drawn {
  return {
    type: 'line', name, data, showSymbol: false, silent: true, animation: false,
    lineStyle: { color, width: 1, ...(more.lineStyle as Drawn | undefined) }, itemStyle: { color },
    z: (more.z as number | undefined) ?? 3,
  };
}

/** The drawing of a fan: outer and inner band, median, record, the baseline's outline, the end of the record. */
export function fan(data: FanData, paint: Palette, lang: Lang): Drawn {
  const [p5 = [], p25 = [], p50 = [], p75 = [], p95 = []] = data.bands;
  const [b5 = [], , b50 = [], , b95 = []] = data.outline;
  const large = data.enlarged === true;
  const dashed = { lineStyle: { type: [4, 3], width: 1 }, z: 4 };
  const used = data.observed.filter((one) => data.quarters.includes(one.quarter));
  const marks = [
    ...(data.today !== null && data.quarters.includes(data.today) ? [{ xAxis: data.today, lineStyle: { color: paint.cut, type: [2, 3] }, label: { show: large, formatter: data.labels.ends, color: paint.cut, fontSize: 12, fontFamily: FONT, position: 'end', distance: 4 } }] : []),
    ...(data.selected ? [{ xAxis: data.selected, lineStyle: { color: paint.mark, type: 'solid', width: 1.5 }, label: { show: false } }] : []),
  ];
  return {
    animation: false,
    textStyle: { fontFamily: FONT },
    grid: { left: 44, right: large ? 76 : 12, top: large ? 26 : 10, bottom: 22 },
    xAxis: {
      type: 'category', data: data.quarters, boundaryGap: false,
      axisLine: { lineStyle: { color: paint.line }, onZero: false }, axisTick: { show: false },
      axisLabel: {
        color: paint.soft, fontSize: 12, fontFamily: FONT, hideOverlap: true,
        interval: (_: number, label: string) => label.endsWith('Q1') && Number(label.slice(0, 4)) % 5 === 0,
        formatter: (label: string) => label.slice(0, 4),
      },
    },
    yAxis: {
      type: 'value', min: data.range[0], max: data.range[1], interval: nice((data.range[1] - data.range[0]) / 4),
      axisLabel: { color: paint.soft, fontSize: 12, fontFamily: FONT, formatter: (value: number) => axis(value, lang) },
      splitLine: { lineStyle: { color: paint.line, width: 0.7 } },
    },
    tooltip: {
      trigger: 'axis', confine: true, showContent: data.wordless !== true, backgroundColor: paint.paper, borderColor: paint.line, padding: 8,
      textStyle: { color: paint.ink, fontSize: 12, fontFamily: FONT },
      axisPointer: { type: 'line', lineStyle: { color: paint.soft, width: 1 } },
      formatter: (items: { dataIndex: number }[]) => {
        const n = items[0]?.dataIndex;
        const quarter = n === undefined ? undefined : data.quarters[n];
        if (n === undefined || quarter === undefined) return '';
        const counted = isCounted(data.unit, lang);
        const number = (row: Numbers): string => (counted ? quantity(row[n], data.unit, lang, data.zero) : shown(row[n] ?? null, lang, data.zero));
        const rows = [
          `<b>${quarter}</b>`,
          `${data.labels.median} ${number(p50)}${counted ? '' : ` ${data.unit}`}`,
          `${data.labels.most} ${number(p5)} – ${number(p95)}`,
        ];
        if (b50.length) rows.push(`${data.outlined ?? data.labels.baseline} ${number(b50)} (${number(b5)} – ${number(b95)})`);
        for (const one of used) {
          if (one.quarter === quarter) rows.push(`${data.labels.observed} ${bounded(one, (value) => shown(value, lang))}`);
        }
        return rows.join('<br>');
      },
    },
    series: [
      band('90', p5, p95, paint.blue, paint.outer, 1),
      band('50', p25, p75, paint.blue, paint.inner, 2),
      ...data.samples.map((row, n) => line(`run ${n}`, row, paint.blue, { lineStyle: { width: 0.6, opacity: 0.55 } })),
      ...(b50.length
        ? [line('b5', b5, paint.grey, dashed), line('b95', b95, paint.grey, dashed), line('b50', b50, paint.grey, { lineStyle: { width: 1.4 }, z: 4 })]
        : []),
      {
        ...line('median', p50, paint.blue, { lineStyle: { width: 2 }, z: 5 }),
        markLine: {
          silent: true, symbol: 'none', data: marks,
        },
      },
      ...(large ? [ends(data.quarters, [
        { row: p95, words: '95%', color: paint.soft }, { row: p50, words: data.labels.median, color: paint.blue }, { row: p5, words: '5%', color: paint.soft },
      ])] : []),
      ...observations(used, paint),
    ],
  };
}

export interface OverlayData {
  quarters: string[];
  arms: { title: string; bands: Numbers[] }[];
  range: [number, number];
  today: string;
  labels: Labels;
}

/** Medians of several arms, each with the outline of its band of 90 %. */
export function overlay(data: OverlayData, paint: Palette, lang: Lang): Drawn {
  const base = fan(
    { quarters: data.quarters, bands: [], outline: [], samples: [], observed: [], today: data.today, selected: null, range: data.range, unit: '', labels: data.labels, enlarged: true },
    paint, lang,
  );
  const types = ['solid', [8, 3], [3, 3], [10, 3, 2, 3]];
  return {
    ...base,
    tooltip: {
      ...(base.tooltip as Drawn),
      formatter: (items: { dataIndex: number }[]) => {
        const n = items[0]?.dataIndex ?? 0;
        return [`<b>${data.quarters[n] ?? ''}</b>`, ...data.arms.map((arm, k) => `${k + 1}: ${shown(arm.bands[2]?.[n] ?? null, lang)} (${shown(arm.bands[0]?.[n] ?? null, lang)} – ${shown(arm.bands[4]?.[n] ?? null, lang)})`)].join('<br>');
      },
    },
    series: [
      ...(base.series as Drawn[]).filter((one) => one.name === 'median'),
      ...data.arms.flatMap((arm, n) => {
        const color = paint.arms[n] ?? paint.ink;
        const type = types[n] as string;
        return [
          band(`${n} band`, arm.bands[0] ?? [], arm.bands[4] ?? [], color, 0.07, 1),
          line(`${n} low`, arm.bands[0] ?? [], color, { lineStyle: { width: 0.8, type, opacity: 0.8 } }),
          line(`${n} high`, arm.bands[4] ?? [], color, { lineStyle: { width: 0.8, type, opacity: 0.8 } }),
          line(`${n}`, arm.bands[2] ?? [], color, { lineStyle: { width: 2.2, type }, z: 5 }),
        ];
      }),
      ends(data.quarters, data.arms.map((arm, n) => ({ row: arm.bands[2] ?? [], words: String(n + 1), color: paint.arms[n] ?? paint.ink, distance: 6 + 14 * n }))),
    ],
  };
}
