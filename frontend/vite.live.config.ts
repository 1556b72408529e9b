import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// The script and the style of live briefs (`copark brief PARK --format live`): one file each, which Python puts into a page.
export default defineConfig({
  plugins: [svelte({ emitCss: true })],
  publicDir: false,
  worker: { format: 'iife' },
  build: {
    outDir: '../src/copark/browser/dist',
    emptyOutDir: false,
    target: 'es2022',
    modulePreload: false,
    cssCodeSplit: false,
    license: { fileName: 'licenses.txt' },
    rolldownOptions: {
      input: 'src/live/main.ts',
      output: { format: 'iife', entryFileNames: 'live.js', assetFileNames: 'live.[ext]' },
      checks: { bundlerTimings: false },
    },
  },
});
