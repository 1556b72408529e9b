import type { AnalysisInfo, FieldInfo, Head, RenderedCell as Cell, RenderedTable as Table, ResultInfo } from './api-types';

export const FORMATS = ['html', 'xlsx', 'csv', 'docx', 'pdf', 'pptx', 'json'] as const;

/** Rows by group, each under its head; all under an empty head where there are no groups. */
export function partsOf({ groups, rows }: Table): { title: string; rows: Cell[][] }[] {
  let at = 0;
  return (groups.length ? groups : [{ title: '', rows: rows.length }]).map((group) => ({
    title: group.title,
    rows: rows.slice(at, (at += group.rows)),
  }));
}

/** How a column is set: numbers flush right, quarters unbroken, sentences with room. */
export function lookOf({ numeric, kind }: Head): '' | 'n' | 'd' | 'w' {
  return numeric ? 'n' : kind === 'quarter' ? 'd' : kind === 'note' ? 'w' : '';
}

/** Analyses under the heads of their groups, both in the order of the menu. */
export function grouped(analyses: AnalysisInfo[]): AnalysisInfo[][] {
  const names = [...new Set(analyses.map(({ group }) => group))];
  return names.map((name) => analyses.filter(({ group }) => group === name));
}

/** Parameters of a stored result that are not the usual ones, but the park. */
export function unusual(form: FieldInfo[], { params }: ResultInfo): { field: FieldInfo; value: unknown }[] {
  return form
    .map((field) => ({ field, value: params[field.name] }))
    .filter(({ field, value }) => field.type !== 'case' && value !== undefined && JSON.stringify(value) !== JSON.stringify(field.default));
}

/** What is shown unasked: the newest result with the usual settings, else the newest; results come newest first. */
export function newest(form: FieldInfo[], results: ResultInfo[]): ResultInfo | undefined {
  return results.find((one) => !unusual(form, one).length) ?? results[0];
}
