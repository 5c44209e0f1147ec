import type { Node } from 'web-tree-sitter';
import { shellParser } from './grammar.js';

/** One simple command of a script with its words resolved as far as the script itself says. */
export interface ShellCommand {
  /** Words after expansion: `{%Y-%m-%d}` for `$(date +%F)`, `{NAME}` for what is not known. */
  readonly words: readonly string[];
  /** Assignments in front of the command. */
  readonly assignments: Readonly<Record<string, string>>;
  /** Variables as they stand when the command runs. */
  readonly variables: Readonly<Record<string, string>>;
  /** 1-based line in the script. */
  readonly line: number;
  /** The whole pipeline as written, for commands that are part of one. */
  readonly pipeline: string | null;
}

export interface ShellScript {
  readonly commands: readonly ShellCommand[];
  readonly variables: Readonly<Record<string, string>>;
  readonly errexit: boolean;
  readonly parseError: string | null;
}

const mostCommands = 2000;
const deepest = 4;

/** Parses a shell script and lists its commands in the order of the text. Nothing is run. */
export function readShellScript(source: string, depth = 0, inherited: Readonly<Record<string, string>> = {}): ShellScript {
  const tree = shellParser().parse(source);
  if (tree === null) return { commands: [], variables: {}, errexit: false, parseError: 'the parser gave no tree' };
  const variables: Record<string, string> = { ...inherited };
  const commands: ShellCommand[] = [];
  let errexit = /^#!\S+(?:\s+\S+)?\s+-\w*e/.test(source);
  const bad = tree.rootNode.hasError ? firstError(tree.rootNode) : null;
  const stack: Node[] = [tree.rootNode];
  while (stack.length > 0 && commands.length < mostCommands) {
    const node = stack.pop()!;
    if (node.type === 'variable_assignment') {
      assign(node, variables);
      continue;
    }
    if (node.type === 'command') {
      const command = readCommand(node, variables);
      if (command.words[0] === 'set' && setsErrexit(command.words)) errexit = true;
      commands.push(command);
      for (const inner of nestedScripts(command.words)) {
        if (depth < deepest) for (const nested of readShellScript(inner, depth + 1, { ...variables, ...command.assignments }).commands) commands.push({ ...nested, line: command.line, assignments: { ...command.assignments, ...nested.assignments } });
      }
      continue;
    }
    if (node.type === 'comment') continue;
    const children = node.children.filter((child): child is Node => child !== null);
    for (let i = children.length - 1; i >= 0; i--) stack.push(children[i]!);
  }
  tree.delete();
  return { commands, variables, errexit, parseError: bad };
}

function firstError(root: Node): string | null {
  const stack: Node[] = [root];
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (node.type === 'ERROR' || node.isMissing) return `line ${node.startPosition.row + 1}: cannot be parsed near "${node.text.slice(0, 60)}"`;
    for (const child of node.children) if (child?.hasError === true) stack.push(child);
  }
  return null;
}

function assign(node: Node, variables: Record<string, string>): void {
  const name = node.childForFieldName('name')?.text;
  const value = node.childForFieldName('value');
  if (name !== undefined) variables[name] = value === null ? '' : resolve(value, variables);
}

function setsErrexit(words: readonly string[]): boolean {
  return words.some((word, i) => /^-\w*e\w*$/.test(word) || (word === 'errexit' && words[i - 1] === '-o') || (/^-\w*o$/.test(word) && words[i + 1] === 'errexit'));
}

function readCommand(node: Node, variables: Record<string, string>): ShellCommand {
  const words: string[] = [];
  const assignments: Record<string, string> = {};
  for (const child of node.children) {
    if (child === null) continue;
    if (child.type === 'variable_assignment') assign(child, assignments);
    else if (child.type === 'command_name') words.push(...split(child.firstChild ?? child, variables));
    else if (!/redirect|heredoc|herestring/.test(child.type) && child.isNamed) words.push(...split(child, variables));
  }
  const pipeline = node.parent?.type === 'pipeline' ? node.parent.text : node.parent?.type === 'redirected_statement' && node.parent.parent?.type === 'pipeline' ? node.parent.parent.text : null;
  return { words, assignments, variables: { ...variables }, line: node.startPosition.row + 1, pipeline };
}

/** An unquoted variable may hold several words (`$ETCDCTL_CMD`). */
function split(node: Node, variables: Readonly<Record<string, string>>): readonly string[] {
  const text = resolve(node, variables);
  return (node.type === 'simple_expansion' || node.type === 'expansion') && /\s/.test(text) ? text.trim().split(/\s+/) : [text];
}

