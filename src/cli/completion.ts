import type { Command } from 'commander';

/** Shells that can be completed. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** One command with everything that may follow it. */
interface Node {
  /** Words from the program's name on: `etcd-autopsy snapshot check`. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly subcommands: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly { readonly long: string; readonly summary: string; readonly choices: readonly string[]; readonly takesValue: boolean }[];
}

function nodesOf(command: Command, path: readonly string[] = []): readonly Node[] {
  const own = [...path, command.name()];
  const options = command.options.flatMap((option) =>
    option.long === undefined || option.long === null
      ? []
      : [{ long: option.long, summary: option.description, choices: option.argChoices ?? [], takesValue: option.required || option.optional }]);
  const node: Node = {
    path: own,
    summary: command.description(),
    subcommands: command.commands.map((sub) => ({ name: sub.name(), summary: sub.description() })),
    options: [...options, { long: '--help', summary: '', choices: [], takesValue: false }],
  };
  return [node, ...command.commands.flatMap((sub) => nodesOf(sub, own))];
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Bash: the words so far without options choose the node; its words complete, else file names. */
function bash(nodes: readonly Node[]): string {
  const cases = nodes.map((node) => `    ${quoted(node.path.slice(1).join(' '))}) words=${quoted([...node.subcommands.map((s) => s.name), ...node.options.map((o) => o.long)].join(' '))} ;;`);
  return `# bash completion of etcd-autopsy: source it, or put it into /usr/share/bash-completion/completions/etcd-autopsy
_etcd_autopsy() {
  local path="" word words i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  while :; do
    case "$path" in
${cases.map((line) => `  ${line}`).join('\n')}
      *) path="\${path% *}"; continue ;;
    esac
    break
  done
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}") $(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o filenames -F _etcd_autopsy etcd-autopsy
`;
}

/** Zsh loads bash completions itself. */
const zsh = (nodes: readonly Node[]): string => `#compdef etcd-autopsy\nautoload -U +X bashcompinit && bashcompinit\n${bash(nodes)}`;

function fish(nodes: readonly Node[]): string {
  const lines = nodes.flatMap((node) => {
    const [, ...words] = node.path;
    const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    const others = node.subcommands.map((s) => s.name).join(' ');
    const here = [seen, others === '' ? '' : `not __fish_seen_subcommand_from ${others}`].filter((part) => part !== '').join('; and ');
    const when = here === '' ? '' : ` -n ${quoted(here)}`;
    return [
      ...node.subcommands.map((s) => `complete -c etcd-autopsy${when} -a ${s.name} -d ${quoted(s.summary)}`),
      ...node.options.map((o) => `complete -c etcd-autopsy${when} -l ${o.long.slice(2)}${o.takesValue ? ' -r' : ''}${o.choices.length > 0 ? ` -a ${quoted(o.choices.join(' '))}` : ''} -d ${quoted(o.summary)}`),
    ];
  });
  return `# fish completion of etcd-autopsy: put it into ~/.config/fish/completions/etcd-autopsy.fish\n${lines.join('\n')}\n`;
}

/** The completion script of one shell, made from the whole tree of commands. */
export function completionScript(program: Command, shell: Shell): string {
  const nodes = nodesOf(program);
  return { bash, zsh, fish }[shell](nodes);
}
