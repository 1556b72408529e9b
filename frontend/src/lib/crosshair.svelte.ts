/** The quarter that the pointer is at, in all fans of a page together. */
class Crosshair {
  quarter = $state<number | null>(null);
}

export const crosshair = new Crosshair();
