import type { Command } from 'commander';

/** Text for roff: backslashes, and dots or quotes at the start of a line, are kept as letters. */
function roff(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^(?=[.'])/gm, '\\&');
}

function optionLines(command: Command): readonly string[] {
  return command.options.filter((option) => !option.hidden).flatMap((option) => ['.TP', `.B ${roff(option.flags)}`, roff(option.description)]);
}

function sections(command: Command, path: readonly string[]): readonly string[] {
  const own = [...path, command.name()];
  const words = command.registeredArguments.map((argument) => `${argument.required ? '<' : '['}${argument.name()}${argument.variadic ? '...' : ''}${argument.required ? '>' : ']'}`);
  const leaf = command.commands.length > 0 ? [] : [`.SS ${roff([...own, ...words].join(' '))}`, roff(command.description()), ...optionLines(command)];
  return [...leaf, ...command.commands.flatMap((sub) => sections(sub, own))];
}

/** The man page (section 1), made from the whole tree of commands. `date` is ISO. */
export function manPage(program: Command, version: string, date: string): string {
  return [
    `.TH ETCD\\-AUTOPSY 1 "${date}" "etcd\\-autopsy ${roff(version)}"`,
    '.SH NAME',
    'etcd\\-autopsy \\- reads a dead control plane offline and says which etcd snapshot to restore, and how',
    '.SH SYNOPSIS',
    '.B etcd\\-autopsy',
    '.I command',
    '[options]',
    '.SH DESCRIPTION',
    roff(program.description()),
    '.SH COMMANDS',
    ...program.commands.flatMap((sub) => sections(sub, [program.name()])),
    '.SH EXIT STATUS',
    '.TP', '.B 0', 'a safe recommendation exists; what was checked is good',
    '.TP', '.B 1', 'findings, but no safe recommendation; what was checked is not good',
    '.TP', '.B 2', 'wrong usage, or input that cannot be read',
    '.TP', '.B 3', 'the evidence does not decide',
    '.TP', '.B 130', 'interrupted; nothing half\\-written is left',
    '',
  ].join('\n');
}
