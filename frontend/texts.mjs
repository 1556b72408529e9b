// Words of the page by language, from the one dictionary: `npm run texts`, and before whatever needs them.
import { readFileSync, writeFileSync } from 'node:fs';

import { load } from 'js-yaml';

const FROM = new URL('../src/copark/texts/page.yaml', import.meta.url);
const HEAD = '// Made by `npm run texts` from src/copark/texts/page.yaml. Not to be edited.\n';

const said = Object.entries(load(readFileSync(FROM, 'utf8')));
for (const lang of ['en', 'zh']) {
  const to = new URL(`src/texts/${lang}.ts`, import.meta.url);
  const words = Object.fromEntries(said.map(([key, both]) => [key, both[lang]]));
  const made = `${HEAD}export default ${JSON.stringify(words, null, 2)};\n`;
  let there = '';
  try { there = readFileSync(to, 'utf8'); } catch { /* the first time */ }
  // A file that is written anew is newer than the page that was built of it.
  if (made !== there) writeFileSync(to, made);
}
