import { cite } from '../cite.js';
import type { AddressFact, Fact } from '../fact.js';
import type { ArtifactReader, Section, TextLine } from '../reader.js';
import { programWords, simpleCommands } from '../sections/commands.js';

const ipv4 = String.raw`(?:\d{1,3}\.){3}\d{1,3}`;
const ip = String.raw`(?:${ipv4}|[0-9a-fA-F]{0,4}:[0-9a-fA-F:.]+(?:%\w+)?)`;
const hostsRow = new RegExp(String.raw`^\s*(${ip})\s+([A-Za-z0-9_][\w.-]*(?:\s+[A-Za-z0-9_][\w.-]*)*)\s*(?:#.*)?$`);

function address(section: Section, line: TextLine, value: string, interfaceName: string | null, names: readonly string[]): AddressFact {
  return { kind: 'address', at: cite(section, line), host: section.host, address: value, interfaceName, names };
}

/** /etc/hosts: names beside addresses. */
export const hostsFile: ArtifactReader = {
  kind: 'hosts-file',
  selective: true,
  recognise(section) {
    const rows = section.head.filter((line) => !/^\s*#/.test(line));
    const hits = rows.filter((line) => hostsRow.test(line)).length;
    const named = /etc\/hosts\b|(?:^|\/)hosts(?:\.txt)?$/.test(`${section.hostPath ?? ''} ${section.command ?? ''} ${section.artifact}`);
    if (hits === 0 || hits < rows.length * 0.7) return { score: 0, by: '' };
    return section.head.some((line) => /^\s*(?:127\.0\.0\.1|::1)\s+.*localhost/.test(line)) || named ? { score: 93, by: 'localhost line' } : { score: hits >= 2 ? 40 : 0, by: 'address and name' };
  },
  *read(section) {
    for (const line of section.lines()) {
      const match = hostsRow.exec(line.text);
      if (match !== null) yield address(section, line, match[1]!, null, match[2]!.trim().split(/\s+/));
    }
  },
};

/** `ip addr`, `ip -br a`, `ifconfig`, `hostname -I`. */
export const addresses: ArtifactReader = {
  kind: 'addresses',
  selective: true,
  recognise(section) {
    if (section.head.some((line) => /^\d+: [\w.@-]+: <[A-Z,_-]+>/.test(line)) || section.head.some((line) => /^[\w.-]+: flags=\d+<|^\w+\s+Link encap:/.test(line))) return { score: 93, by: 'interface lines' };
    if (section.head.some((line) => /^[\w.@-]+\s+(?:UP|DOWN|UNKNOWN)\s+.*\d+\.\d+\.\d+\.\d+\/\d+/.test(line))) return { score: 90, by: 'brief interface rows' };
    return asksAddresses(section) && new RegExp(String.raw`^\s*${ip}(?:\s+${ip})*\s*$`).test(section.head[0] ?? '') ? { score: 92, by: 'command hostname -I' } : { score: 0, by: '' };
  },
  *read(section) {
    let name: string | null = null;
    const only = asksAddresses(section);
    for (const line of section.lines()) {
      const link = /^\d+: ([\w.-]+)(?:@\w+)?: </.exec(line.text) ?? /^([\w.:-]+?):? (?:flags=|\s+Link encap)/.exec(line.text);
      if (link !== null) name = link[1]!;
      const inet = new RegExp(String.raw`^\s*inet6? (?:addr:\s?)?(${ip})`).exec(line.text);
      if (inet !== null) yield address(section, line, inet[1]!, name, []);
      const brief = /^([\w.-]+)(?:@\w+)?\s+(?:UP|DOWN|UNKNOWN)\s+(.*)$/.exec(line.text);
      if (brief !== null) for (const part of brief[2]!.split(/\s+/)) if (part.includes('/')) yield address(section, line, part.replace(/\/\d+$/, ''), brief[1]!, []);
      if (only && new RegExp(String.raw`^\s*${ip}(?:\s+${ip})*\s*$`).test(line.text)) for (const part of line.text.trim().split(/\s+/)) yield address(section, line, part, null, []);
    }
  },
};

function asksAddresses(section: Section): boolean {
  return simpleCommands(section.command ?? '').some((command) => programWords(command)[0] === 'hostname' && /\s-[a-zA-Z]*[Ii]/.test(command));
}

/** `hostname`, `hostnamectl`, `uname -a`, `/etc/hostname`. */
export const hostName: ArtifactReader = {
  kind: 'hostname',
  selective: true,
  recognise(section) {
    if (section.head.some((line) => /^\s*Static hostname:\s*\S/.test(line))) return { score: 93, by: 'Static hostname line' };
    if (section.head.some((line) => /^Linux [\w.-]+ \d+\.\d+\S* #\d+/.test(line)) && section.head.length <= 5) return { score: 85, by: 'uname line' };
    const asked = simpleCommands(section.command ?? '').some((command) => programWords(command)[0] === 'hostname' && !/\s-[a-zA-Z]*[Ii]/.test(command)) || /(?:^|\/)etc\/hostname$/.test(section.artifact) || section.hostPath === '/etc/hostname';
    return asked && /^[A-Za-z0-9][\w.-]{0,62}$/.test(section.head[0]?.trim() ?? '') ? { score: 92, by: 'command hostname' } : { score: 0, by: '' };
  },
  *read(section) {
    for (const line of section.lines()) {
      const name = /^\s*Static hostname:\s*([\w.-]+)/.exec(line.text)?.[1] ?? /^Linux ([\w.-]+) \d+\.\d+/.exec(line.text)?.[1] ?? (/^[A-Za-z0-9][\w.-]{0,62}$/.test(line.text.trim()) && /hostname/.test(`${section.command ?? ''}${section.artifact}`) ? line.text.trim() : undefined);
      if (name === undefined) continue;
      const fact: Fact = { kind: 'hostname', at: cite(section, line), host: section.host ?? name.split('.')[0]!, name };
      yield fact;
      const kernel = /^Linux [\w.-]+ (\d+\.\d+\S*) #/.exec(line.text)?.[1];
      if (kernel !== undefined) yield { kind: 'version', at: cite(section, line), host: section.host, program: 'kernel', version: kernel, by: '--version' };
    }
  },
};
