// Types of the answers that the page reads, from the API's description: `npm run types [address or file] [output]`.
import { readFile, writeFile } from 'node:fs/promises';

import openapiTS, { astToString } from 'openapi-typescript';

const ANSWERS = [
  'AnalysesAnswer', 'CaseAnswer', 'Cases', 'ChoicesAnswer', 'CouplingAnswer', 'DecisionAnswer', 'EvidenceAnswer', 'Jobs', 'MethodAnswer', 'NetworkAnswer',
  'Page', 'ParksAnswer', 'ProblemInfo', 'ReproductionAnswer', 'ResultsAnswer', 'ScenarioList', 'SimulationAnswer', 'Studies', 'UploadAnswer',
];
const HEAD = '// Made by `npm run types` from the description of a running server. Not to be edited.\n\n';
const [from = 'http://127.0.0.1:8765/api/v1/openapi.json', to = 'src/lib/api-types.ts'] = process.argv.slice(2);

const described = from.startsWith('http') ? await (await fetch(from)).json() : JSON.parse(await readFile(from, 'utf8'));
const { schemas } = described.components;
const kept = {};
function keep(name) {
  if (name in kept) return;
  kept[name] = schemas[name];
  for (const [, other] of JSON.stringify(schemas[name]).matchAll(/#\/components\/schemas\/(\w+)/g)) keep(other);
}
ANSWERS.forEach(keep);
// Every answer is whole: what has a usual value is told, too. What a field means stands in the API's description.
for (const one of Object.values(kept)) {
  delete one.description;
  for (const field of Object.values(one.properties ?? {})) for (const words of ['title', 'description', 'default']) delete field[words];
  if (one.properties) one.required = Object.keys(one.properties);
}
const sorted = Object.fromEntries(Object.entries(kept).sort(([one], [other]) => (one < other ? -1 : 1)));
const nodes = await openapiTS(
  { openapi: '3.1.0', info: { title: '', version: '' }, paths: {}, components: { schemas: sorted } },
  { rootTypes: true, rootTypesNoSchemaPrefix: true },
);
await writeFile(to, HEAD + astToString(nodes));
