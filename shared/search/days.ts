/** When a day begins here, for `before:` and `after:`; null: it is none. */
export function dayOf(value: string, now: Date): Date | null {
  const word = value.toLowerCase();
  if (word === 'today') return startOfDay(now);
  if (word === 'yesterday') return startOfDay(now, -1);
  const [, count, unit] = /^(\d{1,4})([hdwmy])$/.exec(word) ?? [];
  if (count !== undefined) return ago(now, Number(count), unit ?? 'd');
  const [, year, month = '1', day = '1'] = /^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?$/.exec(word) ?? [];
  return year === undefined ? null : onCalendar(Number(year), Number(month) - 1, Number(day));
}

function startOfDay(now: Date, days = 0): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);
}

function ago(now: Date, count: number, unit: string): Date {
  const at = new Date(now);
  if (unit === 'h') at.setHours(at.getHours() - count);
  else if (unit === 'd') at.setDate(at.getDate() - count);
  else if (unit === 'w') at.setDate(at.getDate() - 7 * count);
  else if (unit === 'm') at.setMonth(at.getMonth() - count);
  else at.setFullYear(at.getFullYear() - count);
  return at;
}

/** Null: there is no such day (the 31st of June). */
function onCalendar(year: number, month: number, day: number): Date | null {
  const at = new Date(year, month, day);
  return at.getMonth() === month && at.getDate() === day ? at : null;
}
