const maxPaths = 200;

type Plain = Record<string, unknown>;
const isObject = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A step that is no plain word is quoted, so that a path reads unambiguously. */
const step = (key: string): string => (/^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`);

/** Elements by their `name` (conditions: `type`), when each has one of its own. */
function named(list: readonly unknown[]): Map<string, unknown> | null {
  const byName = new Map<string, unknown>();
  for (const item of list) {
    const name = isObject(item) ? (item['name'] ?? item['type']) : undefined;
    if (typeof name !== 'string' || byName.has(name)) return null;
    byName.set(name, item);
  }
  return byName;
}

/**
 * Paths at which two objects differ, never the values: `spec.replicas`, `spec.containers[web].image`,
 * `data["ca.crt"]`. managedFields count as one path; resourceVersion is left out. At most 200.
 */
export function changedPaths(before: unknown, after: unknown): string[] {
  const paths: string[] = [];
  const work: { readonly a: unknown; readonly b: unknown; readonly path: string }[] = [{ a: before, b: after, path: '' }];
  for (let at = work.pop(); at !== undefined && paths.length < maxPaths; at = work.pop()) {
    const { a, b, path } = at;
    if (a === b) continue;
    if (path === 'metadata.resourceVersion') continue;
    if (path === 'metadata.managedFields') {
      if (JSON.stringify(a) !== JSON.stringify(b)) paths.push(path);
      continue;
    }
    if (isObject(a) && isObject(b)) {
      const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort().reverse();
      for (const key of keys) work.push({ a: a[key], b: b[key], path: path === '' && /^[\w-]+$/.test(key) ? key : path + step(key) });
    } else if (Array.isArray(a) && Array.isArray(b)) {
      const [x, y] = [named(a), named(b)];
      if (x !== null && y !== null && a.length > 0 && b.length > 0) for (const name of [...new Set([...x.keys(), ...y.keys()])].reverse()) work.push({ a: x.get(name), b: y.get(name), path: `${path}[${name}]` });
      else for (let i = Math.max(a.length, b.length) - 1; i >= 0; i--) work.push({ a: a[i], b: b[i], path: `${path}[${i}]` });
    } else paths.push(path);
  }
  return paths;
}
