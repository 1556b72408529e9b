import type { Lang } from './types';

// Three-letter codes of the casebook as the two-letter codes that the browser has names for.
const CODES: Record<string, string> = {
  ARE: 'AE', BGD: 'BD', BLR: 'BY', CHN: 'CN', DJI: 'DJ', EGY: 'EG', ETH: 'ET', HUN: 'HU', IDN: 'ID', IND: 'IN', JPN: 'JP', KAZ: 'KZ', KHM: 'KH', KOR: 'KR',
  LAO: 'LA', MMR: 'MM', MUS: 'MU', MYS: 'MY', NGA: 'NG', OMN: 'OM', PAK: 'PK', PRK: 'KP', RUS: 'RU', SGP: 'SG', THA: 'TH', UZB: 'UZ', VNM: 'VN', ZMB: 'ZM',
  AUT: 'AT', CHE: 'CH', DEU: 'DE', FRA: 'FR', GBR: 'GB', ITA: 'IT', LTU: 'LT', POL: 'PL', TUR: 'TR', UKR: 'UA', USA: 'US',
};

/** A country's name; its code where there is none. */
export function country(code: unknown, lang: Lang): string {
  if (typeof code !== 'string' || !code) return '–';
  const short = CODES[code];
  if (!short) return code;
  return new Intl.DisplayNames([lang === 'zh' ? 'zh-CN' : 'en-GB'], { type: 'region' }).of(short) ?? code;
}
