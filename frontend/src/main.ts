import { mount } from 'svelte';

import App from './App.svelte';
import { app } from './lib/app.svelte';
import './styles/page.css';

// The first page draws as soon as its answer is there: what draws is fetched meanwhile.
if (['/', '/simulate'].includes(location.pathname)) {
  void import('./lib/chart');
  void import('./lib/fan');
}

const target = document.getElementById('app');
if (target) void app.start().then(() => mount(App, { target }));
