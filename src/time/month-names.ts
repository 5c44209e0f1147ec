/**
 * Month names as `date`, `ls`, journald and syslog print them in the locales seen in the field
 * (glibc locale data: en, zh, ja, ko, ru, fr, de, es, pt, it, pl, tr), lower case, dots removed.
 */
const names: Readonly<Record<string, number>> = Object.fromEntries(
  [
    'jan january januar janvier janv enero ene janeiro gennaio gen янв января январь sty stycznia oca ocak',
    'feb february februar février févr fevr febrero fevereiro fev febbraio фев февраля февраль lut lutego şub şubat',
    'mar march märz mär mrz mars marzo março мар марта март marca mart',
    'apr april avril avr abril abr aprile апр апреля апрель kwi kwietnia nis nisan',
    'may mai mayo maio maggio mag мая май maj maja mayıs',
    'jun june juni juin junio junho jun. giugno giu июн июня июнь cze czerwca haz haziran',
    'jul july juli juillet juil julio julho luglio lug июл июля июль lip lipca tem temmuz',
    'aug august août aout agosto ago авг августа август sie sierpnia ağu ağustos',
    'sep sept september septembre septiembre setembro set settembre сен сент сентября сентябрь wrz września eyl eylül',
    'oct october oktober okt octobre octubre outubro out ottobre ott окт октября октябрь paź października eki ekim',
    'nov november novembre noviembre novembro ноя нояб ноября ноябрь lis listopada kas kasım',
    'dec december dezember dez décembre déc decembre diciembre dic dezembro dicembre дек декабря декабрь gru grudnia ara aralık',
  ].flatMap((line, i) => line.split(' ').map((name) => [name, i + 1] as const)),
);

/** Number of a month (1–12) from its name in one of the known languages, else null. */
export function monthNumber(name: string): number | null {
  const word = name.toLowerCase().replace(/\.$/, '');
  const chinese = /^(\d{1,2})(?:月|월)$/.exec(word);
  if (chinese !== null) {
    const month = Number(chinese[1]);
    return month >= 1 && month <= 12 ? month : null;
  }
  return Object.hasOwn(names, word) ? names[word]! : null;
}
