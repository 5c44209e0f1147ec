/** Collects `--kind a,b --kind c` into one list. */
export function kindWords(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), ...text.split(',').map((word) => word.trim()).filter((word) => word !== '')];
}
