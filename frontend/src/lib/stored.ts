/** What this browser keeps under a name; nothing where it refuses. */
export function stored(key: string): string | null {
  try {
    return localStorage.getItem(`copark.${key}`);
  } catch {
    return null;
  }
}

export function store(key: string, value: string): void {
  try {
    localStorage.setItem(`copark.${key}`, value);
  } catch {
    // Private windows may refuse; nothing depends on it.
  }
}
