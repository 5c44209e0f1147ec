/** Ends the browsers that print at this moment. */
const running = new Set<() => void>();

/** Registers a browser that prints; `end` kills it. Returns what is to be called when it has ended by itself. */
export function whilePrinting(end: () => void): () => void {
  running.add(end);
  return () => void running.delete(end);
}

/** Kills every browser that prints, so that its files can be removed. For a program that is about to end. */
export function stopPrinting(): void {
  for (const end of running) end();
  running.clear();
}
