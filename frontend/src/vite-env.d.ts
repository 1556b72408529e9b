/// <reference types="vite/client" />
/// <reference types="svelte" />

declare module '*.md?html' {
  const text: string;
  export default text;
}