/** The text that a word stands for. */
export function resolve(node: Node, variables: Readonly<Record<string, string>>): string {
  switch (node.type) {
    case 'raw_string':
      return node.text.slice(1, -1);
    case 'ansi_c_string':
      return node.text.slice(2, -1);
    case 'string':
      return inOrder(node, variables, true);
    case 'concatenation':
      return inOrder(node, variables, false);
    case 'simple_expansion':
    case 'expansion':
      return expand(node.text, variables);
    case 'command_substitution':
      return substitution(node, variables);
    case 'arithmetic_expansion':
      return `{${node.text}}`;
    default:
      return node.text.replace(/\\\n/g, '').replace(/\\(.)/g, '$1');
  }
}

/** Children with the literal text between them, which the tree does not name. */
function inOrder(node: Node, variables: Readonly<Record<string, string>>, quoted: boolean): string {
  let result = '';
  let at = node.startIndex;
  for (const child of node.children) {
    if (child === null) continue;
    result += node.text.slice(at - node.startIndex, child.startIndex - node.startIndex);
    if (child.type !== '"') result += child.type === 'string_content' ? child.text.replace(/\\\n/g, '').replace(/\\(["$`\\])/g, '$1') : resolve(child, variables);
    at = child.endIndex;
  }
  return quoted ? result : result + node.text.slice(at - node.startIndex);
}

function expand(text: string, variables: Readonly<Record<string, string>>): string {
  const plain = /^\$\{?([A-Za-z_]\w*|\d+|[#@*?$!-])\}?$/.exec(text);
  if (plain !== null) return variables[plain[1]!] ?? `{${plain[1]!}}`;
  const fallback = /^\$\{([A-Za-z_]\w*):?[-=]((?:.|\n)*)\}$/.exec(text);
  if (fallback !== null) return variables[fallback[1]!] ?? fallback[2]!.replace(/^["']|["']$/g, '').replace(/\$\{?(\w+)\}?/g, (_, name: string) => variables[name] ?? `{${name}}`);
  const suffix = /^\$\{([A-Za-z_]\w*)[%#/:]/.exec(text);
  return `{${suffix?.[1] ?? text.slice(2, -1)}}`;
}

function substitution(node: Node, variables: Readonly<Record<string, string>>): string {
  const command = node.namedChildren.find((child) => child !== null && child.type === 'command');
  if (command == null) return `{${node.text.replace(/^\$\(|^`|\)$|`$/g, '')}}`;
  const { words, assignments } = readCommand(command, { ...variables });
  const program = words[0]?.replace(/^.*\//, '');
  if (program === 'date') return dateFormat(words.slice(1), assignments['TZ'] ?? variables['TZ']);
  if (program === 'hostname' || (program === 'uname' && words[1] === '-n')) return '{hostname}';
  if (program === 'which' || (program === 'command' && words[1] === '-v')) return words[words.length - 1]!;
  if (program === 'echo') return words.slice(1).join(' ');
  return `{${node.text.replace(/^\$\(|^`|\)$|`$/g, '').slice(0, 120)}}`;
}

/** `{%Y-%m-%d}`; UTC is marked as `{u:…}` and shortcuts are written out. */
function dateFormat(words: readonly string[], zone: string | undefined): string {
  const format = words.find((word) => word.startsWith('+'))?.slice(1) ?? (words.some((word) => /^-I/.test(word)) ? '%Y-%m-%d' : '%a %b %e %H:%M:%S %Z %Y');
  const utc = words.some((word) => /^-\w*u|^--utc$|^--universal$/.test(word)) || /^(?:UTC|GMT|Etc\/UTC|UTC0)$/.test(zone ?? '');
  const full = format.replace(/%F/g, '%Y-%m-%d').replace(/%T/g, '%H:%M:%S').replace(/%R/g, '%H:%M').replace(/%-/g, '%');
  return `{${utc ? 'u:' : ''}${full}}`;
}

/** Scripts inside words: `sh -c '…'`, `su - etcd -c '…'`, `ssh host '…'`, `eval '…'`. */
function nestedScripts(words: readonly string[]): readonly string[] {
  const found: string[] = [];
  words.forEach((word, i) => {
    if (/^-\w*c$/.test(word) && words.slice(0, i).some((before) => /(?:^|\/)(?:sh|bash|ash|dash|su)$/.test(before)) && words[i + 1] !== undefined) found.push(words[i + 1]!);
  });
  const program = words[0]?.replace(/^.*\//, '');
  if (program === 'eval') found.push(words.slice(1).join(' '));
  if (program === 'ssh' && words.length > 2 && /\s/.test(words[words.length - 1]!)) found.push(words[words.length - 1]!);
  return found;
}
