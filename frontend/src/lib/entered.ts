/** A number as it is used, and what to say where that is not what was typed. */
export interface Entered {
  value: number;
  note: 'too_low' | 'too_high' | 'not_whole' | 'not_number' | null;
}

/** What is used of what was typed into a box: the nearest number that is possible, or the one before where it is none. */
export function entered(text: string, low: number, high: number, before: number, isWhole = false): Entered {
  const wanted = Number(text);
  if (text.trim() === '' || !Number.isFinite(wanted)) return { value: before, note: 'not_number' };
  if (wanted < low) return { value: low, note: 'too_low' };
  if (wanted > high) return { value: high, note: 'too_high' };
  if (isWhole && !Number.isInteger(wanted)) return { value: Math.round(wanted), note: 'not_whole' };
  return { value: wanted, note: null };
}
