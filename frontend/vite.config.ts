import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { Marked } from 'marked';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** The repository's documents as parts of a page: `import MODEL from '….md?html'`. Links within the repository are plain words. */
function documents(): Plugin {
  const LOWER = 2;
  const FOLD = /^\s*(?:<details><summary>[^<]*<\/summary>|<\/details>)\s*$/;
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }) {
        const level = Math.min(6, depth + LOWER);
        return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>`;
      },
      link({ href, tokens }) {
        const words = this.parser.parseInline(tokens);
        return /^https?:/.test(href) ? `<a href="${href}" target="_blank" rel="noreferrer external">${words}</a>` : words;
      },
      image: () => '',
      // Folds of long tables are kept; comments that mark numbers are not.
      html: ({ text }) => (FOLD.test(text) ? text : ''),
    },
  });
  return {
    name: 'documents',
    enforce: 'pre',
    transform(text, id) {
      if (!id.endsWith('.md?html')) return null;
      return { code: `export default ${JSON.stringify(marked.parse(text))};`, map: null };
    },
  };
}

/** Scripts and styles beside themselves as Brotli packs them: a quarter less on the way than gzip, and packed once. */
function packed(): Plugin {
  const LEAST = 1400;
  return {
    name: 'packed',
    apply: 'build',
    writeBundle({ dir = '.' }, bundle) {
      for (const file of Object.keys(bundle).filter((name) => /\.(js|css)$/.test(name))) {
        const source = readFileSync(join(dir, file));
        if (source.length >= LEAST) writeFileSync(join(dir, `${file}.br`), brotliCompressSync(source));
      }
    },
  };
}

const LICENCES = 'licenses.txt';

/** After the licences that Vite lists: what the licences of bundled packages want to go along, notices and licences of parts. */
function notices(): Plugin {
  const packages = new Set<string>();
  return {
    name: 'notices',
    apply: 'build',
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        for (const id of chunk.moduleIds) {
          const folder = /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1];
          if (folder) packages.add(folder);
        }
      }
    },
    writeBundle({ dir = '.' }) {
      for (const folder of [...packages].sort()) {
        const files = readdirSync(folder).filter((name) => /^notice/i.test(name));
        if (existsSync(join(folder, 'licenses'))) files.push(...readdirSync(join(folder, 'licenses')).map((name) => join('licenses', name)));
        for (const file of files) {
          const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
          appendFileSync(join(dir, LICENCES), `\n## ${name}: ${file}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`);
        }
      }
    },
  };
}

// The built page is served by the Python server under a policy that allows scripts and styles of its own origin only.
export default defineConfig({
  plugins: [documents(), svelte(), packed(), notices()],
  build: {
    outDir: '../src/copark/web/dist',
    emptyOutDir: true,
    license: { fileName: LICENCES },
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8765' } },
  test: { include: ['test/**/*.test.ts'], environment: 'node' },
});
