import type { ClockPoint } from '../time/clock-point.js';
import { someApiServer } from './clock-stamps.js';

/**
 * Puts names to clocks. A leader's host name becomes the node it means (`ip-10-0-0-1` the node
 * `ip-10-0-0-1.ec2.internal`); the API server becomes its machine when all control plane Leases name
 * one. A `?` stays before names of which no machine is known: such clocks have half a vote.
 */
export function namedMachines(points: readonly ClockPoint[], nodes: readonly string[]): readonly ClockPoint[] {
  const leased = new Set(nodes);
  const servers = new Set<string>();
  for (const p of points) if (!p.machine.startsWith('?')) leased.add(p.machine);
  const byShort = new Map([...leased].map((name) => [name.split('.')[0] ?? name, name]));
  const resolved = new Map<string, string>();
  const resolve = (machine: string): string => {
    if (!machine.startsWith('?')) return machine;
    const name = machine.slice(1);
    return leased.has(name) ? name : (byShort.get(name.split('.')[0] ?? name) ?? machine);
  };
  for (const p of points) {
    if (!resolved.has(p.machine)) resolved.set(p.machine, resolve(p.machine));
    if (p.kind === 'renewal' && /\/kube-system\/(apiserver-|kube-apiserver-|kube-controller-manager|kube-scheduler)/.test(p.key)) servers.add(resolved.get(p.machine) ?? p.machine);
  }
  const only = servers.size === 1 ? [...servers][0] : undefined;
  if (only !== undefined && !only.startsWith('?')) resolved.set(someApiServer, only);
  const leases = points.some((p) => p.kind === 'renewal' && p.what === 'renewTime' && p.key.includes('/kube-node-lease/'));
  return points.map((p) => {
    const machine = resolved.get(p.machine) ?? p.machine;
    const kind = !leases && p.what === 'lastHeartbeatTime' ? 'renewal' : p.kind;
    return machine === p.machine && kind === p.kind ? p : { ...p, machine, kind };
  });
}
