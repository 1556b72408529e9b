import type { Lang } from './types';

const held = new Map<string, Intl.NumberFormat>();

function format(lang: Lang, digits: number, sign: boolean): Intl.NumberFormat {
  const key = `${lang}${digits}${sign}`;
  let found = held.get(key);
  if (!found) {
    found = new Intl.NumberFormat(lang === 'zh' ? 'zh-CN' : 'en-GB', {
      maximumFractionDigits: digits,
      signDisplay: sign ? 'exceptZero' : 'auto',
    });
    held.set(key, found);
  }
  return found;
}

/** A number to about three digits, with a true minus sign. */
export function shown(value: number | null | undefined, lang: Lang, sign = false): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  const digits = size >= 100 || size === 0 ? 0 : Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(size))));
  return format(lang, digits, sign).format(value).replace('-', '−');
}

const MILLIONS = '百万';
/** Millions below which an amount is told in single ones. */
const SMALL = 0.01;

/** Decimals that show a value with three significant figures, never more than four. */
const decimals = (value: number): number => (value === 0 ? 0 : Math.min(4, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))));

/** Whether Chinese counts amounts of this unit by 万 and 亿, as `presentation/numbers.py` does: 0.5 百万美元 is 50万美元. */
export const isCounted = (unit: string, lang: Lang): boolean => lang === 'zh' && unit.startsWith(MILLIONS);

/** An amount in millions as Chinese counts it, to three digits; the server writes the same (`_counted`). */
function counted(value: number, unit: string): string {
  const name = unit.slice(MILLIONS.length);
  if (value !== 0 && Math.abs(value) < SMALL) return `${(value * 1e6).toFixed(0).replace('-', '−')}${name}`;
  const rounded = Number(value.toFixed(decimals(value)));
  const large = Math.abs(rounded) >= 100;
  const scaled = large ? rounded / 100 : rounded * 100;
  const digits = String(Number(scaled.toFixed(large ? decimals(scaled) : 4)));
  const size = Number(digits) === 0 ? '0' : `${digits}${large ? '亿' : '万'}`;
  return `${size.replace('-', '−')}${name}`;
}

/** Titles of the units of things that are counted, which have no parts; the server writes the same (`WHOLE`). */
const WHOLE = new Set(['persons', 'companies', 'buildings', 'countries', 'delegations', '人', '家', '栋', '个国家', '个代表团']);

/** A value with its unit. */
export function quantity(value: number | null | undefined, unit: string, lang: Lang, sign = false): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  if (isCounted(unit, lang)) return `${sign && value > 0 ? '+' : ''}${counted(value, unit)}`;
  const number = shown(WHOLE.has(unit) ? evenly(value, 0) : value, lang, sign);
  return lang === 'zh' || !unit ? `${number}${unit}` : `${number} ${unit}`;
}

/** A number rounded as the server rounds it: a tie to the even neighbour (0.505 is 50%). */
export function evenly(value: number, digits: number): number {
  const scaled = value * 10 ** digits;
  const near = Math.round(scaled);
  return (Math.abs(scaled % 1) === 0.5 && near % 2 !== 0 ? near - 1 : near) / 10 ** digits;
}

/** A share as a percentage; small ones with a decimal, and what only rounds to 0 or 100 is said to be above or below. */
export function percent(share: number | null | undefined, decimals?: number): string {
  if (share === null || share === undefined || Number.isNaN(share)) return '–';
  const digits = decimals ?? (share > 0 && share < 0.05 ? 1 : 0);
  const rounded = evenly(100 * share, digits);
  if (share > 0 && rounded === 0) return `<${(10 ** -digits).toFixed(digits)}%`;
  if (share < 1 && rounded === 100) return `>${(100 - 10 ** -digits).toFixed(digits)}%`;
  return `${rounded.toFixed(digits)}%`.replace('-', '−');
}

/** Percentage points, with a sign. */
export function points(change: number | null | undefined, digits = 1): string {
  if (change === null || change === undefined || Number.isNaN(change)) return '–';
  const value = (100 * change).toFixed(digits);
  return (Number(value) > 0 ? `+${value}` : Number(value) ? value : value.replace('-', '')).replace('-', '−');
}

/** Short labels on axes: 1,500 and, from ten thousand on, 15k or 1.5万. */
export function axis(value: number, lang: Lang): string {
  const size = Math.abs(value);
  if (size >= 10_000) return lang === 'zh' ? `${shown(value / 10_000, lang)}万` : `${shown(value / 1000, lang)}k`;
  return shown(value, lang);
}

/** A moment by the clock of the reader. */
export const moment = (time: string, lang: Lang): string =>
  new Date(time).toLocaleString(lang === 'zh' ? 'zh-CN' : 'en-GB', { dateStyle: 'medium', timeStyle: 'short' });
