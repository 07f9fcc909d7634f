const MILLISECONDS = 86_400_000;

/** Whether a text is a day of the calendar, `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(text).toJSON()?.startsWith(text) === true;
}

/** The day a number of days later. */
export function daysAfter(day: string, days: number): string {
  return new Date(Date.parse(day) + days * MILLISECONDS).toISOString().slice(0, 10);
}
